#pragma once
// RxOdbcData, RxSqlServerData and RxPostgresData as sources (docs/databases.md). With a key the
// rows have an order of their own: splits are ranges of it that can be read at the same time and
// read again. Without one they come in one stream, in the order of arrival, cut every 65,536 rows.
// The process that opened the source sends workers its rows: they never learn how the database is
// reached. Immutable but for what it finds on the way; safe to call from several threads.
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "data/source.hpp"
#include "odbc/key_ranges.hpp"
#include "odbc/line_pool.hpp"
#include "odbc/options.hpp"
#include "odbc/row_stream.hpp"

namespace insitu {

class OdbcSource final : public DataSource {
 public:
  /// Connects and looks at the columns. Throws DataError, InvalidArgument.
  explicit OdbcSource(OdbcOptions);

  SchemaPtr schema() const override { return schema_; }
  std::vector<Split> splits() const override;
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions&) const override;
  Recipe recipe() const override;
  std::optional<std::int64_t> row_count() const override;
  const DataSource* row_holder() const override { return this; }
  bool ordered() const override { return !key_.empty(); }
  std::string description() const override { return description_; }

  // For those who write statements over the same rows:
  const OdbcOptions& options() const { return options_; }
  SqlDialect dialect() const { return dialect_; }
  /// A table, or a query as one; "": the query stands for itself.
  const std::string& from() const { return from_; }
  /// As many as the schema has, in its order.
  const std::vector<FinishedColumn>& columns() const { return columns_; }
  /// The name that column i has in from(), quoted.
  std::string column_in_from(std::size_t i) const;
  /// The condition and order of the rows of each range of the key; nothing: there is no key.
  std::optional<std::vector<std::string>> range_clauses() const;
  /// " ORDER BY ..." of the key; "": there is none.
  std::string order() const;

  /// Columns of types that have no counterpart here: names and types.
  const std::vector<std::pair<std::string, std::string>>& left_out() const { return left_out_; }
  /// Decimals with more digits than a double holds.
  const std::vector<std::string>& rounded() const { return rounded_; }

 private:
  class RangeReader;
  void read_ranges_at_once();
  const KeyRanges& ranges() const;
  std::vector<ColumnTransfer> key_transfers() const;
  RowSelection select(const ReadOptions&) const;

  OdbcOptions options_;
  std::shared_ptr<LinePool> pool_;
  SqlDialect dialect_ = SqlDialect::kSqlite;
  std::string from_;  // a table, or a query as one; "": the query stands for itself
  std::string description_;
  std::vector<FinishedColumn> columns_;
  std::vector<std::string> names_;   // in `from_`, of columns_
  std::vector<std::string> stored_;  // in `from_`, of result_
  SchemaPtr schema_;
  std::vector<std::string> key_;
  bool key_known_ = false;
  std::vector<std::pair<std::string, std::string>> left_out_;
  std::vector<std::string> rounded_;
  std::vector<ResultColumn> result_;  // all columns, by names that tell them apart

  mutable std::mutex mutex_;
  mutable std::optional<KeyRanges> ranges_;
  mutable std::optional<std::int64_t> counted_;
  mutable std::shared_ptr<RowStream> stream_;
  std::shared_ptr<RowsSeen> seen_ = std::make_shared<RowsSeen>();
};

}  // namespace insitu
