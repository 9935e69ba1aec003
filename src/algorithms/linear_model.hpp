#pragma once
// A fitted linear model as it is kept: all that prediction needs, and nothing of where it was
// fitted. The bytes are sealed and versioned (docs/model.md).
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/linear_fit.hpp"
#include "base/bytes.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

struct LinearModel {
  static constexpr std::string_view kKind = "linear_model";
  static constexpr std::uint32_t kVersion = 1;
  static constexpr std::uint32_t kRobustVersion = 2;  ///< ends with `robust`, else as version 1

  enum class ColumnState : std::uint8_t {
    kKept = 0,
    kDropped = 1,  ///< a combination of kept columns: counts as zero
    kEmpty = 2,    ///< a cell without rows: predictions there are missing
  };

  std::uint32_t version = kVersion;
  ModelFrame frame;
  bool intercept = true;  ///< the first column is the constant (not with a cube)
  bool cube = false;
  std::vector<ColumnState> columns;  ///< constant, then the cells of the terms in order
  std::vector<double> centres;  ///< values of a column enter as x - centre; 0 but for numeric terms
  std::vector<double>
      coefficients;  ///< columns x responses, one response after the other; NaN where dropped
  std::vector<double>
      covariance;  ///< columns x columns, in units of sigma^2, 0 where dropped; empty: not kept
  std::vector<double> sigma;  ///< per response
  double residual_df = 0;
  std::string pipeline;  ///< JSON: transforms and objects that make the variables
                         ///< (docs/requests.md); may be ""
  /// What `covariance` is where it is not that of least squares: "HC1", ...; written by those that
  /// need it, behind the fields.
  std::string robust;

  static constexpr auto fields =
      std::tuple{&LinearModel::version,      &LinearModel::frame,      &LinearModel::intercept,
                 &LinearModel::cube,         &LinearModel::columns,    &LinearModel::centres,
                 &LinearModel::coefficients, &LinearModel::covariance, &LinearModel::sigma,
                 &LinearModel::residual_df,  &LinearModel::pipeline};

  std::size_t responses() const { return frame.responses.size(); }
  std::string response_name(std::size_t response) const {
    return frame.variables[frame.responses[response]].name;
  }

  /// Sealed bytes.
  Bytes save() const;
  /// Throws DataError for bytes that are damaged, of another kind or version, or that contradict
  /// themselves.
  static LinearModel load(std::string_view sealed);
};

/// The content of a sealed model: its fields, and `robust` behind them where it is not empty.
template <class M>
Bytes model_content(M model, const std::string& robust) {
  if (robust.empty()) return insitu::save(model);
  model.version = LinearModel::kRobustVersion;
  return insitu::save(model) + insitu::save(robust);
}

/// Reads it back. Throws DataError for another version, and for bytes that are too few or too many.
template <class M>
M model_of_content(std::string_view content, std::string& robust) {
  ByteReader reader(content);
  const auto version = ByteReader(content).get<std::uint32_t>();
  if (version != LinearModel::kVersion && version != LinearModel::kRobustVersion)
    throw DataError("the model was saved in format " + std::to_string(version) +
                    ", this version reads formats up to " +
                    std::to_string(LinearModel::kRobustVersion) + ": fit it again");
  M model;
  reader.read(model);
  if (version == LinearModel::kRobustVersion) reader.read(robust);
  if (reader.remaining() != 0) throw DataError("bytes are longer than their content");
  return model;
}

/// Throws DataError unless the parts fit each other: bytes from outside.
void check_model(const LinearModel&);

LinearModel make_linear_model(const ModelFrame&, const LinearFit&, bool cube, std::string pipeline);

/// Throws DataError unless all positions in the frame exist, so that code that indexes by them is
/// safe.
void check_frame(const ModelFrame&);

}  // namespace insitu
