#include "contexts/worker_copies.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "base/error.hpp"

namespace insitu {

namespace {

/// What a copy tells the original at its end; user's code can choose an exit status, but not this.
struct LastWord {
  bool replace, finished;
  int status;
  std::int64_t idle_milliseconds;  // of the next copy; -1: no limit
};

/// Memory that the original and its copies see.
class Shared {
 public:
  Shared() {
    auto* page = ::mmap(nullptr, sizeof(LastWord), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
      throw WorkerError(std::string("cannot share memory with a copy: ") + std::strerror(errno));
    word_ = new (page) LastWord{false, false, 0, -1};
  }
  ~Shared() { ::munmap(word_, sizeof(LastWord)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  LastWord& word() { return *word_; }

 private:
  LastWord* word_;
};

class Copy final : public WorkerCopy {
 public:
  Copy(const LanguageProcess& process, LastWord& word) : process_(process), word_(word) {
    if (word.idle_milliseconds >= 0) idle_limit_.emplace(word.idle_milliseconds);
  }
  std::optional<std::chrono::milliseconds> idle_limit() const override { return idle_limit_; }
  void warm_up() override {
    if (process_.warm_up) process_.warm_up();
  }
  [[noreturn]] void replace(std::chrono::milliseconds idle) override {
    word_.idle_milliseconds = idle.count();
    end(true, 0);
  }
  /// Not by exit(): what the original has to put in order at its end is not the copy's.
  [[noreturn]] void end(bool replace, int status) {
    if (process_.leave) process_.leave();
    std::fflush(nullptr);
    word_.replace = replace;
    word_.finished = true;
    word_.status = status;
    ::_exit(0);
  }

 private:
  const LanguageProcess& process_;
  LastWord& word_;
  std::optional<std::chrono::milliseconds> idle_limit_;
};

/// Ends this process as another has ended.
[[noreturn]] void end_like(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    std::signal(signal, SIG_DFL);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    ::sigprocmask(SIG_UNBLOCK, &one, nullptr);
    ::kill(::getpid(), signal);
  }
  std::fflush(nullptr);
  ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

}  // namespace

int serve_by_copies(const LanguageProcess& process,
                    const std::function<int(WorkerCopy&)>& serve_call) {
  Shared shared;
  const auto original = ::getpid();
  for (;;) {
    auto& word = shared.word();
    word.replace = word.finished = false;
    std::fflush(nullptr);
    const auto copy = process.fork();
    if (copy < 0)
      throw WorkerError(std::string("cannot fork a copy of the worker: ") + std::strerror(errno));
    if (copy == 0) {
      // Whoever kills the original means the worker.
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != original) ::_exit(1);
      Copy self(process, word);
      int status = 1;
      try {
        status = serve_call(self);
      } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
      }
      self.end(false, status);
    }
    int status = 0;
    while (::waitpid(copy, &status, 0) < 0 && errno == EINTR) {
    }
    if (!word.finished) end_like(status);
    if (!word.replace) return word.status;
  }
}

}  // namespace insitu
