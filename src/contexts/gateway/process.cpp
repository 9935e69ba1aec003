#include "contexts/gateway/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <thread>

#include "base/error.hpp"
#include "contexts/child_start.hpp"

extern char** environ;

namespace insitu {

namespace {

/// The environment of this process with some variables set.
std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& set) {
  std::vector<std::string> settings;
  for (char** each = environ; *each; ++each) {
    const std::string_view setting = *each;
    const auto name = setting.substr(0, setting.find('='));
    if (std::none_of(set.begin(), set.end(), [&](const auto& one) { return one.first == name; }))
      settings.emplace_back(setting);
  }
  for (const auto& [name, value] : set) settings.push_back(name + "=" + value);
  return settings;
}

}  // namespace

GatewayProcess::GatewayProcess(const std::vector<std::string>& command,
                               const std::vector<std::pair<std::string, std::string>>& environment,
                               const std::string& log)
    : starter_(::getpid()) {
  int life[2];
  if (::pipe2(life, O_CLOEXEC) != 0)
    throw WorkerError("cannot start " + command[0] + ": " + std::strerror(errno));
  ChildStart child;
  child.use(life[0], STDIN_FILENO);
  child.open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, STDOUT_FILENO, 0600);
  child.use(STDOUT_FILENO, STDERR_FILENO);
  child.apart(ChildStart::Group::kSession);  // a persistent application outlives the terminal
  auto settings = environment_with(environment);
  const int failure = child.start(command, process_, &settings);
  ::close(life[0]);
  lifeline_ = life[1];
  if (failure != 0) {
    ::close(lifeline_);
    throw WorkerError("cannot run " + command[0] + ": " + std::strerror(failure));
  }
}

GatewayProcess::~GatewayProcess() {
  let_go();
  ended_within(0);
}

bool GatewayProcess::ours() const { return starter_ == ::getpid(); }

void GatewayProcess::let_go() noexcept {
  if (lifeline_ >= 0) ::close(lifeline_);
  lifeline_ = -1;
}

void GatewayProcess::ask_to_end() noexcept {
  if (process_ > 0 && ours()) ::kill(-process_, SIGTERM);
}

bool GatewayProcess::ended_within(double seconds) noexcept {
  if (process_ <= 0) return true;
  if (!ours()) return false;
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  for (;;) {
    int status = 0;
    const auto ended = ::waitpid(process_, &status, WNOHANG);
    if (ended == process_ || (ended < 0 && errno == ECHILD)) {
      process_ = -1;
      return true;
    }
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void GatewayProcess::kill() noexcept {
  if (process_ > 0 && ours()) ::kill(-process_, SIGKILL);
  ended_within(5);
}

}  // namespace insitu
