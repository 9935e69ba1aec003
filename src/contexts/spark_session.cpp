#include "contexts/spark_session.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.hpp"
#include "base/new_file.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/spark_preflight.hpp"

extern char** environ;

namespace insitu {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kSocketPath = 107;  // sun_path less its end
constexpr std::size_t kLogLines = 20;
constexpr auto kStartPatience = std::chrono::minutes(10);  // a busy YARN queue

std::string hex(const std::string& bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string random_hex(std::size_t bytes) {
  std::string random(bytes, '\0');
  if (::getrandom(random.data(), bytes, 0) != static_cast<ssize_t>(bytes))
    throw WorkerError(std::string("no random bytes for the token of a Spark application: ") +
                      std::strerror(errno));
  return hex(random);
}

/// FNV-1a: names a set of settings; secrecy is not wanted of it.
std::string digest(const std::string& text) {
  std::uint64_t hash = 1469598103934665603ULL;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 1099511628211ULL;
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &hash, 8);
  return hex(bytes);
}

void write_private(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool good =
      file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const std::string reason = std::strerror(errno);
  if (file >= 0) ::close(file);
  if (!good) throw DataError("cannot write " + path + ": " + reason);
}

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A new folder that only this user may enter, short enough for a socket in it.
std::string make_folder(const std::string& wanted) {
  std::string reason = "no folder was named";
  for (const auto& parent : {wanted, std::string("/tmp")}) {
    if (parent.empty()) continue;
    auto path = parent + "/insitu-XXXXXX";
    if (path.size() + std::strlen("/gw.sock") > kSocketPath) {
      reason = "its path is too long for a socket";
      continue;
    }
    if (::mkdtemp(path.data())) return path;  // mode 0700
    reason = std::strerror(errno);
  }
  throw DataError("cannot make a folder for a Spark application in " + wanted +
                  " or /tmp: " + reason);
}

std::string state_folder() {
  const char* home = std::getenv("HOME");
  return std::string(home && *home ? home : "/tmp") + "/.insitu/spark";
}

bool alive(pid_t process) {
  int status = 0;
  if (process <= 0 || ::waitpid(process, &status, WNOHANG) == process) return false;
  return ::kill(process, 0) == 0 || errno == EPERM;
}

json description_of(const std::string& folder) {
  auto document = json::parse(read_file(folder + "/gw.json"), nullptr, false);
  return document.is_object() ? document : json::object();
}

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

void remove_folder(const std::string& folder) noexcept {
  std::error_code failure;
  fs::remove_all(folder, failure);
}

}  // namespace

std::string prepare_spark_folder(const SparkOptions& options) {
  const auto folder = make_folder(options.client_share_dir);
  write_private(folder + "/token", random_hex(32));
  write_private(folder + "/settings.json", json({{"persistent", options.persistent_run},
                                                 {"idleTimeout", options.idle_timeout},
                                                 {"hive", true}})
                                               .dump());
  return folder;
}

