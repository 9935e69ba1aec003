#include "capi/database_request.hpp"

#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/formats.hpp"
#include "odbc/database.hpp"
#include "odbc/objects.hpp"
#include "odbc/tables.hpp"
#include "sql/table_name.hpp"

namespace insitu {

using nlohmann::json;

OdbcOptions database_of(const Call& call) {
  const auto descriptor = call.options.value("data");
  if (!descriptor.is_object() || !is_database(descriptor))
    throw InvalidArgument(
        "`data` must be a table of a database: `RxOdbcData`, `RxSqlServerData` or "
        "`RxPostgresData`"_named);
  return database_of(descriptor);
}

OdbcOptions database_of(const json& descriptor) {
  const auto& format = *format_of(descriptor);
  check_descriptor(format.type, format.keys, descriptor);
  return odbc_options_from_json(descriptor);
}

namespace {

std::vector<std::string> path_of(const OdbcOptions& options) {
  if (options.table.empty())
    throw InvalidArgument(options.type + ": give `table`, not a query"_named);
  return table_path(options.table);
}

std::optional<std::string> text_of(const Call& call, const char* key) {
  if (!call.options.has(key)) return std::nullopt;
  return call.options.text(key);
}

ObjectTable objects_of(const Call& call) {
  ObjectColumns columns;
  columns.key = call.options.text("keyName", columns.key);
  columns.value = call.options.text("valueName", columns.value);
  columns.version = call.options.text("versionName", columns.version);
  return {database_of(call), columns};
}

std::string required_key(const Call& call) {
  const auto key = text_of(call, "key");
  if (!key) throw InvalidArgument("`key` is missing: an object is kept under a text"_named);
  return *key;
}

}  // namespace

json table_exists_request(Call& call) {
  const auto options = database_of(call);
  OdbcLine line(options.line, &call.control.cancel);
  return {{"exists", table_exists(line, path_of(options))}};
}

json drop_table_request(Call& call) {
  const auto options = database_of(call);
  OdbcLine line(options.line, &call.control.cancel);
  const auto path = path_of(options);
  if (!table_exists(line, path)) return {{"dropped", false}};
  drop_table(line, path);
  return {{"dropped", true}};
}

json execute_sql_request(Call& call) {
  const auto options = database_of(call);
  const auto connection = OdbcDatabase(options.line).connect(call.control);
  return {{"numRows", connection->execute({call.options.text("statement")}, call.control)}};
}

json write_object_request(Call& call) {
  objects_of(call).write(required_key(call), text_of(call, "version"),
                         from_base64(call.options.text("value")),
                         call.options.flag("overwrite", false), call.control);
  return json::object();
}

json read_object_request(Call& call) {
  return {{"value", to_base64(objects_of(call).read(text_of(call, "key"), text_of(call, "version"),
                                                    call.control))}};
}

json delete_object_request(Call& call) {
  auto objects = objects_of(call);
  if (call.options.flag("all", false))
    return {{"deleted", objects.remove(std::nullopt, std::nullopt, call.control)}};
  return {{"deleted", objects.remove(required_key(call), text_of(call, "version"), call.control)}};
}

json list_keys_request(Call& call) {
  return {{"keys",
           objects_of(call).list(text_of(call, "key"), text_of(call, "version"), call.control)}};
}

}  // namespace insitu
