#pragma once
// Weighted second moments of the columns of a model, in pieces that merge: all that least squares
// needs to know of the rows. One-hot columns are never expanded: each row adds to one cell per
// categorical term.
//
// Numeric terms and responses ("dense" columns) keep sums counted from an origin near their means,
// and centred products; merging: Chan, Golub & LeVeque (1983), "Algorithms for computing the sample
// variance", with the means' distances from their origins, not the means, which are rounded at
// their own size. A categorical term keeps sums by cell, of dense values counted from the origins;
// two categorical terms keep a table over pairs of cells, sparse when it is large. Sums are exact
// to rounding in double, or of about 30 digits in double-double (for a second pass, when digits are
// at risk).
#include <cstdint>
#include <memory>
#include <mutex>
#include <tuple>
#include <vector>

#include "algorithms/cell_table.hpp"
#include "formula/model/model_frame.hpp"
#include "math/double_double.hpp"

namespace insitu {

/// What is summed for a frame: derived from it, never sent.
struct MomentShape {
  struct Block {           ///< a term with categorical variables
    std::size_t term = 0;  ///< position in ModelFrame::terms
    std::uint32_t cells = 1;
    bool numeric = false;  ///< its columns carry a value, not 1
  };
  struct Pair {  ///< blocks first < second
    std::size_t first = 0, second = 0;
    bool same_cells = false;  ///< the same categorical variables: only equal cells meet
    bool sparse = false;
    std::uint64_t size = 0;  ///< cells of the table
  };
  std::vector<std::size_t>
      dense_terms;  ///< numeric terms in order; dense columns are these, then the responses
  std::size_t responses = 0;
  std::vector<Block> blocks;
  std::vector<Pair> pairs;

  explicit MomentShape(const ModelFrame&);
  std::size_t dense() const { return dense_terms.size() + responses; }
  /// Values per cell of a block: sum of the column, [sum of its square, if numeric], sums of its
  /// products with dense columns.
  std::size_t width(std::size_t block) const {
    return 1 + (blocks[block].numeric ? 1 : 0) + dense();
  }
  std::size_t pair_index(std::size_t first,
                         std::size_t second) const;  ///< REQUIRES: first < second
};

/// The shape of one frame, made when first asked for. Not part of the value of an analysis: copies
/// start empty. Safe to call from several threads.
class MomentShapeCache {
 public:
  MomentShapeCache() = default;
  MomentShapeCache(const MomentShapeCache&) {}
  MomentShapeCache& operator=(const MomentShapeCache& other) {
    if (this != &other) shape_ = nullptr;
    return *this;
  }
  std::shared_ptr<const MomentShape> shape(const ModelFrame&) const;

 private:
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const MomentShape> shape_;
};

template <class Real>
struct ModelMoments {
  struct PairSums {
    std::vector<std::uint64_t> keys;  ///< of a sparse pair: sorted cells that rows have touched,
    std::vector<Real> values;         ///< and theirs
    CellTable<Real> cells;            ///< of another one
    static constexpr auto fields = std::tuple{&PairSums::keys, &PairSums::values, &PairSums::cells};
  };

  std::int64_t rows = 0;           ///< complete rows
  std::int64_t weighted_rows = 0;  ///< those whose weight is not zero
  std::int64_t missing_rows = 0;
  Real weight{};               ///< sum of weights
  std::vector<double> origin;  ///< of dense columns: near the means of the first rows; empty until
                               ///< a weighted row was seen, as all is
  /// Sums over the rows of dense columns counted from their origins. Divided by the weight they are
  /// the means' distances from the origins, with all their digits.
  std::vector<Real> offset;
  std::vector<Real> products;         ///< of dense columns, centred, packed lower triangle
  std::vector<CellTable<Real>> sums;  ///< per block: cells x width
  std::vector<PairSums> pairs;
  static constexpr auto fields =
      std::tuple{&ModelMoments::rows,     &ModelMoments::weighted_rows, &ModelMoments::missing_rows,
                 &ModelMoments::weight,   &ModelMoments::origin,        &ModelMoments::offset,
                 &ModelMoments::products, &ModelMoments::sums,          &ModelMoments::pairs};

  /// Adds rows, in order.
  void add(const MomentShape&, const ModelRows&);
  /// Adds the moments of the rows that follow. Throws DataError when they are of another model.
  void merge(const ModelMoments& next);
  /// For bytes from outside: throws DataError unless the sizes are those of the shape and counts,
  /// cells and weights are such as rows can give. Sums may be infinite or NaN, as rows with
  /// infinite values give them.
  void check(const MomentShape&, bool weighted) const;

  bool seen() const { return weighted_rows > 0; }
  /// How far the mean of a dense column lies above its origin. REQUIRES: seen().
  Real mean_above_origin(std::size_t dense) const { return offset[dense] / weight; }
  /// How far it lies above a number near it.
  Real mean_above(std::size_t dense, double from) const {
    return mean_above_origin(dense) - (Real(from) - Real(origin[dense]));
  }
  /// The mean of a dense column, rounded at its own size. REQUIRES: seen().
  Real mean(std::size_t dense) const { return Real(origin[dense]) + mean_above_origin(dense); }
  /// Sum over the rows of block column (block, cell).
  Real cell_sum(std::size_t block, std::uint32_t cell) const { return sums[block].value(cell); }
  /// Sum over the rows of the product of a cell of block a with one of block b.
  Real pair_sum(const MomentShape&, std::size_t a, std::uint32_t cell_a, std::size_t b,
                std::uint32_t cell_b) const;
};

}  // namespace insitu
