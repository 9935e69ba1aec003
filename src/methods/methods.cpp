#include "methods/methods.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "algorithms/find_levels.hpp"
#include "algorithms/written_rows.hpp"
#include "base/error.hpp"
#include "formula/expression/expression.hpp"
#include "methods/lin_mod.hpp"
#include "methods/moments.hpp"
#include "methods/operations.hpp"
#include "methods/predict_options.hpp"
#include "methods/summary.hpp"
#include "shaping/key_counts.hpp"

namespace insitu {

namespace {

using nlohmann::ordered_json;

/// Passes that belong to no method alone: what binding a formula looks for, groups of rows.
const std::vector<PassMaker>& shared_passes() {
  static const std::vector<PassMaker> makers =
      pass_makers(PassList<FindLevels, KeyCounts, WrittenRows>{});
  return makers;
}

const std::vector<PassMaker>& all_passes() {
  static const std::vector<PassMaker> makers = [] {
    auto all = shared_passes();
    for (const auto& method : methods())
      for (const auto& maker : method.passes)
        if (std::ranges::find(all, maker.name, &PassMaker::name) == all.end()) all.push_back(maker);
    return all;
  }();
  return makers;
}

ordered_json described(const OptionKey& key, const ordered_json& value) {
  ordered_json entry = {
      {"key", key.key}, {"kind", name_of(key.kind)}, {"default", value}, {"meaning", key.meaning}};
  if (!key.details.choices.empty()) entry["choices"] = key.details.choices;
  if (*key.details.unit) entry["unit"] = key.details.unit;
  if (*key.details.command) entry["command"] = key.details.command;
  return entry;
}

ordered_json described(const ResultKey& key) {
  ordered_json entry = {{"key", key.key}, {"kind", key.kind}, {"meaning", key.meaning}};
  if (*key.labels.rows) entry["rows"] = key.labels.rows;
  if (*key.labels.columns) entry["columns"] = key.labels.columns;
  return entry;
}

ordered_json described(const std::vector<RequestKey>& keys) {
  ordered_json list = ordered_json::array();
  for (const auto& key : keys) {
    ordered_json entry = {{"key", key.key}, {"kind", name_of(key.kind)}, {"meaning", key.meaning}};
    if (!key.choices.empty()) entry["choices"] = key.choices;
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

const std::vector<Method>& methods() {
  static const std::vector<Method> table = {
      method<SummaryMethod>(),
      method<LinModMethod>(),
      logit_method(),
      glm_method(),
      multinom_logit_method(),
      cov_cor_method(),
      method<MomentsMethod>(),
      pca_method(),
      ridge_reg_method(),
      elastic_net_method(),
      quantile_method(),
      lorenz_method(),
      roc_method(),
      lift_method(),
      calibration_method(),
      histogram_method(),
  };
  return table;
}

std::string command_of(const MethodAbout& about) {
  std::string name(std::string_view(about.function).substr(2));
  for (auto& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return name;
}

const Method* method_of_op(std::string_view op) {
  for (const auto& method : methods())
    if (op == method.about.op) return &method;
  return nullptr;
}

const Method* method_of_result(std::string_view result_class) {
  for (const auto& method : methods())
    if (result_class == method.about.result) return &method;
  return nullptr;
}

std::unique_ptr<Pass> make_pass(const Recipe& recipe) {
  for (const auto& maker : all_passes())
    if (maker.name == recipe.name) return maker.make(recipe.options);
  std::string known;
  for (const auto& name : analysis_names()) known += (known.empty() ? "" : ", ") + name;
  throw Unsupported("this worker does not know the analysis '" + recipe.name + "'; it knows " +
                    known);
}

std::string analysis_fields(std::string_view name) {
  for (const auto& maker : all_passes())
    if (maker.name == name) return maker.fields();
  return "";
}

std::string meaning_of_pass(std::string_view name) {
  if (name == "rows") return "all rows, in their order";
  if (name == "survey") return "where records and rows begin, which only all bytes tell";
  for (const auto& maker : all_passes())
    if (maker.name == name) return std::string(maker.meaning);
  return "";
}

std::vector<std::string> analysis_names() {
  std::vector<std::string> names;
  for (const auto& maker : all_passes()) names.emplace_back(maker.name);
  return names;
}

std::string written_formula(const std::string& text) {
  return deparse(*parse_expression(text, "formula"));
}

ordered_json description_of_methods() {
  ordered_json list = ordered_json::array();
  for (const auto& method : methods()) {
    const auto& about = method.about;
    ordered_json entry = {{"op", about.op},
                          {"function", about.function},
                          {"command", command_of(about)},
                          {"title", about.title},
                          {"class", about.result},
                          {"keepsModel", about.keeps_model},
                          {"layouts", about.has_summary ? ordered_json::array({"print", "summary"})
                                                        : ordered_json::array({"print"})}};
    auto& options = entry["options"] = ordered_json::array();
    const auto defaults = method.defaults();
    for (const auto& key : method.options)
      options.push_back(described(key, defaults.value(key.key, ordered_json())));
    auto& result = entry["result"] = ordered_json::array();
    for (const auto& key : method.result) result.push_back(described(key));
    list.push_back(std::move(entry));
  }
  ordered_json predict = ordered_json::array();
  const PredictRequestOptions otherwise;
  for (const auto& key : PredictRequestOptions::keys())
    predict.push_back(described(key, ordered_json(key.shown(&otherwise))));
  ordered_json by_hand = ordered_json::array();
  for (const auto& operation : operations())
    if (!method_of_op(operation.name))
      by_hand.push_back({{"op", operation.name},
                         {"meaning", operation.meaning},
                         {"keys", described(operation.keys)}});
  return {{"methods", std::move(list)},
          {"predict", std::move(predict)},
          {"operations", std::move(by_hand)},
          {"common", described(common_keys())}};
}

}  // namespace insitu