std::vector<std::string> persistent_spark_sessions() {
  std::vector<std::string> folders;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(state_folder(), failure)) {
    const auto folder = fs::read_symlink(entry.path(), failure).string();
    if (failure) continue;
    const auto about = description_of(folder);
    if (alive(about.value("pid", -1))) {
      folders.push_back(folder);
    } else {
      fs::remove(entry.path(), failure);
      remove_folder(folder);  // what a killed application has left
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

void SparkSession::connect() {
  const auto about = description_of(folder_);
  const auto token = read_file(folder_ + "/token");
  line_ = std::make_unique<GatewayLine>(about.value("socket", folder_ + "/gw.sock"), token);
  const auto hello = json::parse(line_->hello());
  version_ = hello.value("spark", "");
  application_ = hello.value("app", "");
  master_ = hello.value("master", "");
  parallelism_ = std::max(1, hello.value("parallelism", 1));
  attached_ = hello.value("attached", false);
}

std::shared_ptr<SparkSession> SparkSession::join(const std::string& folder) {
  std::shared_ptr<SparkSession> session(new SparkSession());
  session->folder_ = folder;
  session->persistent_ = true;
  if (::access((folder + "/gw.json").c_str(), R_OK) != 0)
    throw WorkerError("the Spark application of this compute context has ended (" + folder +
                      " is gone); connect again with rxSparkConnect");
  session->connect();
  return session;
}

std::shared_ptr<SparkSession> SparkSession::find(const SparkOptions& options) {
  const auto link = state_folder() + "/" + digest(spark_launch(options).key);
  std::error_code failure;
  const auto folder = fs::read_symlink(link, failure).string();
  if (failure) return nullptr;
  if (!alive(description_of(folder).value("pid", -1))) {
    persistent_spark_sessions();  // removes what it has left
    return nullptr;
  }
  try {
    return join(folder);
  } catch (const Error&) {
    return nullptr;  // it is just ending
  }
}

std::shared_ptr<SparkSession> SparkSession::start(const SparkOptions& options,
                                                  RunControl& control) {
  const auto places = require_spark(options);
  const auto launch = spark_launch(options);
  if (!options.suppress_warning)
    for (const auto& note : launch.notes) control.warn(note);

  std::shared_ptr<SparkSession> session(new SparkSession());
  session->folder_ = prepare_spark_folder(options);
  session->owned_ = true;
  session->persistent_ = options.persistent_run;
  session->starter_ = ::getpid();

  std::vector<std::string> command = {places.spark_home + "/bin/spark-submit"};
  command.insert(command.end(), launch.arguments.begin(), launch.arguments.end());
  command.insert(command.end(), {places.jar, session->folder_});
  std::vector<std::string> settings;
  auto set = launch.environment;
  set.emplace_back("SPARK_HOME", places.spark_home);
  for (char** each = environ; *each; ++each) {
    const std::string_view setting = *each;
    const auto name = setting.substr(0, setting.find('='));
    if (std::none_of(set.begin(), set.end(), [&](const auto& one) { return one.first == name; }))
      settings.emplace_back(setting);
  }
  for (const auto& [name, value] : set) settings.push_back(name + "=" + value);

  int life[2];
  if (::pipe2(life, O_CLOEXEC) != 0)
    throw WorkerError(std::string("cannot start Spark: ") + std::strerror(errno));
  Spawn spawn;
  const auto log = session->folder_ + "/gw.log";
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
  std::vector<char*> arguments, variables;
  for (auto& word : command) arguments.push_back(word.data());
  for (auto& setting : settings) variables.push_back(setting.data());
  arguments.push_back(nullptr);
  variables.push_back(nullptr);
  const int failure = ::posix_spawn(&session->process_, arguments[0], &spawn.files,
                                    &spawn.attributes, arguments.data(), variables.data());
  ::close(life[0]);
  session->lifeline_ = life[1];
  if (failure != 0) throw WorkerError("cannot run " + command[0] + ": " + std::strerror(failure));

  const auto begin = Clock::now();
  const auto ready = session->folder_ + "/gw.json";
  while (::access(ready.c_str(), R_OK) != 0) {
    int status = 0;
    if (::waitpid(session->process_, &status, WNOHANG) == session->process_) {
      session->process_ = -1;
      const auto said = session->log_tail();
      throw WorkerError("Spark did not start (master " + launch.master + ")" +
                        (said.empty() ? std::string() : "; the end of its log:\n" + said));
    }
    if (Clock::now() - begin > kStartPatience)
      throw WorkerError("Spark was not ready after ten minutes (master " + launch.master +
                        "); the end of its log:\n" + session->log_tail());
    control.poll();
    control.cancel.throw_if_raised();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  session->connect();
  if (session->persistent_) {
    std::error_code ignored;
    fs::create_directories(state_folder(), ignored);
    const auto link = state_folder() + "/" + digest(launch.key);
    const auto fresh = link + "." + std::to_string(::getpid());
    fs::remove(fresh, ignored);
    fs::create_symlink(session->folder_, fresh, ignored);
    fs::rename(fresh, link, ignored);
    if (ignored)
      control.warn("the Spark application cannot be found again by other processes: " + link +
                   " cannot be written: " + ignored.message());
  }
  return session;
}

std::string SparkSession::log_tail() const {
  std::ifstream stream(folder_ + "/gw.log");
  std::deque<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (line.empty()) continue;
    lines.push_back(line);
    if (lines.size() > kLogLines) lines.pop_front();
  }
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

Frame SparkSession::call(const char* op, const json& arguments, std::string_view payload,
                         RunControl& control, const std::function<void(Frame&)>& on_frame) {
  const std::lock_guard lock(mutex_);
  if (!line_) throw WorkerError("the Spark application of this compute context has been stopped");
  try {
    return line_->call(op, arguments, payload, control, on_frame);
  } catch (const LineLost& lost) {
    line_.reset();
    const auto said = log_tail();
    throw WorkerError(std::string(lost.what()) +
                      (said.empty() ? std::string() : "; the end of its log:\n" + said));
  }
}

json SparkSession::ask(const char* op, const json& arguments, RunControl& control) {
  const auto frame = call(op, arguments, {}, control);
  return frame.json.empty() ? json::object() : json::parse(frame.json);
}

void SparkSession::reap(double seconds) noexcept {
  if (process_ <= 0 || starter_ != ::getpid()) return;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  int status = 0;
  for (;;) {
    const auto ended = ::waitpid(process_, &status, WNOHANG);
    if (ended == process_ || (ended < 0 && errno == ECHILD)) {
      process_ = -1;
      return;
    }
    if (Clock::now() > end) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void SparkSession::stop() noexcept {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  stopped_ = true;
  const auto pid = description_of(folder_).value("pid", -1);
  try {
    RunControl control;
    const auto end = Clock::now() + std::chrono::seconds(20);
    control.callbacks.interrupted = [end] { return Clock::now() > end; };
    if (line_) line_->call("SHUTDOWN", json::object(), {}, control);
  } catch (...) {
    // It has ended already, or does not listen: what follows ends it in any case.
  }
  line_.reset();
  if (lifeline_ >= 0) ::close(lifeline_);
  lifeline_ = -1;
  if (attached_) return remove_folder(folder_);
  if (owned_) {
    reap(20);
    if (process_ > 0 && starter_ == ::getpid()) {
      ::kill(-process_, SIGKILL);
      reap(5);
    }
  } else if (pid > 0) {
    for (int i = 0; i < 2000 && alive(pid); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  remove_folder(folder_);
}

SparkSession::~SparkSession() {
  const bool ours = owned_ && starter_ == ::getpid();  // not in a forked copy
  const bool never_ready = !line_ && process_ > 0;
  if (ours && !stopped_ && (!persistent_ || never_ready)) stop();
  if (lifeline_ >= 0) ::close(lifeline_);
  reap(0);
}

}  // namespace insitu
