#pragma once
// What reading a split takes from its files, for explanations: formats that keep columns apart know
// it from their headers.
#include <cstdint>

#include "data/source.hpp"

namespace insitu {

struct ReadCost {
  std::int64_t bytes = -1;  ///< stored ones of what is read; -1: not known
  bool left_out = false;    ///< by the conditions: no row of it fulfils them all
};

/// What a source implements beside DataSource. The costs of the splits add up to what a pass reads,
/// once.
class OffersReadCost {
 public:
  virtual ~OffersReadCost() = default;
  /// Of DataSource::open with the same arguments. Reads no rows; throws as it does.
  virtual ReadCost read_cost(const Split&, const ReadOptions&) const = 0;
};

inline ReadCost read_cost_of(const DataSource& source, const Split& split,
                             const ReadOptions& options) {
  const auto* offers = dynamic_cast<const OffersReadCost*>(&source);
  return offers ? offers->read_cost(split, options) : ReadCost();
}

}  // namespace insitu
