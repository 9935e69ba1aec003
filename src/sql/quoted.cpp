#include "sql/quoted.hpp"

#include <cmath>

#include "base/error.hpp"
#include "base/number_text.hpp"
#include "base/utf8.hpp"

namespace insitu {

namespace {

/// How many units of UTF-16 a valid text takes.
std::size_t utf16_length(std::string_view text) {
  std::size_t length = 0;
  for (const unsigned char byte : text)
    if ((byte & 0xC0) != 0x80) length += byte >= 0xF0 ? 2 : 1;
  return length;
}

std::string doubled(std::string_view text, char quote) {
  std::string out;
  out.reserve(text.size() + 2);
  for (const char c : text) {
    if (c == quote) out += c;
    out += c;
  }
  return out;
}

std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

void require_text(std::string_view text, std::string_view what) {
  if (text.find('\0') != std::string_view::npos)
    throw InvalidArgument(std::string(what) + " with a NUL character cannot be sent to a database");
  if (find_invalid_utf8(text) != std::string_view::npos)
    throw InvalidArgument(std::string(what) +
                          " that is not valid UTF-8 cannot be sent to a database");
}

}  // namespace

std::string_view name_of(SqlDialect dialect) {
  switch (dialect) {
    case SqlDialect::kSqlServer:
      return "SQL Server";
    case SqlDialect::kPostgres:
      return "PostgreSQL";
    case SqlDialect::kSqlite:
      return "SQLite";
  }
  throw Error("unknown dialect of SQL");
}

std::string quoted_name(std::string_view name, SqlDialect dialect) {
  if (name.empty()) throw InvalidArgument("the name of a table or column is empty");
  require_text(name, "a name");
  const bool too_long = dialect == SqlDialect::kSqlServer
                            ? utf16_length(name) > 128
                            : dialect == SqlDialect::kPostgres && name.size() > 63;
  if (too_long)
    throw InvalidArgument(std::string(name_of(dialect)) + " allows names of at most " +
                          (dialect == SqlDialect::kSqlServer ? "128 characters" : "63 bytes") +
                          ": " + std::string(name));
  if (dialect == SqlDialect::kSqlServer) return "[" + doubled(name, ']') + "]";
  return "\"" + doubled(name, '"') + "\"";
}

std::string quoted_path(std::span<const std::string> names, SqlDialect dialect) {
  if (names.empty()) throw InvalidArgument("the name of a table or column is empty");
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += '.';
    const bool left_out =
        names[i].empty() && i > 0 && i + 1 < names.size() && dialect == SqlDialect::kSqlServer;
    if (!left_out) out += quoted_name(names[i], dialect);
  }
  return out;
}

std::string quoted_text(std::string_view text, SqlDialect dialect) {
  require_text(text, "a text");
  if (dialect == SqlDialect::kSqlServer) return "N'" + doubled(text, '\'') + "'";
  if (dialect == SqlDialect::kPostgres && text.find('\\') != std::string_view::npos)
    return "E'" + doubled(doubled(text, '\\'), '\'') + "'";
  return "'" + doubled(text, '\'') + "'";
}

std::string quoted_number(double value, SqlDialect dialect) {
  if (!std::isfinite(value))
    throw InvalidArgument("NaN and infinite numbers cannot be written into a statement");
  auto text = scientific_text(value, 16);
  // A minus within an expression such as a - -1 must not become a comment (--).
  if (text.front() == '-') text = "(" + text + ")";
  return dialect == SqlDialect::kPostgres ? text + "::float8" : text;
}

std::string quoted_bytes(std::string_view bytes, SqlDialect dialect) {
  switch (dialect) {
    case SqlDialect::kSqlServer:
      return "0x" + hexadecimal(bytes);
    case SqlDialect::kPostgres:
      return "'\\x" + hexadecimal(bytes) + "'::bytea";
    case SqlDialect::kSqlite:
      return "X'" + hexadecimal(bytes) + "'";
  }
  throw Error("unknown dialect of SQL");
}

}  // namespace insitu
