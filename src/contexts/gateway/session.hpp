#pragma once
// A running application of a cluster and the line to its gateway: started by us, found again, or
// attached to one that another program holds.
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "contexts/gateway/folder.hpp"
#include "contexts/gateway/line.hpp"
#include "contexts/gateway/process.hpp"

namespace insitu {

/// Safe to use from several threads: calls go one after the other.
class GatewaySession {
 public:
  /// Ends an application of ours that is not persistent.
  virtual ~GatewaySession();
  GatewaySession(const GatewaySession&) = delete;
  GatewaySession& operator=(const GatewaySession&) = delete;

  const GatewayWords& words() const { return words_; }
  const std::string& folder() const { return folder_.path(); }
  /// "local-1700000000", "local[2,4]".
  const std::string& application() const { return application_; }
  const std::string& master() const { return master_; }
  int parallelism() const { return parallelism_; }
  /// The line to the gateway is there.
  bool connected() const;
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

 protected:
  /// Not persistent: it ends with this object, or with this process, however that ends.
  GatewaySession(GatewayFolder folder, GatewayWords words, bool persistent)
      : folder_(std::move(folder)), words_(std::move(words)), persistent_(persistent) {}

  /// Connects to the gateway of the folder. Throws WorkerError when it has ended.
  void join();
  /// Runs the command, waits until its gateway is ready, and connects. `place` is told where it
  /// fails, with the last lines of its log: "master yarn". Throws WorkerError.
  void start(const std::vector<std::string>& command,
             const std::vector<std::pair<std::string, std::string>>& environment,
             const std::string& place, RunControl&);
  const GatewayFolder& shared_folder() const { return folder_; }
  const std::string& hello() const { return hello_; }

 private:
  void connect();

  mutable std::mutex mutex_;
  GatewayFolder folder_;
  GatewayWords words_;
  std::string hello_, build_, application_, master_;
  int parallelism_ = 1;
  bool attached_ = false, persistent_ = false, stopped_ = false;
  std::unique_ptr<GatewayProcess> process_;  // null: somebody else has started it
  std::unique_ptr<GatewayLine> line_;
};

}  // namespace insitu
