#include "filesystems/hdfs/web_hdfs.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "base/current_call.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr int kTrials = 5;
constexpr std::size_t kLongestPath = 8000;  // HDFS has these limits, too
constexpr std::ptrdiff_t kDeepestPath = 1000;

bool is_success(long status) { return status >= 200 && status < 300; }

/// What a reply that is no success says.
HdfsError error_of(const HttpReply& reply, const std::string& path) {
  const auto document = json::parse(reply.body, nullptr, false);
  std::string exception, message;
  if (document.is_object() && document.contains("RemoteException") &&
      document["RemoteException"].is_object()) {
    const auto& remote = document["RemoteException"];
    if (remote.contains("exception") && remote["exception"].is_string())
      exception = remote["exception"];
    if (remote.contains("message") && remote["message"].is_string()) message = remote["message"];
  }
  // Data nodes add the stack of Java.
  if (const auto stack = message.find("\n\tat "); stack != std::string::npos) message.resize(stack);
  if (message.size() > 500) message = message.substr(0, 500) + "...";
  if (exception == "FileNotFoundException")
    return {"file not found: hdfs://" + path, exception, reply.status};
  if (exception == "AccessControlException" || exception == "SecurityException")
    return {"HDFS does not permit it: hdfs://" + path + ": " + message, exception, reply.status};
  if (exception == "FileAlreadyExistsException")
    return {"exists in HDFS: " + path, exception, reply.status};
  if (exception == "PathIsNotEmptyDirectoryException")
    return {"the folder is not empty: hdfs://" + path, exception, reply.status};
  if (exception == "SafeModeException")
    return {
        "HDFS is in safe mode, in which nothing is written; it leaves by itself when its data "
        "nodes have reported (hdfs dfsadmin -safemode get)",
        exception, reply.status};
  if (reply.status == 401)
    return {
        "HDFS asks who this is (HTTP 401): of a cluster with Kerberos, get a ticket by kinit "
        "(klist "
        "shows it), and let hadoop.security.authentication be kerberos in core-site.xml "
        "(HADOOP_CONF_DIR)",
        exception, reply.status};
  if (exception.empty())
    return {"HDFS answers " + std::to_string(reply.status) + " about " + path, exception,
            reply.status};
  return {"HDFS refuses " + path + " (" + exception + "): " + message, exception, reply.status};
}

[[noreturn]] void no_sense(const std::string& path) {
  throw DataError("what HDFS answers about " + path + " makes no sense: is it a name node?");
}

json object_of(const std::string& body, const char* name, const std::string& path) {
  auto document = json::parse(body, nullptr, false);
  if (!document.is_object() || !document.contains(name)) no_sense(path);
  return std::move(document[name]);
}

bool yes_of(const std::string& body, const std::string& path) {
  const auto value = object_of(body, "boolean", path);
  if (!value.is_boolean()) no_sense(path);
  return value.get<bool>();
}

template <class Number>
Number number_of(const json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_number_integer() ||
      (at->is_number_integer() && !at->is_number_unsigned() &&
       at->template get<std::int64_t>() < 0))
    return 0;
  return at->template get<Number>();
}

std::string text_of(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

HdfsStatus status_of(const json& found, const std::string& path) {
  if (!found.is_object()) no_sense(path);
  HdfsStatus status;
  status.name = text_of(found, "pathSuffix");
  status.directory = text_of(found, "type") == "DIRECTORY";
  status.size = number_of<std::uint64_t>(found, "length");
  status.modified = number_of<std::int64_t>(found, "modificationTime");
  status.id = number_of<std::uint64_t>(found, "fileId");
  status.owner = text_of(found, "owner");
  status.group = text_of(found, "group");
  status.permission = text_of(found, "permission");
  status.replication = number_of<std::int64_t>(found, "replication");
  status.block_size = number_of<std::int64_t>(found, "blockSize");
  return status;
}

/// "host:port" of a URL.
std::string authority_of(const std::string& url) {
  const auto begin = url.find("://");
  if (begin == std::string::npos) return "";
  return url.substr(begin + 3, url.find('/', begin + 3) - begin - 3);
}

}  // namespace

WebHdfs::WebHdfs(std::vector<std::string> name_nodes, std::string user)
    : name_nodes_(std::move(name_nodes)), user_(std::move(user)) {
  if (name_nodes_.empty()) throw DataError("no name node is known");
}

