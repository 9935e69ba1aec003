#pragma once
// The engine within a server, as contexts speak to it: a pass goes there sealed, states come back.
// What that is lies above this floor (capi/hosted_analysis.hpp), which hands it over.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/pass.hpp"
#include "data/source.hpp"

namespace insitu {

struct HostedEngine {
  std::string build;  ///< states cross between equal ones
  /// The columns of the host that the pass looks at.
  std::function<std::vector<std::string>(const Recipe& pass, const Recipe& source, const Schema&)>
      asked;
  std::function<Bytes(const Recipe& pass, const Recipe& source, const Schema&)> seal;
  /// The state of all rows from the sealed states of parts of them, in the order of the data; with
  /// the numbers of their splits where these differ, else one behind the other.
  std::function<std::unique_ptr<Accumulator>(const Recipe& pass, const Recipe& source,
                                             const Schema&, const std::vector<Bytes>& states)>
      join;
};

}  // namespace insitu
