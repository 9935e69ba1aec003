#include "streams.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <span>

namespace insitu::mpi {

namespace {

constexpr int kTag = 1;
constexpr std::size_t kMessage = 256 << 10;
constexpr std::size_t kOpen = 8;  // messages on their way to one rank
constexpr int kAtOnce = 64;       // messages received before others have their turn

}  // namespace

Streams::Streams(int rank, int ranks)
    : lines_(static_cast<std::size_t>(ranks)), buffer_(kMessage), rank_(rank) {}

Streams::~Streams() {
  for (auto& line : lines_)
    for (auto& request : line.open) {
      MPI_Cancel(&request);
      MPI_Request_free(&request);
    }
}

void Streams::send(int to, Bytes frame) {
  auto& line = lines_[static_cast<std::size_t>(to)];
  line.queued += frame.size();
  line.outgoing.push_back(std::move(frame));
}

bool Streams::progress() {
  bool moved = false;
  for (std::size_t to = 0; to < lines_.size(); ++to) {
    auto& line = lines_[to];
    while (!line.open.empty()) {
      int done = 0;
      MPI_Test(&line.open.front(), &done, MPI_STATUS_IGNORE);
      if (!done) break;
      moved = true;
      line.finished += line.sizes.front();
      line.queued -= line.sizes.front();
      line.open.pop_front();
      line.sizes.pop_front();
      if (line.finished == line.outgoing.front().size()) {
        line.outgoing.pop_front();
        line.finished = 0;
        --line.begun_frame;
      }
    }
    while (line.open.size() < kOpen && line.begun_frame < line.outgoing.size()) {
      auto& frame = line.outgoing[line.begun_frame];
      const auto size = std::min(kMessage, frame.size() - line.begun);
      MPI_Isend(frame.data() + line.begun, static_cast<int>(size), MPI_BYTE, static_cast<int>(to),
                kTag, MPI_COMM_WORLD, &line.open.emplace_back());
      line.sizes.push_back(size);
      line.begun += size;
      if (line.begun == frame.size()) {
        line.begun = 0;
        ++line.begun_frame;
      }
      moved = true;
    }
  }
  return moved;
}

bool Streams::receive() {
  if (lines_.size() == 1) return false;
  for (int i = 0; i < kAtOnce; ++i) {
    int there = 0, size = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, kTag, MPI_COMM_WORLD, &there, &status);
    if (!there) return i > 0;
    MPI_Get_count(&status, MPI_BYTE, &size);
    // A longer message than ours is an error of MPI's own, which ends the job.
    MPI_Recv(buffer_.data(), static_cast<int>(buffer_.size()), MPI_BYTE, status.MPI_SOURCE, kTag,
             MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    auto& decoder = lines_[static_cast<std::size_t>(status.MPI_SOURCE)].decoder;
    for (auto bytes = std::span(buffer_).first(static_cast<std::size_t>(size)); !bytes.empty();) {
      const auto room = decoder.room();
      const auto count = std::min(room.size(), bytes.size());
      std::memcpy(room.data(), bytes.data(), count);
      decoder.filled(count);
      bytes = bytes.subspan(count);
      if (auto frame = decoder.take()) frames_.emplace_back(status.MPI_SOURCE, std::move(*frame));
    }
  }
  return true;
}

std::optional<std::pair<int, Frame>> Streams::take() {
  if (frames_.empty()) return std::nullopt;
  auto frame = std::move(frames_.front());
  frames_.pop_front();
  return frame;
}

std::size_t Streams::queued() const {
  return std::accumulate(lines_.begin(), lines_.end(), std::size_t{0},
                         [](std::size_t sum, const Line& line) { return sum + line.queued; });
}

}  // namespace insitu::mpi
