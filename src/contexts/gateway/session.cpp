#include "contexts/gateway/session.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.hpp"
#include "contexts/build_identity.hpp"

namespace insitu {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kStartPatience = std::chrono::minutes(10);  // a busy queue

/// "; the end of its log: ...", or nothing if there is none.
std::string with_log(const GatewayFolder& folder) {
  const auto said = folder.log_tail();
  return said.empty() ? std::string() : "; the end of its log:\n" + said;
}

}  // namespace

void GatewaySession::connect() {
  line_ = std::make_unique<GatewayLine>(folder_.socket(), folder_.token(), words_);
  hello_ = line_->hello();
  const auto hello = json::parse(hello_);
  build_ = hello.value("build", "an older version");
  application_ = hello.value("app", "");
  master_ = hello.value("master", "");
  parallelism_ = std::max(1, hello.value("parallelism", 1));
  attached_ = hello.value("attached", false);
}

bool GatewaySession::connected() const {
  const std::lock_guard lock(mutex_);
  return line_ != nullptr;
}

void GatewaySession::require_this_build() const {
  if (build_ != source_version())
    throw WorkerError(words_.application() + " runs the insitu-jvm.jar of " + build_ +
                      ", and this engine is " + source_version() + "; end it (" + words_.end +
                      ") and connect again with the jar of this engine");
}

void GatewaySession::join() {
  if (!folder_.ready())
    throw WorkerError(words_.application() + " of this compute context has ended (" + folder() +
                      " is gone); connect again with " + words_.connect);
  connect();
}

void GatewaySession::start(const std::vector<std::string>& command,
                           const std::vector<std::pair<std::string, std::string>>& environment,
                           const std::string& place, RunControl& control) {
  try {
    process_ = std::make_unique<GatewayProcess>(command, environment, folder_.log());
  } catch (const Error&) {
    folder_.remove();
    throw;
  }
  const auto begin = Clock::now();
  while (!folder_.ready()) {
    if (process_->ended_within(0))
      throw WorkerError(words_.engine + " did not start (" + place + ")" + with_log(folder_));
    if (Clock::now() - begin > kStartPatience)
      throw WorkerError(words_.engine + " was not ready after ten minutes (" + place + ")" +
                        with_log(folder_));
    control.poll();
    control.cancel.throw_if_raised();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  connect();
}

Frame GatewaySession::call(const char* op, const json& arguments, std::string_view payload,
                           RunControl& control, const std::function<void(Frame&)>& on_frame) {
  const std::lock_guard lock(mutex_);
  if (!line_) throw WorkerError(words_.application() + " of this compute context has been stopped");
  try {
    return line_->call(op, arguments, payload, control, on_frame);
  } catch (const LineLost& lost) {
    line_.reset();
    throw WorkerError(lost.what() + with_log(folder_));
  }
}

json GatewaySession::ask(const char* op, const json& arguments, RunControl& control) {
  const auto frame = call(op, arguments, {}, control);
  return frame.json.empty() ? json::object() : json::parse(frame.json);
}

void GatewaySession::stop() noexcept {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  stopped_ = true;
  const int gateway = folder_.process();
  try {
    RunControl control;
    const auto end = Clock::now() + std::chrono::seconds(20);
    control.callbacks.interrupted = [end] { return Clock::now() > end; };
    if (line_) line_->call("SHUTDOWN", json::object(), {}, control);
  } catch (...) {
    // It has ended already, or does not listen: what follows ends it in any case.
  }
  line_.reset();
  if (process_) {
    process_->let_go();
    const bool never_ready = hello_.empty();  // it may wait for a master, and for nothing else
    if (never_ready) process_->ask_to_end();
    if (!process_->ended_within(never_ready ? 3 : 20)) process_->kill();
  } else if (!attached_) {
    for (int i = 0; i < 2000 && process_lives(gateway); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  folder_.remove();
}

GatewaySession::~GatewaySession() {
  const bool ours = process_ && process_->ours();  // not in a forked copy
  const bool never_ready = hello_.empty();
  if (ours && !stopped_ && (!persistent_ || never_ready)) stop();
}

}  // namespace insitu
