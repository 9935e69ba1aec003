#pragma once
// A fitted ridge regression or elastic net as it is kept: coefficients for one penalty or several.
// The bytes are sealed and versioned (docs/model.md).
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/linear_model.hpp"
#include "algorithms/model.hpp"

namespace insitu {

struct PenalizedModel {
  static constexpr std::string_view kKind = "penalized_model";
  static constexpr std::uint32_t kVersion = 1;

  std::uint32_t version = kVersion;
  LinearModel linear;           ///< at the first penalty
  std::vector<double> lambdas;  ///< with `interpolates` falling
  std::vector<double> further;  ///< coefficients at the penalties after it, one after the other
  std::uint32_t preferred = 0;  ///< position of the penalty that predicts where none is asked for
  bool interpolates = false;    ///< elastic net: between two penalties coefficients are linear
  static constexpr auto fields = std::tuple{
      &PenalizedModel::version, &PenalizedModel::linear,    &PenalizedModel::lambdas,
      &PenalizedModel::further, &PenalizedModel::preferred, &PenalizedModel::interpolates};

  /// The model at a penalty. Throws InvalidArgument for one that is none of the model's or, where
  /// it interpolates, not between them.
  LinearModel at(double lambda) const;

  Bytes save() const;
  /// Throws DataError for bytes that are damaged, of another kind or version, or that contradict
  /// themselves.
  static PenalizedModel load(std::string_view sealed);

 private:
  LinearModel with(std::vector<double> coefficients) const;
  std::vector<double> coefficients(std::size_t position) const;
};

std::shared_ptr<const Model> load_penalized_model(std::string_view sealed);

}  // namespace insitu
