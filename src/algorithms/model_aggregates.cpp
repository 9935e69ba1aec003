#include "algorithms/model_aggregates.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "algorithms/row_variables.hpp"
#include "base/error.hpp"
#include "math/cross_product.hpp"

namespace insitu {

namespace {

/// Up to this many cells of all factors together one question tells all.
constexpr double kJointCells = 20'000;

void unite(std::vector<std::uint32_t>& into, const std::vector<std::uint32_t>& more) {
  for (const auto v : more)
    if (std::ranges::find(into, v) == into.end()) into.push_back(v);
}

class Collector {
 public:
  Collector(const ModelFrame& frame, const MomentShape& shape, const AskAggregates& ask)
      : frame_(frame), shape_(shape), ask_(ask), weighted_(!frame.weights.empty()) {}

  ModelMoments<double> moments() {
    std::vector<std::uint32_t> factors;
    for (const auto& block : shape_.blocks)
      unite(factors, term_variables(frame_, block.term).factors);
    double cells = 1;
    for (const auto v : factors) cells *= static_cast<double>(frame_.variables[v].levels.size());
    const bool joint = cells <= kJointCells;
    auto question = start(joint ? factors : std::vector<std::uint32_t>());
    add_dense(question, RowValue::Centre::kMean);
    if (joint) add_cells(question);
    const auto answer = ask_about(ask_, question);
    take_dense(answer);
    if (!moments_.seen()) return std::move(moments_);
    if (joint) {
      take_blocks(question, answer);
      take_pairs(question, answer);
      return std::move(moments_);
    }
    for (std::size_t b = 0; b < shape_.blocks.size(); ++b) {
      auto by_block = start(term_variables(frame_, shape_.blocks[b].term).factors);
      add_dense(by_block, RowValue::Centre::kGiven);
      add_cells(by_block, b);
      take_blocks(by_block, same_rows(ask_about(ask_, by_block)), b);
    }
    for (std::size_t p = 0; p < shape_.pairs.size(); ++p) {
      const auto& pair = shape_.pairs[p];
      auto by = term_variables(frame_, shape_.blocks[pair.first].term).factors;
      unite(by, term_variables(frame_, shape_.blocks[pair.second].term).factors);
      auto by_pair = start(by);
      add_pair(by_pair, p);
      take_pair(by_pair, same_rows(ask_about(ask_, by_pair)), p);
    }
    return std::move(moments_);
  }

 private:
  AggregateQuestion start(std::vector<std::uint32_t> by) {
    auto question = question_of(frame_);
    question.complete = true;
    question.by = std::move(by);
    sums_.clear();
    pairs_.clear();
    dense_.clear();
    return question;
  }

  std::size_t add(AggregateQuestion& question, std::vector<std::uint32_t> values,
                  RowSum::Of of = RowSum::Of::kSum) const {
    question.sums.push_back(
        {.of = of, .values = std::move(values), .weighted = weighted_ && of == RowSum::Of::kSum});
    return question.sums.size() - 1;
  }

  /// A product of number variables as it is; none: 1.
  std::vector<std::uint32_t> product(AggregateQuestion& question,
                                     const std::vector<std::uint32_t>& numbers) const {
    if (numbers.empty()) return {};
    question.values.push_back({.factors = numbers});
    return {static_cast<std::uint32_t>(question.values.size() - 1)};
  }

  /// The dense columns: numeric terms, then responses. Counted from the means of all rows, they
  /// bring all their sums; counted from given origins they are only used with cells.
  void add_dense(AggregateQuestion& question, RowValue::Centre from) {
    const auto d = shape_.dense();
    for (std::size_t j = 0; j < d; ++j) {
      const auto numbers =
          j < shape_.dense_terms.size()
              ? term_variables(frame_, shape_.dense_terms[j]).numbers
              : std::vector<std::uint32_t>{frame_.responses[j - shape_.dense_terms.size()]};
      question.values.push_back({.factors = numbers, .from = from});
      if (from == RowValue::Centre::kGiven) question.values.back().centre = moments_.origin[j];
      if (numbers.empty())  // a constant is counted from nothing
        throw Unsupported("a term without variables");
      dense_.push_back(static_cast<std::uint32_t>(question.values.size() - 1));
    }
    if (from != RowValue::Centre::kMean) return;
    weight_ = add(question, {});
    question.sums.push_back(
        {.of = RowSum::Of::kCount, .with_weight = weighted_, .nonzero = weighted_});
    positive_ = question.sums.size() - 1;
    first_dense_ = question.sums.size();
    for (std::size_t j = 0; j < d; ++j) {
      add(question, {dense_[j]}, RowSum::Of::kCentre);
      add(question, {dense_[j]});
    }
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j <= i; ++j) add(question, {dense_[i], dense_[j]});
  }

