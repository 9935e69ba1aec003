#pragma once
// A running Spark application and the line to its gateway: started by us, found again, or attached
// to a session that PySpark or sparklyr holds.
#include <sys/types.h>

#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "contexts/gateway_line.hpp"
#include "contexts/spark_options.hpp"

namespace insitu {

/// Safe to use from several threads: calls go one after the other.
class SparkSession {
 public:
  /// Starts an application and waits until it is ready. Not persistent: it ends with the last user
  /// of this object, or with this process, however that ends. Checks first what would make Spark
  /// hang or speak in riddles (spark_preflight.hpp). Throws what they say; WorkerError with the
  /// last lines of the application's log.
  static std::shared_ptr<SparkSession> start(const SparkOptions&, RunControl&);
  /// The session whose folder this is. Throws WorkerError when it has ended.
  static std::shared_ptr<SparkSession> join(const std::string& folder);
  /// A persistent application of this user that was started with the same settings; null: none.
  static std::shared_ptr<SparkSession> find(const SparkOptions&);

  ~SparkSession();
  SparkSession(const SparkSession&) = delete;
  SparkSession& operator=(const SparkSession&) = delete;

  const std::string& folder() const { return folder_; }
  /// "4.2.0", "local-1700000000", "local[2,4]".
  const std::string& spark_version() const { return version_; }
  const std::string& application() const { return application_; }
  const std::string& master() const { return master_; }
  int parallelism() const { return parallelism_; }
  bool attached() const { return attached_; }  ///< the application is not ours to stop

  /// As GatewayLine::call. A line that is lost is told with the last lines of the application's
  /// log.
  Frame call(const char* op, const nlohmann::json& arguments, std::string_view payload,
             RunControl& control, const std::function<void(Frame&)>& on_frame = {});
  /// The same, answered by a document.
  nlohmann::json ask(const char* op, const nlohmann::json& arguments, RunControl& control);

  /// Ends the application (an attached one: our part of it).
  void stop() noexcept;

 private:
  SparkSession() = default;
  void connect();
  std::string log_tail() const;
  void reap(double seconds) noexcept;

  std::mutex mutex_;
  std::string folder_, version_, application_, master_;
  int parallelism_ = 1;
  bool attached_ = false, owned_ = false, persistent_ = false, stopped_ = false;
  pid_t process_ = -1, starter_ = -1;
  int lifeline_ = -1;  // standard input of the application
  std::unique_ptr<GatewayLine> line_;
};

/// Folders of this user's persistent applications that may still run.
std::vector<std::string> persistent_spark_sessions();

/// A private folder for a gateway that somebody else starts (Gateway.attach): with its token and
/// settings. Returns its path.
std::string prepare_spark_folder(const SparkOptions&);

}  // namespace insitu
