// Operations that have the rows before them: a whole analysis, a group's, predictions, a sample.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "capi/border.hpp"
#include "capi/facade.hpp"
#include "capi/hosted_analysis.hpp"
#include "capi/reply_bytes.hpp"
#include "capi/words.hpp"
#include "contexts/build_identity.hpp"
#include "data/arrow.hpp"
#include "methods/methods.hpp"
#include "methods/predict_options.hpp"
#include "operations.hpp"
#include "script.hpp"

namespace insitu::sql_server {

using nlohmann::json;

namespace {

/// A request of this engine over these rows, as over a data frame.
Reply run_over(json document, InputRows& rows, const SchemaPtr& schema) {
  document["data"] = {{"type", "frame"}, {"stream", 0}};
  document["reportProgress"] = 0;
  std::size_t begin = 0;
  bool none = rows.rows() == 0;
  ArrowArrayStream stream{};
  export_stream(
      schema,
      [&]() -> std::optional<Chunk> {
        if (begin == rows.rows() && !std::exchange(none, false)) return std::nullopt;
        const auto count = std::min(kRowsPerChunk, rows.rows() - begin);
        auto chunk = rows.chunk(schema, begin, count);
        begin += count;
        return chunk;
      },
      &stream);
  Request request;
  request.document = document.dump();
  request.streams = {&stream};
  return run(std::move(request), {});
}

/// Text columns as factors, where "levels" declares theirs; takes it out of the document.
SchemaPtr with_levels(const Schema& schema, json& document) {
  auto fields = schema.fields();
  const auto declared = document.value("levels", json::object());
  document.erase("levels");
  for (const auto& [name, levels] : declared.items()) {
    auto& field = fields[schema.index(name)];
    std::vector<std::string> texts;
    for (const auto& level : levels) {
      if (!level.is_string() || field.type != Type::kString)
        throw InvalidArgument(
            "@script: levels declare the texts of a column of text, as in {\"f\": [\"a\", \"b\"]}");
      texts.push_back(level.get<std::string>());
    }
    field.type = Type::kFactor;
    field.levels = make_levels(std::move(texts));
  }
  return std::make_shared<const Schema>(std::move(fields));
}

void require_whole_rows(const SessionInput& input, const char* what) {
  if (input.parameter("@r_rowsPerRead"))
    throw InvalidArgument(std::string(what) + " needs its rows at once: leave out @r_rowsPerRead");
}

/// All rows of the query in one call: the analysis as it is made over a data frame.
class Resident final : public Operation {
 public:
  Resident(const json& script, const SessionInput& input)
      : input_(input), document_(checked_analysis(script, true)) {
    schema_ = with_levels(*input.schema(), document_);
    require_whole_rows(input, "a resident analysis");
    if (input.tasks > 1)
      throw InvalidArgument("a resident analysis needs all rows in one task: say @parallel = 0");
  }

  std::vector<Described> shape() const override {
    return {int_column("task_id"), int_column("seq"), bigint_column("rows_seen"),
            binary_column("state")};
  }

  void execute(InputRows& rows, Results& to) override {
    if (rows.rows() == 0) return;
    if (std::exchange(done_, true))
      throw InvalidArgument(
          "the rows of a resident analysis came in several pieces: leave out streaming and "
          "partitions");
    auto reply = run_over(document_, rows, schema_);
    to.columns[0].add_value(static_cast<SQLINTEGER>(input_.task));
    to.columns[1].add_value(SQLINTEGER{0});
    to.columns[2].add_value(static_cast<std::int64_t>(rows.rows()));
    to.columns[3].add(reply_to_bytes(reply));
  }

 private:
  const SessionInput& input_;
  json document_;
  SchemaPtr schema_;
  bool done_ = false;
};

/// A call for each partition: the analysis of its rows. A group that fails does not end the others.
class ExecBy final : public Operation {
 public:
  ExecBy(const json& script, const SessionInput& input)
      : input_(input), document_(checked_analysis(script, true)) {
    schema_ = with_levels(*input.schema(), document_);
    require_whole_rows(input, "op execby");
    std::vector<std::pair<SQLSMALLINT, std::string>> keys;
    for (const auto& column : input.columns)
      if (column.partition >= 0) keys.emplace_back(column.partition, column.name);
    if (keys.empty())
      throw InvalidArgument(
          "op execby needs groups: name their columns in @input_data_1_partition_by_columns");
    std::ranges::sort(keys);
    for (auto& [place, name] : keys) keys_.push_back(std::move(name));
  }

