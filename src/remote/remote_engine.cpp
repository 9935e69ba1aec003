#include "remote/remote_engine.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/start_thread.hpp"
#include "contexts/build_identity.hpp"
#include "remote/remote_language.hpp"
#include "remote/remote_program.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr auto kPatience = std::chrono::seconds(60);
constexpr const char* kOfSsh = "exit status 255";  // ssh's own

}  // namespace

void hear(WorkerProcess& line, RunControl& control) {
  pollfd wanted[2] = {
      {line.line(), static_cast<short>(POLLIN | (line.wants_to_write() ? POLLOUT : 0)), 0},
      {line.errors(), POLLIN, 0}};
  (void)::poll(wanted, 2, 50);
  line.write_some();
  try {
    line.read_some();
  } catch (const DataError& failure) {
    throw WorkerError(std::string("the engine there has not sent what an engine sends: ") +
                      failure.what());
  }
  line.read_errors();
  control.poll();
}

RemoteEngine::RemoteEngine(const SshTarget& target, const std::string& folder, RunControl& control,
                           const std::string& language)
    : channel_(target) {
  channel_.connect(control);
  program_ = language.empty() ? program_there(channel_, control) : remote_language(language).said;
  start(folder, language, control);
}

void RemoteEngine::start(const std::string& folder, const std::string& language,
                         RunControl& control) {
  auto words = language.empty() ? std::vector{program_} : remote_language(language).worker;
  words.emplace_back("--serve");
  if (!folder.empty()) words.push_back(folder);
  process_ = std::make_unique<WorkerProcess>(channel_.command(words), std::string(),
                                             FrameLimits{});  // levels of a schema may be many
  const auto& host = channel_.target().host;
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    if (const auto frame = process_->take()) {
      const auto said = json::parse(frame->json, nullptr, false);
      if (frame->type == FrameType::kFail && said.is_object())
        throw InvalidArgument("'" + host + "': " + said.value("message", ""));
      if (frame->type != FrameType::kHello || !said.is_object())
        throw WorkerError("the program on '" + host + "' is no engine: " + program_);
      if (said.value("build", "") == build_id() && said.value("arithmetic", "") == arithmetic())
        return;
      const auto both = " of other sources: it is " + said.value("build", "unknown") +
                        ", this one is " + build_id() + "; the two would not give the same bits";
      if (!language.empty())
        throw Unsupported("the package insitu of " + program_ + " on '" + host + "' is" + both);
      throw WorkerError("the engine on '" + host + "' (" + program_ + ") is" + both);
    }
    if (process_->gone()) fail_at_start(language);
    hear(*process_, control);
    control.cancel.throw_if_raised();
    if (std::chrono::steady_clock::now() > end)
      throw WorkerError("the engine on '" + host + "' has not answered within " +
                        std::to_string(kPatience.count()) + " seconds");
  }
}

void RemoteEngine::fail_at_start(const std::string& language) {
  if (!language.empty())
    if (const auto words = process_->last_words(); !words.starts_with(kOfSsh))
      throw Unsupported(no_package_there(remote_language(language), channel_.target().host, words));
  fail("when it was started");
}

void RemoteEngine::fail(const std::string& when) {
  auto words = process_->last_words();
  std::ranges::replace(words, '\n', ' ');
  const bool of_ssh = words.starts_with(kOfSsh);
  throw WorkerError((of_ssh ? "the connection to '" + channel_.target().host + "' was lost "
                            : "the engine on '" + channel_.target().host + "' has ended ") +
                    when + " (" + words + ")");
}

namespace {

/// Whether an engine is ready for a call: it is there, has taken all that was sent and is silent.
bool rests(WorkerProcess& line) {
  try {
    line.write_some();
    line.read_some();
  } catch (const DataError&) {  // bytes that are no frame
    return false;
  }
  return !line.gone() && !line.wants_to_write() && !line.take();
}

}  // namespace

/// The thread that waits for the end of lines. It runs while there are any.
struct KeptEngines::Watch {
  Watch() : wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Watch() {
    if (wake >= 0) ::close(wake);
  }
  void look_again() const { (void)::eventfd_write(wake, 1); }

  int wake;
  std::thread thread;
  bool running = true, stopping = false;
};

KeptEngines::KeptEngines() : owner_(::getpid()) {}

KeptEngines::~KeptEngines() {
  if (owner_ != ::getpid()) (void)watch_.release();  // its thread is the other process's
  if (!watch_) return;
  {
    const std::lock_guard lock(mutex_);
    watch_->stopping = true;
  }
  watch_->look_again();
  watch_->thread.join();
}

/// REQUIRES: mutex_ is held. Signals are for the threads of the host.
void KeptEngines::watch() {
  if (watch_ && watch_->running) return watch_->look_again();
  if (watch_) watch_->thread.join();  // it has let go of the lock for the last time
  watch_ = std::make_unique<Watch>();
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    if (watch_->wake < 0) throw std::system_error(errno, std::generic_category());
    watch_->thread = start_thread([this, watch = watch_.get()] { end_lost_ones(*watch); });
  } catch (const std::system_error&) {
    watch_.reset();  // the next call ends them
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// Those that do not rest, taken from the others. REQUIRES: mutex_ is held.
std::list<KeptEngines::Kept> KeptEngines::without_lost_ones() {
  std::list<Kept> lost;
  for (auto each = kept_.begin(); each != kept_.end();) {
    const auto next = std::next(each);
    if (!rests(each->engine->line())) lost.splice(lost.end(), kept_, each);
    each = next;
  }
  return lost;
}

void KeptEngines::end_lost_ones(Watch& watch) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!watch.stopping && !kept_.empty()) {
    std::vector<pollfd> wanted = {{watch.wake, POLLIN, 0}};
    for (const auto& each : kept_) wanted.push_back({each.engine->line().line(), POLLIN, 0});
    lock.unlock();
    // One that is taken meanwhile wakes it at most once: its number is not asked for again.
    (void)::poll(wanted.data(), wanted.size(), -1);
    eventfd_t times = 0;
    (void)::eventfd_read(watch.wake, &times);
    lock.lock();
    auto lost = without_lost_ones();
    lock.unlock();
    lost.clear();  // their processes are waited for
    lock.lock();
  }
  watch.running = false;
}

std::unique_ptr<RemoteEngine> KeptEngines::take(const std::string& key) {
  std::list<Kept> lost;  // outside of the lock: their processes are waited for
  const std::lock_guard lock(mutex_);
  disown_after_fork();
  lost = without_lost_ones();
  const auto found = std::ranges::find(kept_, key, &Kept::key);
  if (found == kept_.end()) return nullptr;
  auto engine = std::move(found->engine);
  kept_.erase(found);
  if (watch_) watch_->look_again();
  return engine;
}

void KeptEngines::keep(const std::string& key, std::unique_ptr<RemoteEngine> engine) {
  if (!rests(engine->line())) return;
  const std::lock_guard lock(mutex_);
  disown_after_fork();
  kept_.push_front({key, std::move(engine)});
  watch();
}

void KeptEngines::disown_after_fork() {
  if (owner_ == ::getpid()) return;
  owner_ = ::getpid();
  (void)watch_.release();  // its thread is the other process's
  kept_.clear();           // closes this copy's ends of the lines alone
}

}  // namespace insitu
