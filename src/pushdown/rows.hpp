#pragma once
// Rows of a server as a statement is written for them: a table or query whose columns are read as
// the engine reads them, more columns computed from those, and which rows are used. What is used
// more than once is computed in an inner SELECT and has a name, so a statement is as long as what
// it says.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "data/schema.hpp"
#include "formula/expression/evaluate.hpp"
#include "formula/expression/expression.hpp"
#include "sql/quoted.hpp"

namespace insitu {

/// An expression of a statement: NULL where the engine has a missing value.
///
/// Logicals are 0 and 1, or a condition; numbers are whole numbers of 64 bits, or doubles that are
/// never NaN; factors are their labels; dates are days and times seconds since 1970, in doubles.
struct SqlValue {
  std::string sql;
  Type type = Type::kFloat64;
  bool condition = false;   ///< a logical as a condition, not as a value
  bool simple = false;      ///< a name or a constant: as cheap twice as once
  std::size_t layer = 0;    ///< the innermost SELECT that can compute it
  Levels levels = nullptr;  ///< of a factor whose levels are known
};

class SqlRows {
 public:
  /// `from`: a quoted table, or a query in brackets. `schema`: its columns as the engine has them.
  SqlRows(SqlDialect dialect, std::string from, SchemaPtr schema);

  SqlDialect dialect() const { return dialect_; }
  /// The columns as they are now, after transforms.
  const Schema& schema() const { return *schema_; }
  const ObjectMap& objects() const { return objects_; }
  void set_objects(ObjectMap objects) { objects_ = std::move(objects); }

  /// Throws InvalidArgument for an unknown one, Unsupported for a type that is not read here.
  SqlValue column(const std::string& name);
  /// A column of the table as it lies there; "" for one that was computed.
  std::string untouched(const std::string& name);
  /// The expression, by the engine's rules. Throws Unsupported that names the function.
  SqlValue value(const Expression&);
  /// The same under a name: a value that may be used twice.
  SqlValue named(const SqlValue&);

  /// A column is computed (replaced), or, without an expression, is gone.
  void transform(const std::string& name, const ExpressionPtr&);
  /// The layer of a value that may use all that is named so far.
  std::size_t depth() const { return layers_.size(); }
  /// The column is this value, whose type is the column's.
  void set(const std::string& name, const SqlValue&);
  /// The column is a factor of these levels; other labels are missing, or an error of whoever reads
  /// the answer.
  void declare_levels(const std::string& name, const Levels&, bool others_are_missing = false);
  /// A column of the table that cannot be used, unless something else gets its name: asking for it
  /// throws Unsupported, which says why.
  void refuse(const std::string& name, const std::string& why) { refused_[name] = why; }
  /// A column of the table whose values are read by casting them to another type first.
  void read_by_way_of(const std::string& name, const std::string& type) { ways_[name] = type; }
  bool keeps_all() const { return conditions_.empty(); }
  /// Only rows for which it is TRUE are used.
  void keep(const SqlValue& condition);
  /// Only rows in which none of the columns is missing.
  void keep_complete(const std::vector<std::string>& columns);

  /// What a statement begins with, so that from() means all that has been asked for so far: names
  /// of rows, and how they are computed.
  std::string with() const;
  /// " FROM ...": the rows, before any are left out.
  std::string from() const;
  /// " FROM ... WHERE ...": the rows that are kept, for counting them alone. Where all are, no
  /// column is computed for it.
  std::string counted_from() const;
  /// What rows must fulfil beside `more`; "" or " WHERE ...".
  std::string where(const std::vector<std::string>& more = {}) const;
  /// "" or " WHERE ...".
  static std::string joined_conditions(const std::vector<std::string>&);

 private:
  void require_usable(const std::string& name) const;
  struct Named {
    std::string sql, name;
  };
  std::vector<bool> cuts() const;

  SqlDialect dialect_;
  std::string from_;
  SchemaPtr source_, schema_;
  ObjectMap objects_;
  std::vector<std::vector<Named>> layers_;    // the innermost reads the table
  std::map<std::string, SqlValue> columns_;   // by name as they are now
  std::map<std::string, SqlValue> computed_;  // by text
  std::map<std::string, std::string> refused_;
  std::map<std::string, std::string> ways_;
  std::set<std::string> replaced_;  // columns that are not those of the table
  std::vector<std::string> conditions_;
  std::size_t names_ = 0;
};

// Forms of a value.
SqlValue as_condition(const SqlValue&, SqlDialect);
SqlValue as_stored(const SqlValue&, SqlDialect);  ///< a logical as 0 or 1
SqlValue as_double(const SqlValue&, SqlDialect);  ///< REQUIRES: not a text
bool is_text(const SqlValue&);                    ///< strings and factors
bool is_whole(const SqlValue&);                   ///< logicals and whole numbers

}  // namespace insitu
