#include "odbc/insert.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/civil_date.hpp"
#include "base/number_text.hpp"
#include "base/utf16.hpp"
#include "data/time_ticks.hpp"
#include "odbc/tables.hpp"

namespace insitu {

namespace {

/// A value that is not missing as the text of a constant, without quotation marks.
class ValueTexts {
 public:
  ValueTexts(const Column& column, const Field& field, SqlDialect dialect, bool index)
      : column_(column), field_(field), dialect_(dialect), index_(index) {}

  bool is_text() const {
    return column_.type() == Type::kString || (is_factor(column_.type()) && !index_);
  }
  bool is_moment() const {
    return column_.type() == Type::kDate || column_.type() == Type::kDateTime;
  }

  void append(std::string& out, std::size_t i) const {
    switch (column_.type()) {
      case Type::kString:
        out += whole_text_of(column_.string_at(i));
        return;
      case Type::kFactor:
      case Type::kOrdered: {
        const auto code = column_.values<std::int32_t>()[i];
        if (index_)
          out += shortest_text(code);
        else
          out += whole_text_of(level(code));
        return;
      }
      case Type::kLogical:
        out += column_.values<std::uint8_t>()[i] ? (dialect_ == SqlDialect::kPostgres ? "t" : "1")
                                                 : (dialect_ == SqlDialect::kPostgres ? "f" : "0");
        return;
      case Type::kFloat32:
        return append_number(out, shortest_text(column_.values<float>()[i]),
                             column_.values<float>()[i]);
      case Type::kFloat64:
        return append_number(out, shortest_text(column_.values<double>()[i]),
                             column_.values<double>()[i]);
      case Type::kDate:
        return append_date(out, checked_days(std::floor(column_.values<double>()[i])));
      case Type::kDateTime:
        return append_time(out, column_.values<double>()[i]);
      case Type::kInt64:
        out += shortest_text(column_.values<std::int64_t>()[i]);
        return;
      case Type::kInt16:
      case Type::kUInt16:
      case Type::kInt32:
        out += shortest_text(static_cast<std::int64_t>(column_.number_at(i)));
        return;
    }
  }

 private:
  /// Drivers end a text at its first NUL character, when it is written or when it is read.
  std::string_view whole_text_of(std::string_view text) const {
    if (text.find('\0') != std::string_view::npos)
      throw DataError("variable '" + field_.name +
                      "' has a text with a NUL character, which a table of a database cannot "
                      "hold: remove it with transforms");
    return text;
  }

  std::string_view level(std::int32_t code) const {
    const auto& levels = column_.levels();
    if (!levels || code < 0 || static_cast<std::size_t>(code) >= levels->size())
      throw DataError("variable '" + field_.name + "': a factor code has no level");
    return (*levels)[static_cast<std::size_t>(code)];
  }

  void append_number(std::string& out, const std::string& text, double value) const {
    if (!std::isinf(value)) {
      out += text;
      return;
    }
    if (dialect_ != SqlDialect::kPostgres)
      throw DataError("variable '" + field_.name + "' has infinite values, which " +
                      std::string(name_of(dialect_)) +
                      " cannot hold: make them missing or other numbers with transforms");
    out += value > 0 ? "Infinity" : "-Infinity";
  }

  std::int64_t checked_days(double days) const {
    // 0001-01-01 to 9999-12-31, which all engines have.
    if (!(days >= -719162 && days <= 2932896))
      throw DataError("variable '" + field_.name + "' has a date outside of the years 1 to 9999, " +
                      "which databases do not all hold: make it missing with transforms");
    return static_cast<std::int64_t>(days);
  }

  static void append_padded(std::string& out, std::int64_t value, int width) {
    out += whole_text(value, width, '0');
  }

  static void append_date(std::string& out, std::int64_t days) {
    const auto date = civil_from_days(days);
    append_padded(out, date.year, 4);
    out += '-';
    append_padded(out, date.month, 2);
    out += '-';
    append_padded(out, date.day, 2);
  }

  void append_time(std::string& out, double seconds) const {
    (void)checked_days(std::floor(seconds / 86400));
    const auto micros = micros_of_seconds(seconds);
    constexpr std::int64_t kDay = 86400000000;
    const auto days = floor_divided(micros, kDay);
    auto rest = micros - days * kDay;
    append_date(out, days);
    out += ' ';
    append_padded(out, rest / 3600000000, 2);
    out += ':';
    append_padded(out, rest / 60000000 % 60, 2);
    out += ':';
    append_padded(out, rest / 1000000 % 60, 2);
    if (rest % 1000000 != 0) {
      out += '.';
      append_padded(out, rest % 1000000, 6);
    }
  }

