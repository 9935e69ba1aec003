#pragma once
// A running gateway of Hadoop, started by us: it submits jobs, and reads files, for as long as this
// object lives.
#include <memory>
#include <string>

#include "contexts/gateway/session.hpp"
#include "contexts/hadoop_mr/options.hpp"

namespace insitu {

class HadoopSession final : public GatewaySession {
 public:
  /// Starts one and waits until it is ready. It ends with the last user of this object, or with
  /// this process, however that ends. Checks first what would make Hadoop hang or speak in riddles
  /// (hadoop_mr/preflight.hpp). Throws what they say; WorkerError with the last lines of its log.
  static std::shared_ptr<HadoopSession> start(const HadoopOptions&, RunControl&);

  /// It can be asked: its process runs, and the line to it is there.
  bool lives() const { return connected() && shared_folder().lives(); }
  /// "3.5.0".
  std::string hadoop_version() const;

 private:
  explicit HadoopSession(GatewayFolder folder);
};

}  // namespace insitu
