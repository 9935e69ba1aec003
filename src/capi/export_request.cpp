#include "capi/export_request.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "algorithms/model.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/new_file.hpp"
#include "capi/model_pipeline.hpp"
#include "methods/exports/scored_model.hpp"
#include "methods/model_file.hpp"

namespace insitu {

using nlohmann::json;

ScoredModel exportable_model(const Options& request) {
  if (!request.has("model")) throw InvalidArgument("`model` is missing: give a fitted model"_named);
  const auto sealed = model_in(from_base64(request.text("model")));
  auto model = scored_model(sealed);
  const auto pipeline = model_pipeline_from(model.linear.pipeline);
  for (const auto& each : pipeline.value("transforms", json::array()))
    model.transforms.emplace_back(each.at(0).get<std::string>(), each.at(1).get<std::string>());
  const auto objects = pipeline.value("transformObjects", json::object());
  for (const auto& [name, value] : objects.items())
    if (value.is_number()) model.objects[name] = value.get<double>();
  model.has_function = pipeline.contains("transformFunc");
  return model;
}

json export_model_request(Call& call) {
  const auto& options = call.options;
  const auto type = options.choice("type", "sql", {"sql", "c", "pmml"});
  const auto dialect =
      options.choice("dialect", "ansi", {"ansi", "postgres", "sqlserver", "duckdb", "sqlite"});
  const auto as = options.choice("as", "select", {"select", "view", "function", "procedure"});
  const auto name = options.text("name"), table = options.text("table");
  if (type != "sql" && (as != "select" || !table.empty()))
    throw InvalidArgument(named(as != "select" ? "as" : "table") +
                          " is of SQL: leave it out, or ask for `type = \"sql\"`"_named);
  const auto model = exportable_model(options);
  const auto text = type == "sql" ? export_sql(model, {dialect, as, name, table})
                    : type == "c" ? export_c(model, name)
                                  : export_pmml(model, name);
  const auto path = options.text("file");
  if (path.empty()) return {{"text", text}};
  if (!options.flag("overwrite", false) && access(path.c_str(), F_OK) == 0)
    throw DataError("the file exists: " + path + "; allow to replace it with `overwrite`"_named);
  NewFile file(path);
  file.append(text);
  file.commit();
  return {{"file", path}};
}

}  // namespace insitu
