#include "jobs/job.hpp"

#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "jobs/machine.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr std::uint64_t kMostOfDescription = 16 << 20, kMostOfState = 1 << 20;
constexpr std::size_t kMostOfMessage = 100'000;

constexpr std::array<std::pair<JobStatus, const char*>, 7> kNames = {
    {{JobStatus::kQueued, "queued"},
     {JobStatus::kRunning, "running"},
     {JobStatus::kFinished, "finished"},
     {JobStatus::kFailed, "failed"},
     {JobStatus::kCanceled, "canceled"},
     {JobStatus::kMissing, "missing"},
     {JobStatus::kUndetermined, "undetermined"}}};

/// An object whose values have the kinds that the layout says; throws DataError.
json checked(const Bytes& bytes, std::initializer_list<std::pair<const char*, json::value_t>> keys,
             const char* file) {
  const auto damaged = [&] {
    return DataError(std::string("the file ") + file + " of the job is damaged");
  };
  bool too_deep = false;
  auto document = json::parse(
      bytes.begin(), bytes.end(),
      [&](int depth, json::parse_event_t, json&) {
        too_deep |= depth > 100;
        return !too_deep;
      },
      false);
  if (too_deep || !document.is_object()) throw damaged();
  const auto format = document.find("format");
  if (format == document.end() || !format->is_number_integer()) throw damaged();
  if (*format != Job::kFormat)
    throw DataError("the job is of layout " + format->dump() + ", this engine reads layout " +
                    std::to_string(Job::kFormat));
  for (const auto& [key, kind] : keys) {
    const auto found = document.find(key);
    if (found == document.end()) throw damaged();
    const bool fits = kind == json::value_t::number_float
                          ? found->is_number() && std::isfinite(found->get<double>())
                          : found->type() == kind;
    if (!fits) throw damaged();
  }
  return document;
}

struct State {
  JobStatus status = JobStatus::kUndetermined;
  std::string message, processes;
  double changed = 0;
  long process = 0;
  int code = 0;
};

State read_state(const PrivateFolder& folder) {
  const auto bytes = folder.read(Job::kState, kMostOfState);
  if (!bytes) throw DataError("the file state.json of the job is missing");
  const auto found = checked(*bytes,
                             {{"status", json::value_t::string},
                              {"message", json::value_t::string},
                              {"processes", json::value_t::string},
                              {"changed", json::value_t::number_float},
                              {"process", json::value_t::number_float}},
                             Job::kState);
  State state;
  state.status = job_status_of(found["status"].get<std::string>());
  state.message = found["message"].get<std::string>();
  state.processes = found["processes"].get<std::string>();
  state.changed = found["changed"].get<double>();
  const auto process = found["process"].get<double>();
  if (process < 0 || process > 1e9) throw DataError("the file state.json of the job is damaged");
  state.process = static_cast<long>(process);
  if (const auto code = found.find("code"); code != found.end() && code->is_number_unsigned())
    state.code = static_cast<int>(std::min<std::uint64_t>(code->get<std::uint64_t>(), 1000));
  return state;
}

json read_description(const PrivateFolder& folder, const std::string& id) {
  const auto bytes = folder.read(Job::kDescription, kMostOfDescription);
  if (!bytes) throw DataError("the file job.json of the job is missing");
  auto found = checked(*bytes,
                       {{"id", json::value_t::string},
                        {"op", json::value_t::string},
                        {"function", json::value_t::string},
                        {"face", json::value_t::string},
                        {"label", json::value_t::string},
                        {"version", json::value_t::string},
                        {"host", json::value_t::string},
                        {"boot", json::value_t::string},
                        {"created", json::value_t::number_float},
                        {"autoCleanup", json::value_t::boolean},
                        {"consoleOutput", json::value_t::boolean}},
                       Job::kDescription);
  if (found["id"] != id) throw DataError("the job is not the one that its folder names");
  return found;
}

/// Why a runner that is gone has not written how it ended.
std::string why_gone(const json& description, const State& state, const Machine& machine,
                     const std::string& end_of_output) {
  const auto boot = description["boot"].get<std::string>();
  std::string why;
  if (!boot.empty() && !machine.boot.empty() && boot != machine.boot)
    why = "the machine was started anew while the job was " + std::string(name_of(state.status));
  else if (state.status == JobStatus::kQueued)
    why = "its runner has not begun, or ended at once";
  else
    why = "its runner (process " + std::to_string(state.process) + ") was killed or crashed";
  if (!end_of_output.empty()) why += "; its output ends with: " + end_of_output;
  return why;
}

std::string last_lines(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.size() > 500) text = "..." + text.substr(text.size() - 500);
  return as_utf8(text);
}

}  // namespace