  void add_cells(AggregateQuestion& question) {
    for (std::size_t b = 0; b < shape_.blocks.size(); ++b) add_cells(question, b);
    for (std::size_t p = 0; p < shape_.pairs.size(); ++p) add_pair(question, p);
  }

  void add_cells(AggregateQuestion& question, std::size_t b) {
    auto& at = sums_[b];
    const auto one = product(question, term_variables(frame_, shape_.blocks[b].term).numbers);
    at.push_back(add(question, one));
    if (shape_.blocks[b].numeric) {
      auto two = one;
      two.insert(two.end(), one.begin(), one.end());
      at.push_back(add(question, two));
    }
    for (const auto j : dense_) {
      auto values = one;
      values.push_back(j);
      at.push_back(add(question, values));
    }
  }

  void add_pair(AggregateQuestion& question, std::size_t p) {
    const auto& pair = shape_.pairs[p];
    auto values = product(question, term_variables(frame_, shape_.blocks[pair.first].term).numbers);
    const auto more =
        product(question, term_variables(frame_, shape_.blocks[pair.second].term).numbers);
    values.insert(values.end(), more.begin(), more.end());
    pairs_[p] = add(question, values);
  }

  static double finite(double value) {
    if (!std::isfinite(value)) throw Unsupported("some values are infinite, or their squares are");
    return value;
  }

  void take_dense(const AggregateAnswer& answer) {
    const auto d = shape_.dense();
    auto& m = moments_;
    std::vector<double> offset(d);
    m.products.assign(packed_size(d), 0);
    m.origin.assign(d, 0);
    for (const auto& cell : answer.cells) {
      if (cell.rows == 0) continue;
      if (std::ranges::any_of(cell.codes, [](auto code) { return code < 0; }))
        throw Unsupported("rows without a level are among the complete ones");
      m.rows += cell.rows;
      m.weighted_rows += cell.counts.at(positive_);
      m.weight += finite(cell.sums.at(weight_));
      for (std::size_t j = 0; j < d && cell.counts[positive_] > 0; ++j) {
        m.origin[j] = finite(cell.sums.at(first_dense_ + 2 * j));
        offset[j] += finite(cell.sums.at(first_dense_ + 2 * j + 1));
      }
      if (cell.counts[positive_] == 0) continue;
      for (std::size_t k = 0; k < m.products.size(); ++k)
        m.products[k] += finite(cell.sums.at(first_dense_ + 2 * d + k));
    }
    m.missing_rows = answer.all_rows - m.rows;
    if (!weighted_) m.weight = static_cast<double>(m.rows);
    if (!m.seen()) {
      const auto rows = m.rows, missing = m.missing_rows;
      m = {};
      m.rows = rows;
      m.missing_rows = missing;
      return;
    }
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j <= i; ++j)
        m.products[packed_index(i, j)] -= offset[i] * (offset[j] / m.weight);
    m.offset = std::move(offset);
    for (const auto& block : shape_.blocks) {
      const auto b = m.sums.size();
      m.sums.emplace_back(block.cells, static_cast<std::uint32_t>(shape_.width(b)));
    }
    m.pairs.resize(shape_.pairs.size());
    for (std::size_t p = 0; p < shape_.pairs.size(); ++p)
      if (!shape_.pairs[p].sparse) m.pairs[p].cells = CellTable<double>(shape_.pairs[p].size);
  }

