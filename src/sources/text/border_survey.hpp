#pragma once
// The borders of large texts, looked for by the compute context of the call (data/survey.hpp): a
// source whose splits are stretches of the files, and whose rows say what borders.hpp finds there.
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "data/source.hpp"
#include "sources/text/borders.hpp"
#include "sources/text/files.hpp"

namespace insitu {

/// Stretches are so many splits long: enough work for a task, enough tasks for a cluster.
inline constexpr std::uint64_t kSplitsPerStretch = 16;

struct BorderSurvey {
  std::shared_ptr<const TextFiles> files;
  std::vector<std::size_t> parts;  ///< those that are surveyed
  TextDialect dialect;
  std::uint64_t split_bytes = 0;
  Recipe recipe;  ///< of the text source
};

/// The borders of each of the parts.
std::vector<TextBorders> surveyed_borders(const BorderSurvey&);

/// In a worker: the source of {"type": "text_borders", "source": recipe, "splitBytes"}.
std::shared_ptr<const DataSource> text_borders_from_json(const nlohmann::json&,
                                                         const FileSystemPtr&);

}  // namespace insitu
