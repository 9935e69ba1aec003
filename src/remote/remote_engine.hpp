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
  /// can be in the way, InvalidArgument for the folder.
  RemoteEngine(const SshTarget&, const std::string& folder, RunControl&);

  WorkerProcess& line() { return *process_; }
  const SshChannel& channel() const { return channel_; }
  /// The program that runs there.
  const std::string& program() const { return program_; }
  /// Numbers of calls, from 1.
  std::uint32_t next_call() { return ++calls_; }
  /// Why the line has ended, as an error. REQUIRES: line().gone().
  [[noreturn]] void fail(const std::string& when);

 private:
  void start(const std::string& folder, RunControl&);

  SshChannel channel_;
  std::string program_;
  std::unique_ptr<WorkerProcess> process_;
  std::uint32_t calls_ = 0;
};

/// Waits until the line, or what is said beside it, has something, or a moment has passed; reads
/// it. Throws Cancelled where the caller wants no more.
void hear(WorkerProcess&, RunControl&);

/// Engines between their calls; one ends by itself when nobody calls it for ten minutes. A forked
/// copy of the process has none.
class KeptEngines {
 public:
  /// One that is there for this key and still answers; null: there is none.
  std::unique_ptr<RemoteEngine> take(const std::string& key);
  void keep(const std::string& key, std::unique_ptr<RemoteEngine>);

 private:
  void disown_after_fork();

  struct Kept {
    std::string key;
    std::unique_ptr<RemoteEngine> engine;
  };
  ForkSafeMutex mutex_;
  std::list<Kept> kept_;
  int owner_ = 0;
};

}  // namespace insitu
