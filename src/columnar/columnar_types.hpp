#pragma once
// The columns of Parquet and ORC files as columns of the engine. The same types come out in every
// compute context (docs/parquet.md has the table); Spark's side of it is the gateway's.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/arrow_c.hpp"
#include "data/chunk.hpp"

namespace insitu {

/// A column of a file that the engine can use.
struct StoredColumn {
  Field field;                ///< without levels and low or high: those are not stored
  std::int32_t position = 0;  ///< among the file's top-level columns
  std::string format;         ///< Arrow's format string: how its values are stored
  bool julian = false;        ///< its dates and times are of the Julian calendar before 1582-10-15
  bool rounded = false;       ///< whole numbers beyond 2^53, or not known not to be, as numeric
};

struct StoredColumns {
  std::vector<StoredColumn> usable;  ///< in the order of the file
  /// Names and types ("list", "binary") of the columns that have no counterpart here.
  std::vector<std::pair<std::string, std::string>> left_out;
};

/// Names are made unique (base/unique_names.hpp). A column of whole numbers that holds the missing
/// code of its type, by the statistics of the file, has the next wider type. `schema` is a struct
/// of columns and is only looked at. Throws DataError if it is not one.
StoredColumns stored_columns(const ArrowSchema& schema);

/// Turns the batches of one stream into chunks. For one thread.
class BatchImport {
 public:
  /// `schema`: of the stream, whose columns are `columns` in that order; taken over. Throws
  /// DataError if they are not.
  BatchImport(ArrowSchema* schema, std::vector<StoredColumn> columns);
  ~BatchImport();
  BatchImport(const BatchImport&) = delete;
  BatchImport& operator=(const BatchImport&) = delete;

  const SchemaPtr& schema() const { return schema_; }
  /// Takes over `batch`. Columns share its memory where the layouts agree. Throws DataError for a
  /// whole number that its type here takes for a missing one; `first_row`: the batch's in the file.
  Chunk import(ArrowArray* batch, std::int64_t first_row) const;

 private:
  ArrowSchema stream_{};
  std::vector<ArrowSchema> children_;  // of the stream, with the formats that are imported
  std::vector<ArrowSchema*> pointers_;
  ArrowSchema read_as_{};
  std::vector<StoredColumn> columns_;
  SchemaPtr read_, schema_;  // as imported; as given on
};

}  // namespace insitu
