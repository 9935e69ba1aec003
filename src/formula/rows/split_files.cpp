#include "formula/rows/split_files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace insitu {

using nlohmann::json;

SplitFiles::SplitFiles(const DataSource& source, const std::vector<Split>& splits) {
  for (std::size_t i = 0; i < splits.size(); ++i) {
    auto file = source.file_of(splits[i]);
    if (runs_.empty() || runs_.back().second != file) runs_.emplace_back(i, std::move(file));
  }
}

const std::string& SplitFiles::of(std::size_t split) const {
  static const std::string kNone;
  const auto after =
      std::upper_bound(runs_.begin(), runs_.end(), split,
                       [](std::size_t wanted, const auto& run) { return wanted < run.first; });
  return after == runs_.begin() ? kNone : std::prev(after)->second;
}

json SplitFiles::to_json() const {
  json document = json::array();
  for (const auto& [first, file] : runs_) document.push_back({first, file});
  return document;
}

SplitFiles SplitFiles::from_json(const json& document) {
  SplitFiles files;
  try {
    for (const auto& run : document) {
      const auto first = run.at(0).get<std::size_t>();
      if (!files.runs_.empty() && first <= files.runs_.back().first)
        throw DataError("the files of a recipe are out of order");
      files.runs_.emplace_back(first, run.at(1).get<std::string>());
    }
  } catch (const json::exception& failure) {
    throw DataError(std::string("the files of a recipe cannot be read: ") + failure.what());
  }
  return files;
}

}  // namespace insitu
