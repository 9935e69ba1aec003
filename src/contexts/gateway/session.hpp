#pragma once
// A running Spark application and the line to its gateway: started by us, found again, or attached
// to a session that PySpark or sparklyr holds.
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "contexts/gateway_line.hpp"
#include "contexts/spark_folder.hpp"
#include "contexts/spark_options.hpp"
#include "contexts/spark_process.hpp"

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

  const std::string& folder() const { return folder_.path(); }
  /// "4.2.0", "local-1700000000", "local[2,4]".
  const std::string& spark_version() const { return version_; }
  const std::string& application() const { return application_; }
  const std::string& master() const { return master_; }
  int parallelism() const { return parallelism_; }
  bool attached() const { return attached_; }  ///< the application is not ours to stop

  /// Throws WorkerError, saying both versions and the way out, where its jar was made of other
  /// sources than this engine. It may be stopped all the same.
  void require_this_build() const;

  /// As GatewayLine::call. A line that is lost is told with the last lines of the application's
  /// log.
  Frame call(const char* op, const nlohmann::json& arguments, std::string_view payload,
             RunControl& control, const std::function<void(Frame&)>& on_frame = {});
  /// The same, answered by a document.
  nlohmann::json ask(const char* op, const nlohmann::json& arguments, RunControl& control);

  /// Ends the application (an attached one: our part of it).
  void stop() noexcept;

 private:
  explicit SparkSession(SparkFolder folder) : folder_(std::move(folder)) {}
  void connect();

  std::mutex mutex_;
  SparkFolder folder_;
  std::string build_, version_, application_, master_;
  int parallelism_ = 1;
  bool attached_ = false, persistent_ = false, stopped_ = false;
  std::unique_ptr<SparkProcess> process_;  // null: somebody else has started it
  std::unique_ptr<GatewayLine> line_;
};

}  // namespace insitu
