#include "algorithms/lin_mod.hpp"

#include <algorithm>

#include "algorithms/linear_model.hpp"
#include "base/error.hpp"
#include "math/cross_product.hpp"

namespace insitu {

namespace {

/// Beyond this many columns elimination in double-double takes minutes, so double has to do.
constexpr std::size_t kDoubleDoubleColumns = 1500;

/// Rows that are coded at once, so that what is coded stays in the second-level cache and its
/// vectors below the size at which allocators ask the system for fresh pages. From the model alone:
/// a constant of the arithmetic.
std::size_t rows_at_once(const MomentShape& shape) {
  const std::size_t columns = shape.dense() + shape.blocks.size();
  return std::clamp(std::size_t{40960} / columns / kTileRows, std::size_t{4}, std::size_t{32}) *
         kTileRows;
}

LinearFit solve(const LinMod& analysis, const LinMod::State& state) {
  const auto& frame = analysis.frame;
  const auto shape = analysis.shapes.shape(frame);
  const FitOptions options{.coding = analysis.coding,
                           .coefficient_covariance = analysis.coefficient_covariance,
                           .data_covariance = analysis.data_covariance};
  if (analysis.double_double) {
    state.precise.check(*shape, !frame.weights.empty());
    return fit_least_squares(frame, *shape, state.precise, options);
  }
  state.moments.check(*shape, !frame.weights.empty());
  return fit_least_squares(frame, *shape, state.moments, options);
}

/// Values of rows of weight zero become 0: such a row takes no part, whatever it holds (0 times an
/// infinity would).
void silence_weightless(ModelRows& rows) {
  for (std::size_t i = 0; i < rows.weights.size(); ++i) {
    if (rows.weights[i] != 0) continue;
    for (auto& term : rows.terms)
      if (!term.value.empty()) term.value[i] = 0;
    for (auto& response : rows.responses) response[i] = 0;
  }
}

}  // namespace

LinMod::State LinMod::init() const {
  check_frame(frame);  // a task's bytes come from outside
  State state;
  state.shape = shapes.shape(frame);
  return state;
}

void LinMod::check(const State& state) const {
  const auto shape = shapes.shape(frame);
  const bool weighted = !frame.weights.empty();
  state.moments.check(*shape, weighted);
  state.precise.check(*shape, weighted);
  const auto unused = [](const auto& moments) {
    return moments.rows == 0 && moments.missing_rows == 0 && !moments.seen();
  };
  if (double_double ? !unused(state.moments) : !unused(state.precise))
    throw DataError("the state is of another pass of this model");
}

void LinMod::accumulate(State& state, const Chunk& chunk) const {
  const std::size_t piece = rows_at_once(*state.shape);
  ModelRows rows;  // one piece's memory for all: fresh pages would cost more than the sums
  for (std::size_t begin = 0; begin < chunk.rows; begin += piece) {
    frame.rows_into(rows, slice(chunk, begin, std::min(piece, chunk.rows - begin)));
    silence_weightless(rows);
    accumulate(state, rows);
  }
}

void LinMod::accumulate(State& state, const ModelRows& rows) const {
  if (double_double)
    state.precise.add(*state.shape, rows);
  else
    state.moments.add(*state.shape, rows);
}

bool LinMod::update(const State& state) {
  if (double_double) return false;
  fit = std::make_shared<const LinearFit>(solve(*this, state));
  double_double = fit->digits_at_risk && fit->columns.size() <= kDoubleDoubleColumns;
  if (double_double) fit = nullptr;
  return double_double;
}

LinearFit LinMod::finalize(const State& state) const { return fit ? *fit : solve(*this, state); }

}  // namespace insitu
