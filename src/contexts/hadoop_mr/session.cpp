#include "contexts/hadoop_mr/session.hpp"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/named.hpp"
#include "contexts/hadoop_mr/preflight.hpp"

namespace insitu {

namespace {

/// How sentences name Hadoop.
const GatewayWords& hadoop_words() {
  static const GatewayWords words{"Hadoop", "`RxHadoopMR`"_named,
                                  "end the process that started it"};
  return words;
}

}  // namespace

HadoopSession::HadoopSession(GatewayFolder folder)
    : GatewaySession(std::move(folder), hadoop_words(), false) {}

std::string HadoopSession::hadoop_version() const {
  return nlohmann::json::parse(hello()).value("hadoop", "");
}

std::shared_ptr<HadoopSession> HadoopSession::start(const HadoopOptions& options,
                                                    RunControl& control) {
  const auto places = require_hadoop(options);
  const auto launch = hadoop_launch(options);
  std::shared_ptr<HadoopSession> session(new HadoopSession(
      GatewayFolder::make(options.client_share_dir, launch.settings(options, places.jar))));
  std::vector<std::string> command = {places.java};
  command.insert(command.end(), launch.java.begin(), launch.java.end());
  auto class_path = places.jar;
  if (!places.conf.empty()) class_path += ":" + places.conf;
  class_path += ":" + places.class_path;
  command.insert(command.end(),
                 {"-cp", class_path, "org.insitu.hadoop.Gateway", session->folder()});
  std::vector<std::pair<std::string, std::string>> environment;
  if (!places.conf.empty()) environment.emplace_back("HADOOP_CONF_DIR", places.conf);
  session->GatewaySession::start(command, environment, "framework " + places.framework, control);
  return session;
}

}  // namespace insitu
