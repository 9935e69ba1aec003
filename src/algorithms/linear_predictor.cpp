#include "algorithms/linear_predictor.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

std::vector<double> over_chunk(std::vector<double> values, const ModelRows& rows,
                               std::size_t chunk_rows) {
  if (rows.row_in_chunk.empty() && rows.rows == chunk_rows) return values;
  std::vector<double> all(chunk_rows, kNaN);
  for (std::size_t i = 0; i < rows.rows; ++i) all[rows.row_in_chunk[i]] = values[i];
  return all;
}

std::vector<double> linear_values(const ModelFrame& frame, bool intercept,
                                  const double* coefficients, const double* centres,
                                  const ModelRows& rows) {
  std::vector<double> fitted(rows.rows, intercept ? coefficients[0] : 0.0);
  std::size_t offset = intercept ? 1 : 0;
  for (std::size_t t = 0; t < frame.terms.size(); offset += frame.cells(t), ++t) {
    const auto& term = rows.terms[t];
    const double* b = coefficients + offset;
    const double centre = centres[offset];  // of a numeric term; 0 for cells
    for (std::size_t i = 0; i < rows.rows; ++i) {
      const double coefficient = b[term.cell.empty() ? 0 : term.cell[i]];
      fitted[i] += term.value.empty() ? coefficient : coefficient * (term.value[i] - centre);
    }
    for (std::size_t i = 0; i < term.low.size(); ++i) fitted[i] += b[0] * term.low[i];
  }
  return fitted;
}

LinearPredictor::LinearPredictor(std::shared_ptr<const LinearModel> model, bool squares,
                                 UnknownLevels unknown_levels)
    : model_(std::move(model)),
      squares_(squares),
      unknown_levels_(unknown_levels),
      frame_(model_->frame) {
  frame_.weights.clear();  // which prediction does not need
  frame_.frequency_weights = false;
  std::size_t offset = model_->intercept ? 1 : 0;
  for (std::size_t t = 0; t < frame_.terms.size(); ++t) {
    offsets_.push_back(offset);
    offset += frame_.cells(t);
  }
  for (std::size_t k = 0; k < model_->columns.size(); ++k)
    coefficients_.push_back(model_->columns[k] == LinearModel::ColumnState::kKept
                                ? model_->coefficients[k]
                            : model_->columns[k] == LinearModel::ColumnState::kDropped ? 0.0
                                                                                       : kNaN);
}

LinearPredictor::Values LinearPredictor::at(const Chunk& chunk) const {
  const auto rows = frame_.rows(chunk, false, unknown_levels_);
  Values values;
  values.fitted = over_chunk(fitted(rows), rows, chunk.rows);
  if (squares_) values.squares = over_chunk(squares(rows), rows, chunk.rows);
  return values;
}

std::vector<double> LinearPredictor::fitted(const ModelRows& rows) const {
  return linear_values(frame_, model_->intercept, coefficients_.data(), model_->centres.data(),
                       rows);
}

void LinearPredictor::active_columns(const ModelRows& rows, std::size_t row,
                                     std::vector<Active>& active) const {
  active.clear();
  if (model_->intercept) active.emplace_back(0, 1.0);
  for (std::size_t t = 0; t < frame_.terms.size(); ++t) {
    const auto& term = rows.terms[t];
    const auto column =
        offsets_[t] + static_cast<std::size_t>(term.cell.empty() ? 0 : term.cell[row]);
    double value = term.value.empty() ? 1.0 : term.value[row] - model_->centres[column];
    if (!term.low.empty()) value += term.low[row];
    active.emplace_back(column, value);
  }
}

std::vector<double> LinearPredictor::squares(const ModelRows& rows) const {
  const std::size_t p = model_->columns.size();
  std::vector<double> squares(rows.rows);
  std::vector<Active> active;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    active_columns(rows, i, active);
    double square = 0;
    for (std::size_t a = 0; a < active.size(); ++a) {
      const double* row = model_->covariance.data() + active[a].first * p;
      double sum = 0;
      for (std::size_t b = 0; b < a; ++b) sum += row[active[b].first] * active[b].second;
      square += active[a].second * (2 * sum + row[active[a].first] * active[a].second);
    }
    squares[i] = std::max(0.0, square);
  }
  return squares;
}

}  // namespace insitu
