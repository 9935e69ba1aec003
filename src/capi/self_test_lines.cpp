#include "capi/self_test_lines.hpp"

#include "base/error.hpp"

namespace insitu {

void SelfTestLines::line(const std::string& what, const std::function<std::string()>& look) {
  control_.poll();
  control_.cancel.throw_if_raised();
  try {
    note(what, true, look());
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    note(what, false, error.what());
  }
}

void SelfTestLines::skipped(const std::string& what, const std::string& why) {
  lines_.push_back({{"line", what}, {"ok", nullptr}, {"found", "not tried: " + why}});
}

void SelfTestLines::note(const std::string& what, bool ok, const std::string& found) {
  lines_.push_back({{"line", what}, {"ok", ok}, {"found", found}});
}

std::string SelfTestLines::value(const SqlStatement& statement) {
  const auto found = rows(statement);
  if (found.empty() || found[0].empty() || !found[0][0])
    throw DataError("no value came of " + statement.text.substr(0, 200));
  return *found[0][0];
}

void require_same(const std::string& found, const std::string& wanted) {
  if (found != wanted)
    throw DataError("came back as " + found.substr(0, 100) + " instead of " +
                    wanted.substr(0, 100));
}

}  // namespace insitu
