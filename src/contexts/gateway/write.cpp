#include "contexts/gateway/write.hpp"

#include <set>
#include <utility>

#include "base/error.hpp"
#include "contexts/split_json.hpp"
#include "contexts/worker_write.hpp"
#include "data/schema_json.hpp"

namespace insitu {

using nlohmann::json;

void write_gateway_parts(
    GatewayJob job, const PartJob& parts,
    const std::function<void(const std::string& name, std::uint64_t bytes, Bytes&& report)>& done,
    ProgressMeter& meter, GatewayReports& reports, GatewaySession& gateway, RunControl& control) {
  std::set<std::string> missing;
  auto& arguments = job.arguments;
  auto splits = json::array(), writes = json::array();
  for (const auto& task : parts.tasks) {
    splits.push_back(splits_to_json(task.splits));
    auto list = json::array();
    for (const auto& part : task.parts) {
      missing.insert(part.name);
      list.push_back(part_to_json(part));
    }
    writes.push_back({{"skip", task.skip}, {"parts", std::move(list)}});
  }
  const auto count = missing.size();
  arguments["tasks"] = std::move(splits);
  arguments["writes"] = std::move(writes);
  arguments["target"] = {
      {"root", parts.root}, {"folder", parts.folder}, {"unfinished", parts.unfinished}};
  auto& task = arguments["task"];
  task["columns"] = parts.columns;
  task["write"] = {{"type", parts.target.name},
                   {"options", parts.target.options},
                   {"folder", parts.replaces_folder},
                   {"schema", json::parse(schema_to_json(*parts.schema))},
                   {"sink",
                    {{"rowsPerBlock", parts.sink.rows_per_block},
                     {"compressionLevel", parts.sink.compression_level},
                     {"computeLowHigh", parts.sink.compute_low_high}}}};
  const auto& words = gateway.words();
  const auto answer = gateway.call("WRITE", arguments, {}, control, [&](Frame& frame) {
    if (frame.type != FrameType::kOut) return reports.hear(frame, words);
    const auto document = document_of(frame, words);
    const auto name = document.value("part", std::string());
    if (missing.erase(name) == 0)
      throw WorkerError(words.gateway() + " tells of a file that was not asked for: " + name);
    done(name, document.value("bytes", std::uint64_t{0}), std::move(frame.payload));
  });
  if (!missing.empty())
    throw WorkerError(words.gateway() + " has written " + std::to_string(count - missing.size()) +
                      " of " + std::to_string(count) + " files");
  meter.reach(document_of(answer, words).value("rows", std::int64_t{0}));
  meter.finish();
}

}  // namespace insitu
