#pragma once
// Values of a fitted linear model at rows of data: x'b and x'Vx. What is made of them for rxPredict
// stands in regression_predictor.hpp.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/linear_model.hpp"
#include "data/chunk.hpp"

namespace insitu {

/// x'b over coded rows of a frame. `coefficients`: the constant, if there is one, then the cells of
/// the terms in order; numeric terms are counted from their centres.
std::vector<double> linear_values(const ModelFrame&, bool intercept, const double* coefficients,
                                  const double* centres, const ModelRows&);
/// Values of complete rows as those of all rows of the chunk, NaN elsewhere.
std::vector<double> over_chunk(std::vector<double> values, const ModelRows&,
                               std::size_t chunk_rows);

/// A model in the form in which rows use it. Immutable; shared by readers.
class LinearPredictor {
 public:
  struct Values {
    std::vector<double> fitted;   ///< x'b
    std::vector<double> squares;  ///< x'Vx, V the covariance of the coefficients over sigma^2
  };

  /// `squares`: they are wanted. REQUIRES: the model has a covariance then.
  LinearPredictor(std::shared_ptr<const LinearModel> model, bool squares, UnknownLevels);

  /// The columns of the data that the terms read.
  std::vector<std::string> source_columns() const { return frame_.source_columns(false); }
  /// Over all rows of a chunk; NaN where a variable is missing, or where the model knows nothing of
  /// a combination of levels. Errors as ModelFrame::rows.
  Values at(const Chunk&) const;
  /// The same over coded rows.
  Values at(const ModelRows& rows) const {
    return {fitted(rows), squares_ ? squares(rows) : std::vector<double>()};
  }

  /// A column of the model that is not zero in a row, and its value there, counted from its centre.
  using Active = std::pair<std::size_t, double>;
  void active_columns(const ModelRows&, std::size_t row, std::vector<Active>& active) const;

 private:
  std::vector<double> fitted(const ModelRows&) const;
  std::vector<double> squares(const ModelRows&) const;

  std::shared_ptr<const LinearModel> model_;
  bool squares_;
  UnknownLevels unknown_levels_;
  ModelFrame frame_;
  std::vector<double> coefficients_;  ///< 0 where dropped, NaN where empty
  std::vector<std::size_t> offsets_;  ///< first column of each term
};

}  // namespace insitu
