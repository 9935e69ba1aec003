#include "algorithms/lin_mod.hpp"

#include <algorithm>

#include "algorithms/coded_rows.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/model_aggregates.hpp"
#include "base/error.hpp"

namespace insitu {

namespace {

/// Beyond this many columns elimination in double-double takes minutes, so double has to do.
constexpr std::size_t kDoubleDoubleColumns = 1500;

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
  for_coded_rows(frame, *state.shape, chunk,
                 [&](const ModelRows& rows) { accumulate(state, rows); });
}

LinMod::State LinMod::aggregated(const AskAggregates& ask) const {
  if (double_double)
    throw Unsupported(
        "columns are so near to being dependent that sums in double-double are needed");
  auto state = init();
  state.moments = aggregated_moments(frame, *state.shape, ask);
  return state;
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
