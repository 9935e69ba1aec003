#include "capi/remote_handles.hpp"

#include <unistd.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "base/error.hpp"
#include "base/fork_safe_mutex.hpp"
#include "capi/remote_call.hpp"
#include "capi/request_keys.hpp"
#include "capi/session.hpp"
#include "methods/options.hpp"

namespace insitu {

using nlohmann::json;

namespace {

struct OpenThere {
  std::mutex in_use;
  std::unique_ptr<RemoteEngine> engine;
  std::string key;
  std::int64_t number = 0;  ///< of the handle there
  bool writes = false;
  pid_t owner = -1;
};

struct AllOpen {
  ForkSafeMutex mutex;
  std::int64_t last = 0;
  std::map<std::int64_t, std::shared_ptr<OpenThere>> by_number;
};

/// Made while the program is loaded, so that no copy of the process is made in the middle of it.
/// Never destroyed: the lines end with the process, and the engines there with them.
AllOpen& all_open = *new AllOpen;

std::shared_ptr<OpenThere> find(std::int64_t number, bool remove) {
  const std::lock_guard lock(all_open.mutex);
  const auto found = all_open.by_number.find(number);
  if (found == all_open.by_number.end())
    throw InvalidArgument("no data source is open under handle " + std::to_string(number));
  auto open = found->second;
  if (open->owner != ::getpid())
    throw InvalidArgument(
        "the data source was opened by the process that this one was forked from; open it here");
  if (remove) all_open.by_number.erase(found);
  return open;
}

}  // namespace

void keep_open_there(Reply& reply, bool writes, const std::string& key,
                     std::unique_ptr<RemoteEngine> engine) {
  auto document = json::parse(reply.document);
  if (!document["handle"].is_number_integer())
    throw WorkerError("the engine there has opened the data source under no number");
  auto open = std::make_shared<OpenThere>();
  open->engine = std::move(engine);
  open->key = key;
  open->number = document["handle"];
  open->writes = writes;
  open->owner = ::getpid();
  const std::lock_guard lock(all_open.mutex);
  document["handle"] = --all_open.last;
  all_open.by_number.emplace(all_open.last, std::move(open));
  reply.document = document.dump();
}

std::optional<Reply> run_on_open_there(Request& request, json& document,
                                       const Callbacks& callbacks) {
  const auto text = document.find("op"), handle = document.find("handle");
  if (text == document.end() || handle == document.end() || !handle->is_number_integer() ||
      handle->get<std::int64_t>() >= 0)
    return std::nullopt;
  const bool closes = *text == "close";
  if (!closes && *text != "read_next" && *text != "write_next") return std::nullopt;
  check_request(document);
  const auto open = find(handle->get<std::int64_t>(), closes);
  const std::lock_guard lock(open->in_use);
  RunControl control;
  control.callbacks = callbacks;
  control.poll();
  control.cancel.throw_if_raised();
  document["handle"] = open->number;
  RemoteCall call(*open->engine, control);
  const auto rest = [&] {
    if (closes && call.answered())
      Session::instance().engines.keep(open->key, std::move(open->engine));
  };
  try {
    auto reply = call.run(document, request.streams);
    rest();
    return reply;
  } catch (const WorkerError&) {  // of what was read nothing is lost
    if (!closes || open->writes) throw;
    Reply reply;
    reply.document = json{{"closed", true}}.dump();
    return reply;
  } catch (...) {
    rest();
    throw;
  }
}

}  // namespace insitu
