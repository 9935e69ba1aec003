#pragma once
// A compute context over rows of a database: a pass is computed there by SQL where that can be done
// exactly, else its rows are read and the pass runs in another context. The same answers either
// way, up to the last digits of sums; counts, levels, smallest and largest values are equal.
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"
#include "pushdown/questions.hpp"
#include "pushdown/rows.hpp"
#include "pushdown/rows_of_passes.hpp"
#include "sql/connection.hpp"

namespace insitu {

/// The rows of a source as the database has them.
struct SqlTable {
  std::string from;  ///< a quoted table, or a query in brackets
  SchemaPtr schema;  ///< its columns as the engine has them
  /// Columns that only reading makes what the engine has, and why.
  std::map<std::string, std::string> refused = {};
  /// Factors whose values beside their levels are missing.
  std::vector<std::string> closed = {};
  /// Columns whose type casts to no number but by way of another: its name.
  std::map<std::string, std::string> ways = {};
};

/// The table of a source by its recipe, a JSON document; nothing: it is not of this database.
using SqlTableOf = std::function<std::optional<SqlTable>(const nlohmann::json& recipe)>;

/// The rows of a source with all that decorates it: declared levels, transforms, row selection.
/// Throws Unsupported for what only reading does, and names it.
SqlRows sql_rows_of(const DataSource&, SqlDialect, const SqlTableOf&);

/// Who computes a pass.
enum class SqlTier {
  kAuto,      ///< the database where it can, else this machine
  kDatabase,  ///< the database, or an error that says why not
  kStream,    ///< this machine
};

/// What became of a pass.
struct SqlPassRecord {
  std::string pass;
  SqlTier tier = SqlTier::kStream;  ///< kDatabase or kStream
  std::string reason;               ///< why not the database
  SqlTraffic traffic;               ///< what left the database for it, unless rows were read
  std::vector<std::string> statements;
};

struct PushdownOptions {
  std::string name = "RxInPostgres";
  SqlTier tier = SqlTier::kAuto;
  std::int64_t min_group_size = 0;  ///< above 1: rows are never read, smaller cells never told
  std::shared_ptr<RowsOfPasses> rows_seen = nullptr;  ///< shared with whoever else reads the rows
};

/// Of one call: its passes see one snapshot of the rows as long as no other tier is between them
/// (PostgreSQL, SQLite; SQL Server where its database allows it). Numbers of rows are compared
/// everywhere.
class PushdownContext final : public ComputeContext {
 public:
  /// `reading`: where passes run whose rows are read.
  PushdownContext(std::shared_ptr<const SqlDatabase> database, SqlTableOf table_of,
                  std::unique_ptr<ComputeContext> reading, PushdownOptions options);
  ~PushdownContext() override;

  std::string name() const override { return options_.name; }
  Capabilities capabilities() const override { return reading_->capabilities(); }
  std::unique_ptr<Accumulator> run(const Pass&, const DataSource&, RunControl&) override;
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>& consume,
            RunControl&) override;

  /// Why the database cannot compute the pass over the source, as far as that is known before it is
  /// asked; "": it can.
  std::string why_not(const Pass&, const DataSource&, RunControl&);
  /// What `run` would do, with the first statements that it would send; nothing but connecting is
  /// done. The tier is kStream where the database cannot.
  SqlPassRecord planned(const Pass&, const DataSource&, RunControl&);
  const std::vector<SqlPassRecord>& records() const { return records_; }
  /// The line that statements go over, for others of the same call; in no transaction.
  SqlConnection& connection(RunControl&);

 private:
  bool may_read() const { return options_.tier == SqlTier::kAuto && options_.min_group_size <= 1; }
  std::unique_ptr<Accumulator> push(const Pass&, const DataSource&, SqlPassRecord&, RunControl&);
  SqlConnection& line(RunControl&);
  void begin_snapshot(RunControl&);
  void end_snapshot();
  [[noreturn]] void refuse(const std::string& what, const std::string& why) const;

  std::shared_ptr<const SqlDatabase> database_;
  SqlTableOf table_of_;
  std::unique_ptr<ComputeContext> reading_;
  PushdownOptions options_;
  std::unique_ptr<SqlConnection> connection_;
  bool snapshot_ = false;                         // a transaction is open for it
  std::optional<bool> snapshots_ = std::nullopt;  // whether SQL Server's database allows them
  std::vector<SqlPassRecord> records_;
};

}  // namespace insitu
