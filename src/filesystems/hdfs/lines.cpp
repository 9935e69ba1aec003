#include "filesystems/hdfs/lines.hpp"

#include "filesystems/hdfs/name_node.hpp"

namespace insitu {

HdfsLines::Lease HdfsLines::lease(const std::string& authority) {
  const std::lock_guard guard(mutex_);
  auto& idle = idle_[authority];
  if (!idle.empty()) {
    auto line = std::move(idle.back());
    idle.pop_back();
    return {*this, authority, std::move(line)};
  }
  auto& nodes = name_nodes_[authority];
  const auto configuration = HadoopConfiguration::of_environment();
  if (nodes.empty()) nodes = name_nodes_of(authority, configuration);
  return {*this, authority, std::make_unique<WebHdfs>(nodes, hadoop_user(configuration))};
}

HdfsLines::Lease::~Lease() {
  const std::lock_guard guard(of_.mutex_);
  of_.idle_[authority_].push_back(std::move(line_));
}

}  // namespace insitu
