#include "contexts/mpi/ranks.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "base/find_worker.hpp"
#include "contexts/mpi/relay.hpp"

namespace insitu {

using nlohmann::json;

/// A worker beside a rank. One that is replaced says nothing more.
class Ranks::Line final : public WorkerLine {
 public:
  Line(std::shared_ptr<Ranks> ranks, std::size_t rank)
      : ranks_(std::move(ranks)), rank_(rank), life_(place().life) {}
  ~Line() override { Line::kill(); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  pid_t pid() const override { return place().pid; }
  int line() const override { return ranks_->job_.line().descriptor(); }
  int errors() const override { return -1; }
  bool wants_to_write() const override { return ranks_->job_.line().wants_to_write(); }

  void send(FrameType type, std::uint32_t request, std::string_view document,
            std::string_view payload) override {
    if (!mine()) return;
    ranks_->job_.line().send(FrameType::kRelay, static_cast<std::uint32_t>(rank_), "",
                             encode_frame(type, request, document, payload));
  }
  void write_some() override { ranks_->job_.line().write_some(); }
  void read_some() override { ranks_->read_some(); }
  std::vector<std::string> read_errors() override {
    if (!mine()) return {};
    return std::exchange(place().said, {});
  }
  std::optional<Frame> take() override {
    if (!mine() || place().frames.empty()) return std::nullopt;
    auto frame = std::move(place().frames.front());
    place().frames.pop_front();
    return frame;
  }
  std::uint64_t received() const override { return place().received; }

  void hang_up() override { kill(); }
  void forget_words() override { place().words.clear(); }
  bool gone() const override { return !mine() || place().ended; }
  void kill() override {
    if (!ranks_->ours() || !mine() || place().ended) return;
    place().ended = true;
    place().words = "it was ended";
    ranks_->tell(rank_, {{"op", relay::kEnd}, {"life", life_}});
  }
  std::string last_words() override { return place().words; }
  bool was_killed() override { return place().killed; }

 private:
  Place& place() const { return ranks_->places_[rank_]; }
  bool mine() const { return place().life == life_; }

  std::shared_ptr<Ranks> ranks_;
  std::size_t rank_;
  std::uint64_t life_;
};

Ranks::Ranks(const MpiOptions& options, RunControl& control)
    : job_(options, control),
      places_(static_cast<std::size_t>(job_.ranks())),
      worker_(options.worker) {
  if (worker_.empty()) worker_ = {find_worker()};
}

bool Ranks::alive() {
  try {
    read_some();
  } catch (const Error&) {  // it has ended, or is not as it should be
    return false;
  }
  return !job_.ended();
}

std::unique_ptr<WorkerLine> Ranks::start_worker(std::size_t rank) {
  auto& place = places_.at(rank);
  place = {};
  place.life = ++lives_;
  tell(rank, {{"op", relay::kStart}, {"life", place.life}, {"command", worker_}});
  return std::make_unique<Line>(shared_from_this(), rank);
}

void Ranks::tell(std::size_t rank, const json& document) {
  job_.line().send(FrameType::kRelay, static_cast<std::uint32_t>(rank), document.dump());
}

void Ranks::read_some() {
  job_.line().read_some();
  while (const auto frame = job_.line().take()) take(*frame);
  if (!job_.line().gone()) return;
  const auto said = job_.last_words();
  throw WorkerError("the ranks of MPI have ended" +
                    (said.empty() ? std::string(" without a word") : "; mpirun said:\n" + said));
}

void Ranks::take(const Frame& frame) {
  if (frame.type != FrameType::kRelay || frame.request >= places_.size())
    throw WorkerError("rank 0 sent a " + std::string(frame_name(frame.type)) + " frame of rank " +
                      std::to_string(frame.request) + ", of which this host knows nothing");
  auto& place = places_[frame.request];
  if (!frame.json.empty()) {
    const auto document = json::parse(frame.json, nullptr, false);
    if (!document.is_object() || !document.value("op", json()).is_string())
      throw WorkerError("rank 0 sent a frame that cannot be read");
    return hear(place, document);
  }
  if (!place.there) return;  // of a worker that was replaced
  place.received += frame.payload.size();
  place.frames.push_back(decode_frame(frame.payload, kLimitsOfWorkers));
}

void Ranks::hear(Place& place, const json& document) {
  const auto op = document.value("op", "");
  if (op == relay::kStarted) {
    place.there = document.value("life", std::uint64_t{0}) == place.life;
    if (!place.there) return;
    place.pid = document.value("pid", -1);
    if (const auto failure = document.value("error", ""); !failure.empty()) {
      place.ended = true;
      place.words = failure;
    }
  } else if (place.there && op == relay::kSaid) {
    for (auto& line : document.value("lines", std::vector<std::string>()))
      place.said.push_back(std::move(line));
  } else if (place.there && op == relay::kEnded) {
    place.ended = true;
    place.killed = document.value("killed", false);
    place.words = document.value("words", "it ended");
  }
}

}  // namespace insitu
