#include "capi/hdfs_request.hpp"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/hadoop_program.hpp"
#include "contexts/shell_words.hpp"
#include "filesystems/hdfs/copies.hpp"
#include "filesystems/hdfs/lines.hpp"
#include "filesystems/hdfs/name_node.hpp"
#include "filesystems/routed.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr std::int64_t kMostBytesRead = 64 << 20;  // of one request

class HdfsCommands {
 public:
  explicit HdfsCommands(const Call& call) : call_(call) {}

  json list() {
    const auto at = required("path");
    const auto line = lines_.lease(at.authority);
    json found = json::array();
    add(found, *line, at.path, call_.options.flag("recursive", false));
    return {{"files", std::move(found)}};
  }

  json stat() {
    const auto at = required("path");
    const auto found = lines_.lease(at.authority)->status(at.path);
    return {{"file", found ? told(*found, at.path) : json()}};
  }

  json summary() {
    const auto at = required("path");
    const auto found = lines_.lease(at.authority)->summary(at.path);
    return {{"bytes", found.bytes}, {"files", found.files}, {"folders", found.folders}};
  }

  json read() {
    const auto at = required("path");
    const auto line = lines_.lease(at.authority);
    const auto found = line->status(at.path);
    if (!found) throw DataError("file not found: " + at.text());
    if (found->directory) throw DataError("is a directory: " + at.text());
    const auto offset =
        std::min(static_cast<std::uint64_t>(whole("offset", 0, INT64_MAX)), found->size);
    const auto length =
        std::min(static_cast<std::uint64_t>(whole("length", kMostBytesRead, kMostBytesRead)),
                 found->size - offset);
    Bytes bytes;
    if (length) line->read(at.path, offset, length, [&](std::string_view more) { bytes += more; });
    return {{"value", to_base64(bytes)}, {"size", found->size}};
  }

  json put() {
    const auto to = target();
    const auto from = local("path");
    const auto line = lines_.lease(to.authority);
    copy_to_hdfs(*line, from, into(*line, to, from), copying());
    return json::object();
  }

  json get() {
    const auto from = required("path");
    auto to = local("target");
    std::error_code failure;
    if (std::filesystem::is_directory(to, failure)) to = child_of(to, last_name_of(from.path));
    copy_from_hdfs(*lines_.lease(from.authority), from.path, to, copying());
    return json::object();
  }

  json copy() {
    const auto from = required("path"), to = target();
    const auto source = lines_.lease(from.authority), sink = lines_.lease(to.authority);
    copy_within_hdfs(*source, from.path, *sink, into(*sink, to, from.path), copying());
    return json::object();
  }

  json move() {
    const auto from = required("path"), to = target();
    if (from.authority != to.authority)
      throw InvalidArgument("the two lie in different file systems: copy, then remove");
    const auto line = lines_.lease(from.authority);
    line->rename(from.path, into(*line, to, from.path));
    return json::object();
  }

  json make_dir() {
    const auto at = required("path");
    lines_.lease(at.authority)->make_directories(at.path, call_.options.text("permission"));
    return json::object();
  }

  json remove() {
    const auto at = required("path");
    const auto line = lines_.lease(at.authority);
    const auto found = line->status(at.path);
    if (!found) throw DataError("file not found: " + at.text());
    const bool recursive = call_.options.flag("recursive", false);
    if (found->directory && !recursive)
      throw InvalidArgument("is a folder: " + at.text() + "; remove it as one");
    if (const auto trash = line->home() + "/.Trash";
        !call_.options.flag("skipTrash", false) && line->trash_minutes() > 0 &&
        !(at.path + "/").starts_with(trash + "/") && !trash.starts_with(at.path + "/")) {
      auto to = trash + "/Current" + at.path;
      line->make_directories(to.substr(0, to.rfind('/')), "700");
      for (int n = 1; line->status(to); ++n)
        to = trash + "/Current" + at.path + "." + std::to_string(n);
      line->rename(at.path, to);
      return {{"trash", to}};
    }
    line->remove(at.path, recursive);
    return json::object();
  }

  json change() {
    const auto at = required("path");
    const auto line = lines_.lease(at.authority);
    const auto owner = call_.options.text("owner"), group = call_.options.text("group");
    if (call_.options.has("permission"))
      line->set_permission(at.path, call_.options.text("permission"));
    if (!owner.empty() || !group.empty()) line->set_owner(at.path, owner, group);
    return json::object();
  }

