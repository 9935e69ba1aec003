#include "contexts/mpi/job.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/named.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/gateway/folder.hpp"

namespace insitu {

using nlohmann::json;

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLongestStart = std::chrono::seconds(60);
/// Of the log, from its end: mpirun says the reason in a box, and some lines around it.
constexpr off_t kLogTail = 4096;
constexpr double kEndPatience = 3, kTermPatience = 1, kReasonPatience = 10;

std::vector<std::pair<std::string, std::string>> environment() {
  // Ranks move bytes; it is their workers that compute, wherever the system puts them.
  const char* name = "OMPI_MCA_hwloc_base_binding_policy";
  if (std::getenv(name)) return {};
  return {{name, "none"}};
}

/// Only processes of this user can reach the folder; the kernel is asked once more.
bool of_this_user(int descriptor) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         peer.uid == ::geteuid();
}

}  // namespace

/// The folder and the socket at which rank 0 comes in.
class MpiJob::Meeting {
 public:
  Meeting() : folder(GatewayFolder::make("", json::object())) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = folder.path() + "/client.sock";
    std::memcpy(address.sun_path, path.data(), path.size());  // /tmp/insitu-XXXXXX: short
    listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0 ||
        ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 4) != 0) {
      const std::string reason = std::strerror(errno);
      close();
      throw WorkerError("cannot listen at " + path + ": " + reason);
    }
  }
  ~Meeting() { close(); }
  Meeting(const Meeting&) = delete;
  Meeting& operator=(const Meeting&) = delete;

  GatewayFolder folder;
  int listener = -1;

 private:
  void close() {
    if (listener >= 0) ::close(listener);
    folder.remove();
  }
};

MpiJob::MpiJob(const MpiOptions& options, RunControl& control) : mpirun_(options.mpirun) {
  Meeting meeting;
  const auto command = mpirun_command(options, meeting.folder.path());
  try {
    process_.emplace(command, environment(), meeting.folder.log());
  } catch (const WorkerError& failure) {
    throw WorkerError(
        std::string(failure.what()) +
        "; `RxMpi` needs Open MPI (Debian: openmpi-bin), or the path of its mpirun as "
        "`mpirun`"_named);
  }
  log_ = ::open(meeting.folder.log().c_str(), O_RDONLY | O_CLOEXEC);
  try {
    meet(meeting, control);
  } catch (...) {
    end();
    throw;
  }
}

void MpiJob::meet(Meeting& meeting, RunControl& control) {
  const auto token = meeting.folder.token();
  const auto deadline = Clock::now() + kLongestStart;
  for (;;) {
    pollfd lines[2] = {{meeting.listener, POLLIN, 0}, {line_.descriptor(), POLLIN, 0}};
    ::poll(lines, 2, 50);
    control.poll();
    control.cancel.throw_if_raised();
    if (const int came = ::accept4(meeting.listener, nullptr, nullptr, SOCK_CLOEXEC); came >= 0) {
      FrameSocket fresh(came, kLimitsOfWorkers);
      if (of_this_user(came)) line_ = std::move(fresh);
    }
    if (line_.descriptor() >= 0) {
      line_.read_some();
      if (const auto frame = line_.take()) {
        if (greeted(*frame, token)) return;
        line_ = FrameSocket();
      }
    }
    if (ended()) throw_not_started("has ended before its ranks had started");
    if (Clock::now() > deadline) {
      process_->ask_to_end();
      throw_not_started("has started no rank for 60 seconds");
    }
  }
}

bool MpiJob::greeted(const Frame& frame, const std::string& token) {
  const auto hello = json::parse(frame.json, nullptr, false);
  if (frame.type != FrameType::kHello || !hello.is_object() || hello.value("token", "") != token)
    return false;
  const auto same = [](const char* what, const std::string& theirs, const std::string& ours) {
    if (theirs != ours)
      throw WorkerError(std::string("insitu-mpi does not fit this host: its ") + what + " is '" +
                        theirs + "', the host's is '" + ours +
                        "'; both must come from one build: install them together, or name the "
                        "program of this one in INSITU_MPI");
  };
  same("protocol", std::to_string(hello.value("protocol", 0)), std::to_string(kWorkerProtocol));
  same("build", hello.value("build", ""), build_id());
  ranks_ = hello.value("ranks", 0);
  if (ranks_ < 1 || ranks_ > 1'000'000)
    throw WorkerError("rank 0 says that there are " + std::to_string(ranks_) + " ranks");
  return true;
}

void MpiJob::throw_not_started(const std::string& what) {
  const auto said = last_words();
  const auto holds = [&](const char* text) { return said.find(text) != std::string::npos; };
  if (::geteuid() == 0 && holds("allow-run-as-root"))
    throw WorkerError(
        "`RxMpi`: Open MPI starts nothing as root unless told to: set OMPI_ALLOW_RUN_AS_ROOT=1 "
        "and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 in the environment, or say "
        "`switches = \"--allow-run-as-root\"`"_named);
  if (holds("not enough slots"))
    throw WorkerError(
        "`RxMpi`: mpirun has fewer slots than `numRanks` asks for: ask for fewer, name machines "
        "in a `hostfile`, or allow more ranks than cores with "
        "`switches = \"--oversubscribe\"`"_named);
  throw WorkerError(mpirun_ + " " + what + (said.empty() ? "; it said nothing" : "; it said:\n") +
                    said);
}

std::string MpiJob::last_words() {
  if (ours()) process_->ended_within(kReasonPatience);
  const auto size = ::lseek(log_, 0, SEEK_END);
  const auto from = size > kLogTail ? size - kLogTail : 0;
  std::string text(size > from ? static_cast<std::size_t>(size - from) : 0, '\0');
  const auto got = ::pread(log_, text.data(), text.size(), from);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

void MpiJob::end() noexcept {
  if (process_ && ours()) {
    line_.hang_up();  // rank 0 tells the others
    process_->let_go();
    const bool met = ranks_ > 0;
    if (!met || !process_->ended_within(kEndPatience)) process_->ask_to_end();
    if (!process_->ended_within(kTermPatience)) process_->kill();
  }
  process_.reset();
  if (log_ >= 0) ::close(log_);
  log_ = -1;
}

MpiJob::~MpiJob() { end(); }

}  // namespace insitu
