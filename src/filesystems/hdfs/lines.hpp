#pragma once
// Lines to the clusters that a call uses: one for each thread that asks at the same time, kept for
// the next.
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "filesystems/hdfs/web_hdfs.hpp"

namespace insitu {

class HdfsLines {
 public:
  /// A line to the cluster of an authority (HdfsAddress), given back at the end of its life.
  class Lease {
   public:
    Lease(HdfsLines& of, std::string authority, std::unique_ptr<WebHdfs> line)
        : of_(of), authority_(std::move(authority)), line_(std::move(line)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();
    WebHdfs* operator->() const { return line_.get(); }
    WebHdfs& operator*() const { return *line_; }

   private:
    HdfsLines& of_;
    std::string authority_;
    std::unique_ptr<WebHdfs> line_;
  };
  /// The configuration is read when the first line to a cluster is wanted.
  Lease lease(const std::string& authority);

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> name_nodes_;
  std::map<std::string, std::vector<std::unique_ptr<WebHdfs>>> idle_;
};

}  // namespace insitu
