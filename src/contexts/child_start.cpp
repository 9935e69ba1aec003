#include "contexts/child_start.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

extern char** environ;

namespace insitu {

namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

ChildStart::ChildStart() {
  posix_spawn_file_actions_init(&files_);
  posix_spawnattr_init(&attributes_);
}

ChildStart::~ChildStart() {
  posix_spawn_file_actions_destroy(&files_);
  posix_spawnattr_destroy(&attributes_);
}

void ChildStart::use(int descriptor, int as) {
  posix_spawn_file_actions_adddup2(&files_, descriptor, as);
}

void ChildStart::open(const char* path, int flags, int as, mode_t mode) {
  posix_spawn_file_actions_addopen(&files_, as, path, flags, mode);
}

void ChildStart::apart(Group group) {
#if defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 34)
  posix_spawn_file_actions_addclosefrom_np(&files_, 3);
#endif
#endif
  sigset_t none, defaults;
  sigemptyset(&none);
  sigfillset(&defaults);
  sigdelset(&defaults, SIGKILL);
  sigdelset(&defaults, SIGSTOP);
  posix_spawnattr_setsigmask(&attributes_, &none);
  posix_spawnattr_setsigdefault(&attributes_, &defaults);
  posix_spawnattr_setpgroup(&attributes_, 0);
  const int own = group == Group::kSession ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
  posix_spawnattr_setflags(
      &attributes_, static_cast<short>(own | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
}

int ChildStart::start(std::vector<std::string> command, pid_t& process,
                      std::vector<std::string>* environment) const {
  return ::posix_spawnp(&process, command[0].c_str(), &files_, &attributes_,
                        pointers(command).data(),
                        environment ? pointers(*environment).data() : environ);
}

int ChildStart::start_orphan(std::vector<std::string> command) const {
  const auto arguments = pointers(command);
  // What lies in memory is shared with the child below, which is gone when vfork returns here; no
  // handler of a signal may run there meanwhile.
  volatile int error = 0;
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t between = ::vfork();
  if (between == 0) {
    pid_t process = 0;
    error =
        ::posix_spawnp(&process, arguments[0], &files_, &attributes_, arguments.data(), environ);
    ::_exit(0);
  }
  if (between < 0) error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (between > 0)
    while (::waitpid(between, nullptr, 0) < 0 && errno == EINTR) {
    }
  return error;
}

}  // namespace insitu
