#include "capi/whole_reply.hpp"

#include "capi/call.hpp"
#include "capi/describe_source.hpp"
#include "data/arrow.hpp"

namespace insitu {

namespace {

using nlohmann::json;
using Document = nlohmann::ordered_json;

Document columns_of_frame(ArrowArrayStream& stream) {
  auto [schema, chunks] = import_stream(&stream);
  Document columns = Document::object();
  const auto table = table_of_rows(*schema, chunks, 1);
  for (const auto& column : table["columns"]) {
    auto values = column["values"];
    if (column["kind"] == "text")
      for (auto& value : values)
        if (value == "NA") value = nullptr;
    columns[column["name"].get<std::string>()] = Document(values);
  }
  return columns;
}

/// A table of a result (docs/requests.md) as {name: values}, codes as their levels.
Document columns_of_table(const Document& value, const Reply& reply) {
  const auto numbers = [&](const Document& column, const char* key) {
    return Document(with_arrays(json(column.at(key)), reply.arrays).at("values"));
  };
  Document columns = Document::object();
  for (const auto& column : value["$table"]) {
    auto& values = columns[column["name"].get<std::string>()];
    if (column["kind"] == "text") {
      values = column["values"];
    } else if (column["kind"] == "number") {
      values = numbers(column, "values");
    } else {
      values = Document::array();
      for (const auto& code : numbers(column, "codes"))
        values.push_back(code.is_null() ? Document()
                                        : column["levels"].at(code.get<std::size_t>()));
    }
  }
  return columns;
}

Document self_contained(const Document& value, Reply& reply) {
  if (value.is_object() && value.size() == 1 && value.contains("$frame"))
    return columns_of_frame(reply.frames.at(value["$frame"].get<std::size_t>()));
  if (value.is_object() && value.contains("$array"))
    return Document(with_arrays(json(value), reply.arrays));
  if (value.is_object() && value.contains("$table")) return columns_of_table(value, reply);
  Document copy = value;
  if (copy.is_structured())
    for (auto& each : copy) each = self_contained(each, reply);
  return copy;
}

}  // namespace

nlohmann::ordered_json whole_reply(Reply& reply) {
  return self_contained(Document::parse(reply.document), reply);
}

}  // namespace insitu
