#include "capi/named_job.hpp"

#include <filesystem>
#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

using nlohmann::json;

namespace {

JobStore store_of(const Options& options) {
  const auto job = options.text("job");
  return JobStore(job.starts_with('/') ? std::filesystem::path(job).parent_path().string()
                                       : options.text("jobs"));
}

}  // namespace

NamedJob::NamedJob(const Options& options) : store(store_of(options)), id(options.text("job")) {
  if (id.starts_with('/')) id = std::filesystem::path(id).filename().string();
  if (!is_job_id(id))
    throw InvalidArgument(
        "`job` must be the id of a job, as rxJob_1461, or its folder, not '"_named +
        options.text("job") + "'");
}

JobView NamedJob::look() const {
  JobView view;
  view.id = id;
  view.path = store.path() + "/" + id;
  try {
    const auto job = store.find(id);
    return job ? job->look() : view;
  } catch (const Error& failure) {
    view.status = JobStatus::kUndetermined;
    view.message = failure.what();
    return view;
  }
}

Job NamedJob::require() const {
  auto job = store.find(id);
  if (!job) throw InvalidArgument("there is no job " + id + " in " + store.path());
  return std::move(*job);
}

json document_of(const JobView& view) {
  return {{"id", view.id},
          {"path", view.path},
          {"status", name_of(view.status)},
          {"message", view.message},
          {"code", view.code},
          {"changed", view.changed},
          {"process", view.process},
          {"description", view.description}};
}

}  // namespace insitu
