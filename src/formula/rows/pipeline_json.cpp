// Pipelines as JSON, for recipes. Objects travel as bytes, so that numbers keep their bits and
// texts need not be UTF-8.
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "formula/rows/transforms.hpp"

namespace insitu {

using nlohmann::json;

namespace {

using Texts = std::vector<std::optional<std::string>>;

json column_to_json(const Column& column) {
  json document = {{"type", type_name(column.type())}};
  if (column.type() == Type::kString) {
    Texts texts;
    for (std::size_t i = 0; i < column.size(); ++i)
      texts.push_back(column.string_valid(i) ? std::optional(std::string(column.string_at(i)))
                                             : std::nullopt);
    document["data"] = to_base64(save(texts));
    return document;
  }
  const auto bytes = column.size() * static_cast<std::size_t>(type_width(column.type()));
  document["data"] = to_base64({static_cast<const char*>(column.data()), bytes});
  if (is_factor(column.type())) document["levels"] = to_base64(save(*column.levels()));
  return document;
}

Column column_from_json(const json& document) {
  const auto type = type_from_name(document.at("type").get<std::string>());
  const auto bytes = from_base64(document.at("data").get<std::string>());
  if (type == Type::kString) {
    StringBuilder builder;
    for (const auto& text : load<Texts>(bytes))
      text ? builder.append(*text) : builder.append_missing();
    return builder.finish();
  }
  Levels levels;
  if (is_factor(type))
    levels = make_levels(
        load<std::vector<std::string>>(from_base64(document.at("levels").get<std::string>())));
  return dispatch(type, [&]<class T>(T*) {
    if (bytes.size() % sizeof(T) != 0) throw DataError("an object of a pipeline is cut off");
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    if constexpr (std::is_same_v<T, std::int32_t>) {
      if (levels)
        for (const auto code : values)
          if (code >= static_cast<std::int64_t>(levels->size()))
            throw DataError("an object of a pipeline has a code without a level");
    }
    return Column::own(type, std::move(values), levels);
  });
}

}  // namespace

json pipeline_to_json(const Pipeline& pipeline) {
  json document = json::object();
  if (pipeline.remove_missings_on_read) document["removeMissingsOnRead"] = true;
  if (!pipeline.transforms.empty()) document["transforms"] = pipeline.transforms;
  if (!pipeline.row_selection.empty()) document["rowSelection"] = pipeline.row_selection;
  if (pipeline.remove_missings) document["removeMissings"] = true;
  for (const auto& [name, column] : pipeline.objects)
    document["objects"][name] = column_to_json(column);
  if (pipeline.prediction) document["prediction"] = true;
  if (pipeline.start_row > 0) document["startRow"] = pipeline.start_row;
  if (pipeline.row_limit >= 0) document["numRows"] = pipeline.row_limit;
  if (pipeline.rows_per_read > 0) document["rowsPerRead"] = pipeline.rows_per_read;
  if (pipeline.reads_end_with_splits) document["readsEndWithSplits"] = true;
  if (pipeline.function) {
    if (pipeline.function_code.empty() || pipeline.function_language.empty())
      throw Unsupported(
          "`transformFunc` exists only in this process and cannot be sent to workers; use "_named
          "`RxLocalSeq`, or `transforms`"_named);
    document["function"] = {{"language", pipeline.function_language},
                            {"code", to_base64(pipeline.function_code)},
                            {"name", pipeline.function_name},
                            {"takesWhatIsThere", pipeline.function_takes_what_is_there},
                            {"variables", pipeline.function_variables}};
  }
  return document;
}

Pipeline pipeline_from_json(const json& document) {
  try {
    if (!document.is_object()) throw DataError("a pipeline must be a JSON object");
    Pipeline pipeline;
    for (const auto& [key, value] : document.items()) {
      if (key == "removeMissingsOnRead")
        pipeline.remove_missings_on_read = value.get<bool>();
      else if (key == "transforms")
        pipeline.transforms = value.get<std::vector<std::pair<std::string, std::string>>>();
      else if (key == "rowSelection")
        pipeline.row_selection = value.get<std::string>();
      else if (key == "removeMissings")
        pipeline.remove_missings = value.get<bool>();
      else if (key == "prediction")
        pipeline.prediction = value.get<bool>();
      else if (key == "startRow")
        pipeline.start_row = value.get<std::int64_t>();
      else if (key == "numRows")
        pipeline.row_limit = value.get<std::int64_t>();
      else if (key == "rowsPerRead")
        pipeline.rows_per_read = value.get<std::int64_t>();
      else if (key == "readsEndWithSplits")
        pipeline.reads_end_with_splits = value.get<bool>();
      else if (key == "objects") {
        for (const auto& [name, object] : value.items())
          pipeline.objects.emplace(name, column_from_json(object));
      } else if (key == "function") {
        pipeline.function_language = value.at("language").get<std::string>();
        pipeline.function_code = from_base64(value.at("code").get<std::string>());
        pipeline.function_variables = value.at("variables").get<std::vector<std::string>>();
        pipeline.function_name = value.at("name").get<std::string>();
        pipeline.function_takes_what_is_there = value.at("takesWhatIsThere").get<bool>();
      } else {
        throw DataError("a pipeline has an unknown part: " + key);
      }
    }
    return pipeline;
  } catch (const json::exception& error) {
    throw DataError(std::string("a pipeline cannot be read: ") + error.what());
  } catch (const InvalidArgument& error) {
    throw DataError(std::string("a pipeline cannot be read: ") + error.what());
  }
}

}  // namespace insitu
