#include "capi/model_request.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "algorithms/model.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/model_pipeline.hpp"
#include "methods/model_file.hpp"

namespace insitu {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

double number_from(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (value == "Inf") return std::numeric_limits<double>::infinity();
  if (value == "-Inf") return -std::numeric_limits<double>::infinity();
  throw InvalidArgument("a value of an array of the model is no number");
}

/// [{"shape", "values"}, ...]: the numbers of the result, as a language has kept them.
std::vector<ModelFile::Array> arrays_from(const json& given) {
  std::vector<ModelFile::Array> arrays;
  for (const auto& each : given) {
    auto& array = arrays.emplace_back();
    array.shape = each.at("shape").get<std::vector<std::uint64_t>>();
    const auto& values = each.at("values");
    array.values.reserve(values.size());
    for (const auto& value : values) array.values.push_back(number_from(value));
  }
  return arrays;
}

}  // namespace

ordered_json serialize_model_request(Call& call) {
  const auto& options = call.options;
  ModelFile file;
  if (options.flag("realtimeScoringOnly", false)) {
    file.written_by = version();
    file.model = model_in(from_base64(options.text("model")));
    (void)load_model(file.model);
  } else {
    file = make_model_file(options.text("document"), arrays_from(options.value("arrays")),
                           from_base64(options.text("model")), version());
  }
  if (options.has("metadata")) {
    file.has_metadata = true;
    file.metadata = from_base64(options.text("metadata"));
  }
  return {{"bytes", to_base64(file.save())}};
}

ordered_json unserialize_model_request(Call& call) {
  const auto bytes = from_base64(call.options.text("serializedModel"));
  if (bytes.empty() || sealed_kind(bytes) != ModelFile::kKind)
    throw DataError(
        "`serializedModel` holds no model file: give what `rxSerializeModel` has returned"_named);
  const auto file = ModelFile::load(bytes);
  if (file.reply.empty())
    throw DataError(
        "`serializedModel` was made with `realtimeScoringOnly = TRUE` and holds only what "
        "`rxPredict` "
        "needs: hand the bytes to `rxPredict`, or serialize the model without that argument"_named);
  auto result = reply_of(file);
  call.reply.arrays = arrays_of(file);
  result["model"] = to_base64(file.model);
  ordered_json reply = {{"result", std::move(result)},
                        {"pipeline", model_pipeline_from(load_model(file.model)->pipeline())}};
  if (file.has_metadata) reply["metadata"] = to_base64(file.metadata);
  return reply;
}

}  // namespace insitu
