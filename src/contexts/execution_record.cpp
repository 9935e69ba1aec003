#include "contexts/execution_record.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace insitu {

using nlohmann::ordered_json;

namespace {

/// Missing where it is not known.
ordered_json known(std::int64_t value) { return value < 0 ? ordered_json() : ordered_json(value); }

ordered_json document_of(const SourceRecord& source) {
  ordered_json document = {{"key", source.key},
                           {"type", source.type},
                           {"name", source.name},
                           {"rows", known(source.rows)},
                           {"variables", known(source.variables)},
                           {"bytes", known(source.bytes)},
                           {"splits", known(source.splits)}};
  if (source.to_read >= 0) document["bytesToRead"] = source.to_read;
  if (source.left_out > 0) document["splitsLeftOut"] = source.left_out;
  if (source.columns) document["columns"] = *source.columns;
  if (!source.conditions.empty()) document["conditions"] = source.conditions;
  return document;
}

ordered_json document_of(const PassRecord& pass, const Workforce& workforce) {
  ordered_json document = {{"pass", pass.pass}, {"what", pass.what}};
  if (!pass.seconds) {
    document["least"] = pass.least;
    document["most"] = known(pass.most);
    if (!pass.until.empty()) document["until"] = pass.until;
  }
  document["splits"] = known(pass.splits);
  document["rows"] = known(pass.rows);
  document["workers"] = known(busy_workers(workforce, pass));
  if (pass.calling_thread) document["callingThread"] = true;
  if (pass.columns) document["columns"] = *pass.columns;
  if (pass.seconds) document["seconds"] = *pass.seconds;
  if (pass.place) {
    const auto& place = *pass.place;
    document["tier"] = place.tier;
    if (!place.reason.empty()) document["reason"] = place.reason;
    if (!place.statements.empty()) document["statements"] = place.statements;
    if (place.rows >= 0) document["left"] = {{"rows", place.rows}, {"bytes", place.bytes}};
  }
  return document;
}

}  // namespace

std::int64_t busy_workers(const Workforce& workforce, const PassRecord& pass) {
  if (pass.calling_thread) return 1;
  if (workforce.count < 0 || pass.splits < 0) return workforce.count;
  return std::clamp<std::int64_t>(pass.splits, 1, std::max<std::int64_t>(workforce.count, 1));
}

ordered_json ExecutionRecord::to_json() const {
  ordered_json document = {
      {"context", context}, {"workers", workforce.kind}, {"numWorkers", known(workforce.count)}};
  auto& data = document["data"] = ordered_json::array();
  for (const auto& source : sources) data.push_back(document_of(source));
  auto& list = document["passes"] = ordered_json::array();
  for (const auto& pass : passes) list.push_back(document_of(pass, workforce));
  if (!seconds) return document;
  std::int64_t rows = 0, bytes = 0;
  double reading = 0;
  for (const auto& pass : passes) {
    rows += std::max<std::int64_t>(pass.rows, 0);
    reading += *pass.seconds;
  }
  for (const auto& source : sources) bytes += std::max<std::int64_t>(source.bytes, 0);
  document["seconds"] = *seconds;
  document["rows"] = rows;
  document["rowsPerSecond"] =
      reading > 0 ? ordered_json(static_cast<double>(rows) / reading) : ordered_json();
  document["bytes"] = bytes;
  document["retries"] = workforce.lost;
  return document;
}

}  // namespace insitu