const char* name_of(JobStatus status) {
  for (const auto& [each, name] : kNames)
    if (each == status) return name;
  return "undetermined";
}

JobStatus job_status_of(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& [each, text] : kNames) {
    if (name == text) return each;
    known.emplace_back(text);
  }
  throw InvalidArgument("unknown status of a job: '" + name + "'" + did_you_mean(name, known) +
                        "; it is one of queued, running, finished, failed, canceled, missing, "
                        "undetermined");
}

bool is_final(JobStatus status) {
  return status != JobStatus::kQueued && status != JobStatus::kRunning;
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string as_utf8(std::string_view bytes) {
  // What a replacing dump of JSON does, between its quotes.
  const auto quoted = json(bytes).dump(-1, ' ', false, json::error_handler_t::replace);
  return json::parse(quoted).get<std::string>();
}

JobView Job::look() const {
  JobView view;
  view.id = id_;
  view.path = folder_.path();
  view.status = JobStatus::kUndetermined;
  try {
    view.description = read_description(folder_, id_);
    // The lock first: a runner that lets go of it has written its last state before.
    const bool alive = is_alive();
    const auto state = read_state(folder_);
    view.status = state.status;
    view.message = state.message;
    view.changed = state.changed;
    view.process = state.process;
    view.code = state.code;
    if (is_final(state.status) || alive) return view;
    const auto machine = this_machine();
    if (view.description["host"] != machine.host) {
      view.status = JobStatus::kUndetermined;
      view.message = "it runs on " + view.description["host"].get<std::string>() +
                     ", and this is " + machine.host + ": ask there";
    } else if (is_asked_to_cancel()) {
      view.status = JobStatus::kCanceled;
    } else {
      view.message =
          why_gone(view.description, state, machine, last_lines(folder_.read_end(kOutput, 4096)));
      view.status = JobStatus::kFailed;
    }
  } catch (const Error& failure) {
    if (view.description.empty() && !folder_.has(kDescription) && !folder_.has(kState)) {
      view.status = JobStatus::kMissing;  // removed meanwhile
      return view;
    }
    view.status = JobStatus::kUndetermined;
    view.message = failure.what();
  }
  return view;
}

std::string Job::output(std::uint64_t most) const {
  return as_utf8(folder_.read_end(kOutput, most));
}

void Job::ask_to_cancel() const {
  if (!is_asked_to_cancel()) folder_.write(kCancel, "");
}

bool Job::is_alive() const {
  const Descriptor file(folder_.open(kLock));
  if (!file) return false;
  if (::flock(file.get(), LOCK_SH | LOCK_NB) == 0) return false;
  return errno == EWOULDBLOCK;
}

std::optional<Descriptor> Job::lock() const {
  Descriptor file(folder_.open(kLock));
  if (!file) return std::nullopt;
  // Whoever looks whether the job lives holds the lock for a moment.
  for (int attempt = 0; attempt < 50; ++attempt) {
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
    if (errno != EWOULDBLOCK && errno != EINTR) break;
    ::usleep(2000);
  }
  return std::nullopt;
}

bool Job::adopts(int descriptor) const {
  const Descriptor file(folder_.open(kLock));
  struct stat here {
  }, there{};
  return file && ::fstat(file.get(), &here) == 0 && ::fstat(descriptor, &there) == 0 &&
         here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

void Job::kill() const {
  if (!is_alive()) return;
  const auto machine = this_machine();
  try {
    const auto state = read_state(folder_);
    // It leads a session of its own; the lock says that it lives.
    if (state.status == JobStatus::kRunning && state.process > 1 &&
        state.processes == machine.processes && is_alive() &&
        ::getpgid(static_cast<pid_t>(state.process)) == state.process)
      ::kill(-static_cast<pid_t>(state.process), SIGKILL);
  } catch (const Error&) {
    // Not running yet: it will look whether it is to be canceled.
  }
}

void Job::remove_artifacts() const {
  for (const auto& name : folder_.names())
    if (name != kDescription && name != kState && name != kLock && name != kCancel)
      folder_.remove(name);
}

void Job::set_state(JobStatus status, const std::string& message, int code) const {
  const json state = {
      {"format", kFormat},
      {"status", name_of(status)},
      {"message", as_utf8(std::string_view(message).substr(0, kMostOfMessage))},
      {"code", code},
      {"changed", seconds_now()},
      // Of a queued job nobody's: the client is not to be ended with it.
      {"process", status == JobStatus::kQueued ? 0 : static_cast<std::int64_t>(::getpid())},
      {"processes", this_machine().processes},
  };
  folder_.write(kState, state.dump(2) + "\n");
}

}  // namespace insitu
