#include "remote/remote_engine.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "contexts/build_identity.hpp"
#include "remote/remote_program.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr auto kPatience = std::chrono::seconds(60);

}  // namespace

void hear(WorkerProcess& line, RunControl& control) {
  pollfd wanted[2] = {
      {line.line(), static_cast<short>(POLLIN | (line.wants_to_write() ? POLLOUT : 0)), 0},
      {line.errors(), POLLIN, 0}};
  (void)::poll(wanted, 2, 50);
  line.write_some();
  line.read_some();
  line.read_errors();
  control.poll();
}

RemoteEngine::RemoteEngine(const SshTarget& target, const std::string& folder, RunControl& control)
    : channel_(target) {
  channel_.connect(control);
  program_ = program_there(channel_, control);
  start(folder, control);
}

void RemoteEngine::start(const std::string& folder, RunControl& control) {
  std::vector<std::string> words = {program_, "--serve"};
  if (!folder.empty()) words.push_back(folder);
  process_ = std::make_unique<WorkerProcess>(channel_.command(words));
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    if (const auto frame = process_->take()) {
      const auto said = json::parse(frame->json, nullptr, false);
      if (frame->type == FrameType::kFail && said.is_object())
        throw InvalidArgument("'" + channel_.target().host + "': " + said.value("message", ""));
      if (frame->type != FrameType::kHello || !said.is_object())
        throw WorkerError("the program on '" + channel_.target().host +
                          "' is no engine: " + program_);
      if (said.value("build", "") != build_id() || said.value("arithmetic", "") != arithmetic())
        throw WorkerError("the engine on '" + channel_.target().host + "' (" + program_ +
                          ") is of other sources: it is " + said.value("build", "unknown") +
                          ", this one is " + build_id() + "; the two would not give the same bits");
      return;
    }
    if (process_->gone()) fail("when it was started");
    hear(*process_, control);
    control.cancel.throw_if_raised();
    if (std::chrono::steady_clock::now() > end)
      throw WorkerError("the engine on '" + channel_.target().host + "' has not answered within " +
                        std::to_string(kPatience.count()) + " seconds");
  }
}

void RemoteEngine::fail(const std::string& when) {
  auto words = process_->last_words();
  std::ranges::replace(words, '\n', ' ');
  const bool of_ssh = words.starts_with("exit status 255");
  throw WorkerError((of_ssh ? "the connection to '" + channel_.target().host + "' was lost "
                            : "the engine on '" + channel_.target().host + "' has ended ") +
                    when + " (" + words + ")");
}

std::unique_ptr<RemoteEngine> KeptEngines::take(const std::string& key) {
  const std::lock_guard lock(mutex_);
  disown_after_fork();
  for (auto each = kept_.begin(); each != kept_.end();) {
    const auto next = std::next(each);
    auto& line = each->engine->line();
    line.read_some();
    if (line.gone()) {
      kept_.erase(each);
    } else if (each->key == key) {
      auto engine = std::move(each->engine);
      kept_.erase(each);
      return engine;
    }
    each = next;
  }
  return nullptr;
}

void KeptEngines::keep(const std::string& key, std::unique_ptr<RemoteEngine> engine) {
  const std::lock_guard lock(mutex_);
  disown_after_fork();
  kept_.push_front({key, std::move(engine)});
}

void KeptEngines::disown_after_fork() {
  if (owner_ == ::getpid()) return;
  owner_ = ::getpid();
  kept_.clear();  // closes this copy's ends of the lines alone
}

}  // namespace insitu
