#pragma once
// Sums over the cells of the terms of a model that agree with each other. The sums over all rows,
// over the cells of a term and over those of another one are of the same rows, but were added up in
// other ways and so differ by rounding. A level that is left out of a model is what all rows have
// less the other levels have: where it is rare, those differences would be most of what is known of
// it. So they are taken to the most frequent cells, where they are nothing.
#include <cstdint>
#include <vector>

#include "algorithms/model_moments.hpp"

namespace insitu {

/// Sums in double-double agree as they are.
template <class Real>
class Margins {
 public:
  Margins(const ModelFrame&, const MomentShape&, const ModelMoments<Real>&);

  /// As ModelMoments::sums and pair_sum have them.
  Real value(std::size_t block, std::uint32_t cell, std::size_t k = 0) const {
    const auto& own = blocks_[block];
    if (!own.sums.empty()) return own.sums[cell * moments_.sums[block].width() + k];
    const Real value = moments_.sums[block].value(cell, k);
    return own.adds.empty() || cell != own.most ? value : value + own.adds[k];
  }
  Real pair(std::size_t a, std::uint32_t cell_a, std::size_t b, std::uint32_t cell_b) const;

 private:
  struct Block {
    std::vector<Real> sums;  ///< all values, where they come from those of a finer term
    std::uint32_t most = 0;  ///< the cell of the greatest weight
    std::vector<Real> adds;  ///< to its values
  };
  struct Pair {
    std::vector<Real> first, second;  ///< to the cells of one beside `most` of the other
    Real both{};                      ///< to the cell of `most` of both
  };

  void take_from_finer(const ModelFrame&);
  void take_to_totals(std::size_t block);
  void take_pair(std::size_t pair);

  const MomentShape& shape_;
  const ModelMoments<Real>& moments_;
  std::vector<Block> blocks_;
  std::vector<Pair> pairs_;
};

}  // namespace insitu