  std::vector<Described> shape() const override {
    return {int_column("task_id"), int_column("seq"),     bigint_column("rows_seen"),
            text_column("keys"),   text_column("status"), binary_column("result")};
  }

  void execute(InputRows& rows, Results& to) override {
    if (rows.rows() == 0) return;
    const auto first = rows.chunk(schema_, 0, 1);
    json keys = json::array();
    for (const auto& name : keys_) keys.push_back(value_of(first.column(name)));
    std::string status = "OK";
    std::optional<Bytes> result;
    try {
      auto reply = run_over(document_, rows, schema_);
      result = reply_to_bytes(reply);
    } catch (const Error& error) {
      status = error.what();
    }
    to.columns[0].add_value(static_cast<SQLINTEGER>(input_.task));
    to.columns[1].add_value(seq_++);
    to.columns[2].add_value(static_cast<std::int64_t>(rows.rows()));
    to.columns[3].add(utf16_of_utf8(keys.dump()));
    to.columns[4].add(utf16_of_utf8(status));
    to.columns[5].add(result);
  }

 private:
  static json value_of(const Column& column) {
    if (column.is_missing(0)) return nullptr;
    if (is_factor(column.type()))
      return (*column.levels())[static_cast<std::size_t>(column.number_at(0))];
    if (column.type() == Type::kString) return std::string(column.string_at(0));
    if (column.type() == Type::kInt64) return column.values<std::int64_t>()[0];
    if (column.type() == Type::kLogical) return column.number_at(0) != 0;
    if (is_integer(column.type())) return static_cast<std::int64_t>(column.number_at(0));
    return column.number_at(0);
  }

  const SessionInput& input_;
  json document_;
  SchemaPtr schema_;
  std::vector<std::string> keys_;
  SQLINTEGER seq_ = 0;
};

/// @model over each call's rows.
class Predict final : public Operation {
 public:
  Predict(const json& script, const SessionInput& input)
      : document_(script.value("options", json::object())), schema_(input.schema()) {
    if (!document_.is_object())
      throw InvalidArgument("@script: \"options\" must be an object of rxPredict's options");
    const auto known = PredictRequestOptions::keys();
    for (const auto& [key, value] : document_.items())
      if (key == "model" ||
          (key != "face" && std::ranges::find(known, key, &OptionKey::key) == known.end()))
        throw InvalidArgument("@script: op predict does not know the option " + key);
    const auto model = input.bytes_of("@model");
    if (model.empty()) throw InvalidArgument("@model is missing: a varbinary(max) with a model");
    document_["op"] = "predict";
    document_["model"] = to_base64(model);
    // The shape is the same for all rows: that of none.
    auto rows = InputRows(input, 0, nullptr, nullptr);
    const auto schema = predictions(rows).first;
    for (const auto& field : schema->fields()) shape_.push_back(column_of(field));
  }

  std::vector<Described> shape() const override { return shape_; }

  void execute(InputRows& rows, Results& to) override {
    if (rows.rows() == 0) return;
    const auto [schema, chunks] = predictions(rows);
    if (schema->size() != to.columns.size())
      throw DataError("the predictions have " + std::to_string(schema->size()) +
                      " columns, announced were " + std::to_string(to.columns.size()));
    for (const auto& chunk : chunks)
      for (std::size_t i = 0; i < chunk.columns.size(); ++i)
        add_values(to.columns[i], chunk.columns[i]);
  }

 private:
  std::pair<SchemaPtr, std::vector<Chunk>> predictions(InputRows& rows) {
    auto reply = run_over(document_, rows, schema_);
    const auto place = json::parse(reply.document).at("frame").at("$frame").get<std::size_t>();
    auto found = import_stream(&reply.frames.at(place));
    for (auto& frame : reply.frames)
      if (frame.release) frame.release(&frame);
    return found;
  }

