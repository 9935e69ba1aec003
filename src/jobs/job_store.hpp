#pragma once
// The folder in which the jobs of a user lie, one folder each.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "jobs/job.hpp"

namespace insitu {

class JobStore {
 public:
  /// $INSITU_JOBS_FOLDER, else insitu/jobs under $XDG_STATE_HOME or ~/.local/state. Throws
  /// InvalidArgument where none of them is an absolute path.
  static std::string usual_path();
  /// `path`: "" stands for the usual one.
  explicit JobStore(const std::string& path);

  const std::string& path() const { return path_; }
  /// A new job whose folder is filled by `fill` before anybody can see it; `description` gets id,
  /// time, machine and layout. It is kQueued, and its lock is held by `lock`. What a client that
  /// was killed has left half made is removed.
  Job add(nlohmann::json description, const std::function<void(const PrivateFolder&)>& fill,
          Descriptor& lock) const;
  /// Nothing: there is none. Throws InvalidArgument for what is not the name of a job, DataError
  /// for a folder that is not private.
  std::optional<Job> find(const std::string& id) const;
  /// All, in the order of their ids; a job that cannot be read is there, too.
  std::vector<JobView> list() const;
  /// Removes the folder of a job, whatever lies there: first it takes a name that is none of a job.
  void remove(const std::string& id) const;

 private:
  std::string path_;
};

/// "rxJob_" and digits.
bool is_job_id(const std::string&);

}  // namespace insitu
