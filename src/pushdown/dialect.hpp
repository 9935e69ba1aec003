#pragma once
// What the engines write differently, beside quotes (sql/quoted.hpp): types of numbers, infinite
// numbers, texts put together, names of functions.
#include <span>
#include <string>
#include <string_view>

#include "sql/quoted.hpp"

namespace insitu {

/// The value as a double.
std::string sql_double(const std::string& value, SqlDialect);
/// The value as a whole number of 64 bits. REQUIRES: one that is whole and fits.
std::string sql_whole(const std::string& value, SqlDialect);
/// A double, NULL in place of NaN, which some engines have as a value that equals itself.
std::string sql_without_nan(const std::string& value, SqlDialect);
/// A text that is compared code point by code point.
std::string sql_text(const std::string& value, SqlDialect);
/// A number as a constant, infinite ones where the engine has them. Throws Unsupported.
std::string sql_number(double value, SqlDialect);
/// Two texts, one behind the other.
std::string sql_joined(const std::string& a, const std::string& b, SqlDialect);
/// Whether a text is one of these, to the last space: a condition. Throws Unsupported for more than
/// 10,000.
std::string sql_is_one_of(const std::string& text, std::span<const std::string> texts, SqlDialect);
/// COUNT(*) in 64 bits.
std::string_view sql_count(SqlDialect);
bool has_infinite_numbers(SqlDialect);

}  // namespace insitu
