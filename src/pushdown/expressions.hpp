#pragma once
// The portable expressions (docs/expressions.md) as SQL, with the engine's rules for missing
// values, division by zero, whole numbers and texts. What cannot be told to a server exactly is
// refused by name, so that rows are read instead; last digits of exp, log and their like are the
// server's own.
#include <optional>
#include <string>
#include <vector>

#include "formula/expression/expression.hpp"
#include "pushdown/rows.hpp"

namespace insitu {

class SqlExpressions {
 public:
  explicit SqlExpressions(SqlRows& rows) : rows_(rows), dialect_(rows.dialect()) {}

  /// Throws Unsupported that names what is not translated, InvalidArgument as the engine does.
  SqlValue value(const Expression&);

  /// Functions and operators that are translated for the dialect, sorted.
  static std::vector<std::string> functions();

 private:
  using Arguments = std::vector<ExpressionPtr>;
  using Writer = SqlValue (SqlExpressions::*)(const Expression&, const Arguments&);
  struct Entry {
    const char* name;
    Writer write;
  };
  static const std::vector<Entry>& table();

  SqlValue name(const Expression&);
  SqlValue constant(const Expression&);
  /// The items of a constant vector: c(1, 2), an object.
  Column items(const Expression&);

  SqlValue arithmetic(const Expression&, const Arguments&);
  /// A sum, difference or product of doubles that may be NaN, for others around it; nothing: it is
  /// none.
  std::optional<SqlValue> open_arithmetic(const Expression&);
  SqlValue quotient(const Expression&, const Arguments&);
  SqlValue whole_quotient(const Expression&, const Arguments&);
  SqlValue power(const Expression&, const Arguments&);
  SqlValue comparison(const Expression&, const Arguments&);
  SqlValue negation(const Expression&, const Arguments&);
  SqlValue both_or_either(const Expression&, const Arguments&);
  SqlValue exclusive(const Expression&, const Arguments&);
  SqlValue choice(const Expression&, const Arguments&);
  SqlValue same(const Expression&, const Arguments&);
  SqlValue is_missing(const Expression&, const Arguments&);
  SqlValue complete(const Expression&, const Arguments&);
  SqlValue among(const Expression&, const Arguments&);
  SqlValue mathematics(const Expression&, const Arguments&);
  SqlValue smallest(const Expression&, const Arguments&);
  SqlValue cut(const Expression&, const Arguments&);
  SqlValue conversion(const Expression&, const Arguments&);
  SqlValue pasted(const Expression&, const Arguments&);
  SqlValue part_of_text(const Expression&, const Arguments&);

  /// A value whose text may stand twice.
  SqlValue twice(const SqlValue& value) { return rows_.named(value); }
  SqlValue number(const Expression&, const Expression& of);  ///< a double; refuses texts
  SqlValue whole(SqlValue, const Expression& of);
  /// A value of other values.
  SqlValue made(std::string sql, Type type, std::initializer_list<SqlValue> of) const;
  SqlValue test(std::string sql, std::initializer_list<SqlValue> of) const;
  SqlValue to_type(const SqlValue&, Type, const Expression& of);
  Field field_of(const Expression&) const;
  [[noreturn]] void refuse(const Expression&, const std::string& why = "") const;

  SqlRows& rows_;
  SqlDialect dialect_;
  std::size_t depth_ = 0;
};

}  // namespace insitu
