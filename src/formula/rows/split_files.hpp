#pragma once
// The files that the splits of a source come from (.rxReadFileName). They travel with the recipe of
// a transformed source, because in a worker that is sent its rows nothing else knows them. Private
// to src/formula.
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "data/source.hpp"

namespace insitu {

class SplitFiles {
 public:
  SplitFiles() = default;
  SplitFiles(const DataSource&, const std::vector<Split>&);

  /// The file of the split at a position; "" for a source without splits.
  const std::string& of(std::size_t split) const;

  bool empty() const { return runs_.empty(); }
  /// [[position of the first split, path], ...], one entry for each run of splits of one file.
  nlohmann::json to_json() const;
  /// Throws DataError for anything but such a document.
  static SplitFiles from_json(const nlohmann::json&);

 private:
  std::vector<std::pair<std::size_t, std::string>> runs_;
};

}  // namespace insitu
