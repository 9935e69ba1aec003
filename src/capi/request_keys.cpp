#include "capi/request_keys.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "methods/methods.hpp"
#include "methods/options.hpp"
#include "methods/predict_options.hpp"

namespace insitu {

using nlohmann::json;

namespace {

using Kind = OptionKind;

struct Key {
  const char* name;
  Kind kind;
};

constexpr Key kCommon[] = {
    {"op", Kind::kText},         {"context", Kind::kObject},  {"reportProgress", Kind::kWhole},
    {"digits", Kind::kWhole},    {"width", Kind::kWhole},     {"call", Kind::kText},
    {"dataLabel", Kind::kText},  {"style", Kind::kText},      {"verbose", Kind::kWhole},
    {"syncWrites", Kind::kFlag}, {"memoryLimit", Kind::kAny}, {"face", Kind::kText}};

constexpr Key kMethod[] = {{"data", Kind::kSource}, {"print", Kind::kTexts}};
constexpr Key kPrint[] = {{"result", Kind::kObject}, {"layout", Kind::kText}};

constexpr Key kPipeline[] = {
    {"varsToKeep", Kind::kTexts},        {"varsToDrop", Kind::kTexts},
    {"rowSelection", Kind::kText},       {"transforms", Kind::kAny},
    {"transformObjects", Kind::kObject}, {"removeMissingsOnRead", Kind::kFlag},
    {"removeMissings", Kind::kFlag},     {"startRow", Kind::kWhole},
    {"numRows", Kind::kWhole},           {"transformFunc", Kind::kObject},
    {"transformPackages", Kind::kTexts}, {"transformVars", Kind::kTexts},
    {"blocksPerRead", Kind::kWhole},     {"rowsPerRead", Kind::kWhole}};

constexpr Key kRows[] = {{"inData", Kind::kSource},
                         {"outFile", Kind::kSource},
                         {"append", Kind::kText},
                         {"overwrite", Kind::kFlag},
                         {"rowVarName", Kind::kText},
                         {"computeLowHigh", Kind::kFlag},
                         {"stringsAsFactors", Kind::kFlag},
                         {"maxRowsByCols", Kind::kNumber},
                         {"xdfCompressionLevel", Kind::kWhole},
                         {"createCompositeSet", Kind::kFlag},
                         {"blocksPerCompositeFile", Kind::kWhole},
                         {"returnTransformObjects", Kind::kFlag}};

constexpr Key kImport[] = {
    {"type", Kind::kText}, {"colClasses", Kind::kAny}, {"colInfo", Kind::kAny}};

constexpr Key kSourceOfPath[] = {{"path", Kind::kText}, {"type", Kind::kText}};

constexpr Key kInfo[] = {
    {"data", Kind::kSource},         {"getVarInfo", Kind::kFlag},  {"getBlockSizes", Kind::kFlag},
    {"getValueLabels", Kind::kFlag}, {"varsToKeep", Kind::kTexts}, {"varsToDrop", Kind::kTexts},
    {"startRow", Kind::kWhole},      {"numRows", Kind::kWhole},    {"computeInfo", Kind::kFlag}};

constexpr Key kVarInfo[] = {{"data", Kind::kSource},
                            {"getValueLabels", Kind::kFlag},
                            {"varsToKeep", Kind::kTexts},
                            {"varsToDrop", Kind::kTexts},
                            {"computeInfo", Kind::kFlag}};

constexpr Key kSetVarInfo[] = {{"data", Kind::kSource}, {"varInfo", Kind::kAny}};
constexpr Key kSetInfo[] = {{"data", Kind::kSource}, {"description", Kind::kText}};

constexpr Key kPredict[] = {{"data", Kind::kSource},
                            {"outData", Kind::kSource},
                            {"append", Kind::kText},
                            {"overwrite", Kind::kFlag},
                            {"blocksPerRead", Kind::kWhole},
                            {"rowsPerRead", Kind::kWhole},
                            {"transformFunc", Kind::kObject},
                            {"transformObjects", Kind::kObject},
                            {"xdfCompressionLevel", Kind::kWhole}};

constexpr Key kOpen[] = {{"data", Kind::kSource},
                         {"mode", Kind::kText},
                         {"schemaFrom", Kind::kSource},
                         {"overwrite", Kind::kFlag},
                         {"append", Kind::kText}};
constexpr Key kHandle[] = {{"handle", Kind::kWhole}};
constexpr Key kWriteNext[] = {{"handle", Kind::kWhole}, {"from", Kind::kSource}};
constexpr Key kPrintSource[] = {{"data", Kind::kSource}};
constexpr Key kHead[] = {{"data", Kind::kSource}, {"n", Kind::kWhole}, {"from", Kind::kText}};

constexpr Key kSampleData[] = {{"folder", Kind::kText}};
constexpr Key kDoctor[] = {{"of", Kind::kText}};
constexpr Key kTQuantile[] = {{"p", Kind::kNumber}, {"df", Kind::kNumber}, {"upper", Kind::kFlag}};
constexpr Key kSparkConnect[] = {{"reset", Kind::kFlag}};
constexpr Key kStopEngine[] = {{"scope", Kind::kText}};
constexpr Key kSparkListData[] = {{"showDescription", Kind::kFlag}};
constexpr Key kSparkRemoveData[] = {{"names", Kind::kTexts}, {"all", Kind::kFlag}};
constexpr Key kSparkSql[] = {{"text", Kind::kText}};
constexpr Key kSparkEmptyJob[] = {{"tasks", Kind::kWhole}};

struct KnownKey {
  std::string name;
  Kind kind;
};

struct KnownOperation {
  std::string name;
  std::vector<KnownKey> keys;
};

KnownOperation known(const char* name, std::initializer_list<std::span<const Key>> groups,
                     const OptionKeys& described = {}) {
  KnownOperation operation{name, {}};
  for (const auto& group : groups)
    for (const auto& key : group) operation.keys.push_back({key.name, key.kind});
  for (const auto& key : described) operation.keys.push_back({key.key, key.kind});
  return operation;
}

/// The operations by hand, then one for each method.
std::vector<KnownOperation> made_table() {
  std::vector<KnownOperation> table = {
      known("import", {kCommon, kPipeline, kRows, kImport}),
      known("data_step", {kCommon, kPipeline, kRows}),
      known("source_of_path", {kCommon, kSourceOfPath}),
      known("info", {kCommon, kInfo}),
      known("var_info", {kCommon, kVarInfo}),
      known("set_var_info", {kCommon, kSetVarInfo}),
      known("set_info", {kCommon, kSetInfo}),
      known("print", {kCommon, kPrint}),
      known("describe", {kCommon}),
      known("open", {kCommon, kOpen}),
      known("read_next", {kCommon, kHandle}),
      known("write_next", {kCommon, kWriteNext}),
      known("close", {kCommon, kHandle}),
      known("head", {kCommon, kHead}),
      known("print_source", {kCommon, kPrintSource}),
      known("sample_data", {kCommon, kSampleData}),
      known("doctor", {kCommon, kDoctor}),
      known("t_quantile", {kCommon, kTQuantile}),
      known("spark_connect", {kCommon, kSparkConnect}),
      known("spark_prepare_attach", {kCommon}),
      known("spark_jar", {kCommon}),
      known("spark_disconnect", {kCommon}),
      known("stop_engine", {kCommon, kStopEngine}),
      known("spark_list_data", {kCommon, kSparkListData}),
      known("spark_remove_data", {kCommon, kSparkRemoveData}),
      known("spark_sql", {kCommon, kSparkSql}),
      known("spark_empty_job", {kCommon, kSparkEmptyJob}),
      known("predict", {kCommon, kPredict}, PredictRequestOptions::keys()),
  };
  for (const auto& method : methods())
    table.push_back(known(method.about.op, {kCommon, kPipeline, kMethod}, method.options));
  return table;
}

const std::vector<KnownOperation>& table() {
  static const auto operations = made_table();
  return operations;
}

}  // namespace

std::vector<std::string> operations() {
  std::vector<std::string> names;
  for (const auto& operation : table()) names.emplace_back(operation.name);
  return names;
}

std::vector<std::string> request_keys() {
  std::vector<std::string> names;
  for (const auto& operation : table())
    for (const auto& key : operation.keys) names.push_back(key.name);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void check_request(const json& request) {
  const Options options(request);
  const auto op = options.text("op");
  const auto found = std::ranges::find(table(), op, &KnownOperation::name);
  if (found == table().end())
    throw InvalidArgument("unknown operation: '" + op + "'" + did_you_mean(op, operations()));
  for (const auto& [name, value] : request.items()) {
    const auto match = std::ranges::find(found->keys, name, &KnownKey::name);
    if (match == found->keys.end()) {
      std::vector<std::string> known;
      for (const auto& key : found->keys) known.push_back(key.name);
      throw InvalidArgument(op + ": unknown argument: " + name + did_you_mean(name, known));
    }
    if (!value.is_null()) check_kind(options, match->name.c_str(), match->kind);
  }
  if (options.has("varsToKeep") && options.has("varsToDrop")) {
    const auto keep = options.texts("varsToKeep");
    for (const auto& name : options.texts("varsToDrop"))
      if (std::ranges::find(keep, name) != keep.end())
        throw InvalidArgument("variable both in `varsToKeep` and `varsToDrop`: "_named + name);
    throw InvalidArgument(
        "`varsToKeep` and `varsToDrop` exclude each other: give one of them"_named);
  }
  if (options.has("pweights") && options.has("fweights"))
    throw InvalidArgument("pweights and fweights exclude each other: give one of them");
  const auto within = [&](const char* key, std::int64_t least, std::int64_t most) {
    const auto value = options.whole(key, least);
    if (value < least || value > most)
      throw InvalidArgument(named(key) + " must be from " + std::to_string(least) + " to " +
                            std::to_string(most) + ", not " + std::to_string(value));
  };
  within("digits", 0, 22);
  within("width", 1, 1'000'000);
  const auto level = options.whole("reportProgress", 2);
  if (level < -1 || level > 3)  // -1: as 0, in old scripts
    throw InvalidArgument("`reportProgress` must be 0, 1, 2 or 3, not "_named +
                          std::to_string(level));
}

}  // namespace insitu
