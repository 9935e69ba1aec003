#include "odbc/handles.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/utf16.hpp"

namespace insitu {

namespace {

/// "[unixODBC][Driver]text" and newlines: the names say nothing that the text does not.
std::string plain(std::string text) {
  while (!text.empty() && text.front() == '[') {
    const auto end = text.find(']');
    if (end == std::string::npos) break;
    text.erase(0, end + 1);
    if (!text.empty() && text.front() == ' ') text.erase(0, 1);
  }
  for (auto& c : text)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  while (!text.empty() && (text.back() == ' ' || text.back() == ';')) text.pop_back();
  return text;
}

}  // namespace

OdbcHandle make_handle(SQLSMALLINT kind, void* parent) {
  void* handle = nullptr;
  if (!succeeded(driver_manager().alloc_handle(kind, parent, &handle))) {
    const auto parent_kind =
        kind == SQL_HANDLE_STMT ? SQL_HANDLE_DBC : static_cast<SQLSMALLINT>(SQL_HANDLE_ENV);
    throw DataError("the ODBC driver gives no handle: " +
                    (parent ? said_by(diagnostics_of(parent_kind, parent), {}) : "out of memory"));
  }
  return OdbcHandle(handle, {kind});
}

void* odbc_environment() {
  // Never freed: connections of other threads may outlive static objects.
  static void* const kEnvironment = [] {
    auto made = make_handle(SQL_HANDLE_ENV, nullptr);
    driver_manager().set_env_attr(made.get(), SQL_ATTR_ODBC_VERSION,
                                  reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3), 0);
    return made.release();
  }();
  return kEnvironment;
}

std::vector<OdbcDiagnostic> diagnostics_of(SQLSMALLINT kind, void* handle) {
  std::vector<OdbcDiagnostic> all;
  constexpr SQLSMALLINT kMost = 16;
  for (SQLSMALLINT record = 1; record <= kMost; ++record) {
    SQLWCHAR state[6] = {};
    SQLINTEGER native = 0;
    std::vector<SQLWCHAR> text(2048);
    SQLSMALLINT length = 0;
    const auto code =
        driver_manager().get_diag_rec(kind, handle, record, state, &native, text.data(),
                                      static_cast<SQLSMALLINT>(text.size()), &length);
    if (!succeeded(code)) break;
    const auto units = std::min<std::size_t>(text.size() - 1, std::max<SQLSMALLINT>(length, 0));
    all.push_back({utf8_text({state, 5}), native, plain(utf8_text({text.data(), units}))});
  }
  return all;
}

std::string said_by(const std::vector<OdbcDiagnostic>& all,
                    const std::vector<std::string>& secrets) {
  std::string said;
  for (const auto& each : all) {
    auto text = each.text;
    for (const auto& secret : secrets)
      for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3))
        text.replace(at, secret.size(), "***");
    if (said.find(text) != std::string::npos) continue;  // some drivers say all twice
    said += (said.empty() ? "" : "; ") + text + " (SQLSTATE " + each.state + ")";
  }
  return said.empty() ? "the driver does not say why" : said;
}

}  // namespace insitu
