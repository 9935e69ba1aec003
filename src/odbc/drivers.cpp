#include "odbc/drivers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/lower_text.hpp"
#include "base/named.hpp"
#include "base/utf16.hpp"
#include "odbc/handles.hpp"

namespace insitu {

namespace {

bool same(const std::string& a, const std::string& b) { return lower_text(a) == lower_text(b); }

// In the order in which they are taken.
constexpr std::array kForSqlServer = {"ODBC Driver 18 for SQL Server",
                                      "ODBC Driver 17 for SQL Server", "FreeTDS"};
constexpr std::array kForPostgres = {"PostgreSQL Unicode", "PostgreSQL Unicode(x64)", "psqlodbcw"};

bool is_for_sql_server(const std::string& driver) {
  const auto name = lower_text(driver);
  return name.find("sql server") != std::string::npos || name.find("sql native") == 0 ||
         name.find("freetds") != std::string::npos || name.find("tdsodbc") != std::string::npos ||
         name.find("msodbcsql") != std::string::npos;
}
bool is_freetds(const std::string& driver) {
  const auto name = lower_text(driver);
  return name.find("freetds") != std::string::npos || name.find("tdsodbc") != std::string::npos;
}
bool is_sqlite(const std::string& driver) {
  return lower_text(driver).find("sqlite") != std::string::npos;
}
bool is_postgres(const std::string& driver) {
  const auto name = lower_text(driver);
  return name.find("postgres") != std::string::npos || name.find("psqlodbc") != std::string::npos;
}

template <std::size_t kCount>
std::string first_installed(const std::array<const char*, kCount>& wanted, const char* engine,
                            const char* package) {
  const auto installed = installed_drivers();
  for (const auto* name : wanted)
    for (const auto& each : installed)
      if (same(each, name)) return each;
  std::string known;
  for (const auto& each : installed) known += (known.empty() ? "" : ", ") + each;
  throw InvalidArgument(std::string("no ODBC driver for ") + engine + " is installed: install " +
                        package + ", or name one in `connectionString` as Driver={...}"_named +
                        (known.empty() ? "; none is registered with unixODBC here"
                                       : " (registered here: " + known + ")"));
}

void set_where_absent(ConnectionString& where, const char* keyword, const char* value) {
  if (!where.find({keyword})) where.set({keyword}, value);
}

/// "tcp:host,1433" as FreeTDS takes it.
void split_server(ConnectionString& where) {
  auto server = where.find({"Server", "Address", "Addr", "Network Address", "Data Source"});
  if (!server) return;
  if (lower_text(*server).starts_with("tcp:")) server->erase(0, 4);
  if (const auto comma = server->rfind(','); comma != std::string::npos) {
    where.set({"Port"}, server->substr(comma + 1));
    server->erase(comma);
  }
  if (server->starts_with(".\\") || server->starts_with("(local)"))
    server->replace(0, server->front() == '.' ? 1 : 7, "localhost");
  if (*server == ".") *server = "localhost";
  where.set({"Server", "Address", "Addr", "Network Address", "Data Source"}, *server);
}

/// The words of Microsoft's clients that other drivers do not know.
void rename(ConnectionString& where, std::initializer_list<std::string_view> from, const char* to) {
  if (auto value = where.find(from)) {
    where.remove(from);
    where.set({to}, *value);
  }
}

/// What the driver manager lists: a name and what belongs to it.
template <typename Function>
std::vector<std::pair<std::string, std::string>> listed(Function next) {
  std::vector<std::pair<std::string, std::string>> all;
  auto direction = static_cast<SQLUSMALLINT>(SQL_FETCH_FIRST);
  for (;;) {
    std::array<SQLWCHAR, 512> name{}, other{};
    SQLSMALLINT length = 0, rest = 0;
    const auto code =
        next(odbc_environment(), direction, name.data(), static_cast<SQLSMALLINT>(name.size() - 1),
             &length, other.data(), static_cast<SQLSMALLINT>(other.size() - 1), &rest);
    if (!succeeded(code)) return all;
    const auto text = [](const auto& from, SQLSMALLINT size) {
      return utf8_text(
          {from.data(), std::clamp<std::size_t>(static_cast<std::size_t>(size), 0, 511)});
    };
    all.emplace_back(text(name, length), text(other, rest));
    direction = SQL_FETCH_NEXT;
  }
}

/// The driver that the data source of odbc.ini names; "": there is no such data source.
std::string driver_of_data_source(const std::string& name) {
  for (const auto& [source, driver] : listed(driver_manager().data_sources))
    if (same(source, name)) return driver;
  return "";
}

/// By name or file.
std::string driver_of(const ConnectionString& where) {
  if (const auto driver = where.find({"Driver"})) return *driver;
  const auto source = where.find({"DSN"});
  return source ? driver_of_data_source(*source) : "";
}

/// The settings without which values would come back changed, or all at once.
void keep_values(ConnectionString& where, const std::string& driver) {
  if (is_freetds(driver)) set_where_absent(where, "ClientCharset", "UTF-8");
  // Else a column "a.b" is called "b", as another one may be.
  if (is_sqlite(driver))
    for (const auto* keyword : {"LongNames", "ShortNames"}) where.set({keyword}, "1");
  if (is_postgres(driver))
    // Rows in pieces, truth values as such, line ends as they are.
    for (const auto& [keyword, value] : {std::pair{"UseDeclareFetch", "1"},
                                         {"Fetch", "8192"},
                                         {"BoolsAsChar", "0"},
                                         {"ByteaAsLongVarBinary", "1"},
                                         {"LFConversion", "0"},
                                         {"TrueIsMinus1", "0"},
                                         {"TextAsLongVarchar", "1"},
                                         {"UnknownsAsLongVarchar", "1"},
                                         {"MaxVarcharSize", "255"},
                                         {"UnknownSizes", "0"},
                                         {"RowVersioning", "0"},
                                         {"CommLog", "0"},
                                         {"Debug", "0"}})
      set_where_absent(where, keyword, value);
}

}  // namespace

std::vector<std::string> installed_drivers() {
  std::vector<std::string> names;
  for (auto& [name, attributes] : listed(driver_manager().drivers)) names.push_back(name);
  return names;
}

bool is_sqlite_driver(const ConnectionString& where) { return is_sqlite(driver_of(where)); }

ConnectionString for_driver(ConnectionString where, DatabaseKind kind) {
  rename(where, {"PWD", "Password"}, "PWD");
  rename(where, {"UID", "User ID", "User", "Username"}, "UID");
  rename(where, {"Database", "Initial Catalog"}, "Database");
  auto driver = where.find({"Driver"});
  if (!driver && where.find({"DSN"})) {
    keep_values(where, driver_of(where));
    return where;
  }
  const auto installed = installed_drivers();
  const auto is_here = [&](const std::string& name) {
    return name.find('/') != std::string::npos ||
           std::ranges::any_of(installed, [&](const auto& each) { return same(each, name); });
  };
  if (!driver && kind == DatabaseKind::kAny)
    throw InvalidArgument(
        "`connectionString` names neither a driver nor a DSN; begin it with Driver={...}, for "
        "example Driver={PostgreSQL Unicode}"_named);
  if (!driver || !is_here(*driver)) {
    if (kind == DatabaseKind::kPostgres || (driver && is_postgres(*driver)))
      driver = first_installed(kForPostgres, "PostgreSQL", "odbc-postgresql (Debian)");
    else if (kind == DatabaseKind::kSqlServer || (driver && is_for_sql_server(*driver)))
      driver = first_installed(kForSqlServer, "SQL Server",
                               "Microsoft's msodbcsql18 or tdsodbc (Debian)");
    else if (driver && is_sqlite(*driver))
      driver = first_installed(std::array{"SQLite3"}, "SQLite", "libsqliteodbc (Debian)");
  }
  where.set({"Driver"}, *driver);
  if (is_freetds(*driver)) {
    split_server(where);
    where.without_doubled_braces();
    if (!where.find({"TDS_Version"})) where.set({"TDS_Version"}, "7.4");
    where.remove({"TrustServerCertificate", "MultipleActiveResultSets", "Connection Timeout",
                  "Connect Timeout"});
    if (const auto encrypt = where.find({"Encrypt"})) {
      const auto value = lower_text(*encrypt);
      where.remove({"Encrypt"});
      if (value == "yes" || value == "true" || value == "mandatory")
        where.set({"Encryption"}, "require");
      else if (value == "strict")
        throw InvalidArgument(
            "`connectionString`: FreeTDS has no Encrypt=strict (TDS 8); install Microsoft's "
            "msodbcsql18, or use Encrypt=yes"_named);
    }
    const auto trusted =
        lower_text(where.find({"Trusted_Connection", "Integrated Security"}).value_or(""));
    where.remove({"Trusted_Connection", "Integrated Security"});
    // Without a user FreeTDS asks Kerberos, which is what a trusted connection is outside Windows.
    if (trusted == "yes" || trusted == "true" || trusted == "sspi") where.remove({"UID", "PWD"});
  }
  if (is_postgres(*driver)) {
    rename(where, {"Servername", "Server", "Host"}, "Servername");
    if (const auto server = where.find({"Servername"})) {
      auto name = lower_text(*server).starts_with("tcp:") ? server->substr(4) : *server;
      if (const auto comma = name.rfind(','); comma != std::string::npos) {
        where.set({"Port"}, name.substr(comma + 1));
        name.erase(comma);
      }
      where.set({"Servername"}, name);
    }
  }
  keep_values(where, *driver);
  return where;
}

}  // namespace insitu
