#include "algorithms/meat.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "algorithms/coded_rows.hpp"
#include "algorithms/linear_predictor.hpp"
#include "algorithms/model_products.hpp"
#include "base/error.hpp"
#include "math/cross_product.hpp"

namespace insitu {

namespace {

/// A leverage this near 1 is 1: the row is fitted exactly, whatever its response.
constexpr double kExact = 1e-10;

/// How many ways to group `ways` variables are summed: each, and both.
std::size_t groupings(std::size_t ways) { return ways == 2 ? 3 : ways; }

void require_room(const std::vector<Meat::ClusterSums>& clusters) {
  std::size_t count = 0, bytes = 0;
  for (const auto& way : clusters) {
    count += way.size();
    for (const auto& [cluster, sums] : way) bytes += sums.bytes();
  }
  if (bytes > kMostClusterBytes)
    throw DataError(
        "clustered standard errors keep a number for each cluster and coefficient that it touches: "
        "those of " +
        std::to_string(count) + " clusters take " + std::to_string(bytes >> 20) +
        " MiB of memory, more than the " + std::to_string(kMostClusterBytes >> 20) +
        " that they may; cluster by a variable of fewer values, or fit with fewer numbers in the "
        "formula");
}

/// Which cluster each row of a chunk is in; missing where the variable is.
std::vector<std::optional<std::uint64_t>> clusters_of(const ModelFrame& frame, std::size_t term,
                                                      const Chunk& chunk) {
  const auto position = frame.terms[term].variables[0];
  const auto variable = frame.variable_rows(position, chunk);
  std::vector<std::optional<std::uint64_t>> keys(chunk.rows);
  if (variable.categorical) {
    for (std::size_t i = 0; i < chunk.rows; ++i)
      if (variable.codes[i] >= 0) keys[i] = static_cast<std::uint64_t>(variable.codes[i]);
    return keys;
  }
  if (variable.values.type() == Type::kInt64) {  // identifiers beyond what a double tells apart
    const auto values = variable.values.values<std::int64_t>();
    for (std::size_t i = 0; i < chunk.rows; ++i)
      if (values[i] != missing_value<std::int64_t>())
        keys[i] = static_cast<std::uint64_t>(values[i]);
    return keys;
  }
  std::vector<double> values(chunk.rows);
  variable.values.numbers(values.data());
  for (std::size_t i = 0; i < chunk.rows; ++i)
    if (!std::isnan(values[i])) keys[i] = std::bit_cast<std::uint64_t>(values[i] + 0.0);  // no -0
  return keys;
}

/// packed += sum over the clusters of the products of their sums: cell by cell where clusters touch
/// few of the columns, else in tiles. The clusters alone tell which.
void add_products(const Meat::ClusterSums& clusters, std::size_t columns,
                  std::vector<double>& packed) {
  constexpr double kTilesAreFaster = 16;  // for a product
  double touched = 0;
  for (const auto& [cluster, all] : clusters) {
    const auto n = static_cast<double>(all.sums.size());
    touched += n * n;
  }
  const auto p = static_cast<double>(columns);
  if (touched * kTilesAreFaster < p * p * static_cast<double>(clusters.size())) {
    for (const auto& [cluster, all] : clusters)
      for (std::size_t i = 0; i < all.sums.size(); ++i)
        for (std::size_t j = 0; j <= i; ++j)
          packed[packed_index(all.columns[i], all.columns[j])] += all.sums[i] * all.sums[j];
    return;
  }
  Tile tile(columns);
  auto next = clusters.begin();
  while (next != clusters.end()) {
    std::size_t rows = 0;
    for (std::size_t j = 0; j < columns; ++j)
      std::fill(tile.column(j), tile.column(j) + kTileRows, 0.0);
    for (; next != clusters.end() && rows < kTileRows; ++next, ++rows)
      for (std::size_t k = 0; k < next->second.sums.size(); ++k)
        tile.column(next->second.columns[k])[rows] = next->second.sums[k];
    add_tile_products(tile.data(), tile.data(), columns, kTileRows, packed.data());
  }
}

}  // namespace

struct Meat::Prepared {
  ModelFrame frame;  ///< of the rows: response, offset, weights
  MomentShape shape;
  LinearPredictor predictor;

