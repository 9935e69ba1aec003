#include "remote/ssh_channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "base/file_identity.hpp"
#include "base/fork_safe_mutex.hpp"
#include "base/number_text.hpp"
#include "contexts/child_start.hpp"
#include "contexts/run_program.hpp"
#include "jobs/private_folder.hpp"
#include "remote/ssh_failure.hpp"

namespace insitu {

const char* const kShellSha256 =
    "sum() { { if command -v sha256sum >/dev/null 2>&1; then sha256sum <\"$1\"; "
    "elif command -v shasum >/dev/null 2>&1; then shasum -a 256 <\"$1\"; "
    "else openssl dgst -sha256 -r <\"$1\"; fi; } | cut -c1-64; }; ";

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kFailureOfSsh = 255;  // exit status of ssh itself; of a command it passes on its own
constexpr double kPatience = 30;    // to connect; ssh gives up before (ConnectTimeout)
constexpr std::size_t kMostOutput = 256 << 20;
constexpr std::size_t kMostErrors = 64 << 10;

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

/// A file without a name. Not a pipe for what ssh says: the connection that stays would hold it.
File unnamed_file() {
  File file(std::tmpfile(), std::fclose);
  if (!file) throw DataError(std::string("cannot make a temporary file: ") + std::strerror(errno));
  ::fcntl(::fileno(file.get()), F_SETFD, FD_CLOEXEC);
  return file;
}

std::string text_of(int file, std::size_t most) {
  std::string text(most, '\0');
  std::size_t have = 0;
  for (;;) {
    const auto got = ::pread(file, text.data() + have, most - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  text.resize(have);
  return text;
}

/// Sockets have short names: a folder with a short path that nobody else can look into.
std::string folder_of_sockets() {
  constexpr std::size_t kLongest = 50;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime && *runtime == '/' && std::strlen(runtime) < kLongest) {
    try {
      return PrivateFolder::make(std::string(runtime) + "/insitu-ssh").path();
    } catch (const DataError&) {
      // It is gone, or of another user after su.
    }
  }
  return PrivateFolder::make("/tmp/insitu-ssh-" + std::to_string(::geteuid())).path();
}

/// A name for what is the same connection.
std::string name_of(const SshTarget& target) {
  std::string all = target.host + '\0' + target.user;
  for (const auto& word : target.switches) all += '\0' + word;
  return hexadecimal_text(checksum(all));
}

}  // namespace

SshChannel::SshChannel(SshTarget target)
    : target_(std::move(target)), socket_(folder_of_sockets() + "/" + name_of(target_)) {}

/// ssh takes the first value of an option: ours that must hold stand before the user's switches,
/// the others behind.
std::vector<std::string> SshChannel::options(bool opens) const {
  std::vector<std::string> argv = {"ssh", "-T"};
  const auto option = [&](const std::string& text) { argv.insert(argv.end(), {"-o", text}); };
  option("BatchMode=yes");
  option(opens ? "ControlMaster=auto" : "ControlMaster=no");
  option("ControlPath=" + socket_);
  option("ControlPersist=60");
  option("RequestTTY=no");
  option("PermitLocalCommand=no");
  argv.insert(argv.end(), target_.switches.begin(), target_.switches.end());
  option("ConnectTimeout=15");
  option("ServerAliveInterval=15");
  option("ServerAliveCountMax=4");
  option("LogLevel=ERROR");
  if (!target_.user.empty()) argv.insert(argv.end(), {"-l", target_.user});
  argv.insert(argv.end(), {"--", target_.host});
  return argv;
}

std::vector<std::string> SshChannel::command(const std::vector<std::string>& words) const {
  auto argv = options(false);
  argv.push_back(quoted_words(words));
  return argv;
}

void SshChannel::fail(const std::string& errors) const { throw_ssh_failure(target_, errors); }

void SshChannel::connect(RunControl& control) {
  // One that ends just now costs a command a connection of its own, no more.
  constexpr auto kSeenJustNow = std::chrono::seconds(5);
  struct stat status {};
  const bool has_socket = ::lstat(socket_.c_str(), &status) == 0;
  if (has_socket && Clock::now() - found_ < kSeenJustNow) return;
  const auto nothing = unnamed_file();
  const int none = ::fileno(nothing.get());
  if (has_socket) {
    auto check = options(false);
    check.insert(check.begin() + 1, {"-O", "check"});
    if (run_local(check, none, control, kPatience).status == 0) {
      found_ = Clock::now();
      return;
    }
    ::unlink(socket_.c_str());  // of a connection that was killed
  }
  auto open = options(true);
  open.push_back("exit 0");
  const auto answer = run_local(open, none, control, kPatience);
  if (answer.status == 0) {
    found_ = Clock::now();
    return;
  }
  if (answer.status == kFailureOfSsh || answer.status < 0) fail(answer.errors);
  throw WorkerError("'" + target_.host + "' lets " + target_.shown() +
                    " in, but runs no commands for it: " +
                    (answer.errors.empty() ? answer.output : answer.errors));
}

SshAnswer SshChannel::run(const std::vector<std::string>& words, std::string_view input,
                          RunControl& control, double seconds) {
  const auto file = unnamed_file();
  write_all(::fileno(file.get()), input, "a temporary file");
  ::lseek(::fileno(file.get()), 0, SEEK_SET);
  connect(control);
  auto answer = run_local(command(words), ::fileno(file.get()), control, seconds);
  if (answer.status == kFailureOfSsh) fail(answer.errors);
  return answer;
}

SshAnswer SshChannel::run_local(const std::vector<std::string>& argv, int input,
                                RunControl& control, double seconds) const {
  SshAnswer answer;
  const auto errors = unnamed_file();
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0)
    throw DataError(std::string("cannot make a pipe: ") + std::strerror(errno));
  const Descriptor output(pipe[0]);
  Descriptor theirs(pipe[1]);
  ChildStart child;
  child.use(input, STDIN_FILENO);
  child.use(theirs.get(), STDOUT_FILENO);
  child.use(::fileno(errors.get()), STDERR_FILENO);
  child.apart(ChildStart::Group::kGroup);
  pid_t process = -1;
  if (const int failure = child.start(argv, process); failure != 0)
    throw WorkerError(std::string("cannot start ssh: ") + std::strerror(failure) +
                      "; install the client of OpenSSH (openssh-client)");
  theirs = Descriptor();
  const auto end = [&] {
    ::kill(-process, SIGKILL);
    ::kill(process, SIGKILL);
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
  };
  const auto begin = Clock::now();
  bool open = true;
  // Whether something came within this time.
  const auto read_some = [&](int milliseconds) {
    pollfd ready{output.get(), POLLIN, 0};
    if (!open || ::poll(&ready, 1, milliseconds) <= 0) return false;
    char buffer[65536];
    const auto got = ::read(output.get(), buffer, sizeof buffer);
    if (got > 0) answer.output.append(buffer, static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EINTR)) open = false;
    if (answer.output.size() > kMostOutput)
      throw WorkerError("a command on '" + target_.host + "' has printed more than 256 MiB");
    return true;
  };
  try {
    for (;;) {
      const bool came = read_some(50);
      // Not until the end of the pipe alone: a connection that stays may have got it.
      if (!open || !came) {
        int status = 0;
        const auto found = ::waitpid(process, &status, WNOHANG);
        if (found == process) answer.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        if (found == process || (found < 0 && errno != EINTR)) {
          // Or somebody else in this process has waited for it. Its last words may have come since
          // the pipe was looked at.
          while (read_some(0)) {
          }
          break;
        }
        if (!open) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      control.poll();
      control.cancel.throw_if_raised();
      if (seconds > 0 && std::chrono::duration<double>(Clock::now() - begin).count() > seconds)
        throw WorkerError("'" + target_.host + "' has not answered within " +
                          std::to_string(static_cast<int>(seconds)) + " seconds");
    }
  } catch (...) {
    end();
    throw;
  }
  answer.errors = text_of(::fileno(errors.get()), kMostErrors);
  return answer;
}

