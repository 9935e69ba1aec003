#pragma once
// How many rows the passes of a call have seen: a model is not made of rows that change under it.
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace insitu {

/// Rows that another pass has seen are others now: nothing is computed of both.
struct RowsChanged : DataError {
  using DataError::DataError;
};

/// Used by one thread at a time.
class RowsOfPasses {
 public:
  /// `rows`: what is read, for the message; with `selection`, which of them, the same texts for the
  /// same rows. Throws RowsChanged where another pass has seen another number of them.
  void require_same(const std::string& rows, const std::string& selection, std::int64_t seen) {
    const auto [before, is_new] = by_rows_.try_emplace({rows, selection}, seen);
    if (is_new || before->second == seen) return;
    throw RowsChanged("the rows changed between two passes: " + std::to_string(before->second) +
                      " were seen, then " + std::to_string(seen) + ": " + rows +
                      "; compute when nobody writes, or over a copy of them");
  }

 private:
  std::map<std::pair<std::string, std::string>, std::int64_t> by_rows_;
};

}  // namespace insitu
