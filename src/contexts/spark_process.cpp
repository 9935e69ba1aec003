#include "contexts/spark_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <thread>

#include "base/error.hpp"

extern char** environ;

namespace insitu {

namespace {

struct Spawn {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  Spawn() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~Spawn() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

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

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

SparkProcess::SparkProcess(std::vector<std::string> command,
                           const std::vector<std::pair<std::string, std::string>>& environment,
                           const std::string& log)
    : starter_(::getpid()) {
  int life[2];
  if (::pipe2(life, O_CLOEXEC) != 0)
    throw WorkerError(std::string("cannot start Spark: ") + std::strerror(errno));
  Spawn spawn;
  posix_spawn_file_actions_adddup2(&spawn.files, life[0], STDIN_FILENO);
  posix_spawn_file_actions_addopen(&spawn.files, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&spawn.files, STDOUT_FILENO, STDERR_FILENO);
#if defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 34)
  posix_spawn_file_actions_addclosefrom_np(&spawn.files, 3);
#endif
#endif
  // A session of its own: an interrupt at the terminal reaches the client alone, which cancels in
  // good order, and a persistent application outlives the terminal.
  sigset_t none, defaults;
  sigemptyset(&none);
  sigfillset(&defaults);
  sigdelset(&defaults, SIGKILL);
  sigdelset(&defaults, SIGSTOP);
  posix_spawnattr_setsigmask(&spawn.attributes, &none);
  posix_spawnattr_setsigdefault(&spawn.attributes, &defaults);
  posix_spawnattr_setflags(&spawn.attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  auto settings = environment_with(environment);
  const int failure = ::posix_spawn(&process_, command[0].c_str(), &spawn.files, &spawn.attributes,
                                    pointers(command).data(), pointers(settings).data());
  ::close(life[0]);
  lifeline_ = life[1];
  if (failure != 0) {
    ::close(lifeline_);
    throw WorkerError("cannot run " + command[0] + ": " + std::strerror(failure));
  }
}

SparkProcess::~SparkProcess() {
  let_go();
  ended_within(0);
}

bool SparkProcess::ours() const { return starter_ == ::getpid(); }

void SparkProcess::let_go() noexcept {
  if (lifeline_ >= 0) ::close(lifeline_);
  lifeline_ = -1;
}

void SparkProcess::ask_to_end() noexcept {
  if (process_ > 0 && ours()) ::kill(-process_, SIGTERM);
}

bool SparkProcess::ended_within(double seconds) noexcept {
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

void SparkProcess::kill() noexcept {
  if (process_ > 0 && ours()) ::kill(-process_, SIGKILL);
  ended_within(5);
}

}  // namespace insitu
