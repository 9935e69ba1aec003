#include "algorithms/lin_mod.hpp"

namespace insitu {

namespace {

/// Beyond this many columns elimination in double-double takes minutes, so double has to do.
constexpr std::size_t kDoubleDoubleColumns = 1500;

}  // namespace

LinMod::State LinMod::init() const {
  State state;
  state.shape = std::make_shared<const MomentShape>(frame);
  return state;
}

void LinMod::accumulate(State& state, const Chunk& chunk) const { accumulate(state, frame.rows(chunk)); }

void LinMod::accumulate(State& state, const ModelRows& rows) const {
  if (double_double) state.precise.add(*state.shape, rows);
  else state.moments.add(*state.shape, rows);
}

LinearFit LinMod::solve(const State& state) const {
  const MomentShape shape(frame);
  const FitOptions options{
      .coding = coding, .coefficient_covariance = coefficient_covariance, .data_covariance = data_covariance};
  if (double_double) {
    state.precise.check(shape);
    return fit_least_squares(frame, shape, state.precise, options);
  }
  state.moments.check(shape);
  return fit_least_squares(frame, shape, state.moments, options);
}

bool LinMod::update(const State& state) {
  if (double_double) {
    fit_ = nullptr;
    return false;
  }
  auto fit = std::make_shared<const LinearFit>(solve(state));
  double_double = fit->digits_at_risk && fit->columns.size() <= kDoubleDoubleColumns;
  fit_ = double_double ? nullptr : std::move(fit);
  return double_double;
}

LinearFit LinMod::finalize(const State& state) const { return fit_ ? *fit_ : solve(state); }

}  // namespace insitu
