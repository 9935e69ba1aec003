#include "remote/ssh_target.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

namespace {

// Switches of ssh that say how to connect, without and with a value. The others change what a
// connection is: a terminal, a background process, a subsystem, a question to another connection.
constexpr std::string_view kPlain = "46AaCKkqvXxYy";
constexpr std::string_view kWithValue = "BbcDEeFIiJLlmopRw";
// Those that let nobody use anything of this machine.
constexpr std::string_view kHarmlessPlain = "46aCqvx", kHarmlessWithValue = "BbcFiJlmp";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("._-:%[]+@").find(c) != std::string_view::npos;
}

/// A configuration may put names into the command line of a proxy, which a shell reads.
void check_name(const std::string& name, const char* argument) {
  if (name.starts_with('-'))
    throw InvalidArgument(insitu::named(argument) + " must not begin with '-', is '" + name + "'");
  if (!std::ranges::all_of(name, is_plain))
    throw InvalidArgument(insitu::named(argument) +
                          " may hold letters, digits and . _ - : % only, is '" + name + "'");
}

[[noreturn]] void refuse_switch(const std::string& word, const char* why) {
  throw InvalidArgument("`sshSwitches`: '"_named + word + "' " + why +
                        "; give switches of a connection, as \"-i key.pem -p 2222\"");
}

void check_switches(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word.size() < 2 || word[0] != '-' || word == "--")
      refuse_switch(word, "is no switch of ssh");
    for (std::size_t k = 1; k < word.size(); ++k) {
      if (kPlain.find(word[k]) != std::string_view::npos) continue;
      if (kWithValue.find(word[k]) == std::string_view::npos)
        refuse_switch(word, "is no switch that a connection can have");
      if (k + 1 == word.size() && ++i == words.size()) refuse_switch(word, "needs a value");
      break;  // the rest of the word, or the next word, is the value
    }
  }
}

/// A file below ~/.ssh that is the user's, and that nobody else may write. One elsewhere may have
/// been saved there by a browser, and a configuration names programs that ssh starts.
bool is_own_configuration(const std::string& path) {
  using Text = std::unique_ptr<char, decltype(&std::free)>;
  const char* home = std::getenv("HOME");
  if (!home || *home != '/') return false;
  const Text folder(::realpath((std::string(home) + "/.ssh").c_str(), nullptr), std::free);
  const Text file(::realpath(path.c_str(), nullptr), std::free);
  struct stat status {};
  return folder && file && std::string(file.get()).starts_with(std::string(folder.get()) + '/') &&
         ::stat(file.get(), &status) == 0 && S_ISREG(status.st_mode) &&
         status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

}  // namespace

std::string SshTarget::shown() const { return user.empty() ? host : user + "@" + host; }

SshTarget ssh_target(const std::string& host, const std::string& user,
                     const std::string& switches) {
  SshTarget target{host, user, shell_words(switches)};
  auto& name = target.host;
  std::string port;
  if (constexpr std::string_view kScheme = "ssh://"; name.starts_with(kScheme)) {
    name.erase(0, kScheme.size());
    while (name.ends_with('/')) name.pop_back();
    const auto colon = name.rfind(':');
    if (colon != std::string::npos && name.find(']', colon) == std::string::npos) {
      port = name.substr(colon + 1);
      name.erase(colon);
    }
    if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  }
  if (const auto at = name.rfind('@'); at != std::string::npos) {
    if (target.user.empty()) target.user = name.substr(0, at);
    name.erase(0, at + 1);
  }
  if (name.empty())
    throw InvalidArgument(
        "`sshHostname` must name a machine: \"host\", \"user@host\" or "
        "\"ssh://user@host:port\", is '"_named +
        host + "'");
  check_name(name, "sshHostname");
  check_name(target.user, "sshUsername");
  check_switches(target.switches);
  if (!port.empty()) {
    if (port.size() > 5 || !std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; }))
      throw InvalidArgument("`sshHostname`: the port must be a number, is '"_named + port + "'");
    target.switches.insert(target.switches.begin(), {"-p", port});
  }
  return target;
}

void require_harmless_switches(const SshTarget& target) {
  const auto& words = target.switches;
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto word = words[i];
    const auto refuse = [&](const std::string& what) {
      throw InvalidArgument(
          "`sshSwitches`: '"_named + what +
          "' is not taken from the path of a job, which may come from anywhere, as a program of "
          "this machine could be started by it: name the job by its id in the context itself");
    };
    const auto at = word.find_first_not_of(kHarmlessPlain, 1);
    if (at == std::string::npos) continue;
    if (kHarmlessWithValue.find(word[at]) == std::string_view::npos) refuse(word);
    const auto value = at + 1 < word.size() ? word.substr(at + 1) : words.at(++i);
    if (word[at] == 'F') {
      if (!is_own_configuration(value)) refuse("-F " + value);
    } else if (word[at] != 'i' &&
               !std::ranges::all_of(value, [](char c) { return is_plain(c) || c == ','; })) {
      refuse(word);
    }
  }
}

std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  bool inside = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
      const char next = line[++i];
      // Within "..." a backslash stands for itself before all but these.
      if (quote == '"' && next != '"' && next != '\\' && next != '$' && next != '`')
        words.back() += c;
      words.back() += next;
    } else {
      words.back() += c;
    }
  }
  if (quote != 0)
    throw InvalidArgument("`sshSwitches`: a quote has no end: "_named + std::string(line));
  return words;
}

std::string quoted_words(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) {
    line += line.empty() ? "'" : " '";
    for (const char c : word) {
      if (c == '\0') throw InvalidArgument("a word of a command cannot hold a zero byte");
      if (c == '\'')
        line += "'\\''";
      else
        line += c;
    }
    line += '\'';
  }
  return line;
}

}  // namespace insitu
