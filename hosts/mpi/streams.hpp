#pragma once
// Frames between ranks: an ordered stream of bytes for each pair, in messages of a bounded size.
// Nothing waits, for MPI would wait by running in circles.
#include <mpi.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "contexts/frame.hpp"

namespace insitu::mpi {

class Streams {
 public:
  Streams(int rank, int ranks);
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  /// Puts a frame in the queue of another rank.
  void send(int to, Bytes frame);
  /// Moves on what can be moved. Returns whether anything was.
  bool progress();
  /// Takes messages that have come. Returns whether any had. Throws DataError for bytes that are no
  /// frame.
  bool receive();
  /// The next complete frame, and the rank that sent it.
  std::optional<std::pair<int, Frame>> take();
  std::size_t queued(int to) const { return lines_[static_cast<std::size_t>(to)].queued; }
  std::size_t queued() const;

 private:
  struct Line {
    std::deque<Bytes> outgoing;    // the first may be on their way
    std::deque<MPI_Request> open;  // messages on their way, and their sizes
    std::deque<std::size_t> sizes;
    std::size_t begun_frame = 0, begun = 0;  // the next byte to be sent
    std::size_t finished = 0;                // bytes of the first frame that have been sent
    std::size_t queued = 0;
    FrameDecoder decoder;
  };

  std::vector<Line> lines_;
  std::deque<std::pair<int, Frame>> frames_;
  std::vector<char> buffer_;
  int rank_;
};

}  // namespace insitu::mpi
