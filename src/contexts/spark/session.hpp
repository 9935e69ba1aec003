#pragma once
// A running Spark application: started by us, found again, or attached to a session that PySpark
// or sparklyr holds.
#include <memory>
#include <string>

#include "contexts/gateway/session.hpp"
#include "contexts/spark/options.hpp"

namespace insitu {

/// How sentences name Spark.
const GatewayWords& spark_words();

class SparkSession final : public GatewaySession {
 public:
  /// Starts an application and waits until it is ready. Not persistent: it ends with the last user
  /// of this object, or with this process, however that ends. Checks first what would make Spark
  /// hang or speak in riddles (spark/preflight.hpp). Throws what they say; WorkerError with the
  /// last lines of the application's log.
  static std::shared_ptr<SparkSession> start(const SparkOptions&, RunControl&);
  /// The session whose folder this is. Throws WorkerError when it has ended.
  static std::shared_ptr<SparkSession> join(const std::string& folder);
  /// A persistent application of this user that was started with the same settings; null: none.
  static std::shared_ptr<SparkSession> find(const SparkOptions&);

  /// "4.2.0".
  std::string spark_version() const;

 private:
  SparkSession(GatewayFolder folder, bool persistent);
};

}  // namespace insitu
