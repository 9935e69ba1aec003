#pragma once
// The engine on another machine: the program that serves whole requests there, found or copied,
// started over a channel of ssh, and kept between calls.
#include <list>
#include <memory>
#include <string>

#include "base/fork_safe_mutex.hpp"
#include "contexts/transport.hpp"
#include "remote/ssh_channel.hpp"

namespace insitu {

class RemoteEngine {
 public:
  /// Connects, finds the program there (insitu-worker of this build in PATH) or copies the one from
  /// here, starts it in `folder` ("": of the user there). Throws WorkerError in words for all that
  /// can be in the way, InvalidArgument for the folder. `language`: "R", "python": a process of
  /// that language, which runs its functions; Unsupported where the package is not there, or is of
  /// another build.
  RemoteEngine(const SshTarget&, const std::string& folder, RunControl&,
               const std::string& language = "");

  WorkerProcess& line() { return *process_; }
  const SshChannel& channel() const { return channel_; }
  /// The program that runs there.
  const std::string& program() const { return program_; }
  /// Numbers of calls, from 1.
  std::uint32_t next_call() { return ++calls_; }
  /// Why the line has ended, as an error. REQUIRES: line().gone().
  [[noreturn]] void fail(const std::string& when);

 private:
  void start(const std::string& folder, const std::string& language, RunControl&);
  [[noreturn]] void fail_at_start(const std::string& language);

  SshChannel channel_;
  std::string program_;
  std::unique_ptr<WorkerProcess> process_;
  std::uint32_t calls_ = 0;
};

/// Waits until the line, or what is said beside it, has something, or a moment has passed; reads
/// it. Throws WorkerError for bytes that are no frame; the line is gone then.
void hear(WorkerProcess&, RunControl&);

/// Engines between their calls; one ends by itself when nobody calls it for ten minutes. While
/// there are any a thread waits for the end of their lines, so that no process that has ended is
/// left behind however long no call comes. A forked copy of the process has none. Safe to use from
/// several threads.
class KeptEngines {
 public:
  KeptEngines();
  ~KeptEngines();
  KeptEngines(const KeptEngines&) = delete;
  KeptEngines& operator=(const KeptEngines&) = delete;

  /// One that is there for this key and still answers; null: there is none. One that has said
  /// anything between two calls is given up: whatever it was, it is no answer to the next one.
  std::unique_ptr<RemoteEngine> take(const std::string& key);
  /// REQUIRES: the last call of the engine has been answered.
  void keep(const std::string& key, std::unique_ptr<RemoteEngine>);

 private:
  struct Kept {
    std::string key;
    std::unique_ptr<RemoteEngine> engine;
  };
  struct Watch;
  void disown_after_fork();
  void watch();
  void end_lost_ones(Watch&);
  std::list<Kept> without_lost_ones();

  ForkSafeMutex mutex_;
  std::list<Kept> kept_;
  int owner_ = 0;  // process that they belong to
  std::unique_ptr<Watch> watch_;
};

}  // namespace insitu
