#pragma once
// A fitted multinomial logistic regression as it is kept, and its predictions: a probability for
// each class, the log odds of each against the first, or the class that is likeliest. The bytes
// are sealed and versioned (docs/model.md).
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/linear_model.hpp"
#include "algorithms/model.hpp"
#include "algorithms/multinom.hpp"

namespace insitu {

struct MultinomModel {
  static constexpr std::string_view kKind = "multinom_model";
  static constexpr std::uint32_t kVersion = 1;

  std::uint32_t version = kVersion;
  LinearModel linear;  ///< of the second class against the first; the response's levels: classes
  std::vector<double> further;  ///< coefficients of the classes after it, one after the other
  static constexpr auto fields =
      std::tuple{&MultinomModel::version, &MultinomModel::linear, &MultinomModel::further};

  const std::vector<std::string>& classes() const {
    return linear.frame.variables[linear.frame.responses[0]].levels;
  }

  Bytes save() const;
  /// Throws DataError for bytes that are damaged, of another kind or version, or that contradict
  /// themselves.
  static MultinomModel load(std::string_view sealed);
};

MultinomModel make_multinom_model(const Multinom&, const MultinomFit&, std::string pipeline);

std::shared_ptr<const Model> load_multinom_model(std::string_view sealed);

}  // namespace insitu