  const Column& column_;
  const Field& field_;
  SqlDialect dialect_;
  bool index_;
};

std::string names_of(const Schema& schema, SqlDialect dialect) {
  std::string names;
  for (const auto& field : schema.fields())
    names += (names.empty() ? "" : ", ") + quoted_name(field.name, dialect);
  return names;
}

class Inserter : public RowInserter {
 protected:
  Inserter(OdbcLine& line, SchemaPtr schema, bool index)
      : line_(line), schema_(std::move(schema)), index_(index) {}

  /// Pieces whose statements stay small.
  template <class F>
  void in_pieces(const Chunk& chunk, std::size_t rows, F&& each) {
    for (std::size_t begin = 0; begin < chunk.rows; begin += rows)
      each(slice(chunk, begin, std::min(rows, chunk.rows - begin)));
  }

  ValueTexts texts(const Chunk& chunk, std::size_t i) const {
    return {chunk.columns[i], (*schema_)[i], line_.dialect(), index_};
  }

  OdbcLine& line_;
  SchemaPtr schema_;
  bool index_;
};

class PostgresInserter final : public Inserter {
 public:
  PostgresInserter(OdbcLine& line, const std::string& table, SchemaPtr schema, bool index)
      : Inserter(line, std::move(schema), index),
        begin_("INSERT INTO " + table + " (" + names_of(*schema_, SqlDialect::kPostgres) +
               ") SELECT * FROM unnest(") {}

  void insert(const Chunk& chunk) override {
    constexpr std::size_t kRows = 4096;
    in_pieces(chunk, kRows, [&](const Chunk& piece) {
      auto statement = begin_;
      for (std::size_t i = 0; i < schema_->size(); ++i) {
        statement += i ? ", " : "";
        statement += quoted_text(array_of(piece, i), SqlDialect::kPostgres) +
                     "::" + column_type((*schema_)[i], SqlDialect::kPostgres, index_) + "[]";
      }
      line_.execute(statement + ")");
    });
  }

 private:
  std::string array_of(const Chunk& chunk, std::size_t i) const {
    const auto values = texts(chunk, i);
    const bool quoted = values.is_text() || values.is_moment();
    std::string out = "{", text;
    for (std::size_t row = 0; row < chunk.rows; ++row) {
      if (row) out += ',';
      if (chunk.columns[i].is_missing(row)) {
        out += "NULL";
      } else if (!quoted) {
        values.append(out, row);
      } else {
        text.clear();
        values.append(text, row);
        out += '"';
        for (const char c : text) {
          if (c == '"' || c == '\\') out += '\\';
          out += c;
        }
        out += '"';
      }
    }
    return out + "}";
  }

  std::string begin_;
};

class SqlServerInserter final : public Inserter {
 public:
  SqlServerInserter(OdbcLine& line, const std::string& table, SchemaPtr schema, bool index)
      : Inserter(line, std::move(schema), index) {
    const auto dialect = SqlDialect::kSqlServer;
    before_ =
        "INSERT INTO " + table + " (" + names_of(*schema_, dialect) + ") SELECT * FROM OPENJSON(";
    after_ = ") WITH (";
    for (std::size_t i = 0; i < schema_->size(); ++i)
      after_ += (i ? ", " : "") + quoted_name("c" + std::to_string(i), dialect) + " " +
                column_type((*schema_)[i], dialect, index_) + " " +
                quoted_text("$[" + std::to_string(i) + "]", dialect);
    after_ += ")";
  }

  void insert(const Chunk& chunk) override {
    constexpr std::size_t kRows = 4096;
    in_pieces(chunk, kRows, [&](const Chunk& piece) {
      line_.execute(before_ + quoted_text(rows_of(piece), SqlDialect::kSqlServer) + after_);
    });
  }

 private:
  static void append_json(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (byte < 0x20) {
        out += byte < 0x10 ? "\\u000" : "\\u00";
        out += hexadecimal_text(byte);
      } else {
        out += c;
      }
    }
    out += '"';
  }

  std::string rows_of(const Chunk& chunk) const {
    std::vector<ValueTexts> values;
    for (std::size_t i = 0; i < schema_->size(); ++i) values.push_back(texts(chunk, i));
    std::string out = "[", text;
    for (std::size_t row = 0; row < chunk.rows; ++row) {
      out += row ? ",[" : "[";
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (i) out += ',';
        if (chunk.columns[i].is_missing(row)) {
          out += "null";
        } else if (values[i].is_text() || values[i].is_moment()) {
          text.clear();
          values[i].append(text, row);
          append_json(out, text);
        } else {
          values[i].append(out, row);
        }
      }
      out += ']';
    }
    return out + "]";
  }

