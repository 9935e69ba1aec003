#pragma once
// A partitioned set of .xdf files: a folder with one file for each group of rows, and a text that
// says which (docs/groups.md). Its format is our own, version 1:
//
//   {"insituPartitionSet": 1, "keys": [columns as data/schema_json.hpp has them],
//    "partitions": [{"file": "1.xdf", "rows": 12, "key": base64 of the key (key_codec.hpp)}, ...]}
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/schema.hpp"

namespace insitu {

struct Partition {
  std::string file;  ///< its name within the folder
  std::int64_t rows = 0;
  std::string key;
};

struct PartitionSet {
  /// Name of the text; a folder that holds it is a partitioned set.
  static constexpr std::string_view kFile = "partitions.xdfp";

  std::vector<Field> keys;
  std::vector<Partition> partitions;  ///< in the order of their keys

  std::string to_text() const;
  /// `folder` is named in messages. Throws DataError for anything but such a text: unknown version,
  /// names that lead out of the folder, keys that do not decode or come twice.
  static PartitionSet from_text(std::string_view text, const std::string& folder);

  /// Path of the text in a folder; "" where the folder is none, or no set.
  static std::string text_in(const std::string& folder);
};

}  // namespace insitu
