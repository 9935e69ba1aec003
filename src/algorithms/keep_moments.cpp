#include "algorithms/keep_moments.hpp"

#include <utility>

#include "algorithms/coded_rows.hpp"
#include "algorithms/lin_mod.hpp"
#include "algorithms/linear_model.hpp"
#include "base/error.hpp"

namespace insitu {

namespace {

/// Whether a fit of all terms wants sums in double-double.
bool digits_at_risk(const KeepMoments& analysis, const ModelMoments<double>& moments) {
  if (!moments.seen()) return false;
  LinMod model{.frame = analysis.frame, .coding = analysis.coding};
  LinMod::State state;
  state.moments = moments;
  return model.update(state);
}

}  // namespace

KeepMoments::State KeepMoments::init() const {
  check_frame(frame);  // a task's bytes come from outside
  State state;
  state.shape = shapes.shape(frame);
  return state;
}

void KeepMoments::check(const State& state) const {
  const auto shape = shapes.shape(frame);
  const bool weighted = !frame.weights.empty();
  state.sums.check(*shape, weighted);
  state.precise.check(*shape, weighted);
  const auto unused = [](const auto& run) {
    return run.total.rows == 0 && run.total.missing_rows == 0 && !run.total.seen() &&
           run.nodes.empty();
  };
  if (double_double ? !unused(state.sums) : !unused(state.precise))
    throw DataError("the state is of another pass of this model");
}

void KeepMoments::accumulate(State& state, const Chunk& chunk) const {
  if (chunk.rows == 0) return;  // a selection leaves none: the run is not there
  const auto add_to = [&](auto& run) {
    run.place(chunk.from);
    for_coded_rows(frame, *state.shape, chunk,
                   [&](const ModelRows& rows) { run.total.add(*state.shape, rows); });
  };
  if (double_double)
    add_to(state.precise);
  else
    add_to(state.sums);
}

bool KeepMoments::update(const State& state) {
  if (double_double) return false;
  first = std::make_shared<const PlacedMoments<double>>(state.sums);
  double_double = wants_precise || digits_at_risk(*this, state.sums.total);
  return double_double;
}

MomentsOfRun KeepMoments::finalize(const State& state) const {
  if (!double_double) return {state.sums, std::nullopt};
  if (!first) throw Error("the pass in double comes before that in double-double");
  return {*first, state.precise};
}

LinearFit fit_moments(const ModelFrame& frame, const FitOptions& options,
                      const ModelMoments<double>& moments,
                      const ModelMoments<DoubleDouble>* precise) {
  LinMod model{.frame = frame,
               .coding = options.coding,
               .coefficient_covariance = options.coefficient_covariance,
               .data_covariance = options.data_covariance};
  LinMod::State state;
  state.moments = moments;
  if (model.update(state)) {
    if (precise)
      state.precise = *precise;
    else
      model.double_double = false;
  }
  return model.finalize(state);
}

}  // namespace insitu
