#pragma once
// Databases of ODBC as those see them who write statements (sql/connection.hpp).
#include <memory>
#include <string>

#include "odbc/line.hpp"
#include "sql/connection.hpp"

namespace insitu {

class OdbcDatabase final : public SqlDatabase {
 public:
  explicit OdbcDatabase(LineOptions options) : options_(std::move(options)) {}

  std::unique_ptr<SqlConnection> connect(RunControl&) const override;
  std::string description() const override;
  const LineOptions& options() const { return options_; }

 private:
  LineOptions options_;
};

/// The columns of a query, without its rows: by an empty result of it, or, where it cannot stand in
/// another one, by beginning it.
std::vector<ResultColumn> columns_of_query(OdbcLine&, const std::string& query);

/// As they are read.
SchemaPtr schema_of(const std::vector<ResultColumn>&, SqlDialect);

/// A query as a table of another one.
std::string as_table(const std::string& query);

}  // namespace insitu
