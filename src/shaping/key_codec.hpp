#pragma once
// The values of the variables that rows are grouped by, as bytes whose order is that of the groups:
// numbers by size, factors by their levels, logicals FALSE before TRUE, texts by their bytes,
// missing values behind all others; the first variable counts first. Two rows are in one group
// exactly if their bytes are equal: -0 is 0, and one missing value is like another.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/chunk.hpp"

namespace insitu {

/// The keys of some rows.
class EncodedKeys {
 public:
  std::size_t size() const { return begins_.empty() ? 0 : begins_.size() - 1; }
  std::string_view operator[](std::size_t row) const {
    return std::string_view(bytes_).substr(begins_[row], begins_[row + 1] - begins_[row]);
  }

 private:
  friend class KeyCodec;
  std::string bytes_;
  std::vector<std::size_t> begins_;
};

class KeyCodec {
 public:
  /// `columns` of the schema, in the order in which they count. Throws InvalidArgument for a name
  /// that is not there or named twice, and for none at all. REQUIRES: factors declare their levels.
  KeyCodec(const Schema&, const std::vector<std::string>& columns);

  /// The columns, as decoded keys have them.
  const std::vector<Field>& fields() const { return fields_; }

  /// Throws DataError for a factor's code without a level, and where a column has another type than
  /// announced.
  EncodedKeys encode(const Chunk&) const;
  /// A row for each key. Throws DataError for bytes that encode() does not make.
  Chunk decode(const std::vector<std::string>& keys) const;

 private:
  std::vector<Field> fields_;
};

}  // namespace insitu
