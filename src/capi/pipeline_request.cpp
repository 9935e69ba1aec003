#include "capi/pipeline_request.hpp"

#include <nlohmann/json.hpp>

#include "algorithms/with_levels.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "capi/formats.hpp"
#include "capi/opened_sources.hpp"
#include "contexts/spark/rows.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// A scalar or an array of one kind as a column.
Column object_column(const std::string& name, const json& value) {
  const json items = value.is_array() ? value : json::array({value});
  bool texts = false, logicals = false, numbers = false;
  for (const auto& item : items) {
    texts |= item.is_string() && item != "Inf" && item != "-Inf";
    logicals |= item.is_boolean();
    numbers |= item.is_number();
    if (item.is_structured())
      throw InvalidArgument("transformObjects$" + name +
                            " must be a number, text or logical, or an array of one of these; "
                            "other objects are for functions of the language only");
  }
  if (texts + logicals + numbers > 1)
    throw InvalidArgument("transformObjects$" + name + " mixes numbers, texts and logicals");
  if (texts) {
    StringBuilder builder;
    for (const auto& item : items)
      item.is_string() ? builder.append(item.get<std::string>()) : builder.append_missing();
    return builder.finish();
  }
  if (logicals) {
    std::vector<std::uint8_t> values;
    for (const auto& item : items)
      values.push_back(item.is_boolean() ? static_cast<std::uint8_t>(item.get<bool>())
                                         : missing_value<std::uint8_t>());
    return Column::own(Type::kLogical, std::move(values));
  }
  // Whole numbers with more digits than a double are kept as they are.
  constexpr std::int64_t kExact = 1LL << 53;
  bool whole = numbers, wide = false;
  for (const auto& item : items) {
    whole &= item.is_null() || item.is_number_integer();
    wide |= item.is_number_integer() &&
            (item.get<std::int64_t>() > kExact || item.get<std::int64_t>() < -kExact);
  }
  if (whole && wide) {
    std::vector<std::int64_t> values;
    for (const auto& item : items)
      values.push_back(item.is_null() ? missing_value<std::int64_t>() : item.get<std::int64_t>());
    return Column::own(Type::kInt64, std::move(values));
  }
  std::vector<double> values;
  for (const auto& item : items)
    values.push_back(item.is_number() ? item.get<double>()
                     : item == "Inf"  ? std::numeric_limits<double>::infinity()
                     : item == "-Inf" ? -std::numeric_limits<double>::infinity()
                                      : missing_value<double>());
  return Column::own(Type::kFloat64, std::move(values));
}

std::vector<std::pair<std::string, std::string>> transforms_of(const json& value) {
  std::vector<std::pair<std::string, std::string>> transforms;
  const auto wrong = [] {
    throw InvalidArgument("transforms must be an array of [name, expression] pairs, both texts");
  };
  if (value.is_null()) return transforms;
  if (!value.is_array()) wrong();
  for (const auto& pair : value) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string())
      wrong();
    if (pair[0].get<std::string>().empty())
      throw InvalidArgument("transforms: an expression has no name");
    transforms.emplace_back(pair[0].get<std::string>(), pair[1].get<std::string>());
  }
  return transforms;
}

/// "v (mean), w (max)" of {"v": "mean", "w": "max"}.
std::string list_of_values(const json& values) {
  std::string list;
  for (const auto& [variable, function] : values.items())
    list += (list.empty() ? "" : ", ") + variable + " (" + function.get<std::string>() + ")";
  return list;
}

/// Warns once of values that a function makes of all rows that it sees, where these are not all.
void warn_of_chunk_values(Pipeline& pipeline, const Call& call, const json& values) {
  if (!values.is_object() || values.empty()) return;
  pipeline.on_function_calls = [&control = call.control, values, name = pipeline.function_name,
                                warned = std::make_shared<bool>(false)](std::size_t calls,
                                                                        std::int64_t rows) {
    if (calls < 2 || std::exchange(*warned, true)) return;
    control.warn(
        name + ": " + list_of_values(values) +
        (values.size() == 1 ? " is a value" : " are values") + " of one chunk of up to " +
        std::to_string(rows) +
        " rows (`rowsPerRead`), not of all rows; compute the number before (`rxSummary`, "_named
        "`rxQuantile`) and pass it in `transformObjects`"_named);
  };
}

void set_function(Pipeline& pipeline, const Call& call, const json& value) {
  const Options options(value, "transformFunc");
  const auto name = options.text("function");
  const auto found = call.request.functions.find(name);
  if (found == call.request.functions.end()) {
    std::vector<std::string> known;
    for (const auto& [each, function] : call.request.functions) known.push_back(each);
    throw InvalidArgument("`transformFunc`: the function was not passed with the call: "_named +
                          name + did_you_mean(name, known));
  }
  pipeline.function = found->second;
  pipeline.function_language = options.text("language");
  pipeline.function_name = options.text(
      "name", pipeline.function_language == "python" ? "transform_function" : "transformFunc");
  pipeline.function_variables = options.texts("variables");
  pipeline.function_takes_what_is_there = options.flag("ifPresent", false);
  pipeline.function_code = from_base64(options.text("code"));
  warn_of_chunk_values(pipeline, call, options.value("chunkValues"));
}

