#include "odbc/database.hpp"

#include "odbc/cursor.hpp"

namespace insitu {

namespace {

constexpr std::size_t kRowsOfBlock = 8192;

class Connection final : public SqlConnection {
 public:
  Connection(const LineOptions& options, RunControl& control) : line_(options, &control.cancel) {}

  SqlDialect dialect() const override { return line_.dialect(); }
  std::string engine() const override { return line_.engine(); }

  SchemaPtr columns_of(const std::string& query, RunControl& control) override {
    line_.set_flag(&control.cancel);
    return schema_of(columns_of_query(line_, query), line_.dialect());
  }

  void query(const SqlStatement& statement, const std::function<void(const Chunk&)>& consume,
             RunControl& control) override {
    line_.set_flag(&control.cancel);
    auto executed = run(statement);
    std::vector<ColumnTransfer> transfers;
    for (const auto& each : line_.columns_of(executed.get()))
      transfers.push_back(transfer_of(each, line_.dialect(), true));
    if (transfers.empty()) throw DataError("the statement gives no rows");
    OdbcCursor cursor(line_, std::move(executed), std::move(transfers), kRowsOfBlock);
    while (const auto chunk = cursor.next()) consume(*chunk);
  }

  std::int64_t execute(const SqlStatement& statement, RunControl& control) override {
    line_.set_flag(&control.cancel);
    auto executed = run(statement);
    SQLLEN rows = -1;
    if (!succeeded(driver_manager().row_count(executed.get(), &rows))) rows = -1;
    // An error of a later statement in a batch comes with its result.
    while (line_.wait_for(executed.get(), [&] {
      return driver_manager().more_results(executed.get());
    }) != SQL_NO_DATA) {
    }
    return rows;
  }

  void begin() override { line_.set_autocommit(false); }
  void commit() override {
    line_.end_transaction(true);
    line_.set_autocommit(true);
  }
  void roll_back() noexcept override {
    try {
      line_.end_transaction(false);
      line_.set_autocommit(true);
    } catch (...) {
      // The end of the connection rolls back, too.
    }
  }

 private:
  OdbcHandle run(const SqlStatement& statement) {
    if (statement.binary_parameters.empty()) return line_.execute(statement.text);
    auto made = line_.statement();
    const auto& manager = driver_manager();
    std::vector<SQLLEN> lengths;
    for (const auto& each : statement.binary_parameters)
      lengths.push_back(static_cast<SQLLEN>(each.size()));
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      const auto& bytes = statement.binary_parameters[i];
      line_.check(made.get(),
                  manager.bind_parameter(made.get(), static_cast<SQLUSMALLINT>(i + 1),
                                         SQL_PARAM_INPUT, SQL_C_BINARY, SQL_LONGVARBINARY,
                                         std::max<SQLULEN>(bytes.size(), 1), 0,
                                         const_cast<char*>(bytes.data()),
                                         static_cast<SQLLEN>(bytes.size()), &lengths[i]));
    }
    line_.execute(made.get(), statement.text);
    manager.free_stmt(made.get(), SQL_RESET_PARAMS);
    return made;
  }

  OdbcLine line_;
};

}  // namespace

SchemaPtr schema_of(const std::vector<ResultColumn>& columns, SqlDialect dialect) {
  std::vector<Field> fields;
  for (const auto& each : columns)
    fields.push_back({.name = each.name, .type = transfer_of(each, dialect, true).type});
  return std::make_shared<const Schema>(std::move(fields));
}

std::string as_table(const std::string& query) { return "(" + query + "\n) AS insitu_rows"; }

std::vector<ResultColumn> columns_of_query(OdbcLine& line, const std::string& query) {
  try {
    const auto empty = line.execute("SELECT * FROM " + as_table(query) + " WHERE 1 = 0");
    return line.columns_of(empty.get());
  } catch (const ConnectionLost&) {
    throw;
  } catch (const DataError&) {
    const auto begun = line.execute(query);
    return line.columns_of(begun.get());
  }
}

std::unique_ptr<SqlConnection> OdbcDatabase::connect(RunControl& control) const {
  return std::make_unique<Connection>(options_, control);
}

std::string OdbcDatabase::description() const {
  const auto& where = options_.where;
  std::string text;
  const auto add = [&](const char* before, std::optional<std::string> value) {
    if (value && !value->empty()) text += (text.empty() ? "" : ", ") + std::string(before) + *value;
  };
  add("data source ", where.find({"DSN"}));
  add("", where.find({"Servername", "Server"}));
  add("port ", where.find({"Port"}));
  add("database ", where.find({"Database"}));
  return text.empty() ? "a database" : text;
}

}  // namespace insitu
