#pragma once
// One job: a folder that says what is to be done, what has become of it, and holds the result
// (docs/jobs.md is the contract). Any number of processes of the user may look at the same time;
// only the runner, which holds the job's lock while it lives, writes the state.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "jobs/private_folder.hpp"

namespace insitu {

/// The statuses of RevoScaleR.
enum class JobStatus {
  kQueued,        ///< submitted; its runner has not begun
  kRunning,       ///< also while it is being canceled
  kFinished,      ///< its result is there
  kFailed,        ///< with an error, or its runner is gone
  kCanceled,      ///< as asked; nothing runs any more
  kMissing,       ///< there is no such job (any more)
  kUndetermined,  ///< its folder cannot be read, or it runs where this machine does not see
};

/// "queued", "running", ...
const char* name_of(JobStatus);
/// Throws InvalidArgument for a text that names none.
JobStatus job_status_of(const std::string& name);
/// No other status can follow but kMissing.
bool is_final(JobStatus);

/// What is known of a job at one moment.
struct JobView {
  std::string id, path;
  JobStatus status = JobStatus::kMissing;
  std::string message;  ///< why it failed or cannot be read, how far it is; "" otherwise
  int code = 0;         ///< of the error it failed with (base/error.hpp); 0: none, or not known
  double changed = 0;   ///< when its state last changed, in seconds since 1970
  long process = 0;     ///< of the runner; 0: not known
  nlohmann::json description = nlohmann::json::object();  ///< job.json, checked
};

class Job {
 public:
  /// Names of the files.
  static constexpr const char* kDescription = "job.json";
  static constexpr const char* kState = "state.json";
  static constexpr const char* kRequest = "request.json";
  static constexpr const char* kCall = "call.bin";
  static constexpr const char* kFinish = "finish.json";
  static constexpr const char* kOutput = "output.txt";
  static constexpr const char* kLock = "lock";
  static constexpr const char* kCancel = "cancel";
  static constexpr const char* kResult = "result";
  /// Version of the layout.
  static constexpr int kFormat = 1;

  Job(PrivateFolder folder, std::string id) : folder_(std::move(folder)), id_(std::move(id)) {}

  const std::string& id() const { return id_; }
  const PrivateFolder& folder() const { return folder_; }

  /// Never throws for what it finds: a job that cannot be read is kUndetermined, with why.
  JobView look() const;
  /// The end of what the runner has printed, as UTF-8; at most `most` bytes.
  std::string output(std::uint64_t most = 16 << 20) const;
  /// Asks the runner to stop. It looks often; nothing happens where it has ended.
  void ask_to_cancel() const;
  bool is_asked_to_cancel() const { return folder_.has(kCancel); }
  /// Ends the runner and what it has started at once, where it is one of this machine.
  void kill() const;
  /// Somebody holds the lock: the runner, or the client that is about to start it.
  bool is_alive() const;
  /// Removes request, rows, output and result; description and state stay.
  void remove_artifacts() const;
  /// The lock; nothing where somebody has it. Held as long as the descriptor and its copies live.
  std::optional<Descriptor> lock() const;
  /// The same on a descriptor that came with the process; false where it is another file.
  bool adopts(int descriptor) const;
  /// Writes the state, as the one who holds the lock. `code`: of the error in the message.
  void set_state(JobStatus, const std::string& message = "", int code = 0) const;

 private:
  PrivateFolder folder_;
  std::string id_;
};

/// Seconds since 1970.
double seconds_now();

/// Valid UTF-8: other bytes become U+FFFD.
std::string as_utf8(std::string_view bytes);

}  // namespace insitu
