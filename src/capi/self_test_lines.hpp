#pragma once
// The lines of a self-test: each tries one thing and says what it found, so that a report can be
// pasted somewhere.
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/control.hpp"
#include "sql/connection.hpp"
#include "sql/rows_as_texts.hpp"

namespace insitu {

class SelfTestLines {
 public:
  SelfTestLines(SqlConnection& connection, RunControl& control)
      : connection_(connection), control_(control) {}

  SqlConnection& connection() { return connection_; }
  RunControl& control() { return control_; }

  /// `look` says what it found, and throws where that is not as it should be.
  void line(const std::string& what, const std::function<std::string()>& look);
  /// A line that is not tried, and why.
  void skipped(const std::string& what, const std::string& why);
  void note(const std::string& what, bool ok, const std::string& found);

  void execute(const std::string& statement) { connection_.execute({statement}, control_); }
  std::vector<RowOfTexts> rows(const SqlStatement& statement) {
    return rows_as_texts(connection_, statement, control_);
  }
  /// The first value of the first row. Throws DataError where there is none.
  std::string value(const SqlStatement&);

  /// [{"line", "ok": true, false or null, "found"}].
  const nlohmann::json& lines() const { return lines_; }

 private:
  SqlConnection& connection_;
  RunControl& control_;
  nlohmann::json lines_ = nlohmann::json::array();
};

/// Throws DataError that tells both where they differ.
void require_same(const std::string& found, const std::string& wanted);

/// What only a real server can tell of the extension (docs/in-sql-server.md).
void test_sql_server_extension(SelfTestLines&);

}  // namespace insitu