  json document_;
  SchemaPtr schema_;
  std::vector<Described> shape_;
};

/// Some of the rows as they came, chosen by their number: the same for the same query and plan.
class Sample final : public Operation {
 public:
  Sample(const json& script, const SessionInput& input) : input_(input) {
    const auto fraction = script.value("fraction", json(1.0));
    const auto seed = script.value("seed", json(0u));
    if (!fraction.is_number() || !(fraction > 0) || !(fraction <= 1))
      throw InvalidArgument("@script: fraction must be a number above 0, up to 1, not " +
                            fraction.dump());
    if (!seed.is_number_unsigned())
      throw InvalidArgument("@script: seed must be a whole number from 0 on, not " + seed.dump());
    fraction_ = fraction.get<double>();
    seed_ = seed.get<std::uint64_t>();
    for (const auto& column : input.columns) width_of(column);
  }

  std::vector<Described> shape() const override {
    auto columns = input_.columns;
    for (auto& column : columns) {
      column.nullable = true;
      if (!width_of(column) && column.size == 0) column.size = 1;
    }
    return columns;
  }

  void execute(InputRows& rows, Results& to) override {
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      if (!chosen(seen_++)) continue;
      for (std::size_t i = 0; i < to.columns.size(); ++i) {
        auto& cells = rows.cells()[i];
        if (cells.is_null(row))
          to.columns[i].add(std::nullopt);
        else
          to.columns[i].add(cells.at(row));
      }
    }
  }

 private:
  bool chosen(std::uint64_t row) const {
    if (fraction_ >= 1) return true;
    auto x = seed_ * 0x9E3779B97F4A7C15 + (std::uint64_t{input_.task} << 48) + row;  // SplitMix64
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    x ^= x >> 31;
    return static_cast<double>(x >> 11) * 0x1p-53 < fraction_;
  }

  const SessionInput& input_;
  double fraction_ = 1;
  std::uint64_t seed_ = 0, seen_ = 0;
};

/// What this extension is, one row.
class Hello final : public Operation {
 public:
  explicit Hello(const SessionInput& input) : input_(input) {}

  std::vector<Described> shape() const override { return {text_column("capabilities")}; }
  void execute(InputRows&, Results& to) override {
    if (std::exchange(done_, true)) return;
    json found = {
        {"protocol", kProtocol},
        {"engine", version()},
        {"build", build_id()},
        {"tasks", input_.tasks},
        {"columns", json::array()},
        {"methods", json::array()},
        {"operations", {"hello", "begin", "map", "combine", "predict", "execby", "sample"}}};
    for (const auto& method : methods()) found["methods"].push_back(method.about.op);
    for (const auto& column : input_.columns)
      found["columns"].push_back({{"name", column.name},
                                  {"type", std::string(sql_name(column.type))},
                                  {"size", column.size},
                                  {"digits", column.digits},
                                  {"nullable", column.nullable}});
    to.columns[0].add(utf16_of_utf8(found.dump()));
  }

 private:
  const SessionInput& input_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<Operation> hello_operation(const json& script, const SessionInput& input) {
  check_keys(script, {});
  return std::make_unique<Hello>(input);
}
std::unique_ptr<Operation> resident_operation(const json& script, const SessionInput& input) {
  return std::make_unique<Resident>(script, input);
}
std::unique_ptr<Operation> predict_operation(const json& script, const SessionInput& input) {
  check_keys(script, {"options"});
  return std::make_unique<Predict>(script, input);
}
std::unique_ptr<Operation> execby_operation(const json& script, const SessionInput& input) {
  check_keys(script, {"analysis"});
  return std::make_unique<ExecBy>(script, input);
}
std::unique_ptr<Operation> sample_operation(const json& script, const SessionInput& input) {
  check_keys(script, {"fraction", "seed"});
  return std::make_unique<Sample>(script, input);
}

}  // namespace insitu::sql_server
