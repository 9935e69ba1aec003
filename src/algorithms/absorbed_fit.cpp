#include "algorithms/absorbed_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "algorithms/fit_statistics.hpp"
#include "algorithms/model_products.hpp"
#include "base/error.hpp"
#include "math/elimination.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr auto kNone = DesignColumn::kNone;

template <class Real>
class AbsorbedFit {
 public:
  AbsorbedFit(const ModelFrame& frame, const MomentShape& shape, const ModelMoments<Real>& moments,
              const FitOptions& options)
      : frame_(frame),
        shape_(shape),
        moments_(moments),
        options_(options),
        design_(frame, shape, options.coding),
        margins_(frame, shape, moments),
        products_(shape, moments, &margins_) {
    choose_factor();
    choose_columns();
  }

  LinearFit run() {
    sum_over_cells();
    const std::size_t p = views_.size(), responses = shape_.responses;
    std::vector<Real> totals;
    std::vector<typename Products<Real>::Column> all = views_;
    for (std::size_t r = 0; r < responses; ++r) all.push_back(products_.response(r));
    SquareMatrix<Real> matrix(all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = 0; j <= i; ++j)
        matrix(i, j) = products_(all[i], all[j], Origin::kShifted);
    for (std::size_t r = 0; r < responses; ++r) totals.push_back(matrix(p + r, p + r));
    // What the cells of the factor leave of the others.
    for (std::uint32_t cell = 0; cell < cells_.size(); ++cell) {
      const auto& entries = cells_[cell];
      if (!(weight(cell) > Real(0))) continue;
      for (const auto& [i, a] : entries) {
        const Real scaled = a / weight(cell);
        for (const auto& [j, b] : entries)
          if (j <= i) matrix(i, j) -= scaled * b;
      }
    }
    e_ = eliminate(std::move(matrix), p, scales_,
                   std::is_same_v<Real, double> ? kAliasTolerance : kAliasToleranceDoubleDouble);
    note_digits(totals);

    fit_.aliased.assign(design_.columns.size(), true);
    for (std::size_t k = 0; k < p; ++k) fit_.aliased[positions_[k]] = e_.aliased[k];
    std::size_t cells_with_rows = 0;
    for (std::uint32_t cell = 0; cell < cells_.size(); ++cell) {
      if (!(weight(cell) > Real(0))) continue;
      ++cells_with_rows;
      fit_.aliased[first_cell_ + cell] = design_.intercept && cell == reference_;
    }
    if (design_.intercept) fit_.aliased[0] = false;
    fit_.rank = cells_with_rows + e_.rank();
    add_counts(fit_, frame_, shape_, moments_, design_, options_.coding);
    coefficients();
    const bool constant = design_.intercept || options_.coding.cube;
    std::vector<double> squares;
    for (std::size_t r = 0; r < responses; ++r) {
      const auto y = products_.response(r);
      squares.push_back(to_double(products_(y, y, constant ? Origin::kCentred : Origin::kRaw)));
      fit_.response_mean.push_back(to_double(moments_.mean(y.dense)));
    }
    add_response_statistics(fit_, constant, std::move(squares));
    add_tests(fit_, variances());
    fit_.condition_number = options_.coding.cube && block_ == 0 ? condition_beside_cube() : kNaN;
    return std::move(fit_);
  }

 private:
  using Entry = std::pair<std::size_t, Real>;  ///< one of the other columns (responses behind
                                               ///< them), and its product with a cell

  Real weight(std::uint32_t cell) const { return margins_.value(block_, cell); }

