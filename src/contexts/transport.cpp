#include "contexts/transport.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/error.hpp"
#include "contexts/child_start.hpp"

namespace insitu {

namespace {

constexpr std::size_t kErrorTail = 8192;

void make_non_blocking(int descriptor) {
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

void close_if_open(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

/// Moves a descriptor above the standard ones, which the child's are made of.
int above_standard(int descriptor) {
  if (descriptor > 2) return descriptor;
  const int moved = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  ::close(descriptor);
  return moved;
}

}  // namespace

WorkerProcess::WorkerProcess(const std::vector<std::string>& command, std::string after,
                             FrameLimits limits)
    : owner_(::getpid()) {
  if (command.empty()) throw InvalidArgument("the command of a worker is empty");
  int line[2] = {-1, -1}, errors[2] = {-1, -1};
  const auto close_all = [&] {
    for (auto* pair : {line, errors})
      for (int i = 0; i < 2; ++i) close_if_open(pair[i]);
  };
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) != 0 ||
      ::pipe2(errors, O_CLOEXEC) != 0) {
    const std::string reason = std::strerror(errno);
    close_all();
    throw WorkerError("cannot open a line to a worker: " + reason);
  }
  for (auto* pair : {line, errors})
    for (int i = 0; i < 2; ++i) pair[i] = above_standard(pair[i]);

  ChildStart child;
  child.use(line[1], STDIN_FILENO);
  child.use(line[1], STDOUT_FILENO);
  child.use(errors[1], STDERR_FILENO);
  child.apart(ChildStart::Group::kGroup);
  const int failure = child.start(command, pid_);
  if (failure != 0) {
    close_all();
    throw WorkerError("cannot start the worker '" + command[0] + "': " + std::strerror(failure));
  }
  close_if_open(errors[1]);
  errors_ = errors[0];
  line_ = FrameSocket(line[0], limits);
  line_.begin_after(std::move(after));
  const int buffer = 1 << 20;  // as ours
  ::setsockopt(line[1], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  close_if_open(line[1]);
  make_non_blocking(errors_);
}

void WorkerProcess::await_end(double seconds) {
  if (is_ours() && !reaped_) reap(seconds);
}

void WorkerProcess::forget_words() {
  error_tail_.clear();
  error_line_.clear();
}

WorkerProcess::~WorkerProcess() {
  hang_up();
  if (is_ours() && !reaped_) {
    reap(0.5);
    if (!reaped_) kill();
  }
  close_if_open(errors_);
}

/// In a forked copy of the host the child belongs to somebody else.
bool WorkerProcess::is_ours() const { return owner_ == ::getpid(); }

std::vector<std::string> WorkerProcess::read_errors() {
  std::vector<std::string> lines;
  char buffer[4096];
  while (errors_ >= 0) {
    const auto count = ::read(errors_, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (count <= 0) {
      close_if_open(errors_);
      break;
    }
    const std::string_view text(buffer, static_cast<std::size_t>(count));
    error_tail_ += text;
    if (error_tail_.size() > kErrorTail) error_tail_.erase(0, error_tail_.size() - kErrorTail);
    error_line_ += text;
    for (std::size_t end = 0; (end = error_line_.find('\n')) != std::string::npos;) {
      lines.push_back(error_line_.substr(0, end));
      error_line_.erase(0, end + 1);
    }
    if (error_line_.size() > kErrorTail) lines.push_back(std::exchange(error_line_, {}));
  }
  return lines;
}

void WorkerProcess::kill() {
  if (!is_ours() || reaped_ || pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
  reap(60);
}

void WorkerProcess::reap(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  for (auto pause = std::chrono::microseconds(200); !reaped_;) {
    int status = 0;
    const auto found = ::waitpid(pid_, &status, WNOHANG);
    if (found == pid_) {
      reaped_ = status_known_ = true;
      status_ = status;
    } else if (found < 0 && errno != EINTR) {
      reaped_ = true;  // somebody else in this process has waited for it
    } else {
      if (Clock::now() >= end) return;
      std::this_thread::sleep_for(pause);
      pause = std::min(2 * pause, std::chrono::microseconds(10000));
    }
  }
}

bool WorkerProcess::was_killed() {
  if (is_ours() && !reaped_) reap(0.2);
  return status_known_ && WIFSIGNALED(status_);
}

std::string WorkerProcess::last_words() {
  if (is_ours() && !reaped_) {
    reap(0.2);
    kill();
  }
  read_errors();
  std::string words = "it ended";
  if (status_known_ && WIFSIGNALED(status_)) {
    words = "killed by signal " + std::to_string(WTERMSIG(status_)) + " (" +
            strsignal(WTERMSIG(status_)) + ")";
  } else if (status_known_ && WIFEXITED(status_)) {
    words = "exit status " + std::to_string(WEXITSTATUS(status_));
  }
  auto tail = error_tail_;
  while (!tail.empty() && (tail.back() == '\n' || tail.back() == ' ')) tail.pop_back();
  return words + (tail.empty() ? "; it said nothing" : "; it said:\n" + tail);
}

}  // namespace insitu