std::string WebHdfs::url(const std::string& path, std::string_view query) const {
  // Who goes down into folders goes no deeper than HDFS does.
  if (path.size() > kLongestPath || std::ranges::count(path, '/') > kDeepestPath)
    throw DataError("a path of HDFS has at most " + std::to_string(kLongestPath) + " bytes and " +
                    std::to_string(kDeepestPath) + " parts, not as " + path.substr(0, 100) + "...");
  return name_node() + "/webhdfs/v1" + url_path(path) + "?" + std::string(query) +
         (user_.empty() ? "" : "&user.name=" + url_value(user_));
}

std::string WebHdfs::ask(const std::string& method, const std::string& path,
                         const std::string& query) {
  return reply_to(method, path, query).body;
}

std::string WebHdfs::data_node(const std::string& method, const std::string& path,
                               const std::string& query) {
  auto reply = reply_to(method, path, query + "&noredirect=true");
  if (!is_success(reply.status)) return std::move(reply.location);
  const auto location = object_of(reply.body, "Location", path);
  if (!location.is_string()) no_sense(path);
  return location.get<std::string>();
}

HttpReply WebHdfs::reply_to(const std::string& method, const std::string& path,
                            const std::string& query) {
  std::string failed;
  for (std::size_t trial = 0; trial < name_nodes_.size(); ++trial) {
    try {
      auto reply = line_.send({.method = method,
                               .url = url(path, query),
                               .negotiate = user_.empty(),
                               .body = {},
                               .sink = {}});
      // Hadoop 2 knows no `noredirect`.
      if (is_success(reply.status) || (reply.status == 307 && !reply.location.empty()))
        return reply;
      const auto error = error_of(reply, path);
      if (error.exception != "StandbyException") throw HdfsError(error);
      failed = name_node() + " is in standby";
    } catch (const LineFailure& failure) {
      failed = name_node() + " does not answer: " + failure.what();
    }
    active_ = (active_ + 1) % name_nodes_.size();
  }
  throw DataError(
      "no name node of HDFS answers: " + failed +
      "; its address for HTTP is dfs.namenode.http-address of hdfs-site.xml (HADOOP_CONF_DIR), or "
      "port 9870, or that of INSITU_HDFS_HTTP_PORT");
}

std::string WebHdfs::left_out(const std::string& location) {
  const auto at = authority_of(location);
  // The name node knows data nodes by the address of their transfers, clients by that of HTTP.
  try {
    const auto reply =
        line_.send({.url = name_node() + "/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo",
                    .negotiate = user_.empty(),
                    .body = {},
                    .sink = {}});
    const auto beans = json::parse(reply.body, nullptr, false);
    if (beans.is_object() && beans.contains("beans") && beans["beans"].is_array() &&
        !beans["beans"].empty()) {
      const auto live = json::parse(text_of(beans["beans"][0], "LiveNodes"), nullptr, false);
      if (live.is_object())
        for (const auto& [name, about] : live.items()) {
          if (!about.is_object()) continue;
          const auto info = text_of(about, "infoAddr");
          const auto same_port = info.substr(info.rfind(':') + 1) == at.substr(at.rfind(':') + 1);
          const auto host = at.substr(0, at.rfind(':'));
          if (info == at || (same_port && name.substr(0, name.find(':')) == host))
            return text_of(about, "xferaddr");
        }
    }
  } catch (const LineFailure&) {  // the host will do
  }
  return at.substr(0, at.rfind(':'));
}

void WebHdfs::at_data_node(const std::string& method, const std::string& path,
                           const std::function<std::string()>& query,
                           const std::function<void(HttpRequest&)>& fill,
                           std::vector<std::string> excluded) {
  for (int trial = 1;; ++trial) {
    std::string nodes;
    for (const auto& each : excluded) nodes += (nodes.empty() ? "&excludedatanodes=" : ",") + each;
    const auto wanted = query();
    if (wanted.empty()) return;  // the trial before has done all
    const auto place = data_node(method, path, wanted + nodes);
    HttpRequest request{.method = method, .url = place, .body = {}, .sink = {}};
    fill(request);
    std::string failed;
    try {
      const auto reply = line_.send(request);
      if (is_success(reply.status)) return;
      const auto error = error_of(reply, path);
      // What every node would say; else this one is ill.
      if (error.status < 500 && !error.exception.empty()) throw HdfsError(error);
      failed = error.what();
    } catch (const LineFailure& failure) {
      failed = failure.what();
    }
    if (trial == kTrials)
      throw DataError("no data node of HDFS answers about " + path + "; the last one tried is " +
                      authority_of(place) + ": " + failed);
    poll_current_call();
    if (auto address = left_out(place);
        !address.empty() && std::ranges::find(excluded, address) == excluded.end())
      excluded.push_back(std::move(address));
    else
      excluded.clear();  // all of them fail: none is better than another
    std::this_thread::sleep_for(std::chrono::milliseconds(50 * trial));
  }
}