  void choose_factor() {
    block_ = kNone;
    for (std::size_t b = 0; b < shape_.blocks.size(); ++b)
      if (!shape_.blocks[b].numeric &&
          (block_ == kNone || shape_.blocks[b].cells > shape_.blocks[block_].cells))
        block_ = b;
    const auto too_many = [&](const std::string& why) {
      return InvalidArgument("the model has " + std::to_string(design_.columns.size()) +
                             " columns, more than " + std::to_string(kDenseColumns) + ", and " +
                             why);
    };
    if (block_ == kNone)
      throw too_many("no factor that could be eliminated first: use fewer variables");
    if (!design_.intercept && shape_.blocks[block_].term != 0)
      throw too_many("without an intercept its largest factor must be the first term: move " +
                     frame_.terms[shape_.blocks[block_].term].label + " to the front");
    first_cell_ = 0;
    while (design_.columns[first_cell_].block != block_) ++first_cell_;
    cells_.resize(shape_.blocks[block_].cells);
    // The reference is the cell that elimination would have come to last among those with rows.
    for (const auto position : design_.order) {
      const auto& column = design_.columns[position];
      if (column.block == block_ && weight(column.cell) > Real(0)) reference_ = column.cell;
    }
  }

  void choose_columns() {
    for (const auto position : design_.order) {
      const auto& column = design_.columns[position];
      if (column.redundant || column.term == kNone || column.block == block_) continue;
      const auto view = products_.column(column);
      const Real square = products_(view, view, Origin::kShifted),
                 raw = products_(view, view, Origin::kRaw);
      if (!(raw > Real(0)) || (column.block == kNone && !(square > Real(kConstantColumn) * raw)))
        continue;
      positions_.push_back(position);
      views_.push_back(view);
      scales_.push_back(square);
    }
    if (views_.size() > kDenseColumns)
      throw InvalidArgument("the model has " + std::to_string(views_.size()) +
                            " columns beside its largest factor, more than " +
                            std::to_string(kDenseColumns) + ": use fewer levels");
  }

  /// The products of every cell with the other columns and the responses, without zeros.
  void sum_over_cells() {
    std::vector<std::vector<std::size_t>> place(
        shape_.blocks.size());  // of a cell of another block among views_
    for (std::size_t b = 0; b < place.size(); ++b)
      place[b].assign(b == block_ ? 0 : shape_.blocks[b].cells, kNone);
    std::vector<std::size_t> dense;
    for (std::size_t k = 0; k < views_.size(); ++k) {
      if (views_[k].block == kNone)
        dense.push_back(k);
      else
        place[views_[k].block][views_[k].cell] = k;
    }
    for (std::size_t b = 0; b < shape_.blocks.size(); ++b) {
      if (b == block_) continue;
      const auto& pair = shape_.pairs[shape_.pair_index(std::min(b, block_), std::max(b, block_))];
      const auto& table =
          moments_.pairs[shape_.pair_index(std::min(b, block_), std::max(b, block_))];
      const std::uint64_t first_cells = shape_.blocks[pair.first].cells;
      const auto add = [&](std::uint64_t key, const Real* value) {
        if (key >= pair.size) throw DataError("the state does not belong to this model");
        const auto a = pair.same_cells ? key : key % first_cells,
                   c = pair.same_cells ? key : key / first_cells;
        const auto own = pair.first == block_ ? a : c, other = pair.first == block_ ? c : a;
        const auto k = place[b][other];
        if (k != kNone && !(*value == Real(0))) cells_[own].emplace_back(k, *value);
      };
      for (std::size_t i = 0; i < table.keys.size(); ++i) add(table.keys[i], &table.values[i]);
      table.cells.each(add);
    }
    for (std::uint32_t cell = 0; cell < cells_.size(); ++cell) {
      const auto view = cell_view(cell);
      for (const auto k : dense)
        cells_[cell].emplace_back(k, products_(view, views_[k], Origin::kShifted));
      for (std::size_t r = 0; r < shape_.responses; ++r)
        cells_[cell].emplace_back(views_.size() + r,
                                  products_(view, products_.response(r), Origin::kShifted));
    }
  }

  typename Products<Real>::Column cell_view(std::uint32_t cell) const {
    return {kNone, block_, cell, weight(cell)};
  }

