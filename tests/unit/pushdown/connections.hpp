#pragma once
// Lines to real engines for tests: SQLite in memory, and the PostgreSQL server that
// tests/private_postgres.py has started for this process.
#include <libpq-fe.h>
#include <sqlite3.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "sql/connection.hpp"

namespace insitu::testing {

using Cell = std::optional<std::string>;

/// Columns of texts as columns of the engine.
inline Chunk typed_chunk(const std::vector<std::pair<std::string, Type>>& columns,
                         const std::vector<std::vector<Cell>>& rows) {
  Chunk chunk;
  std::vector<Field> fields;
  chunk.rows = rows.size();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    Field field{.name = columns[c].first, .type = columns[c].second};
    if (field.type == Type::kString) {
      StringBuilder builder;
      for (const auto& row : rows) row[c] ? builder.append(*row[c]) : builder.append_missing();
      chunk.columns.push_back(builder.finish());
    } else if (field.type == Type::kInt64) {
      std::vector<std::int64_t> values;
      for (const auto& row : rows)
        values.push_back(row[c] ? std::strtoll(row[c]->c_str(), nullptr, 10)
                                : missing_value<std::int64_t>());
      chunk.columns.push_back(Column::own(field.type, std::move(values)));
    } else {
      std::vector<double> values;
      for (const auto& row : rows)
        values.push_back(row[c] ? std::strtod(row[c]->c_str(), nullptr) : missing_value<double>());
      chunk.columns.push_back(Column::own(field.type, std::move(values)));
    }
    fields.push_back(std::move(field));
  }
  chunk.schema = std::make_shared<const Schema>(std::move(fields));
  return chunk;
}

class SqliteConnection final : public SqlConnection {
 public:
  SqliteConnection() {
    if (sqlite3_open(":memory:", &database_) != SQLITE_OK) throw DataError("no SQLite");
  }
  ~SqliteConnection() override { sqlite3_close(database_); }
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  SqlDialect dialect() const override { return SqlDialect::kSqlite; }
  std::string engine() const override { return std::string("SQLite ") + sqlite3_libversion(); }
  SchemaPtr columns_of(const std::string&, RunControl&) override {
    throw Unsupported("columns_of");
  }
  void query(const SqlStatement& statement, const std::function<void(const Chunk&)>& consume,
             RunControl&) override {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(database_, statement.text.c_str(), -1, &prepared, nullptr) != SQLITE_OK)
      throw DataError(std::string(sqlite3_errmsg(database_)) + "\n" + statement.text);
    const auto columns = sqlite3_column_count(prepared);
    std::vector<std::pair<std::string, Type>> types;
    for (int c = 0; c < columns; ++c)
      types.emplace_back(sqlite3_column_name(prepared, c), Type::kInt64);
    std::vector<std::vector<Cell>> rows;
    int result;
    while ((result = sqlite3_step(prepared)) == SQLITE_ROW) {
      auto& row = rows.emplace_back();
      for (int c = 0; c < columns; ++c) {
        const auto kind = sqlite3_column_type(prepared, c);
        auto& type = types[static_cast<std::size_t>(c)].second;
        if (kind == SQLITE_FLOAT && type == Type::kInt64) type = Type::kFloat64;
        if (kind == SQLITE_TEXT || kind == SQLITE_BLOB) type = Type::kString;
        if (kind == SQLITE_NULL) {
          row.emplace_back();
        } else if (kind == SQLITE_FLOAT) {
          char text[64];
          std::snprintf(text, sizeof text, "%.17g", sqlite3_column_double(prepared, c));
          row.emplace_back(text);
        } else {
          const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_blob(prepared, c));
          row.emplace_back(
              kind == SQLITE_INTEGER
                  ? std::to_string(sqlite3_column_int64(prepared, c))
                  : std::string(bytes ? bytes : "",
                                static_cast<std::size_t>(sqlite3_column_bytes(prepared, c))));
        }
      }
    }
    sqlite3_finalize(prepared);
    if (result != SQLITE_DONE)
      throw DataError(std::string(sqlite3_errmsg(database_)) + "\n" + statement.text);
    consume(typed_chunk(types, rows));
  }
  std::int64_t execute(const SqlStatement& statement, RunControl&) override {
    char* message = nullptr;
    if (sqlite3_exec(database_, statement.text.c_str(), nullptr, nullptr, &message) != SQLITE_OK) {
      const std::string text = message ? message : "?";
      sqlite3_free(message);
      throw DataError(text);
    }
    return sqlite3_changes(database_);
  }
  void begin() override { run("BEGIN"); }
  void commit() override { run("COMMIT"); }
  void roll_back() noexcept override {
    sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }

 private:
  void run(const char* text) {
    RunControl control;
    execute({text}, control);
  }
  sqlite3* database_ = nullptr;
};

