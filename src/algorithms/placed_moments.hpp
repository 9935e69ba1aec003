#pragma once
// Moments of a run of splits that remember where in the data the splits lie: as few nodes of the
// merge tree (analysis/merge_tree.hpp) as cover the run, so that a run that follows can be merged
// as one pass over both would have merged them, to the bit.
#include <cstdint>
#include <tuple>
#include <vector>

#include "algorithms/model_moments.hpp"
#include "analysis/merge_tree.hpp"
#include "data/chunk.hpp"

namespace insitu {

template <class Real>
struct PlacedMoments {
  using Node = MergeTree::Key;

  ModelMoments<Real> total;  ///< of all rows, merged as the pass merges its states
  /// Whether the splits are known to be numbered as in the whole source: by the rows of data whose
  /// splits have kPlacedRows rows, else by the split.
  bool placed = true;
  std::int64_t shift = 0;  ///< how far the numbers of the source are ahead of the pass's
  /// In the order of the data, the fewest that cover [first split, last split]; splits without rows
  /// in between count as empty ones. None where no chunk was seen or the place is not known.
  std::vector<Node> nodes;
  std::vector<ModelMoments<Real>> parts;  ///< of the nodes; empty: `total` is that of the only one
  static constexpr auto fields =
      std::tuple{&PlacedMoments::total, &PlacedMoments::placed, &PlacedMoments::shift,
                 &PlacedMoments::nodes, &PlacedMoments::parts};

  /// A chunk of this split comes next. REQUIRES: the state of one split.
  void place(const Provenance&);
  /// Adds the moments of the rows that follow. Throws DataError when they are of another model.
  void merge(const PlacedMoments& next);
  /// Whether `next` begins with the split behind the last one here.
  bool continued_by(const PlacedMoments& next) const;
  /// Adds what continues it: `total` becomes what one pass over the splits of both gives (from the
  /// first split of the source on). REQUIRES: continued_by(next).
  void join(const PlacedMoments& next);
  /// For bytes from outside: throws DataError unless nodes are as runs have them and the moments
  /// are of the shape (ModelMoments::check).
  void check(const MomentShape&, bool weighted) const;

 private:
  void lose_place();
  void hold_parts();
  void append(const PlacedMoments& next);
};

}  // namespace insitu
