#pragma once
// One Parquet or ORC file: its columns and the row counts of its groups, read from the footer; the
// rows of a group when asked for.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/columnar_types.hpp"
#include "data/chunk.hpp"
#include "data/condition.hpp"
#include "data/file_system.hpp"

namespace insitu {

enum class ColumnFormat { kParquet, kOrc };

/// "Parquet", "ORC".
std::string_view format_name(ColumnFormat);

/// The rows of a group in pieces of any size, in order. Used by one thread.
class GroupReader {
 public:
  virtual ~GroupReader() = default;
  /// Nothing at the end. Provenance is not filled in. Throws DataError that names the file.
  virtual std::optional<Chunk> next() = 0;
};

/// Immutable; safe to call from several threads. Holds no descriptor of a file of this machine: a
/// folder may have more files than a process may have open.
class ColumnFile {
 public:
  /// Reads the footer. `far`: the file where it is not one of this machine; `path` is its name
  /// then. Throws DataError: not found, no permission, not such a file, damaged; Unsupported where
  /// Arrow is not installed; what reading `far` throws.
  ColumnFile(ColumnFormat, std::string path, std::shared_ptr<RandomAccessFile> far = nullptr);
  ~ColumnFile();
  ColumnFile(const ColumnFile&) = delete;
  ColumnFile& operator=(const ColumnFile&) = delete;

  const std::string& path() const { return path_; }
  const StoredColumns& columns() const { return columns_; }
  /// Rows of each row group or stripe; none is negative.
  const std::vector<std::int64_t>& group_rows() const { return group_rows_; }
  std::int64_t row_count() const { return rows_; }

  /// The chosen columns come in the order given. Throws DataError if the file is not the one whose
  /// footer was read.
  std::unique_ptr<GroupReader> read(std::size_t group, std::vector<StoredColumn> columns) const;

  /// Bytes that the columns take in a group; -1: the format does not tell.
  std::int64_t stored_bytes(std::size_t group, const std::vector<StoredColumn>& columns) const;

  /// What the file's statistics say of a column in a group, as the column is read.
  ColumnStatistics statistics(std::size_t group, const StoredColumn& column) const;

 private:
  struct Handle;

  ColumnFormat format_;
  std::string path_;
  bool is_far_;
  std::uintmax_t bytes_ = 0;
  std::filesystem::file_time_type changed_;
  std::shared_ptr<const Handle> handle_;
  StoredColumns columns_;
  std::vector<std::int64_t> group_rows_;
  std::int64_t rows_ = 0;
};

}  // namespace insitu
