#pragma once
// The job that a request names (docs/jobs.md).
#include <nlohmann/json.hpp>
#include <string>

#include "jobs/job_store.hpp"
#include "methods/options.hpp"

namespace insitu {

/// An id in the folder of jobs, or the path of the job's own folder.
struct NamedJob {
  JobStore store;
  std::string id;

  /// Throws InvalidArgument for what is neither.
  explicit NamedJob(const Options&);

  /// A job that cannot be read, or is none, has a view, too.
  JobView look() const;
  /// Throws InvalidArgument where there is none.
  Job require() const;
};

/// What is known of a job, as replies have it.
nlohmann::json document_of(const JobView&);

}  // namespace insitu
