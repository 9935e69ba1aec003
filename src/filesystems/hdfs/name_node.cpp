#include "filesystems/hdfs/name_node.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <vector>

#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

namespace {

constexpr std::string_view kScheme = "hdfs://";

struct HostPort {
  std::string host;
  int port = 0;  ///< 0: none
};

HostPort split(const std::string& authority) {
  const auto colon = authority.rfind(':');
  if (colon == std::string::npos || authority.find(']', colon) != std::string::npos)
    return {authority, 0};
  HostPort found{authority.substr(0, colon), 0};
  const auto* begin = authority.data() + colon + 1;
  const auto* end = authority.data() + authority.size();
  if (std::from_chars(begin, end, found.port).ptr != end || found.port < 0 || found.port > 65535)
    throw InvalidArgument("the port of " + authority + " is no number up to 65535");
  return found;
}

int http_port(int otherwise) {
  const char* named = std::getenv("INSITU_HDFS_HTTP_PORT");
  if (!named || !*named) return otherwise;
  int port = 0;
  const std::string_view text(named);
  if (std::from_chars(text.data(), text.data() + text.size(), port).ptr !=
          text.data() + text.size() ||
      port < 1 || port > 65535)
    throw InvalidArgument("INSITU_HDFS_HTTP_PORT must be a port, not " + std::string(text));
  return port;
}

/// How name nodes are asked: with TLS, or without.
struct Web {
  const char* scheme;
  std::string key;  ///< of their addresses in the configuration
  int port;         ///< where none is configured

  explicit Web(const HadoopConfiguration& configuration)
      : Web(configuration.get("dfs.http.policy", "") == "HTTPS_ONLY") {}

  /// Of a configured address, whose host may be "all of this machine".
  std::string url(const std::string& value, const std::string& host) const {
    auto at = split(value);
    if (at.host.empty() || at.host == "0.0.0.0" || at.host == "[::]") at.host = host;
    return scheme + at.host + ":" + std::to_string(http_port(at.port ? at.port : port));
  }

 private:
  explicit Web(bool tls)
      : scheme(tls ? "https://" : "http://"),
        key(tls ? "dfs.namenode.https-address" : "dfs.namenode.http-address"),
        port(tls ? 9871 : 9870) {}
};

std::vector<std::string> parts_of(const std::string& list) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const auto end = std::min(list.find(',', begin), list.size());
    auto part = list.substr(begin, end - begin);
    std::erase_if(part, [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
    if (!part.empty()) parts.push_back(part);
    begin = end + 1;
  }
  return parts;
}

}  // namespace

bool is_hdfs_path(const std::string& path) { return path.starts_with(kScheme); }

std::string child_of(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

HdfsAddress HdfsAddress::of(const std::string& uri) {
  if (!is_hdfs_path(uri)) throw InvalidArgument("not a path of HDFS (hdfs://host/path): " + uri);
  const auto rest = uri.substr(kScheme.size());
  const auto slash = std::min(rest.find('/'), rest.size());
  HdfsAddress found{rest.substr(0, slash), rest.substr(slash)};
  if (found.path.empty()) found.path = "/";
  if (found.path.find('\0') != std::string::npos)
    throw InvalidArgument("a path of HDFS has no zero bytes: " + uri);
  for (const auto* part : {"/../", "/./"})
    if ((found.path + "/").find(part) != std::string::npos)
      throw InvalidArgument("a path of HDFS has no parts . and ..: " + uri);
  while (found.path.size() > 1 && found.path.ends_with('/')) found.path.pop_back();
  return found;
}

std::vector<std::string> name_nodes_of(const std::string& given,
                                       const HadoopConfiguration& configuration) {
  auto authority = given;
  std::string own;
  const auto main = configuration.get("fs.defaultFS", configuration.get("fs.default.name", ""));
  if (is_hdfs_path(main)) own = HdfsAddress::of(main).authority;
  if (authority.empty()) authority = own;
  if (authority.empty())
    throw DataError(
        "no name node is known: name it in the path (hdfs://host/path), or set HADOOP_CONF_DIR to "
        "the folder of core-site.xml" +
        (main.empty() ? std::string() : " (fs.defaultFS is " + main + ")"));
  const Web web(configuration);
  if (const auto nodes = configuration.get("dfs.ha.namenodes." + authority)) {
    std::vector<std::string> found;
    for (const auto& node : parts_of(*nodes)) {
      const auto key = authority + "." + node;
      const auto rpc = configuration.get("dfs.namenode.rpc-address." + key, "");
      if (const auto http = configuration.get(web.key + "." + key))
        found.push_back(web.url(*http, split(rpc).host));
      else if (!rpc.empty())
        found.push_back(web.url("", split(rpc).host));
    }
    if (!found.empty()) return found;
    throw DataError("the configuration in " + configuration.folder() +
                    " names no addresses of the name nodes of " + authority);
  }
  const auto at = split(authority);
  if (authority == own || at.host == split(own).host)
    if (const auto http = configuration.get(web.key)) return {web.url(*http, at.host)};
  return {web.url("", at.host)};
}

std::string hadoop_user(const HadoopConfiguration& configuration) {
  if (configuration.get("hadoop.security.authentication", "") == "kerberos") return "";
  if (const char* named = std::getenv("HADOOP_USER_NAME"); named && *named) return named;
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found)
    return found->pw_name;
  return std::to_string(::geteuid());
}

}  // namespace insitu
