#include "jobs/job_store.hpp"

#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/error.hpp"
#include "base/put_in_place.hpp"
#include "base/temporary.hpp"
#include "jobs/machine.hpp"

namespace insitu {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::string_view kPrefix = "rxJob_";

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value && *value == '/' ? value : "";
}

std::string temporary_in(const std::string& folder) {
  return fs::path(temporary_name(folder + "/job")).filename().string();
}

}  // namespace

bool is_job_id(const std::string& id) {
  return id.size() > kPrefix.size() && id.size() < 40 && id.starts_with(kPrefix) &&
         std::all_of(id.begin() + kPrefix.size(), id.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

std::string JobStore::usual_path() {
  if (const char* given = std::getenv("INSITU_JOBS_FOLDER"); given && *given) {
    if (*given != '/')
      throw InvalidArgument("INSITU_JOBS_FOLDER must be an absolute path, not '" +
                            std::string(given) + "'");
    return given;
  }
  if (const auto state = from_environment("XDG_STATE_HOME"); !state.empty())
    return state + "/insitu/jobs";
  if (const auto home = from_environment("HOME"); !home.empty())
    return home + "/.local/state/insitu/jobs";
  throw InvalidArgument("there is no folder for jobs: set INSITU_JOBS_FOLDER to an absolute path");
}

JobStore::JobStore(const std::string& path) : path_(path.empty() ? usual_path() : path) {
  if (!path_.starts_with('/'))
    throw InvalidArgument("the folder of jobs must be an absolute path, not '" + path_ + "'");
}

Job JobStore::add(json description, const std::function<void(const PrivateFolder&)>& fill,
                  Descriptor& lock) const {
  const auto store = PrivateFolder::make(path_);
  collect_left_overs(path_);
  const auto name = temporary_in(path_);
  const auto machine = this_machine();
  auto folder = store.make_folder(name);
  try {
    fill(folder);
    Descriptor(folder.create(Job::kOutput));
    Descriptor(folder.create(Job::kLock));
    const Job job(std::move(folder), name);
    auto held = job.lock();
    if (!held)
      throw DataError(
          "the folder of jobs has no locks; set INSITU_JOBS_FOLDER to one of this machine: " +
          path_);
    job.set_state(JobStatus::kQueued);
    const double now = seconds_now();
    description["format"] = Job::kFormat;
    description["created"] = now;
    description["host"] = machine.host;
    description["boot"] = machine.boot;
    // Numbers rise with time and are not used again when a job is gone.
    for (auto number = static_cast<std::uint64_t>(now * 1000);; ++number) {
      const auto id = std::string(kPrefix) + std::to_string(number);
      if (store.has(id)) continue;
      description["id"] = id;
      job.folder().write(Job::kDescription,
                         description.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
      if (!store.rename(name, id)) continue;
      lock = std::move(*held);
      sync_folder(path_);
      return Job(std::move(*store.folder(id)), id);
    }
  } catch (...) {
    store.remove(name);
    throw;
  }
}

std::optional<Job> JobStore::find(const std::string& id) const {
  if (!is_job_id(id))
    throw InvalidArgument("not the id of a job: '" + id + "'; ids are as rxJob_1461");
  const auto store = PrivateFolder::find(path_);
  if (!store) return std::nullopt;
  auto folder = store->folder(id);
  if (!folder) return std::nullopt;
  return Job(std::move(*folder), id);
}

std::vector<JobView> JobStore::list() const {
  std::vector<JobView> all;
  const auto store = PrivateFolder::find(path_);
  if (!store) return all;
  for (const auto& name : store->names()) {
    if (!is_job_id(name)) continue;
    JobView view;
    view.id = name;
    view.path = path_ + "/" + name;
    try {
      const auto job = find(name);
      if (!job) continue;  // gone meanwhile
      view = job->look();
      if (view.status == JobStatus::kMissing) continue;
    } catch (const Error& failure) {
      view.status = JobStatus::kUndetermined;
      view.message = failure.what();
    }
    all.push_back(std::move(view));
  }
  std::ranges::stable_sort(all, [](const JobView& a, const JobView& b) {
    return a.id.size() != b.id.size() ? a.id.size() < b.id.size() : a.id < b.id;
  });
  return all;
}

void JobStore::remove(const std::string& id) const {
  if (!is_job_id(id)) throw InvalidArgument("not the id of a job: '" + id + "'");
  const auto store = PrivateFolder::find(path_);
  if (!store || !store->has(id)) return;
  const auto name = temporary_in(path_);
  if (store->rename(id, name)) store->remove(name);
}

}  // namespace insitu
