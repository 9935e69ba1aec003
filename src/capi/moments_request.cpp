#include "capi/moments_request.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "algorithms/covariance_moments.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/method_request.hpp"
#include "methods/methods.hpp"
#include "methods/moments.hpp"
#include "methods/shown.hpp"
#include "report/document.hpp"

namespace insitu {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

Bytes bytes_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw DataError("file of moments not found: " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The result of rxCovCor as moments.
KeptMoments moments_of_reply(const json& reply) {
  const auto& params = member(reply, "params");
  const auto text = [&](const char* key) {
    const auto& value = member(params, key);
    return value.is_string() ? value.get<std::string>() : std::string();
  };
  const auto& kind = member(reply, "class");
  if (!kind.is_string() || kind != "rxCovCor")
    throw InvalidArgument("the covariance must be what `rxCovCor` returns"_named);
  const auto count = [&](const char* key) {
    const double value = number_in(member(reply, key));
    return value >= 0 && value <= 0x1p53 ? static_cast<std::int64_t>(value) : 0;
  };
  StoredCovariance stored;
  stored.type = text("type");
  stored.names = texts_in(member(reply, "names"));
  for (const auto& column : matrix_columns(member(reply, "CovCor"), stored.names.size()))
    stored.matrix.insert(stored.matrix.end(), column.begin(), column.end());
  stored.std_devs = numbers_in(member(reply, "StdDevs"));
  stored.means = numbers_in(member(reply, "Means"));
  stored.rows = count("valid.obs");
  stored.missing_rows = count("missing.obs");
  stored.sum_of_weights = number_in(member(reply, "SumOfWeights"));
  stored.frequency_weights = !text("fweights").empty();
  stored.weights = text(stored.frequency_weights ? "fweights" : "pweights");
  return moments_of(stored);
}

}  // namespace

KeptMoments moments_in(const json& value) {
  if (value.is_string()) return KeptMoments::load(from_base64(value.get<std::string>()));
  if (value.is_object() && value.contains("covariance"))
    return moments_of_reply(value["covariance"]);
  const auto file = value.is_object() ? value.find("file") : value.end();
  if (!value.is_object() || file == value.end() || !file->is_string())
    throw InvalidArgument(
        "`moments` must be what `rxMoments` returns, a model that was fitted with "
        "`keepMoments = TRUE`, the path of a file of moments, or what `rxCovCor` returns, not "_named +
        shown(value));
  const auto path = file->get<std::string>();
  try {
    return KeptMoments::load(bytes_of_file(path));
  } catch (const DataError& error) {
    if (std::string_view(error.what()).find(path) != std::string_view::npos) throw;
    throw DataError(std::string(error.what()) + ": " + path);
  }
}

ordered_json about_moments(const Call& call, const json& moments) {
  return {{"call", call.options.text("call")},
          {"dataLabel", call.options.text("dataLabel")},
          {"dataClass", ""},
          {"fileName", moments.is_object() ? moments.value("file", std::string()) : std::string()}};
}

ordered_json refit_request(Call& call) {
  if (!call.options.has("moments")) throw InvalidArgument("moments are missing");
  if (!call.options.has("formula")) throw InvalidArgument("the formula is missing");
  const auto& given = call.options.value("moments");
  LinModOptions options;
  for (const auto& key : LinModOptions::keys()) key.read(&options, call.options);
  const auto result =
      refit(moments_in(given), options, [&](const std::string& text) { call.control.warn(text); });
  ordered_json reply = {{"class", LinModMethod::about.function}};
  ReplyWriter writer(reply, call.reply.arrays);
  write_result<LinModMethod>(options, result, writer);
  reply["about"] = about_moments(call, given);
  add_layouts(call, *method_of_op(LinModMethod::about.op), reply);
  return reply;
}

ordered_json combine_request(Call& call) {
  const auto& given = call.options.value("moments");
  if (!given.is_array() || given.size() < 2)
    throw InvalidArgument("combining takes two or more moments");
  const auto out_file = call.options.text("outFile");
  check_out_file(out_file, call.options.flag("overwrite", false));
  auto kept = moments_in(given[0]);
  for (std::size_t i = 1; i < given.size(); ++i)
    kept = combined(std::move(kept), moments_in(given[i]));
  MomentsOptions options;
  options.formula = kept.frame.formula;
  (kept.frame.frequency_weights ? options.fweights : options.pweights) = kept.frame.weights;
  options.out_file = out_file;
  ordered_json reply = {{"class", MomentsMethod::about.function}};
  ReplyWriter writer(reply, call.reply.arrays);
  write_result<MomentsMethod>(options, moments_result(kept, out_file), writer);
  reply["about"] = about_moments(call, json());
  add_layouts(call, *method_of_op(MomentsMethod::about.op), reply);
  return reply;
}

}  // namespace insitu
