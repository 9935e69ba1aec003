#pragma once
// How sentences name what a gateway stands for, and the ways out that they tell.
#include <string>

namespace insitu {

struct GatewayWords {
  std::string engine;   ///< "Spark"
  std::string connect;  ///< the function that connects again, marked (base/named.hpp)
  std::string end;      ///< what ends an application, marked

  std::string application() const { return "the " + engine + " application"; }
  std::string gateway() const { return "the " + engine + " gateway"; }
};

}  // namespace insitu
