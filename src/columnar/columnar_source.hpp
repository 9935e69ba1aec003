#pragma once
// RxParquetData and RxOrcData: a file or a folder of files as a source (docs/parquet.md). Splits
// are the row groups or stripes that have rows, in the order of the files and of their places in
// them.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columnar/united_columns.hpp"
#include "data/read_cost.hpp"
#include "data/source.hpp"

namespace insitu {

/// The rows as the files have them; colInfo is applied by data/typed_columns.hpp. Workers do not
/// link Arrow: the process that opened the source sends them its rows. Immutable; safe to call from
/// several threads.
class ColumnarSource final : public DataSource, public OffersReadCost {
 public:
  /// `path`: a file or a folder, of `files` where they are given, else of this machine. Throws
  /// DataError when a file cannot be read, or when a column has types in two files that none holds
  /// without loss.
  ColumnarSource(ColumnFormat, std::string path, const FileSystem* files = nullptr);

  SchemaPtr schema() const override { return united_.schema; }
  std::vector<Split> splits() const override;
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions&) const override;
  ReadCost read_cost(const Split&, const ReadOptions&) const override;
  Recipe recipe() const override;
  std::optional<std::int64_t> row_count() const override { return rows_; }
  std::vector<std::int64_t> read_chunks() const override;
  const DataSource* row_holder() const override { return this; }
  std::string file_of(const Split&) const override;
  std::string description() const override { return path_; }

  /// Names and types of the columns that cannot be used in any file.
  const std::vector<std::pair<std::string, std::string>>& left_out() const {
    return united_.left_out;
  }
  /// Names of the columns whose whole numbers may lose digits (UnitedColumns::rounded).
  const std::vector<std::string>& rounded() const { return united_.rounded; }

 private:
  class Reader;
  class SkippedGroup;
  struct Group {
    std::size_t file = 0;
    std::size_t number = 0;  ///< within the file
    std::int64_t first_row = 0, rows = 0;
  };

  /// The columns of a file that hold those of `schema`, and where: places[i] is which of them the
  /// i-th is; nothing: the file lacks it.
  struct StoredPlaces {
    std::vector<StoredColumn> stored;
    std::vector<std::optional<std::size_t>> places;
  };
  static StoredPlaces places_in(const ColumnFile&, const Schema&);
  SchemaPtr chosen(const ReadOptions&) const;
  const Group& group_of(const Split&) const;
  /// False: no row of the group fulfils all conditions, by the statistics of its file.
  bool may_hold_all(const std::vector<Condition>&, const Group&) const;

  std::string path_;
  std::vector<std::unique_ptr<ColumnFile>> files_;  // at least one
  std::vector<Group> groups_;                       // by the number of their split
  std::int64_t rows_ = 0;
  UnitedColumns united_;
};

}  // namespace insitu