  explicit Prepared(const Meat& meat)
      : frame(meat.model.frame),
        shape(meat.model.frame),
        predictor(std::make_shared<const LinearModel>(meat.model), meat.leverage > 0,
                  UnknownLevels::kError) {
    if (meat.offset) frame.responses.push_back(*meat.offset);
  }
};

void TouchedSums::add(std::uint32_t column, double value) {
  const auto at = std::ranges::lower_bound(columns, column);
  const auto position = at - columns.begin();
  if (at == columns.end() || *at != column) {
    columns.insert(at, column);
    sums.insert(sums.begin() + position, 0.0);
  }
  sums[static_cast<std::size_t>(position)] += value;
}

void Meat::State::merge(const State& next) {
  moments.merge(next.moments);
  if (clusters.size() != next.clusters.size())
    throw DataError("the state does not belong to this model");
  for (std::size_t way = 0; way < clusters.size(); ++way)
    for (const auto& [cluster, all] : next.clusters[way]) {
      auto& into = clusters[way][cluster];
      if (all.columns.size() != all.sums.size())
        throw DataError("the state does not belong to this model");
      for (std::size_t k = 0; k < all.sums.size(); ++k) into.add(all.columns[k], all.sums[k]);
    }
  require_room(clusters);
  if (__builtin_add_overflow(missing_clusters, next.missing_clusters, &missing_clusters) ||
      __builtin_add_overflow(exact_rows, next.exact_rows, &exact_rows))
    throw DataError("a state counts rows that cannot be");
}

std::vector<std::string> Meat::variables() const {
  auto frame = model.frame;
  if (offset) frame.responses.push_back(*offset);
  auto columns = frame.source_columns();
  for (auto& column : clusters.source_columns())
    if (std::ranges::find(columns, column) == columns.end()) columns.push_back(std::move(column));
  return columns;
}

Meat::State Meat::init() const {
  check_model(model);  // a task's bytes come from outside
  clusters.validate();
  family.validate();
  const auto known = [](const ModelTerm& term) { return term.variables.size() == 1; };
  if (model.responses() != 1 || model.cube || leverage > 2 || clusters.terms.size() > 2 ||
      !std::ranges::all_of(clusters.terms, known) || !clusters.responses.empty() ||
      (offset && *offset >= model.frame.variables.size()) ||
      (leverage > 0 && model.covariance.empty()))
    throw DataError("the model contradicts itself: its sizes do not fit its formula");
  State state;
  state.prepared = std::make_shared<const Prepared>(*this);
  state.clusters.resize(groupings(clusters.terms.size()));
  return state;
}

void Meat::check(const State& state) const {
  const auto require = [](bool right) {
    if (!right) throw DataError("the state does not belong to this model");
  };
  state.moments.check(MomentShape(model.frame), true);
  require(state.clusters.size() == groupings(clusters.terms.size()) &&
          state.missing_clusters >= 0 && state.exact_rows >= 0);
  if (!clusters.terms.empty()) require(!state.moments.seen());
  for (const auto& way : state.clusters)
    for (const auto& [cluster, all] : way) {
      require(all.sums.size() == all.columns.size());
      require(std::ranges::adjacent_find(all.columns, std::greater_equal<>()) == all.columns.end());
      require(all.columns.empty() || all.columns.back() < model.columns.size());
    }
  require_room(state.clusters);
}

void Meat::accumulate(State& state, const Chunk& all) const {
  const auto& prepared = *state.prepared;
  const std::size_t piece = rows_at_once(prepared.shape);
  const bool frequency = prepared.frame.frequency_weights;
  const bool clustered = !clusters.terms.empty();
  ModelRows rows;
  std::vector<double> mu, slope, variance;
  std::vector<LinearPredictor::Active> active;
  for (std::size_t begin = 0; begin < all.rows; begin += piece) {
    const auto chunk = slice(all, begin, std::min(piece, all.rows - begin));
    prepared.frame.rows_into(rows, chunk);
    silence_weightless(rows);
    const std::size_t n = rows.rows;
    auto [eta, squares] = prepared.predictor.at(rows);
    if (offset)
      for (std::size_t i = 0; i < n; ++i) eta[i] += rows.responses[1][i];
    for (auto* each : {&mu, &slope, &variance}) each->resize(n);
    family.means(eta.data(), mu.data(), slope.data(), n);
    family.variances(mu.data(), variance.data(), n);

    // The factor of x in the score of a row (of one of those that a frequency weight stands for).
    std::vector<double> scores(n, 0.0);
    const auto prior = rows.weights;
    const auto weight = [&](std::size_t i) { return prior.empty() ? 1.0 : prior[i]; };
    for (std::size_t i = 0; i < n; ++i) {
      if (weight(i) == 0) continue;
      const double w = frequency ? 1.0 : weight(i);
      scores[i] = w * ((rows.responses[0][i] - mu[i]) * (slope[i] / variance[i]));
      if (leverage == 0) continue;
      const double rest = 1 - w * (slope[i] * slope[i] / variance[i]) * squares[i];
      if (rest > kExact) {
        scores[i] /= leverage == 1 ? std::sqrt(rest) : rest;
      } else {
        scores[i] = 0;
        ++state.exact_rows;
      }
    }

    if (clustered) {
      std::vector<std::vector<std::optional<std::uint64_t>>> keys;
      for (std::size_t way = 0; way < clusters.terms.size(); ++way)
        keys.push_back(clusters_of(clusters, way, chunk));
      for (std::size_t i = 0; i < n; ++i) {
        if (weight(i) == 0) continue;
        const std::size_t row = rows.row_in_chunk.empty() ? i : rows.row_in_chunk[i];
        const auto first = keys[0][row];
        const auto second = keys.size() > 1 ? keys[1][row] : std::optional<std::uint64_t>(0);
        if (!first || !second) {
          ++state.missing_clusters;
          continue;
        }
        const double score = (frequency ? weight(i) : 1.0) * scores[i];
        prepared.predictor.active_columns(rows, i, active);
        const Cluster groups[] = {{*first, 0}, {*second, 0}, {*first, *second}};
        for (std::size_t way = 0; way < state.clusters.size(); ++way) {
          auto& sums = state.clusters[way][groups[way]];
          for (const auto& [column, value] : active)
            sums.add(static_cast<std::uint32_t>(column), score * value);
        }
      }
      continue;
    }

    rows.weights.resize(n);
    for (std::size_t i = 0; i < n; ++i)
      rows.weights[i] = (frequency ? weight(i) : 1.0) * (scores[i] * scores[i]);
    std::size_t column = model.intercept ? 1 : 0;
    for (std::size_t t = 0; t < rows.terms.size(); ++t) {
      const double centre = model.centres[column];  // of a numeric term; 0 for cells
      column += prepared.frame.cells(t);
      if (centre != 0 || !rows.terms[t].low.empty()) rows.terms[t].count_from(centre);
    }
    rows.responses.resize(1);  // whose moments are not used
    rows.response_low.clear();
    std::fill(rows.responses[0].begin(), rows.responses[0].end(), 0.0);
    state.moments.add(prepared.shape, rows);
  }
  if (clustered) require_room(state.clusters);
}

MeatSums Meat::finalize(const State& state) const {
  MeatSums result;
  result.missing_clusters = state.missing_clusters;
  result.exact_rows = state.exact_rows;
  const std::size_t p = model.columns.size();
  result.products.assign(p * p, 0.0);
  const auto set = [&](std::size_t i, std::size_t j, double value) {
    result.products[i * p + j] = result.products[j * p + i] = value;
  };
  if (clusters.terms.empty()) {
    if (!state.moments.seen()) return result;  // every residual is 0
    const MomentShape shape(model.frame);
    const Products<double> products(shape, state.moments);
    const Design design(model.frame, shape, {});
    for (std::size_t i = 0; i < p; ++i) {
      const auto kept = [&](std::size_t k) {
        return model.columns[k] == LinearModel::ColumnState::kKept;
      };
      if (!kept(i)) continue;
      const bool constant = design.columns[i].term == DesignColumn::kNone;
      if (constant) {
        set(0, 0, state.moments.weight);
        continue;
      }
      const auto view = products.column(design.columns[i]);
      for (std::size_t j = 0; j <= i; ++j) {
        if (!kept(j)) continue;
        set(i, j,
            design.columns[j].term == DesignColumn::kNone
                ? view.sum
                : products(view, products.column(design.columns[j]), Origin::kRaw));
      }
    }
    return result;
  }
  std::vector<double> total(packed_size(p), 0.0);
  for (std::size_t way = 0; way < state.clusters.size(); ++way) {
    const auto& sums = state.clusters[way];
    const auto count = static_cast<double>(sums.size());
    if (sums.size() < 2)
      throw DataError("clustered standard errors need two clusters or more; there is " +
                      std::to_string(sums.size()));
    if (way < clusters.terms.size())
      result.clusters.push_back(static_cast<std::int64_t>(sums.size()));
    std::vector<double> packed(packed_size(p), 0.0);
    add_products(sums, p, packed);
    const double factor = (way == 2 ? -1.0 : 1.0) * (adjust ? count / (count - 1) : 1.0);
    for (std::size_t k = 0; k < packed.size(); ++k) total[k] += factor * packed[k];
  }
  for (std::size_t i = 0; i < p; ++i)
    for (std::size_t j = 0; j <= i; ++j) set(i, j, total[packed_index(i, j)]);
  return result;
}

}  // namespace insitu
