#pragma once
// Objects in a table: bytes under a key and, where wanted, a version (docs/databases.md).
#include <optional>
#include <string>
#include <vector>

#include "odbc/options.hpp"
#include "sql/connection.hpp"

namespace insitu {

/// The columns of such a table.
struct ObjectColumns {
  std::string key = "id", value = "value", version = "version";
};

class ObjectTable {
 public:
  /// A table, or for reading a query.
  ObjectTable(const OdbcOptions&, ObjectColumns);

  /// Makes the table where it is missing. `overwrite`: removes what is there of the key (and of the
  /// version, if there is one) first; else there may be several. Writers of one table take turns,
  /// so two who overwrite one object leave one.
  void write(const std::string& key, const std::optional<std::string>& version,
             const std::string& bytes, bool overwrite, RunControl&);
  /// Throws DataError when there is none, or more than one.
  std::string read(const std::optional<std::string>& key, const std::optional<std::string>& version,
                   RunControl&);
  /// How many were removed. Without a key: all of them.
  std::int64_t remove(const std::optional<std::string>& key,
                      const std::optional<std::string>& version, RunControl&);
  /// The keys, or the versions of one, each once and in their order.
  std::vector<std::string> list(const std::optional<std::string>& key,
                                const std::optional<std::string>& version, RunControl&);

 private:
  std::string table(SqlDialect) const;
  std::string where(const std::optional<std::string>& key,
                    const std::optional<std::string>& version, SqlDialect) const;
  std::string said(const std::optional<std::string>& key,
                   const std::optional<std::string>& version) const;
  /// Throws InvalidArgument where the table lacks one of the columns.
  void require_columns(SqlConnection&, const std::vector<std::string>& names, RunControl&) const;
  /// The same where the engine would take the name for something else.
  void require_names(SqlConnection&, const std::vector<std::string>& names, RunControl&) const;

  OdbcOptions options_;
  ObjectColumns columns_;
};

}  // namespace insitu
