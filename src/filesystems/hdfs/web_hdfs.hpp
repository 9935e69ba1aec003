#pragma once
// The operations of HDFS over WebHDFS (Hadoop's documentation, "WebHDFS REST API"): what a name
// node is asked, and data nodes at its word. Paths are absolute and without a scheme.
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "filesystems/hdfs/http.hpp"
#include "filesystems/hdfs/places.hpp"

namespace insitu {

/// What HDFS has refused, with the name of its exception.
struct HdfsError : DataError {
  HdfsError(const std::string& text, std::string named, long http)
      : DataError(text), exception(std::move(named)), status(http) {}
  std::string exception;  ///< "FileNotFoundException"; "" for a reply without one
  long status;
};

struct HdfsStatus {
  std::string name;  ///< within its folder; "" of a path that was asked for
  bool directory = false;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< milliseconds since 1970
  std::uint64_t id = 0;       ///< of the file, as long as the file system
  std::string owner, group, permission;
  std::int64_t replication = 0, block_size = 0;
};

/// Of all that is below a path.
struct HdfsSummary {
  std::uint64_t bytes = 0, files = 0, folders = 0;
};

/// Bytes that are sent, from the beginning as often as needed.
struct HdfsBody {
  std::function<void()> begin;
  std::function<std::size_t(std::span<char>)> next;  ///< 0: the end
};

struct HdfsCreate {
  bool overwrite = false;
  std::string permission;                        ///< octal; "": the cluster's
  std::int64_t replication = 0, block_size = 0;  ///< 0: the cluster's
};

/// For one thread at a time. Each call throws HdfsError, DataError where nobody answers, Cancelled.
///
/// Of several name nodes the one that is active is found and kept. A data node that does not
/// answer, or stops in the middle, is left out and the name node is asked again, five times in all:
/// name nodes go on naming a dead one for ten minutes.
class WebHdfs {
 public:
  /// `user`: whose name is told; "": a ticket of Kerberos says who asks.
  WebHdfs(std::vector<std::string> name_nodes, std::string user);

  std::optional<HdfsStatus> status(const std::string& path);
  /// Of a folder, by name; of a file, itself.
  std::vector<HdfsStatus> list(const std::string& path);
  /// Of a folder, the first ones of those whose names come after this one, as many as HDFS likes.
  std::vector<HdfsStatus> list_after(const std::string& path, const std::string& name);
  /// The bytes from `offset` on, `length` of them. REQUIRES: they are there (HDFS refuses others).
  /// `places`: of this file, to be asked without the name node, and told of.
  void read(const std::string& path, std::uint64_t offset, std::uint64_t length,
            const std::function<void(std::string_view)>& sink, HdfsPlaces* places = nullptr);
  void create(const std::string& path, const HdfsBody&, const HdfsCreate& = {});
  void append(const std::string& path, const HdfsBody&);
  /// With the folders above it; one that is there is none to complain about.
  void make_directories(const std::string& path, const std::string& permission = "");
  /// `overwrite`: a file that is at `to` is replaced in one step. Throws HdfsError, also where
  /// nothing is at `from`, or something at `to`.
  void rename(const std::string& from, const std::string& to, bool overwrite = false);
  /// False: nothing was there.
  bool remove(const std::string& path, bool recursive = false);
  void set_permission(const std::string& path, const std::string& permission);
  void set_owner(const std::string& path, const std::string& owner, const std::string& group);
  /// "algorithm:bytes". Equal for equal bytes in blocks of equal size.
  std::string checksum(const std::string& path);
  HdfsSummary summary(const std::string& path);
  std::string home();
  /// Minutes that removed files are kept for; 0: none are.
  std::int64_t trash_minutes();

  const std::string& user() const { return user_; }
  /// The name node that has answered, or the first one.
  const std::string& name_node() const { return name_nodes_[active_]; }

 private:
  std::string url(const std::string& path, std::string_view query) const;
  /// A request to the active name node: its reply, which may send to a data node.
  HttpReply reply_to(const std::string& method, const std::string& path, const std::string& query);
  /// The address at a data node that the name node names for a request.
  std::string data_node(const std::string& method, const std::string& path,
                        const std::string& query);
  /// A request to the active name node, whose reply is read whole.
  std::string ask(const std::string& method, const std::string& path, const std::string& query);
  /// A request that a data node answers; `query` is asked before each trial ("": all is
  /// done), `fill` adds what is sent and who takes the reply, `excluded` are data nodes that have
  /// failed.
  void at_data_node(const std::string& method, const std::string& path,
                    const std::function<std::string()>& query,
                    const std::function<void(HttpRequest&)>& fill,
                    std::vector<std::string> excluded = {});
  /// The address that others leave out of a data node that has failed.
  std::string left_out(const std::string& location);

  std::vector<std::string> name_nodes_;
  std::size_t active_ = 0;
  std::string user_;
  HttpLine line_;
};

}  // namespace insitu