void set_expressions(Pipeline& pipeline, const Options& options) {
  pipeline.transforms = transforms_of(options.value("transforms"));
  pipeline.row_selection = options.text("rowSelection");
  if (const auto& objects = options.value("transformObjects"); objects.is_object())
    for (const auto& [name, value] : objects.items())
      pipeline.objects.emplace(name, object_column(name, value));
}

}  // namespace

std::int64_t rows_per_read(const Options& options, const json& descriptor) {
  if (const auto rows = options.whole("rowsPerRead", -1); rows > 0) return rows;
  const auto* format = format_of(descriptor);
  // Blocks of the file are its chunks; without an input rows are made.
  if ((format && format->has_key("blocksPerRead")) || descriptor.empty()) return 0;
  const auto rows = Options(descriptor).whole("rowsPerRead", -1);
  return rows > 0 ? rows : kRowsPerRead;
}

json with_evaluator(const Call& call, const DataSource& input) {
  auto document = call.document;
  const auto& function = call.options.value("transformFunc");
  if (!function.is_object() || !function.value("instead", false)) return document;
  Pipeline expressions;
  try {
    set_expressions(expressions, call.options);
    check_expressions(expressions, *input.schema());
    document.erase("transformFunc");
    return document;
  } catch (const InvalidArgument& why) {
    for (const auto& name : Options(function).texts("required")) {
      if (input.schema()->find(name)) continue;
      const std::string text = why.what();
      if (text.find("variable not found: " + name) != std::string::npos) throw;
      throw InvalidArgument(Options(function).text("name") + ": variable not found: " + name +
                            did_you_mean(name, input.schema()->names()));
    }
  }
  document.erase("transforms");
  document.erase("rowSelection");
  document["transformFunc"].erase("instead");
  return document;
}

Pipeline pipeline_of(const Call& outer, const json& descriptor, const DataSource& input) {
  const auto document = with_evaluator(outer, input);
  const Call call{document,      Options(document), outer.request, outer.control,
                  outer.context, outer.sources,     outer.reply};
  const auto& options = call.options;
  Pipeline pipeline;
  pipeline.warn = [&control = outer.control](const std::string& text) { control.warn(text); };
  pipeline.remove_missings_on_read = options.flag("removeMissingsOnRead", false);
  pipeline.remove_missings = options.flag("removeMissings", false);
  set_expressions(pipeline, options);
  if (options.has("transformFunc")) set_function(pipeline, call, options.value("transformFunc"));
  if (pipeline.function_takes_what_is_there)
    for (const auto& name : Options(options.value("transformFunc")).texts("required"))
      if (!input.schema()->find(name))
        throw InvalidArgument(
            (pipeline.function_name == "transformFunc" ? "transformVars" : pipeline.function_name) +
            ": variable not found: " + name + did_you_mean(name, input.schema()->names()));
  const auto start = options.whole("startRow", 1);
  if (start < 1)
    throw InvalidArgument("`startRow` must be 1 or more, not "_named + std::to_string(start));
  pipeline.start_row = start - 1;
  const auto rows = options.whole("numRows", -1);
  if (rows < -1)
    throw InvalidArgument("`numRows` must be -1 (all rows) or a number of rows, not "_named +
                          std::to_string(rows));
  pipeline.row_limit = rows;
  pipeline.rows_per_read = rows_per_read(options, descriptor);
  // Rows of Spark's tables and queries have no order but that inside of a partition.
  const auto* on_spark = dynamic_cast<const SparkRows*>(input.row_holder());
  pipeline.reads_end_with_splits = on_spark && !on_spark->ordered();
  if (pipeline.reads_end_with_splits && pipeline.rows_per_read == 0)
    pipeline.rows_per_read = kRowsPerRead;
  return pipeline;
}

SourcePtr plain_source(Call& call, const char* key, json* descriptor) {
  auto found = descriptor_of(call.options.value(key), key);
  const auto type = found.value("type", std::string());
  const auto* format = format_of(found);
  for (const auto* key : {"blocksPerRead", "rowsPerRead"})
    if (const auto number = call.options.whole(key, -1); number > 0)
      if (format && format->has_key(key)) found[key] = number;
  const bool factors =
      call.options.flag("stringsAsFactors", Options(found, key).flag("stringsAsFactors", false));
  const bool text = type == "RxTextData";
  if (text && call.options.has("stringsAsFactors")) found["stringsAsFactors"] = factors;
  if (descriptor) *descriptor = found;
  auto source = OpenedSources::heard(call.sources.make(found), key, found);
  if (!factors || text) return source;  // text makes its factors while it reads
  std::vector<std::string> texts;
  for (const auto& field : source->schema()->fields())
    if (field.type == Type::kString && field.name != found.value("rowNames", std::string()))
      texts.push_back(field.name);
  return with_levels(source, texts, call.context, call.control);
}

}  // namespace insitu
