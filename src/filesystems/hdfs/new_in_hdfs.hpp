#pragma once
// What is made under a hidden name beside its target in HDFS, and takes its place whole.
#include <optional>
#include <string>
#include <vector>

#include "filesystems/hdfs/web_hdfs.hpp"

namespace insitu {

class NewInHdfs {
 public:
  /// Nothing is made yet; what writers of this machine have left there that were killed goes.
  /// Throws HdfsError where something is at the target, unless `overwrite`. `hdfs` outlives this
  /// object.
  NewInHdfs(WebHdfs& hdfs, std::string target, bool overwrite);
  NewInHdfs(const NewInHdfs&) = delete;
  NewInHdfs& operator=(const NewInHdfs&) = delete;
  /// Removes what was made, unless it was put in place.
  ~NewInHdfs();

  /// Where it is to be made.
  const std::string& path() const { return temporary_; }
  /// By one renaming, or two where a folder is replaced, which comes back if the second fails. Of
  /// several writers the last one wins, or, where nothing may be replaced, the first one: then
  /// HdfsError is thrown.
  void commit(bool folder);

 private:
  HdfsError exists() const;
  void put_aside(std::vector<std::string>& aside);
  void put_back(const std::vector<std::string>& aside) noexcept;

  WebHdfs& hdfs_;
  std::string target_, temporary_;
  bool overwrite_, done_ = false;
  std::optional<HdfsStatus> was_;
};

}  // namespace insitu