bool SshChannel::copy(const std::string& file, const std::string& to, const std::string& mode,
                      RunControl& control) {
  const Descriptor bytes(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!bytes) throw DataError("cannot read " + file + ": " + std::strerror(errno));
  const auto digest = sha256_of_file(file);
  if (mode.empty() || mode.find_first_not_of("01234567") != std::string::npos || mode.size() > 4)
    throw InvalidArgument("the mode of a file must be octal digits, is '" + mode + "'");
  // Exit statuses tell what went wrong; the words of the programs come with them.
  constexpr const char* kStart = "to=$1; want=$2; umask 077; ";
  const auto is_there = run(
      {"sh", "-c",
       std::string(kShellSha256) + kStart +
           "[ -f \"$to\" ] && [ \"$(sum \"$to\")\" = \"$want\" ] && chmod " + mode + " -- \"$to\"",
       "sh", to, digest},
      "", control);
  if (is_there.status == 0) return false;
  constexpr double kAnyTime = 0;
  const auto answer = run_local(
      command({"sh", "-c",
               std::string(kShellSha256) + kStart +
                   "case $to in */*) mkdir -p -- \"${to%/*}\" || exit 3;; esac; "
                   "[ -d \"$to\" ] && { echo 'a folder has that name' >&2; exit 4; }; "
                   "new=$to.new.$$; trap 'rm -f -- \"$new\"' EXIT; trap 'exit 5' HUP INT TERM; "
                   "cat >\"$new\" || exit 4; "
                   "[ \"$(sum \"$new\")\" = \"$want\" ] || exit 6; "
                   "chmod " +
                   mode + " -- \"$new\" && mv -f -- \"$new\" \"$to\" || exit 4",
               "sh", to, digest}),
      bytes.get(), control, kAnyTime);
  if (answer.status == kFailureOfSsh) fail(answer.errors);
  auto said = answer.errors;
  while (!said.empty() && said.back() == '\n') said.pop_back();
  if (answer.status == 6)
    throw DataError("the copy of " + file + " on '" + target_.host +
                    "' has other bytes than it: the file has changed, or the connection was lost");
  if (answer.status != 0)
    throw DataError("cannot write " + to + " on '" + target_.host + "'" +
                    (said.empty() ? std::string() : ": " + said));
  return true;
}

