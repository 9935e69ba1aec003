#pragma once
// hdfs:// addresses: which name node serves them over HTTP, and whose files relative paths are.
#include <string>
#include <vector>

#include "base/hadoop_configuration.hpp"

namespace insitu {

/// "hdfs://host:port/path" in its parts; host and port (the RPC address) may be missing.
struct HdfsAddress {
  std::string authority;  ///< "host:port", "host", the name of a service, or "": the default one
  std::string path;       ///< absolute, as it is written; "/" at least

  /// Throws InvalidArgument for another scheme, or a path with a part "..".
  static HdfsAddress of(const std::string& uri);
  std::string text() const { return "hdfs://" + authority + path; }
};

bool is_hdfs_path(const std::string& path);
/// The path of what has this name in a folder.
std::string child_of(const std::string& folder, const std::string& name);

/// Where the name nodes of an authority listen for HTTP, "http://host:port" each, the one of a
/// single name node or all of a highly available service.
///
/// By the configuration (dfs.namenode.http-address) where the authority is the cluster's own, else
/// port 9870 of the host; where dfs.http.policy is HTTPS_ONLY, by dfs.namenode.https-address, else
/// port 9871, as "https://host:port". `INSITU_HDFS_HTTP_PORT` names another port, as Hadoop 2 needs
/// (50070). Throws DataError where neither the authority nor the configuration names a host.
std::vector<std::string> name_nodes_of(const std::string& authority, const HadoopConfiguration&);

/// Who asks: HADOOP_USER_NAME, else the user of this process; "" where the cluster's
/// hadoop.security.authentication is kerberos: whose the ticket is.
std::string hadoop_user(const HadoopConfiguration&);

}  // namespace insitu
