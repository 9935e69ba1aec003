#include "odbc/line.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "base/utf16.hpp"
#include "odbc/drivers.hpp"

namespace insitu {

namespace {

/// Attributes that are numbers go as pointers.
SQLPOINTER as_pointer(std::uintptr_t number) { return std::bit_cast<SQLPOINTER>(number); }

SQLWCHAR* writable(std::vector<std::uint16_t>& wide) { return wide.data(); }

SQLCHAR* narrow_text(const std::string& text) {
  return reinterpret_cast<SQLCHAR*>(const_cast<char*>(text.data()));
}

/// The server or the network has ended the connection: class 08, and what PostgreSQL says to those
/// whom it ends.
bool says_lost(const std::vector<OdbcDiagnostic>& said) {
  return std::ranges::any_of(said, [](const OdbcDiagnostic& each) {
    return each.state.starts_with("08") || each.state == "57P01" || each.state == "57P02" ||
           each.state == "HYT01";
  });
}

}  // namespace

OdbcLine::OdbcLine(LineOptions options, const CancelFlag* flag)
    : options_(std::move(options)),
      handle_(make_handle(SQL_HANDLE_DBC, odbc_environment())),
      flag_(flag) {
  const auto& manager = driver_manager();
  const auto seconds = [](double value) {
    return as_pointer(static_cast<std::uintptr_t>(std::ceil(value)));
  };
  manager.set_connect_attr(handle_.get(), SQL_ATTR_LOGIN_TIMEOUT, seconds(options_.connect_seconds),
                           0);
  auto text = options_.where.text();
  auto wide = wide_text(text);
  narrow_ = is_sqlite_driver(options_.where);
  SQLRETURN code = SQL_ERROR;
  blocking_.run(
      [&] {
        code = narrow_ ? manager.driver_connect_narrow(handle_.get(), nullptr, narrow_text(text),
                                                       static_cast<SQLSMALLINT>(text.size()),
                                                       nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT)
                       : manager.driver_connect(handle_.get(), nullptr, writable(wide),
                                                static_cast<SQLSMALLINT>(wide.size() - 1), nullptr,
                                                0, nullptr, SQL_DRIVER_NOPROMPT);
      },
      [] {}, flag_);
  std::ranges::fill(wide, std::uint16_t{0});
  std::ranges::fill(text, '\0');
  if (!succeeded(code))
    fail(SQL_HANDLE_DBC, handle_.get(),
         "no connection with " +
             (options_.shown.empty() ? options_.where.shown() : options_.shown) + ": ");
  connected_ = true;
  try {
    set_up();
  } catch (...) {
    manager.disconnect(handle_.get());
    throw;
  }
}

OdbcLine::~OdbcLine() {
  if (!connected_) return;
  const auto& manager = driver_manager();
  if (!succeeded(manager.disconnect(handle_.get()))) {
    // A transaction is open.
    manager.end_tran(SQL_HANDLE_DBC, handle_.get(), SQL_ROLLBACK);
    manager.disconnect(handle_.get());
  }
}

std::string OdbcLine::info(SQLUSMALLINT which) {
  SQLWCHAR text[256] = {};
  SQLSMALLINT bytes = 0;
  if (!succeeded(driver_manager().get_info(handle_.get(), which, text, sizeof(text) - 2, &bytes)))
    return "";
  const auto units = std::clamp<std::size_t>(static_cast<std::size_t>(bytes) / 2, 0, 255);
  return utf8_text({text, units});
}

void OdbcLine::set_up() {
  const auto name = info(SQL_DBMS_NAME);
  engine_ = name + " " + info(SQL_DBMS_VER);
  if (name.starts_with("PostgreSQL"))
    dialect_ = SqlDialect::kPostgres;
  else if (name.starts_with("SQLite"))
    dialect_ = SqlDialect::kSqlite, narrow_ = true;
  else if (name.find("SQL Server") != std::string::npos)
    dialect_ = SqlDialect::kSqlServer;
  else
    throw Unsupported("the engine knows SQL Server, PostgreSQL and SQLite, not " + name);
  SQLUINTEGER extensions = 0;
  driver_manager().get_info(handle_.get(), SQL_GETDATA_EXTENSIONS, &extensions, sizeof(extensions),
                            nullptr);
  reads_within_blocks_ = (extensions & SQL_GD_BLOCK) != 0 && (extensions & SQL_GD_ANY_COLUMN) != 0;
  if (dialect_ == SqlDialect::kSqlServer) execute("SET TEXTSIZE 2147483647");
  if (dialect_ == SqlDialect::kPostgres) {
    // Times with a zone arrive in the session's, without it; numbers shall come with all digits;
    // a second reading of a table shall give its rows in the same order.
    for (const auto* each : {"SET TIME ZONE 'UTC'", "SET datestyle TO ISO",
                             "SET extra_float_digits TO 3", "SET synchronize_seqscans TO off",
                             "SET lc_monetary TO 'C'", "SET max_parallel_workers_per_gather TO 0"})
      execute(each);
  }
}

void OdbcLine::fail(SQLSMALLINT kind, void* handle, const std::string& before) {
  const auto said = diagnostics_of(kind, handle);
  const auto text = before + said_by(said, options_.where.secrets());
  if (connected_ && says_lost(said)) {
    lost_ = true;
    throw ConnectionLost(text);
  }
  throw DataError(text);
}

void OdbcLine::fail(void* statement) {
  fail(SQL_HANDLE_STMT, statement, std::string(name_of(dialect_)) + ": ");
}

OdbcHandle OdbcLine::statement() {
  auto made = make_handle(SQL_HANDLE_STMT, handle_.get());
  if (options_.statement_seconds > 0)
    driver_manager().set_stmt_attr(
        made.get(), SQL_ATTR_QUERY_TIMEOUT,
        as_pointer(static_cast<std::uintptr_t>(std::ceil(options_.statement_seconds))), 0);
  return made;
}

SQLRETURN OdbcLine::wait_for(void* statement, const std::function<SQLRETURN()>& what) {
  SQLRETURN code = SQL_ERROR;
  blocking_.run([&] { code = what(); }, [&] { driver_manager().cancel(statement); }, flag_);
  if (!succeeded(code) && code != SQL_NO_DATA) fail(statement);
  return code;
}

void OdbcLine::execute(void* statement, std::string_view text) {
  auto wide = wide_text(text);
  const std::string narrow(text);
  wait_for(statement, [&] {
    return narrow_ ? driver_manager().exec_direct_narrow(statement, narrow_text(narrow),
                                                         static_cast<SQLINTEGER>(narrow.size()))
                   : driver_manager().exec_direct(statement, writable(wide),
                                                  static_cast<SQLINTEGER>(wide.size() - 1));
  });
}

void OdbcLine::prepare(void* statement, std::string_view text) {
  auto wide = wide_text(text);
  const std::string narrow(text);
  wait_for(statement, [&] {
    return narrow_ ? driver_manager().prepare_narrow(statement, narrow_text(narrow),
                                                     static_cast<SQLINTEGER>(narrow.size()))
                   : driver_manager().prepare(statement, writable(wide),
                                              static_cast<SQLINTEGER>(wide.size() - 1));
  });
}

OdbcHandle OdbcLine::execute(std::string_view text) {
  auto made = statement();
  execute(made.get(), text);
  return made;
}

std::vector<ResultColumn> OdbcLine::columns_of(void* statement) {
  const auto& manager = driver_manager();
  SQLSMALLINT count = 0;
  check(statement, manager.num_result_cols(statement, &count));
  std::vector<ResultColumn> columns;
  for (SQLUSMALLINT place = 1; place <= static_cast<SQLUSMALLINT>(count); ++place) {
    std::vector<SQLWCHAR> name(1024);
    std::vector<SQLCHAR> narrow(4096);
    ResultColumn column;
    SQLSMALLINT length = 0, nullable = 0, digits = 0;
    SQLULEN size = 0;
    if (narrow_)
      check(statement, manager.describe_col_narrow(statement, place, narrow.data(),
                                                   static_cast<SQLSMALLINT>(narrow.size()), &length,
                                                   &column.sql_type, &size, &digits, &nullable));
    else
      check(statement, manager.describe_col(statement, place, name.data(),
                                            static_cast<SQLSMALLINT>(name.size()), &length,
                                            &column.sql_type, &size, &digits, &nullable));
    const auto units = static_cast<std::size_t>(std::max<SQLSMALLINT>(length, 0));
    column.name = narrow_ ? std::string(reinterpret_cast<const char*>(narrow.data()),
                                        std::min(units, narrow.size() - 1))
                          : utf8_text({name.data(), std::min(units, name.size() - 1)});
    column.size = size;
    column.digits = digits;
    SQLWCHAR type_name[128] = {};
    SQLSMALLINT bytes = 0;
    if (succeeded(manager.col_attribute(statement, place, SQL_DESC_TYPE_NAME, type_name,
                                        sizeof(type_name) - 2, &bytes, nullptr)))
      column.type_name = utf8_text(
          {type_name, std::clamp<std::size_t>(static_cast<std::size_t>(bytes) / 2, 0, 127)});
    columns.push_back(std::move(column));
  }
  return columns;
}

void OdbcLine::set_autocommit(bool on) {
  if (!succeeded(driver_manager().set_connect_attr(
          handle_.get(), SQL_ATTR_AUTOCOMMIT,
          as_pointer(static_cast<std::uintptr_t>(on ? SQL_AUTOCOMMIT_ON : SQL_AUTOCOMMIT_OFF)), 0)))
    fail(SQL_HANDLE_DBC, handle_.get(), std::string(name_of(dialect_)) + ": ");
}

void OdbcLine::end_transaction(bool commit) {
  SQLRETURN code = SQL_ERROR;
  blocking_.run(
      [&] {
        code = driver_manager().end_tran(SQL_HANDLE_DBC, handle_.get(),
                                         commit ? SQL_COMMIT : SQL_ROLLBACK);
      },
      [] {}, nullptr);
  if (!succeeded(code)) fail(SQL_HANDLE_DBC, handle_.get(), std::string(name_of(dialect_)) + ": ");
}

}  // namespace insitu