class PostgresConnection final : public SqlConnection {
 public:
  /// Null where no server was started for this process.
  static std::unique_ptr<PostgresConnection> open() {
    if (!std::getenv("INSITU_TEST_POSTGRES")) return nullptr;
    return std::make_unique<PostgresConnection>();
  }
  PostgresConnection() : connection_(PQconnectdb("client_min_messages=warning")) {
    if (PQstatus(connection_) != CONNECTION_OK) {
      PQfinish(connection_);
      connection_ = PQconnectdb("");
    }
    if (PQstatus(connection_) != CONNECTION_OK) throw DataError(PQerrorMessage(connection_));
  }
  ~PostgresConnection() override { PQfinish(connection_); }
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  SqlDialect dialect() const override { return SqlDialect::kPostgres; }
  std::string engine() const override { return "PostgreSQL"; }
  SchemaPtr columns_of(const std::string&, RunControl&) override {
    throw Unsupported("columns_of");
  }
  void query(const SqlStatement& statement, const std::function<void(const Chunk&)>& consume,
             RunControl&) override {
    const Result result(PQexec(connection_, statement.text.c_str()));
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
      throw DataError(std::string(PQerrorMessage(connection_)) + "\n" + statement.text);
    std::vector<std::pair<std::string, Type>> types;
    for (int c = 0; c < PQnfields(result.get()); ++c) {
      const auto oid = PQftype(result.get(), c);
      const bool whole = oid == 20 || oid == 21 || oid == 23,
                 number = oid == 700 || oid == 701 || oid == 1700;
      types.emplace_back(PQfname(result.get(), c), whole    ? Type::kInt64
                                                   : number ? Type::kFloat64
                                                            : Type::kString);
    }
    std::vector<std::vector<Cell>> rows;
    for (int r = 0; r < PQntuples(result.get()); ++r) {
      auto& row = rows.emplace_back();
      for (int c = 0; c < PQnfields(result.get()); ++c)
        row.push_back(PQgetisnull(result.get(), r, c) ? Cell()
                                                      : Cell(PQgetvalue(result.get(), r, c)));
    }
    consume(typed_chunk(types, rows));
  }
  std::int64_t execute(const SqlStatement& statement, RunControl&) override {
    const Result result(PQexec(connection_, statement.text.c_str()));
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      throw DataError(PQerrorMessage(connection_));
    return std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
  }
  void begin() override { run("BEGIN"); }
  void commit() override { run("COMMIT"); }
  void roll_back() noexcept override { const Result result(PQexec(connection_, "ROLLBACK")); }

 private:
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using Result = std::unique_ptr<PGresult, Clear>;
  void run(const char* text) {
    RunControl control;
    execute({text}, control);
  }
  PGconn* connection_;
};

/// The engines of this run: PostgreSQL where its server was started for it, else SQLite.
inline std::vector<std::unique_ptr<SqlConnection>> connections() {
  std::vector<std::unique_ptr<SqlConnection>> all;
  if (auto postgres = PostgresConnection::open())
    all.push_back(std::move(postgres));
  else
    all.push_back(std::make_unique<SqliteConnection>());
  return all;
}

/// Writes the rows to a table of that name.
inline void write_table(SqlConnection& connection, const std::string& table, const Chunk& rows) {
  RunControl control;
  const auto dialect = connection.dialect();
  const bool postgres = dialect == SqlDialect::kPostgres;
  std::string columns = "rx_id integer";
  for (const auto& field : rows.schema->fields()) {
    columns += ", " + quoted_name(field.name, dialect) + " ";
    switch (field.type) {
      case Type::kLogical:
        columns += "boolean";
        break;
      case Type::kInt16:
        columns += "smallint";
        break;
      case Type::kInt32:
        columns += "integer";
        break;
      case Type::kInt64:
        columns += "bigint";
        break;
      case Type::kString:
      case Type::kFactor:
      case Type::kOrdered:
        columns += "text";
        break;
      case Type::kDate:
        columns += "date";
        break;
      default:
        columns += postgres ? "float8" : "REAL";
    }
  }
  const auto name = quoted_name(table, dialect);
  connection.execute({"DROP TABLE IF EXISTS " + name}, control);
  connection.execute({"CREATE TABLE " + name + " (" + columns + ")"}, control);
  std::string values;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    values += (values.empty() ? "(" : ", (") + std::to_string(i);
    for (const auto& column : rows.columns) {
      values += ", ";
      if (column.is_missing(i)) {
        values += "NULL";
      } else if (column.type() == Type::kString) {
        values += quoted_text(column.string_at(i), dialect);
      } else if (is_factor(column.type())) {
        values += quoted_text(
            (*column.levels())[static_cast<std::size_t>(column.values<std::int32_t>()[i])],
            dialect);
      } else if (column.type() == Type::kInt64) {
        values += std::to_string(column.values<std::int64_t>()[i]);
      } else if (column.type() == Type::kLogical) {
        values += column.number_at(i) != 0 ? "TRUE" : "FALSE";
      } else if (column.type() == Type::kDate) {
        values += "DATE '1970-01-01' + " + std::to_string(static_cast<int>(column.number_at(i)));
      } else if (column.type() == Type::kInt32 || column.type() == Type::kInt16) {
        values += std::to_string(static_cast<std::int64_t>(column.number_at(i)));
      } else {
        const double x = column.number_at(i);
        values += std::isfinite(x) ? quoted_number(x, dialect)
                  : postgres       ? (x > 0 ? "'Infinity'" : "'-Infinity'")
                                   : (x > 0 ? "9e999" : "-9e999");
      }
    }
    values += ")";
    if (values.size() > 200'000 || i + 1 == rows.rows) {
      connection.execute({"INSERT INTO " + name + " VALUES " + values}, control);
      values.clear();
    }
  }
}

}  // namespace insitu::testing