  json checksum() {
    const auto at = required("path");
    return {{"checksum", lines_.lease(at.authority)->checksum(at.path)}};
  }

  /// A command of Hadoop's own program, "fs -ls /".
  json run() {
    const auto found =
        run_hadoop(shell_words(call_.options.text("commandLine"), "the command of Hadoop"));
    return {{"status", found.status}, {"output", found.output}, {"errors", found.errors}};
  }

  json home() { return {{"path", lines_.lease(address("path", "hdfs:///").authority)->home()}}; }

 private:
  /// A path of HDFS: a URI, or one of the default cluster, relative to the home folder there.
  HdfsAddress address(const char* key, const std::string& otherwise = "") {
    auto path = call_.options.text(key, otherwise);
    if (is_hdfs_path(path)) return HdfsAddress::of(path);
    if (is_remote_path(path) || path.starts_with("file:"))
      throw InvalidArgument("not a path of HDFS: " + path);
    if (!path.starts_with('/')) path = lines_.lease("")->home() + (path.empty() ? "" : "/") + path;
    return HdfsAddress::of("hdfs://" + path);
  }

  HdfsAddress required(const char* key) {
    if (!call_.options.has(key)) throw InvalidArgument("a path is missing");
    return address(key);
  }
  HdfsAddress target() { return required("target"); }

  std::string local(const char* key) {
    auto path = native_path(call_.options.text(key));
    if (path.empty()) throw InvalidArgument("a path is missing");
    if (is_remote_path(path)) throw InvalidArgument("not a path of this machine: " + path);
    return path;
  }

  static std::string last_name_of(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path.substr(path.rfind('/') + 1);
  }

  /// Where something of this name goes: into a folder that is there, else it is its new name.
  std::string into(WebHdfs& hdfs, const HdfsAddress& to, const std::string& from) {
    const auto found = hdfs.status(to.path);
    if (!found || !found->directory) return to.path;
    return child_of(to.path, last_name_of(from));
  }

  CopyOptions copying() const {
    CopyOptions options{.overwrite = call_.options.flag("overwrite", false)};
    options.create.permission = call_.options.text("permission");
    options.create.replication = whole("replication", 0, 512);
    options.create.block_size = whole("blockSize", 0, INT64_MAX);
    return options;
  }

  std::int64_t whole(const char* key, std::int64_t otherwise, std::int64_t most) const {
    const auto value = call_.options.whole(key, otherwise);
    if (value < 0 || value > most)
      throw InvalidArgument(named(key) + " must be from 0 to " + std::to_string(most) + ", not " +
                            std::to_string(value));
    return value;
  }

  static json told(const HdfsStatus& status, const std::string& path) {
    return {{"path", path},
            {"folder", status.directory},
            {"size", status.size},
            {"modified", static_cast<double>(status.modified) / 1000},
            {"owner", status.owner},
            {"group", status.group},
            {"permission", status.permission},
            {"replication", status.replication},
            {"blockSize", status.block_size}};
  }

  static void add(json& found, WebHdfs& hdfs, const std::string& path, bool recursive) {
    for (const auto& each : hdfs.list(path)) {
      const auto own = each.name.empty() ? path : child_of(path, each.name);
      found.push_back(told(each, own));
      if (recursive && each.directory) add(found, hdfs, own, true);
    }
  }

  const Call& call_;
  HdfsLines lines_;
};

}  // namespace

json hdfs_request(Call& call) {
  static const std::map<std::string, json (HdfsCommands::*)()> kCommands = {
      {"list", &HdfsCommands::list},         {"stat", &HdfsCommands::stat},
      {"summary", &HdfsCommands::summary},   {"read", &HdfsCommands::read},
      {"put", &HdfsCommands::put},           {"get", &HdfsCommands::get},
      {"copy", &HdfsCommands::copy},         {"move", &HdfsCommands::move},
      {"makeDir", &HdfsCommands::make_dir},  {"remove", &HdfsCommands::remove},
      {"change", &HdfsCommands::change},     {"home", &HdfsCommands::home},
      {"checksum", &HdfsCommands::checksum}, {"run", &HdfsCommands::run},
  };
  const auto command = call.options.text("command");
  const auto found = kCommands.find(command);
  if (found == kCommands.end())
    throw InvalidArgument("there is no command of HDFS of the name " + command);
  HdfsCommands commands(call);
  return (commands.*(found->second))();
}

}  // namespace insitu
