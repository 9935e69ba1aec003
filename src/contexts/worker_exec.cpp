#include "contexts/worker_exec.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.hpp"

namespace insitu {

using nlohmann::json;

namespace {

using Clock = std::chrono::steady_clock;

/// Beyond it a double, which is what languages count with, skips numbers.
constexpr std::uint64_t kMostTasks = 1ULL << 53;

std::uint64_t number_at(const json& task, const char* key, std::uint64_t least,
                        std::uint64_t most) {
  const auto& value = task.at(key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < least ||
      value.get<std::uint64_t>() > most)
    throw DataError(std::string("a task of rxExec has ") + key + " " + value.dump());
  return value.get<std::uint64_t>();
}

}  // namespace

void WorkerExec::run(TaskSession& session, const json& task, const Bytes& payload) {
  if (!function_)
    throw Unsupported(
        "this worker runs passes over data only; tasks of mode 'exec' need a worker of a "
        "language");
  ExecBatch batch;
  batch.first = number_at(task, "first", 0, kMostTasks);
  batch.count = number_at(task, "count", 1, kMostTasks);
  batch.each = task.value("each", false);
  batch.worker = static_cast<int>(number_at(task, "worker", 1, 1'000'000));
  batch.threads = static_cast<int>(number_at(task, "threads", 1, 1'000'000));
  batch.rows = task.value("rows", std::string());
  batch.arguments = payload;
  if (task.contains("shared")) {
    const auto length = number_at(task, "shared", 0, payload.size());
    batch.shared = std::string_view(payload).substr(0, length);
    batch.arguments.remove_prefix(length);
    has_shared_ = false;
  } else if (!has_shared_) {
    throw DataError("a task of rxExec wants what an earlier one has brought, and there was none");
  }

  std::uint64_t reported = 0;
  std::exception_ptr gone;  // what ends a line must not pass the language
  const auto safely = [&](auto&& send) {
    if (gone) return;
    try {
      send();
    } catch (...) {
      gone = std::current_exception();
    }
  };
  ExecReport report;
  auto begin = Clock::now();
  report.loaded = [&] {
    begin = Clock::now();
    safely([&] { session.send(FrameType::kProgress, R"({"loaded":true})"); });
  };
  report.values = [&](std::uint64_t count, const std::vector<std::uint64_t>& failed,
                      std::string_view values) {
    safely([&] {
      session.send(
          FrameType::kResult,
          json{{"first", batch.first + reported}, {"count", count}, {"failed", failed}}.dump(),
          values);
    });
    reported += count;
  };
  function_(batch, report);
  if (gone) std::rethrow_exception(gone);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  has_shared_ = true;
  session.drain();
  session.send(FrameType::kEnd, json{{"tasks", reported}, {"seconds", seconds}}.dump());
}

}  // namespace insitu
