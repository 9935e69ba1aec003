#pragma once
// A private folder that goes with its owner (base/working_folder.hpp).
#include <string>

#include "base/working_folder.hpp"

namespace insitu {

class OwnFolder {
 public:
  OwnFolder() : path_(make_working_folder("")) {}
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;
  ~OwnFolder() { remove_working_folder(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace insitu