  const AggregateAnswer& same_rows(AggregateAnswer&& answer) {
    answer_ = std::move(answer);
    std::int64_t rows = 0;
    for (const auto& cell : answer_.cells) rows += cell.rows;
    if (rows != moments_.rows || answer_.all_rows != moments_.rows + moments_.missing_rows)
      throw DataError("the rows have changed while they were summed: run the call again");
    return answer_;
  }

  std::int64_t cell(const AggregateQuestion& question, const AggregateAnswer::Cell& cell,
                    std::size_t b) const {
    return cell_of(frame_, shape_.blocks[b].term, question.by, cell.codes);
  }

  void take_blocks(const AggregateQuestion& question, const AggregateAnswer& answer) {
    for (std::size_t b = 0; b < shape_.blocks.size(); ++b) take_blocks(question, answer, b);
  }

  void take_blocks(const AggregateQuestion& question, const AggregateAnswer& answer,
                   std::size_t b) {
    std::vector<std::int32_t> cells;
    for (const auto& each : answer.cells)
      cells.push_back(each.rows > 0 ? static_cast<std::int32_t>(cell(question, each, b)) : -1);
    std::vector<std::int32_t> own;
    const auto* place = moments_.sums[b].places(cells.data(), cells.size(), own);
    auto* values = moments_.sums[b].values();
    const auto& at = sums_.at(b);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (place[i] < 0) continue;
      for (std::size_t k = 0; k < at.size(); ++k)
        values[static_cast<std::size_t>(place[i]) * at.size() + k] += value(answer.cells[i], at[k]);
    }
  }

  /// A sum over the rows of a cell; where all weights are 0, means and what is counted from them
  /// may be none.
  double value(const AggregateAnswer::Cell& cell, std::size_t at) const {
    const double sum = cell.sums.at(at);
    return weighted_ && std::isnan(sum) ? 0 : finite(sum);
  }

  void take_pairs(const AggregateQuestion& question, const AggregateAnswer& answer) {
    for (std::size_t p = 0; p < shape_.pairs.size(); ++p) take_pair(question, answer, p);
  }

  void take_pair(const AggregateQuestion& question, const AggregateAnswer& answer, std::size_t p) {
    const auto& pair = shape_.pairs[p];
    std::map<std::uint64_t, double> table;
    for (const auto& each : answer.cells) {
      if (each.rows == 0) continue;
      const auto a = static_cast<std::uint64_t>(cell(question, each, pair.first));
      const auto b = static_cast<std::uint64_t>(cell(question, each, pair.second));
      table[pair.same_cells ? a : a + shape_.blocks[pair.first].cells * b] +=
          value(each, pairs_.at(p));
    }
    auto& sums = moments_.pairs[p];
    if (pair.sparse) {
      for (const auto& [key, sum] : table) {
        sums.keys.push_back(key);
        sums.values.push_back(sum);
      }
      return;
    }
    if (!pair.same_cells) sums.cells.hold_all();
    std::vector<std::int32_t> cells, own;
    for (const auto& [key, sum] : table) cells.push_back(static_cast<std::int32_t>(key));
    const auto* place = sums.cells.places(cells.data(), cells.size(), own);
    std::size_t i = 0;
    for (const auto& [key, sum] : table) sums.cells.values()[place[i++]] += sum;
  }

  const ModelFrame& frame_;
  const MomentShape& shape_;
  const AskAggregates& ask_;
  bool weighted_;
  ModelMoments<double> moments_;
  AggregateAnswer answer_;
  // Positions in the question at hand: dense values; sums of blocks and pairs.
  std::vector<std::uint32_t> dense_;
  std::map<std::size_t, std::vector<std::size_t>> sums_;
  std::map<std::size_t, std::size_t> pairs_;
  std::size_t weight_ = 0, positive_ = 0, first_dense_ = 0;
};

}  // namespace

ModelMoments<double> aggregated_moments(const ModelFrame& frame, const MomentShape& shape,
                                        const AskAggregates& ask) {
  return Collector(frame, shape, ask).moments();
}

}  // namespace insitu
