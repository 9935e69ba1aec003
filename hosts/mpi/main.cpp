// insitu-mpi: a rank of RxMpi (docs/mpi.md). Each rank moves frames between the worker beside it
// and the client, whose line ends at rank 0; that one also keeps the states of a pass until they
// are merged there. It computes nothing itself.
#include <mpi.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/crew_round.hpp"
#include "contexts/frame_socket.hpp"
#include "contexts/mpi/kept_states.hpp"
#include "contexts/mpi/relay.hpp"
#include "streams.hpp"
#include "worker_beside.hpp"

extern char** environ;

namespace insitu::mpi {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

/// MPI tells nobody that a message has come, so a rank looks for it; ever less often when nothing
/// happens.
constexpr std::chrono::microseconds kShortest(50), kLongest(2000), kIdle(20000);
constexpr auto kIdleAfter = std::chrono::seconds(2);
constexpr unsigned kLongestLeave = 10;  // seconds

/// Variables by which mpirun speaks to its ranks: a worker that found them would be taken for one.
void forget_mpirun() {
  std::vector<std::string> names;
  for (char** each = environ; *each; ++each) {
    const std::string_view setting = *each;
    const auto name = setting.substr(0, setting.find('='));
    const bool of_mpirun =
        name.starts_with("OMPI_") || name.starts_with("PMIX_") || name.starts_with("ORTE_");
    if (of_mpirun && !name.starts_with("OMPI_ALLOW_RUN_AS_ROOT")) names.emplace_back(name);
  }
  for (const auto& name : names) ::unsetenv(name.c_str());
}

std::string this_host() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 && *name ? name : "localhost";
}

