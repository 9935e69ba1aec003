#include "algorithms/step_glm.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "algorithms/coded_rows.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/sub_moments.hpp"
#include "base/error.hpp"
#include "math/elementary.hpp"

namespace insitu {

namespace {

/// Numbers that the states of one pass may hold together: 128 MiB.
constexpr double kMostNumbers = 1 << 24;

/// The rows in the terms of one model.
ModelRows part_of(const ModelRows& rows, const StepTerms& terms) {
  ModelRows part;
  part.rows = rows.rows;
  part.missing_rows = rows.missing_rows;
  part.row_in_chunk = rows.row_in_chunk;
  for (const auto t : terms) part.terms.push_back(rows.terms[t]);
  part.responses = rows.responses;
  part.response_low = rows.response_low;
  part.weights = rows.weights;
  return part;
}

ModelFrame without_offset(ModelFrame frame) {
  frame.responses.resize(1);
  return frame;
}

}  // namespace

void GlmCandidates::State::merge(const State& next) {
  if (next.states.size() != states.size())
    throw DataError("states of different models cannot be merged");
  for (std::size_t i = 0; i < states.size(); ++i) states[i].merge(next.states[i]);
}

GlmCandidates::State GlmCandidates::init() const {
  check_frame(frame);  // a task's bytes come from outside
  if (terms.size() != models.size())
    throw DataError("the models contradict themselves: there are not as many as their terms");
  State state;
  state.shape = shapes.shape(frame);
  for (std::size_t i = 0; i < models.size(); ++i) {
    const auto& own = models[i].frame;
    bool right =
        own.terms.size() == terms[i].size() && own.responses.size() == frame.responses.size();
    for (std::size_t t = 0; right && t < terms[i].size(); ++t)
      right =
          terms[i][t] < frame.terms.size() && own.terms[t].label == frame.terms[terms[i][t]].label;
    if (right) check_frame(own);
    for (std::size_t t = 0; right && t < terms[i].size(); ++t)
      right = own.cells(t) == frame.cells(terms[i][t]);
    if (!right) throw DataError("the models contradict themselves: a term is not of their frame");
    state.states.push_back(models[i].init());
    state.shapes.push_back(state.states.back().shape);
  }
  return state;
}

void GlmCandidates::check(const State& state) const {
  if (state.states.size() != models.size())
    throw DataError("the state does not belong to these models");
  for (std::size_t i = 0; i < models.size(); ++i) models[i].check(state.states[i]);
}

void GlmCandidates::accumulate(State& state, const Chunk& chunk) const {
  std::size_t begin = 0;  // of the piece
  for_coded_rows(frame, *state.shape, chunk, [&](const ModelRows& rows) {
    for (std::size_t i = 0; i < models.size(); ++i) {
      auto part = part_of(rows, terms[i]);
      state.states[i].shape = state.shapes[i];  // a loaded state comes without
      models[i].accumulate(state.states[i], part,
                           [&](std::size_t row) { return text_of_row(chunk, rows, begin, row); });
    }
    begin += rows_at_once(*state.shape);
  });
}

bool GlmCandidates::update(const State& state) {
  std::vector<Glm> going;
  std::vector<StepTerms> going_terms;
  std::vector<std::size_t> going_places;
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (models[i].update(state.states[i])) {
      going.push_back(std::move(models[i]));
      going_terms.push_back(std::move(terms[i]));
      going_places.push_back(places[i]);
    } else {
      results[places[i]] = models[i].finalize(state.states[i]);
    }
  }
  models = std::move(going);
  terms = std::move(going_terms);
  places = std::move(going_places);
  return !models.empty();
}

GlmCandidates glm_candidates(const Glm& all, const std::vector<StepTerms>& terms) {
  GlmCandidates candidates;
  candidates.frame = all.frame;
  candidates.terms = terms;
  candidates.results.resize(terms.size());
  for (std::size_t i = 0; i < terms.size(); ++i) {
    Glm model = all;
    model.frame = frame_of_terms(all.frame, terms[i], "");
    candidates.models.push_back(std::move(model));
    candidates.places.push_back(i);
  }
  return candidates;
}

std::size_t glm_models_at_once(const ModelFrame& frame, const std::vector<StepTerms>& terms) {
  double numbers = 0;
  std::size_t count = 0;
  for (const auto& model : terms) {
    double columns = 2;
    for (const auto t : model) columns += frame.cells(t);
    numbers += columns * columns;
    if (numbers > kMostNumbers && count > 0) break;
    ++count;
  }
  return count;
}

StepFit step_fit(const GlmFit& fit) {
  return {fit.deviance,     static_cast<double>(fit.linear.rank),
          fit.observations, fit.dispersion,
          fit.aic,          fit.coefficients};
}

StepMeasure step_measure(const Family& family) {
  return {.normal = family.name == Family::Name::kGaussian,
          .likelihood = family.has_likelihood(),
          .unit_dispersion = family.unit_dispersion()};
}

GlmMoments glm_moments(const Glm& all, const GlmFit& fit) {
  GlmMoments pass;
  static_cast<Glm&>(pass) = all;
  pass.step = Glm::Step::kFit;
  pass.residual = false;
  pass.constants = false;
  pass.coefficients = fit.centred_coefficients;
  for (auto& b : pass.coefficients)
    if (std::isnan(b)) b = 0;
  pass.centres = fit.linear.centres;
  return pass;
}

std::vector<StepFit> approximate_fits(const GlmMoments& pass, const Glm::State& state,
                                      const GlmFit& all, const std::vector<StepTerms>& terms) {
  const auto frame = without_offset(pass.frame);
  const MomentShape shape(frame);
  const auto solved = [&](const StepTerms& model) {
    const auto part = frame_of_terms(frame, model, "");
    const MomentShape to(part);
    return fit_least_squares(part, to, moments_of_terms(shape, state.moments, to, model),
                             {.coding = pass.coding, .errors = false});
  };
  StepTerms every(frame.terms.size());
  for (std::size_t t = 0; t < every.size(); ++t) every[t] = t;
  const double least = solved(every).residual_squares[0];
  const auto rank = static_cast<double>(all.linear.rank);
  const bool normal = step_measure(pass.family).normal;
  std::vector<StepFit> fits;
  for (const auto& model : terms) {
    const auto fit = solved(model);
    StepFit found{all.deviance + fit.residual_squares[0] - least,
                  static_cast<double>(fit.rank),
                  all.observations,
                  all.dispersion,
                  all.aic,
                  fit.coefficients};
    const double gain = normal ? found.observations * elementary::log(found.deviance / all.deviance)
                               : (found.deviance - all.deviance) / all.dispersion;
    found.aic += gain + 2 * (found.rank - rank);
    fits.push_back(std::move(found));
  }
  return fits;
}

}  // namespace insitu
