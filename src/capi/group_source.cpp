#include "capi/group_source.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "algorithms/with_levels.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "capi/describe_source.hpp"
#include "capi/piped_run.hpp"
#include "capi/pipeline_request.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr const char* kRowsColumn = ".rxRows";

SourcePtr with_all_levels(Call& call, const SourcePtr& source) {
  std::vector<std::string> factors;
  for (const auto& field : source->schema()->fields())
    if (is_factor(field.type) && !field.levels) factors.push_back(field.name);
  return with_levels(source, factors, call.context, call.control);
}

}  // namespace

json with_group_source(Call& call, const std::function<SourcePtr(SourcePtr)>& prepare,
                       const std::function<json(const GroupSource&)>& use) {
  json descriptor;
  const auto input = plain_source(call, "inData", &descriptor);
  const auto row_names = descriptor.value("rowNames", std::string());
  auto pipeline = pipeline_of(call, descriptor, *input);
  const auto run = [&](const SourcePtr& piped) {
    GroupSource rows{prepare(with_all_levels(call, piped)), {}, nullptr};
    rows.columns = rows.source->schema()->names();
    std::erase(rows.columns, row_names);
    rows.schema = select_columns(*rows.source->schema(), rows.columns);
    return use(rows);
  };
  return run_piped(
      call, {.input = input, .pipeline = std::move(pipeline), .factors = FunctionFactors::kGrow},
      run);
}

std::vector<std::string> group_keys_of(const Options& options, const char* key) {
  auto keys = options.texts(key);
  if (keys.empty())
    throw InvalidArgument(named(key) + " is empty: name the variables to group the rows by");
  return keys;
}

KeyCodec key_codec_of(const Schema& schema, const std::vector<std::string>& keys, const char* key) {
  for (auto each = keys.begin(); each != keys.end(); ++each) {
    if (!schema.find(*each))
      throw InvalidArgument(named(key) + ": variable not found: " + *each +
                            did_you_mean(*each, schema.names()));
    if (std::find(keys.begin(), each, *each) != each)
      throw InvalidArgument(named(key) + ": the variable '" + *each + "' is named twice");
  }
  return {schema, keys};
}

json group_keys_reply(Call& call, const KeyCodec& codec, const std::vector<std::string>& keys,
                      const std::vector<std::int64_t>& rows) {
  auto table = codec.decode(keys);
  auto fields = table.schema->fields();
  for (const auto& field : fields)
    if (field.name == kRowsColumn)
      throw InvalidArgument("a key cannot have the name " + std::string(kRowsColumn));
  Field counts;
  counts.name = kRowsColumn;
  fields.push_back(std::move(counts));
  table.schema = std::make_shared<const Schema>(std::move(fields));
  table.columns.push_back(
      Column::own(Type::kFloat64, std::vector<double>(rows.begin(), rows.end())));
  return {{"keys", add_frame(call.reply, table.schema, {table})}, {"numGroups", rows.size()}};
}

}  // namespace insitu
