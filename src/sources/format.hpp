#pragma once
// What a format of data is: one row of a table, from which every face learns what it must know of
// it (ARCHITECTURE.md, "A format").
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_versions.hpp"
#include "data/file_system.hpp"
#include "data/sink.hpp"
#include "data/source.hpp"
#include "sources/descriptor_values.hpp"

namespace insitu {

using FileSystemPtr = std::shared_ptr<const FileSystem>;

/// What a source may use while it is opened.
struct SourceTools {
  FileSystemPtr files;
  std::function<void(const std::string&)> warn = {};  ///< may be empty
  std::shared_ptr<FileVersions> versions = {};        ///< null: nobody watches
};

enum class Appends { kNothing, kRows, kRowsAndColumns };

struct Format {
  std::string_view type;  ///< of its descriptors: "RxOrcData"
  std::string_view said;  ///< what it is called on the command line: "ORC"
  /// How descriptors name what is read, and what else they may hold.
  std::span<const DescriptorKey> keys;

  // files
  std::vector<std::string_view> endings = {};  ///< in small letters, without the dot
  std::string_view magic = {};                 ///< first bytes of a file
  std::string_view marker = {};                ///< a folder in a folder that is one data set
  bool in_folders = false;                     ///< a folder is read if it has such files
  bool compressed = false;                     ///< ".csv.gz" is such a file, too

  // tables of an engine: no file, no source of ours
  bool is_table = false;
  std::string_view prefix = {};       ///< how the command line names one: "hive:"
  std::string_view engine_kind = {};  ///< what engines call such files: "orc"; "": they read none

  Appends appends = Appends::kNothing;

  /// Opens a source. Throws InvalidArgument for a value that does not fit, DataError when it cannot
  /// be read, Unsupported. Null: only an engine reads it.
  std::shared_ptr<const DataSource> (*source)(const nlohmann::json& descriptor,
                                              const SourceTools&) = nullptr;
  /// Opens a target. `schema` is what will be written (factors may lack levels: they are collected
  /// on the way). Throws InvalidArgument when it exists and may not be replaced, Unsupported when
  /// the format cannot append. Null: it is not written.
  std::unique_ptr<DataSink> (*sink)(const nlohmann::json& descriptor, const SchemaPtr& schema,
                                    const SinkOptions&) = nullptr;

  bool has_key(std::string_view name) const;
};

}  // namespace insitu
