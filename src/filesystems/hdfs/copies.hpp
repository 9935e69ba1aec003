#pragma once
// Files and folders between this machine and HDFS. What is written gets its name when it is whole:
// a copy that fails leaves what was there.
#include <string>

#include "filesystems/hdfs/name_node.hpp"
#include "filesystems/hdfs/web_hdfs.hpp"

namespace insitu {

struct CopyOptions {
  bool overwrite = false;
  HdfsCreate create = {};
};

/// A file, or a folder with all that is in it, to a path of HDFS that is its new name. Throws
/// DataError for links and devices, and where something is there unless it may be replaced.
void copy_to_hdfs(WebHdfs&, const std::string& local, const std::string& path, const CopyOptions&);
/// The other way. Times and permissions are not kept.
void copy_from_hdfs(WebHdfs&, const std::string& path, const std::string& local,
                    const CopyOptions&);
/// Within HDFS; the bytes pass this machine.
void copy_within_hdfs(WebHdfs& from, const std::string& path, WebHdfs& to,
                      const std::string& target, const CopyOptions&);

}  // namespace insitu
