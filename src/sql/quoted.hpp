#pragma once
// Names and constants in statements. Nothing else in the project writes either into SQL.
#include <span>
#include <string>
#include <string_view>

namespace insitu {

enum class SqlDialect { kSqlServer, kPostgres, kSqlite };

/// As users know it: "SQL Server", "PostgreSQL", "SQLite".
std::string_view name_of(SqlDialect);

/// One name as an identifier: [a]]b] in SQL Server, "a""b" elsewhere. Throws InvalidArgument for a
/// name that the engine cannot have: empty, with a NUL, no UTF-8, or longer than it allows (128
/// UTF-16 units in SQL Server, 63 bytes in PostgreSQL, which would cut it silently).
std::string quoted_name(std::string_view name, SqlDialect);

/// Names of one object from the outside in, quoted and joined: [db].[dbo].[t]. Empty names before
/// the last are left out between dots in SQL Server (db..t) and refused elsewhere.
std::string quoted_path(std::span<const std::string> names, SqlDialect);

/// A text as a constant: N'it''s' in SQL Server, 'it''s' in SQLite, E-strings in PostgreSQL where
/// there are backslashes, whatever standard_conforming_strings says. Throws InvalidArgument for a
/// NUL and for what is no UTF-8.
std::string quoted_text(std::string_view text, SqlDialect);

/// A finite number as a constant of the engine's double type that reads back as the same bits.
/// Throws InvalidArgument for NaN and infinite numbers, which are no values of all engines.
std::string quoted_number(double value, SqlDialect);

/// Bytes as a constant: 0x41 in SQL Server, X'41' in SQLite, '\x41'::bytea in PostgreSQL.
std::string quoted_bytes(std::string_view bytes, SqlDialect);

}  // namespace insitu
