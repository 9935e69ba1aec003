#include "contexts/gateway/job.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

#include "analysis/merge_tree.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "contexts/block.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/heartbeat.hpp"
#include "contexts/provenance_json.hpp"
#include "contexts/split_json.hpp"

namespace insitu {

using nlohmann::json;

std::string unique_key() {
  static std::atomic<std::uint64_t> jobs = 0;
  return std::to_string(::getpid()) + "-" + std::to_string(++jobs) + "-" +
         std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
}

json document_of(const Frame& frame, const GatewayWords& words) {
  auto document = json::parse(frame.json, nullptr, false);
  if (!document.is_object())
    throw WorkerError(words.gateway() + " sent a frame that cannot be read");
  return document;
}

json gateway_task(const char* mode, const Recipe& source) {
  // Files may have changed since the last job: workers keep what they know of a source for one
  // only.
  return {{"mode", mode},
          {"protocol", kWorkerProtocol},
          {"arithmetic", arithmetic()},
          {"build", build_id()},
          {"patience", worker_patience()},
          {"files", "host"},
          {"source", {{"name", source.name}, {"options", source.options}}},
          {"sourceKey", unique_key()}};
}

void refuse_rows_of_caller(const std::string& context) {
  throw Unsupported(context +
                    " cannot use a data frame of the caller: write it to a file first "
                    "(`rxDataStep`), or use `RxLocalSeq`"_named);
}

void run_over_files(GatewayJob& job, json& task, const std::vector<std::vector<Split>>& runs,
                    const FileVersions& served, const RunControl& control) {
  auto versions = served.list();
  if (control.versions)
    for (auto& seen : control.versions->list()) versions.push_back(std::move(seen));
  if (!versions.empty()) task["versions"] = std::move(versions);
  auto tasks = json::array();
  for (const auto& run : runs) tasks.push_back(splits_to_json(run));
  job.arguments = {{"tasks", std::move(tasks)}};
}

void GatewayReports::hear(const Frame& frame, const GatewayWords& words) {
  const auto document = document_of(frame, words);
  if (frame.type == FrameType::kProgress) {
    meter_.reach(document.value("rows", std::int64_t{0}));
    tell_tasks(document.value("tasksDone", std::int64_t{0}),
               document.value("tasks", std::int64_t{0}));
  } else if (frame.type == FrameType::kLog) {
    const auto text = document.value("text", "");
    if (document.value("level", "") == "warning")
      control_.warn(text);
    else
      print(text);
  }
}

void GatewayReports::tell_tasks(std::int64_t done, std::int64_t all) {
  if (done == tasks_done_) return;
  tasks_done_ = done;
  print(std::to_string(done) + " of " + std::to_string(all) + " tasks done");
}

void GatewayReports::print(const std::string& text) {
  if (prints_ && control_.callbacks.output)
    control_.callbacks.output(text + (text.ends_with('\n') ? "" : "\n"));
}

std::unique_ptr<Accumulator> run_gateway_pass(GatewayJob job, const Pass& pass,
                                              ProgressMeter& meter, GatewayReports& reports,
                                              const std::function<GatewaySession&()>& session,
                                              RunControl& control) {
  MergeTree tree;
  if (!job.splits.empty()) {
    const auto recipe = pass.recipe();
    job.arguments["task"]["pass"] = recipe.name;
    job.arguments["task"]["fields"] = pass.fields();
    std::size_t nodes = 0;
    auto& gateway = session();
    const auto& words = gateway.words();
    const auto answer = gateway.call(
        "RUN_PASS", job.arguments, seal(recipe.name, recipe.options), control, [&](Frame& frame) {
          if (frame.type != FrameType::kState) return reports.hear(frame, words);
          const auto document = document_of(frame, words);
          const MergeTree::Key key{document.value("index", UINT64_MAX),
                                   document.value("level", UINT64_MAX)};
          if (key.level > 62 || key.index >> (62 - key.level))
            throw WorkerError(words.gateway() + " sent a state of splits that are not there");
          auto state = pass.start();
          state->load(frame.payload);
          tree.add(key, std::move(state));
          ++nodes;
        });
    const auto reply = document_of(answer, words);
    if (reply.value("nodes", std::size_t{0}) != nodes)
      throw WorkerError(words.gateway() + " announced " +
                        std::to_string(reply.value("nodes", std::size_t{0})) + " states and sent " +
                        std::to_string(nodes));
    meter.reach(reply.value("rows", std::int64_t{0}));
  }
  meter.finish();
  return std::move(tree).finish(pass, job.splits.size());
}

void read_gateway_rows(const GatewayJob& job, const SchemaPtr& schema,
                       const std::function<void(const Chunk&)>& consume, ProgressMeter& meter,
                       GatewayReports& reports, const std::function<GatewaySession&()>& session,
                       RunControl& control) {
  std::size_t finished = 0;
  if (!job.splits.empty()) {
    std::uint64_t chunks = 0;
    auto& gateway = session();
    const auto& words = gateway.words();
    gateway.call("READ_ROWS", job.arguments, {}, control, [&](Frame& frame) {
      if (frame.type != FrameType::kOut) return reports.hear(frame, words);
      const auto document = document_of(frame, words);
      const auto split = document.value("split", UINT64_MAX);
      if (finished >= job.splits.size() || split != job.splits[finished].index)
        throw WorkerError(words.gateway() + " sent rows out of order");
      if (document.value("last", false)) {
        if (document.value("chunks", std::uint64_t{0}) != chunks)
          throw WorkerError(words.gateway() + " lost rows of split " + std::to_string(split));
        ++finished;
        chunks = 0;
        return;
      }
      ++chunks;
      auto chunk = decode_block(std::move(frame.payload), schema);
      chunk.from = provenance_from_json(document, chunk.rows);
      meter.add(chunk.from.source_rows);
      consume(chunk);
    });
    if (finished != job.splits.size())
      throw WorkerError(words.gateway() + " sent the rows of " + std::to_string(finished) + " of " +
                        std::to_string(job.splits.size()) + " splits");
  }
  meter.finish();
}

}  // namespace insitu