std::string token_in(const std::string& folder) {
  struct stat about {};
  if (::lstat(folder.c_str(), &about) != 0 || !S_ISDIR(about.st_mode) ||
      about.st_uid != ::geteuid() || (about.st_mode & 077) != 0)
    throw WorkerError("rank 0 runs on " + this_host() + ", where there is no private folder " +
                      folder +
                      " of its client: the first machine of the hostfile must be the one that the "
                      "call comes from");
  std::ifstream stream(folder + "/token", std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

FrameSocket connect_to_client(const std::string& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = folder + "/client.sock";
  if (path.size() >= sizeof address.sun_path)
    throw WorkerError("the path of the client's socket is too long: " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  const int line = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (line < 0 || ::connect(line, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw WorkerError("nobody listens at " + path + " on " + this_host() + ": " +
                      std::strerror(errno));
  return FrameSocket(line);
}

class Rank {
 public:
  Rank(int rank, int ranks)
      : rank_(rank),
        ranks_(ranks),
        streams_(rank, ranks),
        worker_({.document = [this](const std::string& text) { to_client(text, {}); },
                 .frame = [this](Frame& frame) { from_worker(frame); }}) {}

  void meet(const std::string& folder) {
    const auto token = token_in(folder);
    client_ = connect_to_client(folder);
    client_.send(FrameType::kHello, 0,
                 frame_text({{"protocol", kWorkerProtocol},
                             {"build", build_id()},
                             {"arithmetic", arithmetic()},
                             {"token", token},
                             {"ranks", ranks_}}));
  }

  /// Until the client is gone.
  void serve() {
    const auto parent = ::getppid();
    auto pause = kShortest;
    auto last = Clock::now();
    while (!leaving_) {
      if (::getppid() != parent) throw WorkerError("mpirun is gone");
      if (turn()) {
        pause = kShortest;
        last = Clock::now();
      } else {
        wait(pause);
        pause = std::min(2 * pause, Clock::now() - last > kIdleAfter ? kIdle : kLongest);
      }
    }
    ::alarm(kLongestLeave);  // the others may be stopped
    worker_.end();
    while (streams_.queued() > 0)
      if (!streams_.progress()) wait(kShortest);
  }

 private:
  bool first() const { return rank_ == 0; }

  bool turn() {
    bool moved = false;
    full_ = first() ? client_.queued() > kMostQueued : streams_.queued(0) > kMostQueued;
    if (first()) moved |= hear_client();
    if (first() ? !full_ : worker_.queued() <= kMostQueued) moved |= hear_ranks();
    moved |= worker_.pump(full_);
    moved |= streams_.progress();
    return moved;
  }

  bool hear_client() {
    client_.write_some();
    blocked_ = worker_.queued() > kMostQueued;
    for (int to = 1; to < ranks_; ++to) blocked_ |= streams_.queued(to) > kMostQueued;
    if (blocked_) return false;
    const auto before = client_.received();
    client_.read_some();
    while (auto frame = client_.take()) {
      if (frame->type != FrameType::kRelay || frame->request >= static_cast<unsigned>(ranks_))
        throw DataError("the client sent a " + std::string(frame_name(frame->type)) +
                        " frame for rank " + std::to_string(frame->request));
      to_rank(*frame);
    }
    if (client_.gone()) leave();
    return client_.received() != before || leaving_;
  }

  bool hear_ranks() {
    const bool came = streams_.receive();
    while (auto message = streams_.take()) {
      auto& [from, frame] = *message;
      if (frame.type != FrameType::kRelay)
        throw DataError("rank " + std::to_string(from) + " sent a " +
                        std::string(frame_name(frame.type)) + " frame");
      if (first()) {
        from_rank(static_cast<std::uint32_t>(from), frame);
      } else {
        to_worker(frame);
      }
    }
    return came;
  }

  /// From the client, at rank 0.
  void to_rank(Frame& letter) {
    if (letter.json.empty()) {
      const auto frame = decode_frame(letter.payload);
      const auto& kept = states_.to_worker(letter.request, frame);
      if (letter.request == 0) {
        worker_.send(frame, frame.request);
        for (const auto& state : kept) worker_.send(state, frame.request);
        return;
      }
    }
    if (letter.request == 0) return to_worker(letter);
    streams_.send(static_cast<int>(letter.request),
                  encode_frame(FrameType::kRelay, letter.request, letter.json, letter.payload));
  }

  void to_worker(Frame& letter) {
    if (letter.json.empty()) {
      const auto frame = decode_frame(letter.payload);
      return worker_.send(frame, frame.request);
    }
    const auto document = json::parse(letter.json);
    if (document.value("op", "") == relay::kLeave) {
      leaving_ = true;
    } else {
      worker_.hear(document);
    }
  }

  /// From another rank, at rank 0.
  void from_rank(std::uint32_t from, Frame& letter) {
    if (!letter.json.empty()) {
      note(from, letter.json);
    } else {
      auto frame = decode_frame(letter.payload);
      if (states_.from_worker(from, frame)) return;
    }
    client_.send(FrameType::kRelay, from, letter.json, letter.payload);
  }

  void from_worker(Frame& frame) {
    if (first() && states_.from_worker(0, frame)) return;
    to_client("", encode_frame(frame.type, frame.request, frame.json, frame.payload));
  }

  /// What a rank says of its worker.
  void note(std::uint32_t rank, const std::string& document) {
    const auto op = json::parse(document).value("op", "");
    if (op == relay::kEnded || op == relay::kStarted) states_.lost(rank);
  }

  void to_client(const std::string& document, Bytes payload) {
    if (!first()) {
      streams_.send(
          0, encode_frame(FrameType::kRelay, static_cast<std::uint32_t>(rank_), document, payload));
      return;
    }
    if (!document.empty()) note(0, document);
    client_.send(FrameType::kRelay, 0, document, payload);
  }

  void leave() {
    leaving_ = true;
    for (int to = 1; to < ranks_; ++to)
      streams_.send(to, encode_frame(FrameType::kRelay, static_cast<std::uint32_t>(to),
                                     json{{"op", relay::kLeave}}.dump()));
  }

  void wait(std::chrono::microseconds pause) {
    std::vector<pollfd> lines;
    const auto add = [&](int descriptor, bool reads, bool writes) {
      const int events = (reads ? POLLIN : 0) | (writes ? POLLOUT : 0);
      if (descriptor >= 0 && events) lines.push_back({descriptor, static_cast<short>(events), 0});
    };
    add(worker_.line(), !full_, worker_.wants_to_write());
    add(worker_.errors(), !full_, false);
    add(client_.descriptor(), !blocked_, client_.wants_to_write());
    timespec most{0, std::chrono::nanoseconds(pause).count()};
    ::ppoll(lines.data(), lines.size(), &most, nullptr);
  }

  int rank_, ranks_;
  Streams streams_;
  WorkerBeside worker_;
  FrameSocket client_;  // at rank 0
  KeptStates states_;
  bool leaving_ = false;
  bool full_ = false;     // nothing more is read for the client
  bool blocked_ = false;  // nothing more is read from the client
};

int run(const std::string& folder) {
  int rank = 0, ranks = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  try {
    Rank self(rank, ranks);
    if (rank == 0) self.meet(folder);
    self.serve();
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "insitu-mpi: rank %d on %s: %s\n", rank, this_host().c_str(),
                 failure.what());
    std::fflush(stderr);
    MPI_Abort(MPI_COMM_WORLD, 1);
    return 1;
  }
}

}  // namespace
}  // namespace insitu::mpi

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(version, &length);
    std::printf("insitu-mpi %s\n%s\n", insitu::source_version().c_str(), version);
    return 0;
  }
  if (argc != 3 || std::strcmp(argv[1], "--client") != 0) {
    std::fputs(
        "usage: insitu-mpi --client FOLDER | --version\nA rank of RxMpi, started by mpirun; "
        "not for use by hand.\n",
        stderr);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  MPI_Init(&argc, &argv);
  insitu::mpi::forget_mpirun();
  const int status = insitu::mpi::run(argv[2]);
  MPI_Finalize();
  return status;
}
