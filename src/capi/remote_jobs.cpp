#include "capi/remote_jobs.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/fork_safe_mutex.hpp"
#include "methods/options.hpp"

namespace insitu {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr std::string_view kScheme = "rxremote:";
constexpr const char* kOfLanguages[] = {"r", "python"};

struct Kept {
  ForkSafeMutex mutex;
  std::map<std::string, json> by_path;
  std::set<std::string> contexts;  // by their folders, which name them in full
};

/// Made while the program is loaded, so that no copy of the process is made in the middle of it.
Kept& kept_jobs = *new Kept;

}  // namespace

std::string remote_jobs_folder(const json& context) {
  auto text = to_base64(context.dump());
  std::ranges::replace(text, '/', '_');
  std::ranges::replace(text, '+', '-');
  return std::string(kScheme) + text;
}

json context_of_remote_jobs(std::string_view path) {
  if (!path.starts_with(kScheme)) return nullptr;
  path.remove_prefix(kScheme.size());
  std::string text(path.substr(0, path.find('/')));
  std::ranges::replace(text, '_', '/');
  std::ranges::replace(text, '-', '+');
  auto context = parse_document(from_base64(text));
  if (!context.is_object()) throw InvalidArgument("a folder of jobs names no context");
  return context;
}

void remember_context(const json& context) {
  auto& all = kept_jobs;
  const std::lock_guard lock(all.mutex);
  all.contexts.insert(remote_jobs_folder(context));
}

bool is_remembered(const json& context) {
  auto& all = kept_jobs;
  const std::lock_guard lock(all.mutex);
  return all.contexts.contains(remote_jobs_folder(context));
}

json take_kept(json& document) {
  document.erase("jobs");
  if (const auto job = document.find("job"); job != document.end() && job->is_string())
    if (const auto& path = job->get_ref<const std::string&>(); path.starts_with(kScheme))
      *job = path.substr(path.rfind('/') + 1);
  json kept;
  if (const auto finish = document.find("finish"); finish != document.end()) {
    kept = *finish;
    if (finish->is_object())
      for (const auto* language : kOfLanguages) finish->erase(language);
  }
  return kept;
}

void rename_jobs(ordered_json& reply, const std::string& folder, const json& kept) {
  const auto rename = [&](ordered_json& job) {
    if (job.is_object() && job.contains("id") && job["id"].is_string())
      job["path"] = folder + "/" + job["id"].get<std::string>();
  };
  if (reply.contains("folder")) reply["folder"] = folder;
  if (reply.contains("jobs"))
    for (auto& each : reply["jobs"]) rename(each);
  if (reply.contains("job")) rename(reply["job"]);
  if (reply.contains("finish") && reply["finish"].is_object())
    for (const auto* language : kOfLanguages) reply["finish"].erase(language);
  if (!kept.is_null() && reply.contains("job")) {
    auto& all = kept_jobs;
    const std::lock_guard lock(all.mutex);
    all.by_path[reply["job"].value("path", "")] = kept;
  }
}

json kept_of_job(const std::string& path) {
  auto& all = kept_jobs;
  const std::lock_guard lock(all.mutex);
  const auto found = all.by_path.find(path);
  return found == all.by_path.end() ? json() : found->second;
}

void forget_job(const std::string& path) {
  auto& all = kept_jobs;
  const std::lock_guard lock(all.mutex);
  all.by_path.erase(path);
}

}  // namespace insitu
