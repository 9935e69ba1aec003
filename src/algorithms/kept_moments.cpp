#include "algorithms/kept_moments.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "algorithms/kept_moments_1.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/mapped_moments.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"

namespace insitu {

namespace {

using Cells = std::vector<std::int32_t>;

std::string written(const Expression& e) {
  return e.kind == Expression::Kind::kName ? e.text : deparse(e);
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Where each cell of a term lies when the levels of its variables, or the variables, are in
/// another order. `here`: of the variables of the other frame in its order, which term they have.
/// `levels[v]`: where each level of variable v of `from` is in `to`; empty: at the same place.
Cells cells_of(const ModelFrame& from, const std::vector<std::uint32_t>& there,
               const ModelFrame& to, const std::vector<std::uint32_t>& here,
               const std::vector<std::uint32_t>& counterpart, const std::vector<Cells>& levels) {
  std::vector<std::uint32_t> stride(from.variables.size(), 0);  // of the cell in `to`
  std::uint32_t cells = 1;
  for (const auto v : here) {
    if (!to.variables[v].categorical) continue;
    const auto origin = std::ranges::find(counterpart, v) - counterpart.begin();
    stride[static_cast<std::size_t>(origin)] = cells;
    cells *= static_cast<std::uint32_t>(to.variables[v].levels.size());
  }
  std::vector<std::uint32_t> categorical, others;
  for (const auto v : here)
    if (to.variables[v].categorical) others.push_back(v);
  std::uint32_t count = 1;
  bool same = true;
  for (const auto v : there)
    if (from.variables[v].categorical) {
      same = same && levels[v].empty() && counterpart[v] == others[categorical.size()];
      categorical.push_back(v);
      count *= static_cast<std::uint32_t>(from.variables[v].levels.size());
    }
  if (same) return {};
  Cells result(count);
  for (std::uint32_t cell = 0; cell < count; ++cell) {
    std::uint32_t rest = cell, place = 0;
    for (const auto v : categorical) {
      const auto size = static_cast<std::uint32_t>(from.variables[v].levels.size());
      const auto level = rest % size;
      rest /= size;
      place +=
          stride[v] * (levels[v].empty() ? level : static_cast<std::uint32_t>(levels[v][level]));
    }
    result[cell] = static_cast<std::int32_t>(place);
  }
  return result;
}

// ---- sub-models

/// Looks things up in kept moments by how a formula writes them.
class Lookup {
 public:
  Lookup(const ModelFrame& frame, const MomentShape& shape) : frame_(frame) {
    for (std::size_t j = 0; j < shape.dense_terms.size(); ++j) {
      const auto& term = frame.terms[shape.dense_terms[j]];
      dense_.push_back({names_of(term), j});
    }
    for (std::size_t r = 0; r < frame.responses.size(); ++r)
      dense_.push_back({{frame.variables[frame.responses[r]].label}, shape.dense_terms.size() + r});
    for (std::size_t b = 0; b < shape.blocks.size(); ++b)
      blocks_.push_back({names_of(frame.terms[shape.blocks[b].term]), b});
  }

  /// The dense column or block of the product of these variables, whatever their order.
  std::optional<std::size_t> dense(std::vector<std::string> names) const {
    return find(dense_, std::move(names));
  }
  std::optional<std::size_t> block(std::vector<std::string> names) const {
    return find(blocks_, std::move(names));
  }
  std::optional<std::uint32_t> variable(const std::string& label) const {
    const auto found = std::ranges::find(frame_.variables, label, &ModelVariable::label);
    if (found == frame_.variables.end()) return std::nullopt;
    return static_cast<std::uint32_t>(found - frame_.variables.begin());
  }
  /// What can be a response.
  std::vector<std::string> numbers() const {
    std::vector<std::string> names;
    for (const auto& [of, place] : dense_)
      if (of.size() == 1) names.push_back(of[0]);
    return names;
  }
  std::vector<std::string> terms() const {
    std::vector<std::string> names;
    for (const auto& term : frame_.terms) names.push_back(term.label);
    for (const auto v : frame_.responses) names.push_back(frame_.variables[v].label);
    return names;
  }

 private:
  using Entry = std::pair<std::vector<std::string>, std::size_t>;

  std::vector<std::string> names_of(const ModelTerm& term) const {
    std::vector<std::string> names;
    for (const auto v : term.variables) names.push_back(frame_.variables[v].label);
    std::ranges::sort(names);
    return names;
  }
  static std::optional<std::size_t> find(const std::vector<Entry>& entries,
                                         std::vector<std::string> names) {
    std::ranges::sort(names);
    const auto found = std::ranges::find(entries, names, &Entry::first);
    if (found == entries.end()) return std::nullopt;
    return found->second;
  }

  const ModelFrame& frame_;
  std::vector<Entry> dense_, blocks_;
};

// ---- other rows

/// Throws unless what the moments are of is the same but for levels of factors.
void require_same_model(const KeptMoments& a, const KeptMoments& b) {
  const auto& left = a.frame;
  const auto& right = b.frame;
  if (left.formula != right.formula || left.variables.size() != right.variables.size() ||
      left.responses != right.responses || left.terms.size() != right.terms.size())
    throw InvalidArgument("moments of different formulas cannot be combined: " + left.formula +
                          " and " + right.formula);
  const auto weights = [](const ModelFrame& frame) {
    return frame.weights.empty()
               ? "none"
               : (frame.frequency_weights ? "fweights " : "pweights ") + frame.weights;
  };
  if (weights(left) != weights(right))
    throw InvalidArgument("moments with different weights cannot be combined: " + weights(left) +
                          " and " + weights(right));
  if (a.pipeline != b.pipeline)
    throw InvalidArgument(
        "moments of different `transforms` cannot be combined: their variables are not the same"_named);
  for (std::size_t v = 0; v < left.variables.size(); ++v) {
    auto x = left.variables[v], y = right.variables[v];
    const bool levels_matter = x.from_range || x.level_codes || x.restricted;
    if (levels_matter && (x.levels != y.levels || x.low != y.low || x.high != y.high))
      throw InvalidArgument("moments whose " + x.label +
                            " has other bounds or levels cannot be combined: write them into the "
                            "formula, F(x, low, high), or declare the levels with `colInfo`"_named);
    x.levels = y.levels = {};
    if (insitu::save(x) != insitu::save(y))
      throw InvalidArgument("moments whose " + x.label +
                            " is of another kind (number, factor) cannot be combined");
  }
  for (std::size_t t = 0; t < left.terms.size(); ++t)
    if (insitu::save(left.terms[t]) != insitu::save(right.terms[t]))
      throw InvalidArgument("moments of different formulas cannot be combined: " + left.formula +
                            " and " + right.formula);
}

template <class Real>
void map_run(PlacedMoments<Real>& run, const MomentShape& from, const MomentShape& to,
             const MomentsMap& map) {
  run.total = mapped(run.total, from, to, map);
  for (auto& part : run.parts) part = mapped(part, from, to, map);
}

std::unordered_map<std::string_view, std::int32_t> places_of(
    const std::vector<std::string>& levels) {
  std::unordered_map<std::string_view, std::int32_t> places;
  for (const auto& level : levels) places.emplace(level, static_cast<std::int32_t>(places.size()));
  return places;
}

/// The same moments with the levels of a frame that has them all.
void take_levels(KeptMoments& kept, const ModelFrame& united) {
  std::vector<Cells> levels(united.variables.size());
  bool same = true;
  for (std::size_t v = 0; v < levels.size(); ++v) {
    const auto& all = united.variables[v].levels;
    const auto& own = kept.frame.variables[v].levels;
    if (all == own) continue;
    same = false;
    const auto place = places_of(all);
    for (const auto& level : own) levels[v].push_back(place.at(level));
  }
  if (same) return;
  const MomentShape from(kept.frame), to(united);
  std::vector<std::uint32_t> itself(united.variables.size());
  for (std::uint32_t v = 0; v < itself.size(); ++v) itself[v] = v;
  MomentsMap map;
  for (std::size_t j = 0; j < to.dense(); ++j) map.dense.push_back(j);
  for (std::size_t b = 0; b < to.blocks.size(); ++b) {
    const auto& term = united.terms[to.blocks[b].term].variables;
    map.blocks.push_back(b);
    map.cells.push_back(cells_of(kept.frame, term, united, term, itself, levels));
  }
  for (auto& run : kept.runs) {
    map_run(run.sums, from, to, map);
    if (run.precise) map_run(*run.precise, from, to, map);
  }
  kept.frame = united;
}

void add_run(std::vector<MomentsOfRun>& runs, MomentsOfRun next) {
  if (!runs.empty() && runs.back().sums.continued_by(next.sums)) {
    auto& last = runs.back();
    last.sums.join(next.sums);
    if (last.precise && next.precise && last.precise->continued_by(*next.precise))
      last.precise->join(*next.precise);
    else
      last.precise.reset();
    return;
  }
  runs.push_back(std::move(next));
}

}  // namespace

Bytes KeptMoments::save() const { return seal(kKind, insitu::save(*this)); }

KeptMoments KeptMoments::load(std::string_view sealed) {
  const auto content = unseal(kKind, sealed);
  const auto version = ByteReader(content).get<std::uint32_t>();
  if (version < 1 || version > kVersion)
    throw DataError("the moments were saved in format " + std::to_string(version) +
                    ", this version reads formats up to " + std::to_string(kVersion) +
                    ": make them again from the data");
  auto kept = version == 1 ? kept_moments_of_format_1(content) : insitu::load<KeptMoments>(content);
  kept.frame.validate();
  check_frame(kept.frame);
  const MomentShape shape(kept.frame);
  if (kept.runs.empty() || shape.dense() == 0)
    throw DataError("the moments contradict themselves: they hold no rows or no number");
  for (const auto& run : kept.runs) {
    run.sums.check(shape, !kept.frame.weights.empty());
    if (run.precise) run.precise->check(shape, !kept.frame.weights.empty());
  }
  return kept;
}

ModelMoments<double> KeptMoments::total() const {
  auto all = runs.front().sums.total;
  for (std::size_t i = 1; i < runs.size(); ++i) all.merge(runs[i].sums.total);
  return all;
}

std::optional<ModelMoments<DoubleDouble>> KeptMoments::precise() const {
  if (!std::ranges::all_of(runs, [](const auto& run) { return run.precise.has_value(); }))
    return std::nullopt;
  auto all = runs.front().precise->total;
  for (std::size_t i = 1; i < runs.size(); ++i) all.merge(runs[i].precise->total);
  return all;
}

KeptMoments combined(KeptMoments a, const KeptMoments& b) {
  require_same_model(a, b);
  auto united = a.frame;
  for (std::size_t v = 0; v < united.variables.size(); ++v) {
    const auto known = places_of(a.frame.variables[v].levels);
    for (const auto& level : b.frame.variables[v].levels)
      if (!known.contains(level)) united.variables[v].levels.push_back(level);
  }
  check_frame(united);
  take_levels(a, united);
  auto next = b;
  take_levels(next, united);
  for (auto& run : next.runs) add_run(a.runs, std::move(run));
  return a;
}

SubModel sub_model(const KeptMoments& kept, const Formula& formula) {
  const MomentShape from(kept.frame);
  const Lookup lookup(kept.frame, from);
  SubModel sub;
  sub.frame.formula = deparse(formula);
  sub.frame.intercept = formula.intercept;
  sub.frame.weights = kept.frame.weights;
  sub.frame.frequency_weights = kept.frame.frequency_weights;
  constexpr auto kNone = static_cast<std::uint32_t>(-1);
  std::vector<std::uint32_t> counterpart(kept.frame.variables.size(), kNone);
  const auto take = [&](std::uint32_t there) {
    auto& here = counterpart[there];
    if (here == kNone) {
      here = static_cast<std::uint32_t>(sub.frame.variables.size());
      sub.frame.variables.push_back(kept.frame.variables[there]);
    }
    return here;
  };
  MomentsMap map;
  std::vector<std::size_t> dense_responses;
  for (const auto& response : formula.responses) {
    const auto label = written(*response);
    const auto place = lookup.dense({label});
    if (!place)
      throw InvalidArgument("the moments hold no number " + label + " that could be the response" +
                            did_you_mean(label, lookup.numbers()) +
                            "; those that they hold: " + listed(lookup.numbers()));
    dense_responses.push_back(*place);
    sub.frame.responses.push_back(take(*lookup.variable(label)));
  }
  std::vector<std::vector<std::uint32_t>> block_terms;  // variables of each block there
  for (const auto& term : formula.terms) {
    std::vector<std::string> names;
    for (const auto& factor : term.factors) names.push_back(written(*factor));
    const auto dense = lookup.dense(names), block = lookup.block(names);
    if (!dense && !block) {
      const auto label = deparse(term);
      throw InvalidArgument("the moments hold no term " + label +
                            did_you_mean(label, lookup.terms()) +
                            "; those that they hold: " + listed(lookup.terms()));
    }
    ModelTerm bound;
    for (const auto& name : names) {
      const auto here = take(*lookup.variable(name));
      bound.variables.push_back(here);
      bound.label += (bound.label.empty() ? "" : ":") + sub.frame.variables[here].label;
    }
    if (dense)
      map.dense.push_back(*dense);
    else
      map.blocks.push_back(*block);
    sub.frame.terms.push_back(std::move(bound));
  }
  map.dense.insert(map.dense.end(), dense_responses.begin(), dense_responses.end());
  const MomentShape to(sub.frame);
  const std::vector<Cells> same_levels(kept.frame.variables.size());
  for (std::size_t b = 0; b < to.blocks.size(); ++b)
    map.cells.push_back(
        cells_of(kept.frame, kept.frame.terms[from.blocks[map.blocks[b]].term].variables, sub.frame,
                 sub.frame.terms[to.blocks[b].term].variables, counterpart, same_levels));
  sub.moments = mapped(kept.total(), from, to, map);
  if (const auto precise = kept.precise()) sub.precise = mapped(*precise, from, to, map);
  return sub;
}

}  // namespace insitu
