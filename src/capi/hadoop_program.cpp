#include "capi/hadoop_program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <thread>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/utf8.hpp"
#include "capi/own_folder.hpp"
#include "contexts/child_start.hpp"
#include "contexts/gateway/checks.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMostOutput = 64 << 20;

/// Of a command without its script; "": not known.
std::string main_class(const std::string& command) {
  if (command == "fs" || command == "dfs") return "org.apache.hadoop.fs.FsShell";
  if (command == "version") return "org.apache.hadoop.util.VersionInfo";
  if (command == "distcp") return "org.apache.hadoop.tools.DistCp";
  if (command == "jar") return "org.apache.hadoop.util.RunJar";
  if (command == "conftest") return "org.apache.hadoop.util.ConfTest";
  if (command == "checknative") return "org.apache.hadoop.util.NativeLibraryChecker";
  return "";
}

std::string script_of_hadoop() {
  const auto home = environment_variable("HADOOP_HOME");
  std::error_code failure;
  if (auto program = home + "/bin/hadoop"; !home.empty() && fs::is_regular_file(program, failure) &&
                                           ::access(program.c_str(), X_OK) == 0)
    return program;
  return program_of_path("hadoop");
}

/// What a program and its logging say, without the log: lines that begin with a date and have a
/// level, and what logging says of itself.
std::string without_log(const std::string& text) {
  std::string kept;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    const bool dated = line.size() > 4 && std::all_of(line.begin(), line.begin() + 2,
                                                      [](char c) { return c >= '0' && c <= '9'; });
    const bool logged =
        dated && (line.find(" INFO ") != line.npos || line.find(" WARN ") != line.npos ||
                  line.find(" DEBUG ") != line.npos);
    if (!logged && !line.starts_with("SLF4J") && !line.starts_with("log4j:"))
      kept.append(line) += '\n';
  }
  return kept;
}

/// A child that is ended with us.
class Child {
 public:
  Child(const std::vector<std::string>& command, const std::string& out, const std::string& err) {
    ChildStart start;
    start.open("/dev/null", O_RDONLY, STDIN_FILENO);
    start.open(out.c_str(), O_WRONLY | O_CREAT | O_EXCL, STDOUT_FILENO, 0600);
    start.open(err.c_str(), O_WRONLY | O_CREAT | O_EXCL, STDERR_FILENO, 0600);
    start.apart(ChildStart::Group::kSession);
    if (const int failure = start.start(command, process_)) {
      process_ = -1;
      throw WorkerError("cannot run " + command[0] + ": " + std::strerror(failure));
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (process_ <= 0) return;
    ::kill(-process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  /// Whether it has ended; its status then.
  bool ended(int& status) {
    int found = 0;
    if (::waitpid(process_, &found, WNOHANG) != process_) return false;
    status = WIFEXITED(found) ? WEXITSTATUS(found) : 128 + WTERMSIG(found);
    process_ = -1;
    return true;
  }

 private:
  pid_t process_ = -1;
};

std::uintmax_t size_of(const std::string& path) {
  std::error_code failure;
  const auto size = fs::file_size(path, failure);
  return failure ? 0 : size;
}

/// What a file holds; bytes that are no text become question marks.
std::string text_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  for (std::size_t begin = 0; begin < text.size(); text[begin++] = '?') {
    const auto bad = find_invalid_utf8(std::string_view(text).substr(begin));
    if (bad == std::string_view::npos) break;
    begin += bad;
  }
  return text;
}

}  // namespace

std::vector<std::string> hadoop_command(const std::vector<std::string>& words) {
  if (words.empty())
    throw InvalidArgument(
        "the command of Hadoop is empty; give one, such as \"fs -ls /\" or \"version\"");
  auto all = words;
  if (all[0].starts_with('-')) all.insert(all.begin(), "fs");  // of the file system by itself
  const auto classes = environment_variable("INSITU_HADOOP_CLASSPATH");
  const auto name = main_class(all[0]);
  const auto program = script_of_hadoop();
  std::vector<std::string> command;
  if (!classes.empty() && !name.empty()) {
    const auto home = environment_variable("JAVA_HOME");
    command = {home.empty() ? "java" : home + "/bin/java",
               "-Xmx512m",
               "-XX:+UseSerialGC",
               "-XX:TieredStopAtLevel=1",
               "-XX:-UsePerfData",
               "-cp",
               classes,
               name};
    command.insert(command.end(), all.begin() + 1, all.end());
    return command;
  }
  if (!program.empty()) {
    command = {program};
    command.insert(command.end(), all.begin(), all.end());
    return command;
  }
  if (!classes.empty())
    throw InvalidArgument("the command " + all[0] +
                          " needs the script of Hadoop: let HADOOP_HOME name its folder; fs, jar, "
                          "distcp and version run without it");
  throw Unsupported(
      "Hadoop's own programs are not here: let HADOOP_HOME name the folder of Hadoop, or "
      "INSITU_HADOOP_CLASSPATH be what \"hadoop classpath\" prints; listing, copying and removing "
      "files do without them");
}

HadoopOutcome run_hadoop(const std::vector<std::string>& words) {
  const auto command = hadoop_command(words);
  const OwnFolder folder;
  const auto out = folder.path() + "/output", err = folder.path() + "/errors";
  HadoopOutcome outcome;
  Child child(command, out, err);
  while (!child.ended(outcome.status)) {
    poll_current_call();
    if (size_of(out) + size_of(err) > kMostOutput)
      throw DataError("the command prints more than 64 MiB, and was ended: " + words[0]);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (size_of(out) > kMostOutput) throw DataError("the command has printed more than 64 MiB");
  outcome.output = text_in(out);
  outcome.errors = without_log(text_in(err));
  return outcome;
}

}  // namespace insitu
