#include "sessions/far_end.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "base/start_thread.hpp"
#include "sessions/near_end.hpp"

namespace insitu {

namespace {

// A file that comes faster than it is written waits at the other side.
constexpr std::size_t kWaitingBytes = 64 << 20;
constexpr std::chrono::seconds kTimeToEnd{10};

/// A thread that no signal of the process is given to: they belong to the language's own.
template <class F>
void start_quiet_thread(F&& run) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  start_thread(std::forward<F>(run)).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// Writes all bytes; false: nobody reads any more. SIGPIPE does not reach the process.
bool write_all(int descriptor, std::string_view bytes) {
  sigset_t pipe, before;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  bool written = true;
  while (written && !bytes.empty()) {
    const auto count = ::write(descriptor, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      written = false;
      const timespec now{};
      if (errno == EPIPE) ::sigtimedwait(&pipe, nullptr, &now);
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return written;
}

int kept_copy(int descriptor) {
  const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) throw WorkerError(std::string("a session has no line: ") + std::strerror(errno));
  return copy;
}

}  // namespace

FarEnd& FarEnd::start(std::string folder) {
  static FarEnd* const only = new FarEnd(std::move(folder));  // its threads never end
  return *only;
}

FarEnd::FarEnd(std::string folder) : folder_(std::move(folder)) {
  // Interrupts go to the group, so that children of the call that runs get them too.
  ::setpgid(0, 0);
  in_ = kept_copy(STDIN_FILENO);
  out_ = kept_copy(STDOUT_FILENO);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO), ::close(nothing);
  std::fflush(nullptr);
  for (const int stream : {0, 1}) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
      throw WorkerError(std::string("a session has no line: ") + std::strerror(errno));
    ::dup2(ends[1], stream + 1);
    ::close(ends[1]);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    printed_[stream] = ends[0];
  }
  broken_ = !write_all(out_, kSessionMark);
  start_quiet_thread([this] { read(); });
  start_quiet_thread([this] { pump(); });
}

void FarEnd::read() {
  try {
    FrameDecoder decoder;
    for (;;) {
      const auto room = decoder.room();
      const auto count = ::read(in_, room.data(), room.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      decoder.filled(static_cast<std::size_t>(count));
      auto frame = decoder.take();
      if (!frame) continue;
      std::unique_lock lock(receiving_);
      if (frame->type == FrameType::kCancel) {
        if (running_ == frame->request)
          ::kill(0, SIGINT);
        else
          cancelled_ = frame->request;
        continue;
      }
      changed_.wait(lock, [&] { return waiting_bytes_ < kWaitingBytes; });
      waiting_bytes_ += frame->payload.size();
      frames_.push_back(std::move(*frame));
      changed_.notify_all();
    }
  } catch (const std::exception&) {
    // Bytes that are no frame: the line is as good as closed.
  }
  hung_up();
}

void FarEnd::hung_up() {
  {
    const std::lock_guard lock(receiving_);
    closed_ = true;
    changed_.notify_all();
    if (running_) ::kill(0, SIGINT);
  }
  std::this_thread::sleep_for(kTimeToEnd);
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  ::kill(0, SIGKILL);
}

std::optional<Frame> FarEnd::receive() {
  std::unique_lock lock(receiving_);
  changed_.wait(lock, [&] { return closed_ || !frames_.empty(); });
  if (closed_) return std::nullopt;
  Frame frame = std::move(frames_.front());
  frames_.pop_front();
  waiting_bytes_ -= frame.payload.size();
  if (frame.type == FrameType::kCall) {
    running_ = frame.request;
    if (std::exchange(cancelled_, std::nullopt) == running_) ::kill(0, SIGINT);
  }
  changed_.notify_all();
  return frame;
}

void FarEnd::send(FrameType type, std::uint32_t request, std::string_view json,
                  std::string_view payload) {
  if (type == FrameType::kReply || type == FrameType::kFail) {
    const std::lock_guard lock(receiving_);
    running_.reset();
  }
  std::fflush(stdout);
  std::fflush(stderr);
  const std::lock_guard lock(sending_);
  for (const int stream : {0, 1}) forward(stream, true);
  write(type, request, json, payload);
}

void FarEnd::pump() {
  for (;;) {
    pollfd polled[2] = {{printed_[0], POLLIN, 0}, {printed_[1], POLLIN, 0}};
    if (::poll(polled, 2, -1) < 0 && errno != EINTR) return;
    const std::lock_guard lock(sending_);
    for (const int stream : {0, 1})
      if (polled[stream].revents & POLLIN) forward(stream, false);
    // The process has closed its output: nothing more comes, and poll would not wait.
    for (const int stream : {0, 1})
      if ((polled[stream].revents & (POLLHUP | POLLERR)) && !(polled[stream].revents & POLLIN))
        printed_[stream] = -1;
  }
}

/// Sends on what was printed; `all`: until nothing is left, with what is no whole character.
void FarEnd::forward(int stream, bool all) {
  auto& text = carried_[stream];
  char buffer[1 << 16];
  while (printed_[stream] >= 0) {
    const auto count = ::read(printed_[stream], buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(buffer, static_cast<std::size_t>(count));
    const auto whole = whole_characters(text);
    write(FrameType::kOut, static_cast<std::uint32_t>(stream + 1), {},
          std::string_view(text).substr(0, whole));
    text.erase(0, whole);
    if (!all) return;
  }
  if (all && !text.empty())
    write(FrameType::kOut, static_cast<std::uint32_t>(stream + 1), {}, std::exchange(text, {}));
}

void FarEnd::write(FrameType type, std::uint32_t request, std::string_view json,
                   std::string_view payload) {
  if (broken_) return;
  const auto header = frame_header(type, request, json.size(), payload.size());
  broken_ = !write_all(out_, {header.data(), header.size()}) || !write_all(out_, json) ||
            !write_all(out_, payload);
}

}  // namespace insitu