std::optional<HdfsStatus> WebHdfs::status(const std::string& path) {
  try {
    return status_of(object_of(ask("GET", path, "op=GETFILESTATUS"), "FileStatus", path), path);
  } catch (const HdfsError& error) {
    if (error.exception == "FileNotFoundException") return std::nullopt;
    throw;
  }
}

namespace {

/// Of FileStatuses, by name.
std::vector<HdfsStatus> entries_of(const json& found, const std::string& path) {
  if (!found.is_object() || !found.contains("FileStatus") || !found["FileStatus"].is_array())
    no_sense(path);
  std::vector<HdfsStatus> all;
  for (const auto& each : found["FileStatus"]) {
    all.push_back(status_of(each, path));
    const auto& name = all.back().name;
    const bool itself = name.empty() && !all.back().directory && found["FileStatus"].size() == 1;
    if (!itself && (name.empty() || name == "." || name == ".." ||
                    name.find_first_of(std::string_view("/\0", 2)) != std::string::npos))
      throw DataError("HDFS tells of a file without a usable name in " + path);
  }
  std::ranges::sort(all, {}, &HdfsStatus::name);
  return all;
}

}  // namespace

std::vector<HdfsStatus> WebHdfs::list(const std::string& path) {
  return entries_of(object_of(ask("GET", path, "op=LISTSTATUS"), "FileStatuses", path), path);
}

std::vector<HdfsStatus> WebHdfs::list_after(const std::string& path, const std::string& name) {
  const auto query = "op=LISTSTATUS_BATCH&startAfter=" + url_value(name);
  const auto found = object_of(ask("GET", path, query), "DirectoryListing", path);
  if (!found.is_object() || !found.contains("partialListing") ||
      !found["partialListing"].is_object() || !found["partialListing"].contains("FileStatuses"))
    no_sense(path);
  return entries_of(found["partialListing"]["FileStatuses"], path);
}

void WebHdfs::read(const std::string& path, std::uint64_t offset, std::uint64_t length,
                   const std::function<void(std::string_view)>& sink, HdfsPlaces* places) {
  // A reading that breaks off goes on where it was.
  std::uint64_t done = 0;
  std::string told;  // by the name node
  const auto take = [&](std::string_view bytes) {
    if (bytes.size() > length - done)
      throw DataError("HDFS sends more bytes of " + path + " than were asked for");
    // At once: others may ask for what is behind these bytes.
    if (places && !told.empty()) places->keep(offset + done, std::exchange(told, {}));
    done += bytes.size();
    sink(bytes);
  };
  const auto require_all = [&] {
    if (done != length)
      throw DataError("the file has become shorter while it was read: hdfs://" + path);
  };
  std::vector<std::string> excluded;
  if (const auto known = places ? places->find(offset, length) : std::nullopt) {
    try {
      const auto reply = line_.send({.url = *known, .body = {}, .sink = take});
      if (is_success(reply.status)) return require_all();
    } catch (const LineFailure&) {
      if (auto failed = left_out(*known); !failed.empty()) excluded.push_back(std::move(failed));
    }
    places->forget(offset);  // whatever it is, the name node knows better
    poll_current_call();
  }
  at_data_node(
      "GET", path,
      [&] {
        if (done == length) return std::string();
        return "op=OPEN&offset=" + std::to_string(offset + done) +
               "&length=" + std::to_string(length - done);
      },
      [&](HttpRequest& request) {
        told = request.url;
        request.sink = take;
      },
      std::move(excluded));
  require_all();
}

void WebHdfs::create(const std::string& path, const HdfsBody& body, const HdfsCreate& create) {
  if (!create.overwrite && status(path))
    throw HdfsError("exists in HDFS: " + path, "FileAlreadyExistsException", 403);
  bool again = false;
  at_data_node(
      "PUT", path,
      [&] {
        // What a trial before has begun is its own.
        std::string query =
            std::string("op=CREATE&overwrite=") + (create.overwrite || again ? "true" : "false");
        again = true;
        if (!create.permission.empty()) query += "&permission=" + url_value(create.permission);
        if (create.replication) query += "&replication=" + std::to_string(create.replication);
        if (create.block_size) query += "&blocksize=" + std::to_string(create.block_size);
        return query;
      },
      [&](HttpRequest& request) {
        body.begin();
        request.body = body.next;
      });
}

