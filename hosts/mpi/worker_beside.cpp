#include "worker_beside.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "contexts/crew_round.hpp"
#include "contexts/mpi/relay.hpp"

namespace insitu::mpi {

using nlohmann::json;

namespace {

constexpr std::ptrdiff_t kLinesAtOnce = 128;  // of 8 KiB at most

}  // namespace

void WorkerBeside::hear(const json& document) {
  const auto op = document.value("op", "");
  if (op == relay::kStart) {
    start(document);
  } else if (op == relay::kEnd && document.value("life", std::uint64_t{0}) == life_) {
    end();
  }
}

void WorkerBeside::start(const json& document) {
  end();
  life_ = document.value("life", std::uint64_t{0});
  json answer = {{"op", relay::kStarted}, {"life", life_}};
  try {
    worker_ =
        std::make_unique<WorkerProcess>(document.value("command", std::vector<std::string>()));
    answer["pid"] = worker_->pid();
  } catch (const Error& failure) {
    answer["error"] = failure.what();
  }
  tell_.document(frame_text(answer));
}

void WorkerBeside::send(const Frame& frame, std::uint32_t request) {
  if (worker_) worker_->send(frame.type, request, frame.json, frame.payload);
}

bool WorkerBeside::pump(bool full) {
  if (!worker_) return false;
  worker_->write_some();
  if (full) return false;
  const auto before = worker_->received();
  auto lines = worker_->read_errors();
  const bool said = !lines.empty();
  say(std::move(lines));
  try {
    worker_->read_some();
  } catch (const DataError& failure) {
    worker_->kill();
    ended(failure.what(), false);
    return true;
  }
  const bool came = worker_->received() != before || said;
  while (auto frame = worker_->take()) tell_.frame(*frame);
  if (!worker_->gone()) return came;
  const bool killed = worker_->was_killed();
  const auto words = worker_->last_words();
  ended(words, killed);
  return true;
}

void WorkerBeside::say(std::vector<std::string> lines) {
  for (auto from = lines.begin(); from != lines.end();) {
    const auto to = from + std::min(kLinesAtOnce, std::distance(from, lines.end()));
    tell_.document(frame_text({{"op", relay::kSaid}, {"lines", std::vector(from, to)}}));
    from = to;
  }
}

void WorkerBeside::ended(const std::string& words, bool killed) {
  tell_.document(frame_text({{"op", relay::kEnded}, {"words", words}, {"killed", killed}}));
  worker_.reset();
}

void WorkerBeside::end() {
  if (worker_) worker_->kill();
  worker_.reset();
}

}  // namespace insitu::mpi
