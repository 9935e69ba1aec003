#include "contexts/run_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "contexts/child_start.hpp"

namespace insitu {

namespace {

constexpr std::size_t kMostOutput = 64 << 10;

}  // namespace

ProgramAnswer run_program(const std::vector<std::string>& command, double seconds) {
  using Clock = std::chrono::steady_clock;
  ProgramAnswer answer;
  int pipe[2];
  if (command.empty() || ::pipe2(pipe, O_CLOEXEC) != 0) return answer;
  ChildStart child;
  child.open("/dev/null", O_RDONLY, STDIN_FILENO);
  child.use(pipe[1], STDOUT_FILENO);
  child.use(pipe[1], STDERR_FILENO);
  pid_t process = -1;
  answer.started = child.start(command, process) == 0;
  ::close(pipe[1]);
  if (!answer.started) {
    ::close(pipe[0]);
    return answer;
  }
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                           std::chrono::duration<double>(seconds));
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd end{pipe[0], POLLIN, 0};
    const int ready = left > 0 ? ::poll(&end, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      ::kill(process, SIGKILL);
      break;
    }
    char buffer[4096];
    const auto got = ::read(pipe[0], buffer, sizeof buffer);
    if (got <= 0) break;
    if (answer.output.size() < kMostOutput)
      answer.output.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) answer.status = WEXITSTATUS(status);
  return answer;
}

}  // namespace insitu
