#include "odbc/sink.hpp"

#include <cmath>
#include <random>

#include "base/named.hpp"
#include "base/number_text.hpp"
#include "odbc/database.hpp"
#include "odbc/insert.hpp"
#include "odbc/tables.hpp"
#include "sql/appended_columns.hpp"
#include "sql/table_name.hpp"

namespace insitu {

namespace {

class OdbcSink final : public DataSink {
 public:
  OdbcSink(const OdbcOptions& options, SchemaPtr schema, const SinkOptions& how)
      : line_(options.line, nullptr), path_(table_path(options.table)), written_(path_) {
    const auto dialect = line_.dialect();
    const bool exists = table_exists(line_, path_);
    const bool appends = how.append == Append::kRows && exists;
    if (exists && how.append == Append::kNone && !how.overwrite)
      throw InvalidArgument("`outFile` exists: "_named + options.table +
                            "; allow to replace it with `overwrite`, or append to it"_named);
    if (how.append == Append::kColumns)
      throw Unsupported("columns can be appended to .xdf files only, not to " + options.table);
    if (appends) whole_ = check_columns(*schema, options.table);
    line_.set_autocommit(false);
    // Another program that uses the old table is waited for, but not for ever.
    if (dialect == SqlDialect::kPostgres) line_.execute("SET LOCAL lock_timeout = '60s'");
    if (dialect == SqlDialect::kSqlServer) line_.execute("SET LOCK_TIMEOUT 60000");
    // Pages that are written before the end would wait for readers of the same file.
    if (dialect == SqlDialect::kSqlite) line_.execute("PRAGMA cache_spill = OFF");
    if (!appends) {
      written_.back() = new_name();
      create_table(line_, written_, *schema, options.factors_as_indexes);
      replaces_ = exists;
      renames_ = true;
    }
    inserter_ = make_inserter(line_, quoted_path(written_, dialect), std::move(schema),
                              options.factors_as_indexes);
  }

  ~OdbcSink() override {
    if (finished_) return;
    inserter_.reset();
    try {
      line_.end_transaction(false);
    } catch (...) {
      // The end of the line rolls back, too.
    }
  }

  void write(const Chunk& chunk) override {
    for (const auto& name : whole_) require_whole(chunk, name);
    inserter_->insert(chunk);
  }

  void finish() override {
    inserter_.reset();
    if (replaces_) drop_table(line_, path_);
    if (renames_) rename_table(line_, written_, path_.back());
    line_.end_transaction(true);
    finished_ = true;
  }

 private:
  /// Names of PostgreSQL have 63 bytes at most.
  static std::string new_name() {
    std::random_device random;
    return "insitu_new_" + hexadecimal_text((std::uint64_t{random()} << 32) | random());
  }

  std::vector<std::string> check_columns(const Schema& schema, const std::string& table) {
    const auto empty =
        line_.execute("SELECT * FROM " + quoted_path(path_, line_.dialect()) + " WHERE 1 = 0");
    return check_appended(schema, *schema_of(line_.columns_of(empty.get()), line_.dialect()),
                          table);
  }

  static void require_whole(const Chunk& chunk, const std::string& name) {
    const auto& column = chunk.column(name);
    for (std::size_t i = 0; i < chunk.rows; ++i)
      if (const double value = column.number_at(i);
          std::floor(value) != value && !column.is_missing(i))
        throw DataError("the table keeps whole numbers in '" + name + "', and " +
                        shortest_text(value) +
                        " is appended to it: round it before, or change the "
                        "type of the column");
  }

  OdbcLine line_;
  std::vector<std::string> path_, written_;
  std::vector<std::string> whole_;  // columns of decimals that the table keeps as whole numbers
  std::unique_ptr<RowInserter> inserter_;
  bool replaces_ = false, renames_ = false, finished_ = false;
};

}  // namespace

std::unique_ptr<DataSink> open_odbc_sink(const OdbcOptions& options, const SchemaPtr& schema,
                                         const SinkOptions& how) {
  if (options.table.empty())
    throw InvalidArgument(options.type +
                          ": rows are written to a table, not to a query: give `table`"_named);
  return std::make_unique<OdbcSink>(options, schema, how);
}

}  // namespace insitu
