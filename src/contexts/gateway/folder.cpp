#include "contexts/spark_folder.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.hpp"

namespace insitu {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::size_t kSocketPath = 107;  // sun_path less its end
constexpr std::size_t kLogLines = 20;

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

json description_of(const std::string& folder) {
  auto document = json::parse(read_file(folder + "/gw.json"), nullptr, false);
  return document.is_object() ? document : json::object();
}

/// Names in /tmp can be taken by others once an application has ended.
bool is_private(const std::string& folder) {
  struct stat about {};
  return ::lstat(folder.c_str(), &about) == 0 && S_ISDIR(about.st_mode) &&
         about.st_uid == ::geteuid() && (about.st_mode & 077) == 0;
}

std::string this_host() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 && *name ? name : "localhost";
}

/// Links name their host: a home folder may be that of several machines.
std::string link_of(const SparkLaunch& launch) {
  return state_folder() + "/" + digest(launch.key) + "@" + this_host();
}

/// When a process began, in ticks since the machine did; "": there is none.
std::string start_of(int process) {
  const auto about = read_file("/proc/" + std::to_string(process) + "/stat");
  auto at = about.rfind(')');
  for (int i = 0; i < 20 && at != std::string::npos; ++i)  // from the third on; it is the 22nd
    at = about.find_first_not_of(' ', about.find(' ', at));
  return at == std::string::npos ? "" : about.substr(at, about.find_first_of(" \n", at) - at);
}

/// A key or a value in a file of Java's properties.
std::string property_text(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n') {
      escaped += "\\n";
      continue;
    }
    if (std::strchr("\\ =:#!\t", c)) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

bool process_lives(int process) {
  int status = 0;
  if (process <= 0 || ::waitpid(process, &status, WNOHANG) == process) return false;
  return ::kill(process, 0) == 0 || errno == EPERM;
}

SparkFolder SparkFolder::make(const SparkOptions& options) {
  SparkFolder folder(make_folder(options.client_share_dir));
  write_private(folder.path_ + "/token", random_hex(32));
  write_private(folder.path_ + "/settings.json", json({{"persistent", options.persistent_run},
                                                       {"idleTimeout", options.idle_timeout},
                                                       {"hive", true}})
                                                     .dump());
  return folder;
}

std::optional<SparkFolder> SparkFolder::find(const SparkLaunch& launch) {
  std::error_code failure;
  const SparkFolder folder(fs::read_symlink(link_of(launch), failure).string());
  if (failure || !is_private(folder.path_) || !folder.lives()) return std::nullopt;
  return folder;
}

std::vector<SparkFolder> SparkFolder::all_persistent() {
  std::vector<SparkFolder> folders;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(state_folder(), failure)) {
    if (!entry.path().filename().string().ends_with("@" + this_host())) continue;
    const SparkFolder folder(fs::read_symlink(entry.path(), failure).string());
    if (failure) continue;
    const bool ours = is_private(folder.path_);
    if (ours && folder.lives()) {
      folders.push_back(folder);
    } else {
      fs::remove(entry.path(), failure);
      if (ours) folder.remove();  // what a killed application has left
    }
  }
  std::sort(folders.begin(), folders.end(),
            [](const auto& a, const auto& b) { return a.path_ < b.path_; });
  return folders;
}

bool SparkFolder::ready() const {
  return ::access((path_ + "/gw.json").c_str(), R_OK) == 0 && is_private(path_);
}

int SparkFolder::process() const { return description_of(path_).value("pid", -1); }

bool SparkFolder::lives() const {
  const auto about = description_of(path_);
  const int process = about.value("pid", -1);
  if (!process_lives(process)) return false;
  const auto began = about.value("began", std::string());
  return began.empty() || began == start_of(process);
}

void SparkFolder::end() const noexcept {
  try {
    const int process = lives() ? this->process() : -1;
    if (process > 0) {
      ::kill(process, SIGTERM);
      for (int i = 0; i < 300 && process_lives(process); ++i) ::usleep(10'000);
      if (process_lives(process)) ::kill(process, SIGKILL);
    }
  } catch (...) {
    // Its folder says nothing that can be used.
  }
  remove();
}

std::vector<std::string> SparkFolder::write_settings(const SparkLaunch& launch,
                                                     const std::string& spark_home) const {
  std::vector<std::string> arguments;
  std::string ours, defaults;
  const char* configured = std::getenv("SPARK_CONF_DIR");
  defaults = (configured && *configured ? std::string(configured) : spark_home + "/conf") +
             "/spark-defaults.conf";
  for (std::size_t i = 0; i < launch.arguments.size(); ++i) {
    const auto& word = launch.arguments[i];
    const bool has_value = i + 1 < launch.arguments.size();
    if (word == "--properties-file" && has_value) {
      defaults = launch.arguments[++i];  // the user's own, in their place
    } else if (word.starts_with("--properties-file=")) {
      defaults = word.substr(word.find('=') + 1);
    } else if (const auto at = has_value ? launch.arguments[i + 1].find('=') : std::string::npos;
               word == "--conf" && at != std::string::npos) {
      const auto& setting = launch.arguments[++i];
      ours +=
          property_text(setting.substr(0, at)) + "=" + property_text(setting.substr(at + 1)) + "\n";
    } else {
      arguments.push_back(word);
    }
  }
  // One file replaces the defaults of Spark: they come first, and what follows them counts.
  const auto file = path_ + "/settings.conf";
  write_private(file, read_file(defaults) + "\n" + ours);
  arguments.insert(arguments.end(), {"--properties-file", file});
  return arguments;
}

std::string SparkFolder::socket() const {
  return description_of(path_).value("socket", path_ + "/gw.sock");
}

std::string SparkFolder::token() const { return read_file(path_ + "/token"); }

std::string SparkFolder::log() const { return path_ + "/gw.log"; }

std::string SparkFolder::log_tail() const {
  std::ifstream stream(log());
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

std::string SparkFolder::publish(const SparkLaunch& launch) const {
  all_persistent();  // the link may name what a killed application has left
  std::error_code failure;
  fs::create_directories(state_folder(), failure);
  const auto link = link_of(launch);
  const auto fresh = link + "." + std::to_string(::getpid());
  fs::remove(fresh, failure);
  fs::create_symlink(path_, fresh, failure);
  fs::rename(fresh, link, failure);
  return failure ? link + " cannot be written: " + failure.message() : "";
}

void SparkFolder::remove() const noexcept {
  std::error_code failure;
  fs::remove_all(path_, failure);
}

}  // namespace insitu
