#include "contexts/gateway/folder.hpp"

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
    throw WorkerError(std::string("no random bytes for the token of an application: ") +
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
  throw DataError("cannot make a folder for the application in " + wanted + " or /tmp: " + reason);
}

std::string state_folder(const std::string& engine) {
  const char* home = std::getenv("HOME");
  return std::string(home && *home ? home : "/tmp") + "/.insitu/" + engine;
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
std::string link_of(const std::string& engine, const std::string& key) {
  return state_folder(engine) + "/" + digest(key) + "@" + this_host();
}

/// When a process began, in ticks since the machine did; "": there is none.
std::string start_of(int process) {
  const auto about = read_file("/proc/" + std::to_string(process) + "/stat");
  auto at = about.rfind(')');
  for (int i = 0; i < 20 && at != std::string::npos; ++i)  // from the third on; it is the 22nd
    at = about.find_first_not_of(' ', about.find(' ', at));
  return at == std::string::npos ? "" : about.substr(at, about.find_first_of(" \n", at) - at);
}

}  // namespace

bool process_lives(int process) {
  int status = 0;
  if (process <= 0 || ::waitpid(process, &status, WNOHANG) == process) return false;
  return ::kill(process, 0) == 0 || errno == EPERM;
}

GatewayFolder GatewayFolder::make(const std::string& wanted, const json& settings) {
  GatewayFolder folder(make_folder(wanted));
  folder.write("token", random_hex(32));
  folder.write("settings.json", settings.dump());
  return folder;
}

std::optional<GatewayFolder> GatewayFolder::find(const std::string& engine,
                                                 const std::string& key) {
  std::error_code failure;
  const GatewayFolder folder(fs::read_symlink(link_of(engine, key), failure).string());
  if (failure || !is_private(folder.path_) || !folder.lives()) return std::nullopt;
  return folder;
}

std::vector<GatewayFolder> GatewayFolder::all_persistent(const std::string& engine) {
  std::vector<GatewayFolder> folders;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(state_folder(engine), failure)) {
    if (!entry.path().filename().string().ends_with("@" + this_host())) continue;
    const GatewayFolder folder(fs::read_symlink(entry.path(), failure).string());
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

bool GatewayFolder::ready() const {
  return ::access((path_ + "/gw.json").c_str(), R_OK) == 0 && is_private(path_);
}

int GatewayFolder::process() const { return description_of(path_).value("pid", -1); }

bool GatewayFolder::lives() const {
  const auto about = description_of(path_);
  const int process = about.value("pid", -1);
  if (!process_lives(process)) return false;
  const auto began = about.value("began", std::string());
  return began.empty() || began == start_of(process);
}

void GatewayFolder::end() const noexcept {
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

std::string GatewayFolder::write(const std::string& name, const std::string& text) const {
  auto path = path_ + "/" + name;
  write_private(path, text);
  return path;
}

std::string GatewayFolder::socket() const {
  return description_of(path_).value("socket", path_ + "/gw.sock");
}

std::string GatewayFolder::token() const { return read_file(path_ + "/token"); }

std::string GatewayFolder::log() const { return path_ + "/gw.log"; }

std::string GatewayFolder::log_tail() const {
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

std::string GatewayFolder::publish(const std::string& engine, const std::string& key) const {
  all_persistent(engine);  // the link may name what a killed application has left
  std::error_code failure;
  fs::create_directories(state_folder(engine), failure);
  const auto link = link_of(engine, key);
  const auto fresh = link + "." + std::to_string(::getpid());
  fs::remove(fresh, failure);
  fs::create_symlink(path_, fresh, failure);
  fs::rename(fresh, link, failure);
  return failure ? link + " cannot be written: " + failure.message() : "";
}

void GatewayFolder::remove() const noexcept {
  std::error_code failure;
  fs::remove_all(path_, failure);
}

}  // namespace insitu