  std::string before_, after_;
};

/// A prepared statement, executed once a row.
class ValueInserter final : public Inserter {
 public:
  ValueInserter(OdbcLine& line, const std::string& table, SchemaPtr schema, bool index)
      : Inserter(line, std::move(schema), index), statement_(line.statement()) {
    std::string marks;
    for (std::size_t i = 0; i < schema_->size(); ++i) marks += i ? ", ?" : "?";
    text_ = "INSERT INTO " + table + " (" + names_of(*schema_, line.dialect()) + ") VALUES (" +
            marks + ")";
    line_.prepare(statement_.get(), text_);
  }

  void insert(const Chunk& chunk) override {
    const auto& manager = driver_manager();
    auto* statement = statement_.get();
    std::vector<ValueTexts> values;
    std::vector<Slot> slots(schema_->size());
    for (std::size_t i = 0; i < slots.size(); ++i) {
      values.push_back(texts(chunk, i));
      slots[i].kind = kind_of(chunk.columns[i], values[i]);
    }
    std::exception_ptr failure;
    SQLRETURN code = SQL_SUCCESS;
    line_.wait_for(statement, [&] {
      try {
        for (std::size_t row = 0; row < chunk.rows && succeeded(code); ++row) {
          for (std::size_t i = 0; i < slots.size() && succeeded(code); ++i)
            code = bind(statement, i, slots[i], chunk.columns[i], values[i], row);
          if (succeeded(code)) code = manager.execute(statement);
        }
      } catch (...) {
        failure = std::current_exception();
        return static_cast<SQLRETURN>(SQL_SUCCESS);
      }
      return code;
    });
    if (failure) std::rethrow_exception(failure);
    manager.free_stmt(statement, SQL_RESET_PARAMS);
  }

 private:
  struct Slot {
    SQLSMALLINT kind = SQL_C_CHAR;
    std::int64_t whole = 0;
    double number = 0;
    std::string text;
    SQLLEN length = 0;
  };

  static SQLSMALLINT kind_of(const Column& column, const ValueTexts& values) {
    if (values.is_text() || values.is_moment()) return SQL_C_CHAR;
    return is_floating(column.type()) ? SQL_C_DOUBLE : SQL_C_SBIGINT;
  }

  SQLRETURN bind(void* statement, std::size_t i, Slot& slot, const Column& column,
                 const ValueTexts& values, std::size_t row) const {
    const auto place = static_cast<SQLUSMALLINT>(i + 1);
    const bool missing = column.is_missing(row);
    slot.length = missing ? SQL_NULL_DATA : 0;
    void* at = nullptr;
    SQLULEN size = 0;
    SQLSMALLINT sql_type = SQL_VARCHAR;
    if (slot.kind == SQL_C_CHAR) {
      slot.text.clear();
      if (!missing) values.append(slot.text, row);
      at = slot.text.data();
      size = std::max<std::size_t>(slot.text.size(), 1);
      if (!missing) slot.length = static_cast<SQLLEN>(slot.text.size());
    } else if (slot.kind == SQL_C_DOUBLE) {
      slot.number = column.number_at(row);
      if (!missing && std::isinf(slot.number)) values.append(slot.text, row);  // throws
      at = &slot.number;
      sql_type = SQL_DOUBLE;
    } else {
      slot.whole = column.type() == Type::kInt64 ? column.values<std::int64_t>()[row]
                   : missing                     ? 0
                                                 : static_cast<std::int64_t>(column.number_at(row));
      at = &slot.whole;
      sql_type = SQL_BIGINT;
    }
    return driver_manager().bind_parameter(statement, place, SQL_PARAM_INPUT, slot.kind, sql_type,
                                           size, 0, at, static_cast<SQLLEN>(size), &slot.length);
  }

  OdbcHandle statement_;
  std::string text_;
};

}  // namespace

std::unique_ptr<RowInserter> make_inserter(OdbcLine& line, const std::string& table,
                                           SchemaPtr schema, bool factors_as_indexes) {
  switch (line.dialect()) {
    case SqlDialect::kPostgres:
      return std::make_unique<PostgresInserter>(line, table, std::move(schema), factors_as_indexes);
    case SqlDialect::kSqlServer:
      return std::make_unique<SqlServerInserter>(line, table, std::move(schema),
                                                 factors_as_indexes);
    case SqlDialect::kSqlite:
      break;
  }
  return std::make_unique<ValueInserter>(line, table, std::move(schema), factors_as_indexes);
}

}  // namespace insitu
