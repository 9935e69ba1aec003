#pragma once
// The rows of a table or query in the order of a key, cut every 65,536 rows: the order and the
// pieces are those of a local file of the same rows, so that answers are the same to the bit, and
// pieces can be read at the same time.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/control.hpp"
#include "odbc/line.hpp"

namespace insitu {

inline constexpr std::int64_t kRowsPerRange = 65536;

/// The columns of a table's primary key, in its order; none: it has none, or is a view.
std::vector<std::string> primary_key(OdbcLine&, const std::vector<std::string>& path);

/// Whether its values can be written as constants that compare as they do.
bool can_be_key(const ColumnTransfer&, SqlDialect);

class KeyRanges {
 public:
  /// Looks where the ranges begin. `from`: a table or a query as one; `known`: the key is one of
  /// the database, which holds it to be unique. Throws DataError, naming the value, for a key that
  /// two rows share or that is missing.
  KeyRanges(OdbcLine&, const std::string& from, std::span<const ColumnTransfer> key, bool known);

  std::int64_t rows() const { return rows_; }
  /// The condition of the rows of range i, and the order: "WHERE ... ORDER BY ...".
  std::string clauses(std::size_t range) const;

 private:
  /// Finds where ranges begin by going from one to the next.
  void step_over(OdbcLine&, const std::string& from, const ColumnTransfer& key, std::size_t ranges);
  /// ... by one look at all rows in their order, which also finds what is no key.
  void number(OdbcLine&, const std::string& from, std::span<const ColumnTransfer> key, bool known);
  std::string at_least(const std::vector<std::string>& values) const;

  SqlDialect dialect_;
  std::vector<std::string> key_;                  // quoted
  std::vector<std::vector<std::string>> begins_;  // constants, by range
  std::int64_t rows_ = 0;
};

/// The first value of the one row that the query gives.
std::int64_t count_of(OdbcLine&, const std::string& query);

/// All rows of a query, or of a statement that has been executed, whose values are texts.
std::vector<std::vector<std::optional<std::string>>> texts_of(OdbcLine&, const std::string& query);
std::vector<std::vector<std::optional<std::string>>> texts_of(OdbcLine&, OdbcHandle);

}  // namespace insitu
