#pragma once
// Codings by long lists of levels, made once for all chunks: factor(x, levels = l) looks up the
// same list in every chunk, and building a dictionary of a million levels for each costs more than
// the rows do.
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/column.hpp"
#include "data/schema.hpp"

namespace insitu {

/// A list of levels and where each stands in it.
struct LevelCoding {
  Column given;  ///< the texts that it was made of; missing ones are no levels
  Levels levels;
  std::unordered_map<std::string_view, std::int32_t> positions;
};

/// Safe to use from several threads.
class KeptCodings {
 public:
  /// The coding by a column of texts; null where the list is so short that keeping it gains
  /// nothing, or names a level twice.
  std::shared_ptr<const LevelCoding> of(const Column& texts);

 private:
  std::mutex mutex_;
  /// The last ones. Each holds its column, so that another one cannot lie in the same memory.
  std::vector<std::shared_ptr<const LevelCoding>> kept_;
};

}  // namespace insitu