void SshChannel::close() noexcept {
  found_ = {};
  try {
    auto argv = options(false);
    argv.insert(argv.begin() + 1, {"-O", "exit"});
    (void)run_program(argv, 5);
    ::unlink(socket_.c_str());
  } catch (...) {
    // It ends by itself.
  }
}

namespace {

struct KnownSums {
  ForkSafeMutex mutex;
  std::map<std::string, std::string> by_identity;  // of few files: the programs of this machine
};

/// Made while the program is loaded, so that no copy of the process is made in the middle of it.
KnownSums& known = *new KnownSums;

}  // namespace

std::string sha256_of_file(const std::string& path) {
  const auto identity = file_identity(path);
  const auto key = identity ? path + '\0' + identity->text() : std::string();
  if (identity) {
    const std::lock_guard lock(known.mutex);
    if (const auto found = known.by_identity.find(key); found != known.by_identity.end())
      return found->second;
  }
  const auto answer = run_program(
      {"sh", "-c", std::string(kShellSha256) + "LC_ALL=C; sum \"$1\"", "sh", path}, 600);
  const auto digest = answer.output.substr(0, 64);
  if (answer.status != 0 || digest.size() != 64 ||
      digest.find_first_not_of("0123456789abcdef") != std::string::npos)
    throw DataError("cannot tell the SHA-256 of " + path +
                    "; one of sha256sum, shasum, openssl is needed" +
                    (answer.output.empty() ? "" : ": " + answer.output));
  // One that was changed meanwhile has another identity, unless within a tick of the clock of
  // files.
  constexpr auto kTick = std::chrono::seconds(2);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  if (identity && file_identity(path) == identity &&
      now - std::chrono::nanoseconds(identity->modified) > kTick) {
    const std::lock_guard lock(known.mutex);
    known.by_identity[key] = digest;
  }
  return digest;
}

}  // namespace insitu
