#include "methods/distribution.hpp"

#include "base/error.hpp"
#include "base/named.hpp"
#include "methods/evaluation.hpp"

namespace insitu {

void require_weights(const WeightOptions& o, const Schema& schema) {
  if (!o.pweights.empty() && !o.fweights.empty())
    throw InvalidArgument("`pweights` and `fweights` exclude each other; give one of them"_named);
  if (!o.pweights.empty()) require_numbers(schema, "pweights", o.pweights);
  if (!o.fweights.empty()) require_numbers(schema, "fweights", o.fweights);
}

void require_variable(const Schema& schema, const char* key, const std::string& name) {
  if (name.empty())
    throw InvalidArgument(named(key) + " is missing: name a variable that holds numbers");
  require_numbers(schema, key, name);
}

}  // namespace insitu
