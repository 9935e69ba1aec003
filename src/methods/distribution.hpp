#pragma once
// What the methods that look at the distribution of a variable share: its name and weights.
#include <string>

#include "methods/keys.hpp"
#include "methods/scope.hpp"

namespace insitu {

struct WeightOptions {
  std::string pweights, fweights;
  /// The one that is given; "".
  const std::string& weights() const { return pweights.empty() ? fweights : pweights; }
};

template <class Owner>
OptionKeys weight_keys() {
  return {
      option_of<Owner>("pweights", &Owner::pweights,
                       "Name of the variable that holds probability weights.", {},
                       OptionKind::kVariable),
      option_of<Owner>("fweights", &Owner::fweights,
                       "Name of the variable that holds frequency weights: how often a row counts.",
                       {}, OptionKind::kVariable)};
}

/// Throws InvalidArgument for both kinds of weights at once, unknown names, and weights that are no
/// numbers.
void require_weights(const WeightOptions&, const Schema&);

/// Throws InvalidArgument unless the option names a variable that holds numbers.
void require_variable(const Schema&, const char* key, const std::string& name);

}  // namespace insitu
