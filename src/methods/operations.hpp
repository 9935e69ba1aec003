#pragma once
// What requests may say beside the methods' options: the operations that are no method, and the
// keys that many share. Checks, documentation and the faces' words for arguments follow from it.
#include <string>
#include <string_view>
#include <vector>

#include "methods/keys.hpp"

namespace insitu {

struct RequestKey {
  std::string key;
  OptionKind kind = OptionKind::kAny;
  std::string meaning;
  std::vector<std::string> choices = {};  ///< the values that a text may have
};

struct Operation {
  std::string name;  ///< "op" of its requests
  std::string meaning;
  std::vector<RequestKey> keys;  ///< without those of every request
};

/// Keys of every request.
const std::vector<RequestKey>& common_keys();

/// Every operation: those that are described here, predict, then one for each method.
const std::vector<Operation>& operations();

/// Null if there is none.
const Operation* operation_of(std::string_view op);

}  // namespace insitu
