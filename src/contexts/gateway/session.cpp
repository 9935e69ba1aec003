#include "contexts/spark_session.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.hpp"
#include "base/named.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/spark_preflight.hpp"

namespace insitu {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kStartPatience = std::chrono::minutes(10);  // a busy YARN queue

/// "; the end of its log: ...", or nothing if there is none.
std::string with_log(const SparkFolder& folder) {
  const auto said = folder.log_tail();
  return said.empty() ? std::string() : "; the end of its log:\n" + said;
}

}  // namespace

void SparkSession::connect() {
  line_ = std::make_unique<GatewayLine>(folder_.socket(), folder_.token());
  const auto hello = json::parse(line_->hello());
  build_ = hello.value("build", "an older version");
  version_ = hello.value("spark", "");
  application_ = hello.value("app", "");
  master_ = hello.value("master", "");
  parallelism_ = std::max(1, hello.value("parallelism", 1));
  attached_ = hello.value("attached", false);
}

void SparkSession::require_this_build() const {
  if (build_ != source_version())
    throw WorkerError(
        "the Spark application runs the insitu-jvm.jar of " + build_ + ", and this engine is " +
        source_version() +
        "; end it (`rxStopEngine`, insitu spark stop) and connect again with the "_named
        "jar of this engine");
}

std::shared_ptr<SparkSession> SparkSession::join(const std::string& folder) {
  std::shared_ptr<SparkSession> session(new SparkSession(SparkFolder(folder)));
  session->persistent_ = true;
  if (!session->folder_.ready())
    throw WorkerError("the Spark application of this compute context has ended (" + folder +
                      " is gone); connect again with `rxSparkConnect`"_named);
  session->connect();
  return session;
}

std::shared_ptr<SparkSession> SparkSession::find(const SparkOptions& options) {
  const auto folder = SparkFolder::find(spark_launch(options));
  if (!folder) {
    SparkFolder::all_persistent();  // removes what an ended one has left
    return nullptr;
  }
  try {
    return join(folder->path());
  } catch (const GatewaySilent&) {
    throw;  // it lives: another one in its place would orphan it
  } catch (const Error&) {
    return nullptr;  // it is just ending
  }
}

std::shared_ptr<SparkSession> SparkSession::start(const SparkOptions& options,
                                                  RunControl& control) {
  const auto places = require_spark(options);
  const auto launch = spark_launch(options);
  if (!options.suppress_warning)
    for (const auto& note : launch.notes) control.warn(note);

  std::shared_ptr<SparkSession> session(new SparkSession(SparkFolder::make(options)));
  session->persistent_ = options.persistent_run;
  const auto& folder = session->folder_;
  std::vector<std::string> command = {places.spark_home + "/bin/spark-submit"};
  try {
    const auto arguments = folder.write_settings(launch, places.spark_home);
    command.insert(command.end(), arguments.begin(), arguments.end());
  } catch (const Error&) {
    folder.remove();
    throw;
  }
  command.insert(command.end(), {places.jar, folder.path()});
  auto environment = launch.environment;
  environment.emplace_back("SPARK_HOME", places.spark_home);
  try {
    session->process_ = std::make_unique<SparkProcess>(command, environment, folder.log());
  } catch (const Error&) {
    folder.remove();
    throw;
  }

  const auto begin = Clock::now();
  while (!folder.ready()) {
    if (session->process_->ended_within(0))
      throw WorkerError("Spark did not start (master " + launch.master + ")" + with_log(folder));
    if (Clock::now() - begin > kStartPatience)
      throw WorkerError("Spark was not ready after ten minutes (master " + launch.master + ")" +
                        with_log(folder));
    control.poll();
    control.cancel.throw_if_raised();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  session->connect();
  if (session->persistent_)
    if (const auto failure = folder.publish(launch); !failure.empty())
      control.warn("the Spark application cannot be found again by other processes: " + failure);
  return session;
}

Frame SparkSession::call(const char* op, const json& arguments, std::string_view payload,
                         RunControl& control, const std::function<void(Frame&)>& on_frame) {
  const std::lock_guard lock(mutex_);
  if (!line_) throw WorkerError("the Spark application of this compute context has been stopped");
  try {
    return line_->call(op, arguments, payload, control, on_frame);
  } catch (const LineLost& lost) {
    line_.reset();
    throw WorkerError(lost.what() + with_log(folder_));
  }
}

json SparkSession::ask(const char* op, const json& arguments, RunControl& control) {
  const auto frame = call(op, arguments, {}, control);
  return frame.json.empty() ? json::object() : json::parse(frame.json);
}

void SparkSession::stop() noexcept {
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
    const bool never_ready = version_.empty();  // it may wait for a master, and for nothing else
    if (never_ready) process_->ask_to_end();
    if (!process_->ended_within(never_ready ? 3 : 20)) process_->kill();
  } else if (!attached_) {
    for (int i = 0; i < 2000 && process_lives(gateway); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  folder_.remove();
}

SparkSession::~SparkSession() {
  const bool ours = process_ && process_->ours();  // not in a forked copy
  const bool never_ready = version_.empty();
  if (ours && !stopped_ && (!persistent_ || never_ready)) stop();
}

}  // namespace insitu