  void note_digits(const std::vector<Real>& totals) {
    for (std::size_t k = 0; k < views_.size(); ++k) {
      const bool numeric = views_[k].block == kNone || shape_.blocks[views_[k].block].numeric;
      if (numeric && e_.relative_pivots[k] < kDigitsAtRiskColumn) fit_.digits_at_risk = true;
    }
    for (std::size_t r = 0; r < totals.size(); ++r) {
      const double total = to_double(totals[r]),
                   rest = to_double(e_.lower(views_.size() + r, views_.size() + r));
      if (total > 0 && rest < kDigitsAtRiskResidual * total) fit_.digits_at_risk = true;
      fit_.residual_squares.push_back(std::max(0.0, rest));
    }
  }

  void coefficients() {
    const std::size_t columns = design_.columns.size(), p = views_.size();
    fit_.coefficients.assign(columns * shape_.responses, kNaN);
    fit_.centred_coefficients = fit_.coefficients;
    fit_.centres.assign(columns, 0.0);
    for (std::size_t k = 0; k < p; ++k)
      if (views_[k].block == kNone && !e_.aliased[k])
        fit_.centres[positions_[k]] = to_double(views_[k].sum / moments_.weight);
    for (std::size_t r = 0; r < shape_.responses; ++r) {
      const auto b = solve_carried(e_, r);
      const Real mean = moments_.mean(shape_.dense_terms.size() + r);
      // From values counted from their means to values counted from zero, and from their centres,
      // which are the means rounded at their own size.
      Real back{}, rest_of_means{};
      for (std::size_t k = 0; k < p; ++k) {
        if (views_[k].block != kNone || e_.aliased[k]) continue;
        back += b[k] * (views_[k].sum / moments_.weight);
        rest_of_means += b[k] * moments_.mean_above(views_[k].dense, fit_.centres[positions_[k]]);
      }
      std::vector<Real> cell_values(cells_.size());
      for (std::uint32_t cell = 0; cell < cells_.size(); ++cell) {
        if (!(weight(cell) > Real(0))) continue;
        Real rest{};
        for (const auto& [k, value] : cells_[cell]) {
          if (k < p)
            rest -= value * b[k];
          else if (k == p + r)
            rest += value;
        }
        cell_values[cell] = rest / weight(cell) + mean;
      }
      double* out = fit_.coefficients.data() + r * columns;
      double* centred = fit_.centred_coefficients.data() + r * columns;
      for (std::size_t k = 0; k < p; ++k)
        if (!e_.aliased[k]) out[positions_[k]] = centred[positions_[k]] = to_double(b[k]);
      const Real zero = design_.intercept ? cell_values[reference_] : Real(0);
      if (design_.intercept) {
        out[0] = to_double(zero - back);
        centred[0] = to_double(zero - rest_of_means);
      }
      for (std::uint32_t cell = 0; cell < cells_.size(); ++cell) {
        if (fit_.aliased[first_cell_ + cell]) continue;
        out[first_cell_ + cell] =
            to_double(design_.intercept ? cell_values[cell] - zero : cell_values[cell] - back);
        centred[first_cell_ + cell] =
            to_double(cell_values[cell] - (design_.intercept ? zero : rest_of_means));
      }
    }
  }

