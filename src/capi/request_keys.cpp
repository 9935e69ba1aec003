#include "capi/request_keys.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "capi/options.hpp"

namespace insitu {

using nlohmann::json;

namespace {

enum class Kind { kFlag, kWhole, kNumber, kText, kTexts, kSource, kObject, kAny };

struct Key {
  const char* name;
  Kind kind;
};

constexpr Key kCommon[] = {
    {"op", Kind::kText},         {"context", Kind::kObject},  {"reportProgress", Kind::kWhole},
    {"digits", Kind::kWhole},    {"width", Kind::kWhole},     {"call", Kind::kText},
    {"dataLabel", Kind::kText},  {"style", Kind::kText},      {"verbose", Kind::kWhole},
    {"syncWrites", Kind::kFlag}, {"memoryLimit", Kind::kAny}, {"face", Kind::kText}};

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

constexpr Key kSummary[] = {{"data", Kind::kSource},           {"formula", Kind::kText},
                            {"summaryStats", Kind::kTexts},    {"byTerm", Kind::kFlag},
                            {"pweights", Kind::kText},         {"fweights", Kind::kText},
                            {"byGroupOutFile", Kind::kSource}, {"overwrite", Kind::kFlag},
                            {"rowsPerBlock", Kind::kWhole},    {"removeZeroCounts", Kind::kFlag},
                            {"useSparseCube", Kind::kFlag}};

constexpr Key kLinMod[] = {
    {"data", Kind::kSource},    {"formula", Kind::kText},       {"pweights", Kind::kText},
    {"fweights", Kind::kText},  {"cube", Kind::kFlag},          {"cubePredictions", Kind::kFlag},
    {"dropFirst", Kind::kFlag}, {"dropMain", Kind::kFlag},      {"covCoef", Kind::kFlag},
    {"covData", Kind::kFlag},   {"coefLabelStyle", Kind::kText}};

constexpr Key kPredict[] = {{"model", Kind::kText},
                            {"data", Kind::kSource},
                            {"outData", Kind::kSource},
                            {"computeStdErrors", Kind::kFlag},
                            {"interval", Kind::kText},
                            {"confLevel", Kind::kNumber},
                            {"computeResiduals", Kind::kFlag},
                            {"type", Kind::kText},
                            {"writeModelVars", Kind::kFlag},
                            {"extraVarsToWrite", Kind::kTexts},
                            {"removeMissings", Kind::kFlag},
                            {"append", Kind::kText},
                            {"overwrite", Kind::kFlag},
                            {"checkFactorLevels", Kind::kFlag},
                            {"predVarNames", Kind::kTexts},
                            {"residVarNames", Kind::kTexts},
                            {"intervalVarNames", Kind::kTexts},
                            {"stdErrorsVarNames", Kind::kTexts},
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

struct Operation {
  const char* name;
  std::vector<std::span<const Key>> keys;
};

const std::vector<Operation>& table() {
  static const std::vector<Operation> operations = {
      {"import", {kCommon, kPipeline, kRows, kImport}},
      {"data_step", {kCommon, kPipeline, kRows}},
      {"source_of_path", {kCommon, kSourceOfPath}},
      {"info", {kCommon, kInfo}},
      {"var_info", {kCommon, kVarInfo}},
      {"set_var_info", {kCommon, kSetVarInfo}},
      {"set_info", {kCommon, kSetInfo}},
      {"summary", {kCommon, kPipeline, kSummary}},
      {"lin_mod", {kCommon, kPipeline, kLinMod}},
      {"predict", {kCommon, kPredict}},
      {"open", {kCommon, kOpen}},
      {"read_next", {kCommon, kHandle}},
      {"write_next", {kCommon, kWriteNext}},
      {"close", {kCommon, kHandle}},
      {"head", {kCommon, kHead}},
      {"print_source", {kCommon, kPrintSource}},
      {"sample_data", {kCommon, kSampleData}},
      {"doctor", {kCommon, kDoctor}},
      {"t_quantile", {kCommon, kTQuantile}},
      {"spark_connect", {kCommon, kSparkConnect}},
      {"spark_prepare_attach", {kCommon}},
      {"spark_jar", {kCommon}},
      {"spark_disconnect", {kCommon}},
      {"stop_engine", {kCommon, kStopEngine}},
      {"spark_list_data", {kCommon, kSparkListData}},
      {"spark_remove_data", {kCommon, kSparkRemoveData}},
      {"spark_sql", {kCommon, kSparkSql}},
      {"spark_empty_job", {kCommon, kSparkEmptyJob}},
  };
  return operations;
}

void check_kind(const Options& options, const Key& key) {
  switch (key.kind) {
    case Kind::kFlag:
      options.flag(key.name, false);
      return;
    case Kind::kWhole:
      options.whole(key.name, 0);
      return;
    case Kind::kNumber:
      options.number(key.name, 0);
      return;
    case Kind::kText:
      options.text(key.name);
      return;
    case Kind::kTexts:
      options.texts(key.name);
      return;
    case Kind::kSource: {
      const auto& value = options.value(key.name);
      if (!value.is_string() && !value.is_object())
        throw InvalidArgument(
            named(key.name) + " must be a path or the description of a data source, not " +
            value.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 60));
      return;
    }
    case Kind::kObject:
      // An empty list of names comes as [] from some languages.
      if (!options.value(key.name).is_object() &&
          !(options.value(key.name).is_array() && options.value(key.name).empty()))
        throw InvalidArgument(named(key.name) + " must be an object with named entries, not " +
                              options.value(key.name)
                                  .dump(-1, ' ', false, json::error_handler_t::replace)
                                  .substr(0, 60));
      return;
    case Kind::kAny:
      return;
  }
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
    for (const auto& keys : operation.keys)
      for (const auto& key : keys) names.emplace_back(key.name);
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

void check_request(const json& request) {
  const Options options(request);
  const auto op = options.text("op");
  const auto found =
      std::ranges::find_if(table(), [&](const Operation& each) { return each.name == op; });
  if (found == table().end())
    throw InvalidArgument("unknown operation: '" + op + "'" + did_you_mean(op, operations()));
  std::vector<std::string> known;
  for (const auto& keys : found->keys)
    for (const auto& key : keys) known.emplace_back(key.name);
  for (const auto& [name, value] : request.items()) {
    const Key* match = nullptr;
    for (const auto& keys : found->keys)
      for (const auto& key : keys)
        if (key.name == name) match = &key;
    if (!match)
      throw InvalidArgument(op + ": unknown argument: " + name + did_you_mean(name, known));
    if (!value.is_null()) check_kind(options, *match);
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
