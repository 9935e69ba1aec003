#include "algorithms/margins.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace insitu {

namespace {

/// Differences above this share of what was summed are not those of rounding: they stay.
constexpr double kRounding = 1e-9;

std::vector<std::uint32_t> factors_of(const ModelFrame& frame, std::size_t term) {
  std::vector<std::uint32_t> factors;
  for (const auto v : frame.terms[term].variables)
    if (frame.variables[v].categorical) factors.push_back(v);
  return factors;
}

/// Sums that tell how much they should be more.
class Difference {
 public:
  void add(double value) {
    sum_ += value;
    size_ += std::fabs(value);
  }
  double to(double total) const {
    const double difference = to_double(DoubleDouble(total) - sum_);
    return std::fabs(difference) <= kRounding * size_ ? difference : 0;
  }

 private:
  DoubleDouble sum_;
  double size_ = 0;
};

}  // namespace

template <class Real>
Margins<Real>::Margins(const ModelFrame& frame, const MomentShape& shape,
                       const ModelMoments<Real>& moments)
    : shape_(shape), moments_(moments), blocks_(shape.blocks.size()), pairs_(shape.pairs.size()) {
  if constexpr (std::is_same_v<Real, double>) {
    for (std::size_t b = 0; b < blocks_.size(); ++b)
      if (!shape.blocks[b].numeric) take_to_totals(b);
    take_from_finer(frame);
    for (std::size_t p = 0; p < pairs_.size(); ++p) take_pair(p);
  }
}

template <class Real>
void Margins<Real>::take_to_totals(std::size_t block) {
  if constexpr (std::is_same_v<Real, double>) {
    auto& own = blocks_[block];
    const auto width = moments_.sums[block].width();
    std::vector<Difference> differences(width);
    double most = -1;
    moments_.sums[block].each([&](std::size_t cell, const double* values) {
      if (values[0] > most) most = values[0], own.most = static_cast<std::uint32_t>(cell);
      for (std::uint32_t k = 0; k < width; ++k) differences[k].add(values[k]);
    });
    for (std::uint32_t k = 0; k < width; ++k)
      own.adds.push_back(differences[k].to(k == 0 ? moments_.weight : moments_.offset[k - 1]));
  }
}

/// The sums of a term whose factors are among those of another one are that one's, so that what is
/// left of each of its cells agrees, too.
template <class Real>
void Margins<Real>::take_from_finer(const ModelFrame& frame) {
  if constexpr (std::is_same_v<Real, double>) {
    for (std::size_t a = 0; a < blocks_.size(); ++a) {
      const auto coarse = factors_of(frame, shape_.blocks[a].term);
      std::size_t finer = a;
      for (std::size_t b = 0; b < blocks_.size(); ++b) {
        const auto factors = factors_of(frame, shape_.blocks[b].term);
        const bool holds_all = std::ranges::all_of(
            coarse, [&](auto v) { return std::ranges::find(factors, v) != factors.end(); });
        if (!shape_.blocks[b].numeric && holds_all &&
            factors.size() > factors_of(frame, shape_.blocks[finer].term).size())
          finer = b;
      }
      if (shape_.blocks[a].numeric || finer == a) continue;
      const auto fine = factors_of(frame, shape_.blocks[finer].term);
      const auto width = moments_.sums[a].width();
      const std::uint32_t cells = shape_.blocks[a].cells;
      std::vector<DoubleDouble> sums(std::size_t{cells} * width);
      moments_.sums[finer].each([&](std::size_t at, const double*) {
        std::size_t cell = 0, stride = 1;
        for (const auto v : coarse) {
          std::size_t rest = at;
          for (const auto f : fine) {
            if (f == v) break;
            rest /= frame.variables[f].levels.size();
          }
          cell += stride * (rest % frame.variables[v].levels.size());
          stride *= frame.variables[v].levels.size();
        }
        for (std::uint32_t k = 0; k < width; ++k)
          sums[cell * width + k] += value(finer, static_cast<std::uint32_t>(at), k);
      });
      auto& own = blocks_[a].sums;
      own.resize(sums.size());
      for (std::size_t i = 0; i < sums.size(); ++i) {
        const double found = to_double(sums[i]);
        const double there = moments_.sums[a].value(i / width, i % width);
        own[i] = std::isfinite(found) ? found : there;
      }
    }
  }
}

template <class Real>
void Margins<Real>::take_pair(std::size_t index) {
  if constexpr (std::is_same_v<Real, double>) {
    const auto& pair = shape_.pairs[index];
    if (pair.same_cells || pair.sparse || shape_.blocks[pair.first].numeric ||
        shape_.blocks[pair.second].numeric)
      return;
    const std::uint32_t first = shape_.blocks[pair.first].cells,
                        second = shape_.blocks[pair.second].cells;
    std::vector<Difference> by_first(first), by_second(second);
    Difference all;
    moments_.pairs[index].cells.each([&](std::size_t key, const double* value) {
      by_first[key % first].add(*value);
      by_second[key / first].add(*value);
      all.add(*value);
    });
    auto& own = pairs_[index];
    for (std::uint32_t cell = 0; cell < first; ++cell)
      own.first.push_back(by_first[cell].to(value(pair.first, cell)));
    for (std::uint32_t cell = 0; cell < second; ++cell)
      own.second.push_back(by_second[cell].to(value(pair.second, cell)));
    const auto zero = [](double x) { return x == 0; };
    if (std::ranges::all_of(own.first, zero) && std::ranges::all_of(own.second, zero)) {
      own = {};  // counts are exact
      return;
    }
    DoubleDouble rest = all.to(moments_.weight);
    for (std::uint32_t cell = 0; cell < first; ++cell)
      if (cell != blocks_[pair.first].most) rest -= own.first[cell];
    for (std::uint32_t cell = 0; cell < second; ++cell)
      if (cell != blocks_[pair.second].most) rest -= own.second[cell];
    own.both = to_double(rest);
  }
}

template <class Real>
Real Margins<Real>::pair(std::size_t a, std::uint32_t cell_a, std::size_t b,
                         std::uint32_t cell_b) const {
  if (a > b) return pair(b, cell_b, a, cell_a);
  Real sum = moments_.pair_sum(shape_, a, cell_a, b, cell_b);
  const auto& own = pairs_[shape_.pair_index(a, b)];
  const bool most_a = cell_a == blocks_[a].most, most_b = cell_b == blocks_[b].most;
  if (own.first.empty()) {
    const auto& pair = shape_.pairs[shape_.pair_index(a, b)];
    // Where both have the same cells, what meets is the cell.
    return pair.same_cells && !shape_.blocks[a].numeric && !shape_.blocks[b].numeric &&
                   cell_a == cell_b
               ? value(a, cell_a)
               : sum;
  }
  if (most_a && most_b)
    sum += own.both;
  else if (most_b)
    sum += own.first[cell_a];
  else if (most_a)
    sum += own.second[cell_b];
  return sum;
}

template class Margins<double>;
template class Margins<DoubleDouble>;

}  // namespace insitu