  /// In units of sigma^2. A cell's coefficient is the mean response of its rows less q'b, where q
  /// holds the means of the other columns over those rows; so its variance is 1 / weight + q' V q.
  std::vector<double> variances() const {
    const std::size_t p = views_.size();
    const auto v = inverse(e_, inverse_of_lower(e_));
    std::vector<double> variance(design_.columns.size(), kNaN);
    for (std::size_t k = 0; k < p; ++k)
      if (!e_.aliased[k]) variance[positions_[k]] = to_double(v(k, k));
    const auto form = [&](const std::vector<Entry>& q) {
      Real sum{};
      for (const auto& [i, a] : q)
        for (const auto& [j, b] : q) sum += a * b * v(i, j);
      return sum;
    };
    const auto means_of = [&](std::uint32_t cell, bool from_zero) {
      std::vector<Entry> q;
      for (const auto& [k, value] : cells_[cell]) {
        if (k >= p || e_.aliased[k]) continue;
        Real m = value / weight(cell);
        if (from_zero && views_[k].block == kNone) m += views_[k].sum / moments_.weight;
        q.emplace_back(k, m);
      }
      std::sort(q.begin(), q.end(),
                [](const Entry& a, const Entry& b) { return a.first < b.first; });
      return q;
    };
    std::vector<Entry> reference;
    if (design_.intercept) {
      variance[0] = to_double(Real(1) / weight(reference_) + form(means_of(reference_, true)));
      reference = means_of(reference_, false);
    }
    for (std::uint32_t cell = 0; cell < cells_.size(); ++cell) {
      if (fit_.aliased[first_cell_ + cell]) continue;
      auto q = means_of(cell, !design_.intercept);
      Real value = Real(1) / weight(cell);
      if (design_.intercept) {
        q = difference(q, reference);
        value += Real(1) / weight(reference_);
      }
      variance[first_cell_ + cell] = to_double(value + form(q));
    }
    return variance;
  }

  static std::vector<Entry> difference(const std::vector<Entry>& a, const std::vector<Entry>& b) {
    std::vector<Entry> result;
    std::size_t i = 0, j = 0;
    while (i < a.size() || j < b.size()) {
      if (j == b.size() || (i < a.size() && a[i].first < b[j].first)) {
        result.push_back(a[i++]);
      } else if (i == a.size() || b[j].first < a[i].first) {
        result.emplace_back(b[j].first, -b[j].second);
        ++j;
      } else {
        result.emplace_back(a[i].first, a[i].second - b[j].second);
        ++i, ++j;
      }
    }
    return result;
  }

  /// The 1-norm condition number of what the cells leave of the other columns.
  double condition_beside_cube() const {
    const std::size_t p = views_.size();
    const auto v = inverse(e_, inverse_of_lower(e_));
    std::vector<double> own(p, 0.0), inverted(p, 0.0);
    for (std::size_t i = 0; i < p; ++i)
      for (std::size_t j = 0; j < p; ++j) {
        if (e_.aliased[i] || e_.aliased[j]) continue;
        inverted[j] += std::fabs(to_double(v(i, j)));
        Real sum{};
        for (std::size_t k = 0; k <= std::min(i, j); ++k) {
          const Real li = k == i ? Real(1) : e_.lower(i, k), lj = k == j ? Real(1) : e_.lower(j, k);
          sum += li * e_.pivots[k] * lj;
        }
        own[j] += std::fabs(to_double(sum));
      }
    if (e_.rank() < 2) return 1;
    return *std::max_element(own.begin(), own.end()) *
           *std::max_element(inverted.begin(), inverted.end());
  }

  const ModelFrame& frame_;
  const MomentShape& shape_;
  const ModelMoments<Real>& moments_;
  const FitOptions& options_;
  Design design_;
  Margins<Real> margins_;
  Products<Real> products_;
  std::size_t block_ = kNone;   ///< of the absorbed factor
  std::size_t first_cell_ = 0;  ///< position of its first column
  std::uint32_t reference_ = 0;
  std::vector<std::size_t> positions_;  ///< of the other columns that are eliminated
  std::vector<typename Products<Real>::Column> views_;
  std::vector<Real> scales_;
  std::vector<std::vector<Entry>> cells_;
  Elimination<Real> e_;
  LinearFit fit_;
};

}  // namespace

template <class Real>
LinearFit fit_absorbing_a_factor(const ModelFrame& frame, const MomentShape& shape,
                                 const ModelMoments<Real>& moments, const FitOptions& options) {
  return AbsorbedFit<Real>(frame, shape, moments, options).run();
}

template LinearFit fit_absorbing_a_factor(const ModelFrame&, const MomentShape&,
                                          const ModelMoments<double>&, const FitOptions&);
template LinearFit fit_absorbing_a_factor(const ModelFrame&, const MomentShape&,
                                          const ModelMoments<DoubleDouble>&, const FitOptions&);

}  // namespace insitu