void WebHdfs::append(const std::string& path, const HdfsBody& body) {
  // Not tried again: nobody knows what of it is there.
  const auto place = data_node("POST", path, "op=APPEND");
  body.begin();
  const auto reply = line_.send({.method = "POST", .url = place, .body = body.next, .sink = {}});
  if (!is_success(reply.status)) throw error_of(reply, path);
}

void WebHdfs::make_directories(const std::string& path, const std::string& permission) {
  const auto query =
      "op=MKDIRS" + (permission.empty() ? std::string() : "&permission=" + url_value(permission));
  if (!yes_of(ask("PUT", path, query), path))
    throw DataError("HDFS cannot make the folder " + path);
}

void WebHdfs::rename(const std::string& from, const std::string& to, bool overwrite) {
  // Without options a folder at `to` takes in what is renamed, and that is called a success.
  const auto query = "op=RENAME&destination=" + url_value(to) +
                     (overwrite ? "&renameoptions=OVERWRITE" : "&renameoptions=NONE");
  const auto no_folder = [&] {
    return DataError("HDFS cannot rename " + from + " to " + to + ": is its folder there?");
  };
  try {
    // Nothing is said where it succeeds, but by what stands in for a name node (HttpFS).
    const auto said = ask("PUT", from, query);
    if (!said.empty() && !yes_of(said, from)) {
      if (status(to)) throw HdfsError("exists in HDFS: " + to, "FileAlreadyExistsException", 403);
      throw no_folder();
    }
  } catch (const HdfsError& refused) {
    if (refused.exception == "FileAlreadyExistsException")
      throw HdfsError("exists in HDFS: " + to, refused.exception, refused.status);
    if (refused.exception == "FileNotFoundException" && status(from)) throw no_folder();
    throw;
  }
}

bool WebHdfs::remove(const std::string& path, bool recursive) {
  if (path == "/") throw InvalidArgument("the root of HDFS is not removed");
  return yes_of(
      ask("DELETE", path, recursive ? "op=DELETE&recursive=true" : "op=DELETE&recursive=false"),
      path);
}

void WebHdfs::set_permission(const std::string& path, const std::string& permission) {
  (void)ask("PUT", path, "op=SETPERMISSION&permission=" + url_value(permission));
}

void WebHdfs::set_owner(const std::string& path, const std::string& owner,
                        const std::string& group) {
  std::string query = "op=SETOWNER";
  if (!owner.empty()) query += "&owner=" + url_value(owner);
  if (!group.empty()) query += "&group=" + url_value(group);
  (void)ask("PUT", path, query);
}

std::string WebHdfs::checksum(const std::string& path) {
  std::string text;
  at_data_node(
      "GET", path,
      [&] {
        text.clear();
        return std::string("op=GETFILECHECKSUM");
      },
      [&](HttpRequest& request) {
        request.sink = [&](std::string_view bytes) {
          if (text.size() + bytes.size() > 65536) no_sense(path);
          text += bytes;
        };
      });
  const auto found = object_of(text, "FileChecksum", path);
  if (!found.is_object()) no_sense(path);
  return text_of(found, "algorithm") + ":" + text_of(found, "bytes");
}

HdfsSummary WebHdfs::summary(const std::string& path) {
  const auto found = object_of(ask("GET", path, "op=GETCONTENTSUMMARY"), "ContentSummary", path);
  if (!found.is_object()) no_sense(path);
  return {number_of<std::uint64_t>(found, "length"), number_of<std::uint64_t>(found, "fileCount"),
          number_of<std::uint64_t>(found, "directoryCount")};
}

std::string WebHdfs::home() {
  const auto found = object_of(ask("GET", "/", "op=GETHOMEDIRECTORY"), "Path", "/");
  if (!found.is_string()) no_sense("/");
  return found.get<std::string>();
}

std::int64_t WebHdfs::trash_minutes() {
  try {
    const auto found = object_of(ask("GET", "/", "op=GETSERVERDEFAULTS"), "FsServerDefaults", "/");
    return found.is_object() ? number_of<std::int64_t>(found, "trashInterval") : 0;
  } catch (const HdfsError&) {  // before Hadoop 3 nobody says
    return 0;
  }
}

}  // namespace insitu
