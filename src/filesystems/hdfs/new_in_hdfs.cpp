#include "filesystems/hdfs/new_in_hdfs.hpp"

#include <exception>
#include <utility>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/temporary.hpp"

namespace insitu {

namespace {

constexpr int kMostRivals = 20;
constexpr const char* kExists = "FileAlreadyExistsException";
constexpr const char* kNotFound = "FileNotFoundException";

std::string below(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

/// A name for what is about to be replaced. Nobody collects it: it may be all that is left of a set
/// whose writer was killed between two renamings.
std::string name_of_old(const std::string& target) {
  constexpr std::string_view kNew = "/.insitu-new-";
  auto name = temporary_name(target);
  return name.replace(name.rfind(kNew), kNew.size(), "/.insitu-old-");
}

/// Removes what writers have left that were killed, as collect_left_overs() does on this machine.
void collect(WebHdfs& hdfs, const std::string& folder) {
  try {
    for (const auto& entry : hdfs.list_after(folder, ".insitu-new-"))
      if (owner_is_dead(entry.name)) (void)hdfs.remove(below(folder, entry.name), true);
  } catch (const DataError&) {  // another one will clean
  }
}

}  // namespace

NewInHdfs::NewInHdfs(WebHdfs& hdfs, std::string target, bool overwrite)
    : hdfs_(hdfs), target_(std::move(target)), overwrite_(overwrite) {
  if (target_ == "/") throw InvalidArgument("the root of HDFS is not replaced");
  was_ = hdfs_.status(target_);
  if (was_ && !overwrite_) throw exists();
  temporary_ = temporary_name(target_);
  collect(hdfs_, folder_of(target_));
}

NewInHdfs::~NewInHdfs() {
  if (done_) return;
  const WorkScope beyond_the_call(nullptr);  // which may have been interrupted
  try {
    hdfs_.remove(temporary_, true);
  } catch (const std::exception&) {  // nobody answers: it is hidden
  }
}

void NewInHdfs::commit(bool folder) {
  if (was_ && !folder && !was_->directory) {
    hdfs_.rename(temporary_, target_, true);
    done_ = true;
    return;
  }
  std::vector<std::string> aside;
  try {
    if (was_) put_aside(aside);
    for (int rivals = 0; !done_; ++rivals) {
      try {
        hdfs_.rename(temporary_, target_);
        done_ = true;
      } catch (const HdfsError& refused) {
        // Another writer was faster.
        if (!overwrite_ || refused.exception != kExists || rivals == kMostRivals) throw;
        put_aside(aside);
      }
    }
  } catch (...) {
    put_back(aside);
    throw;
  }
  for (const auto& old : aside) {
    try {
      hdfs_.rename(old, temporary_);  // whoever is killed now leaves what others collect
      hdfs_.remove(temporary_, true);
    } catch (const DataError&) {  // the new one is there: the old one is hidden
    }
  }
}

void NewInHdfs::put_aside(std::vector<std::string>& aside) {
  auto name = name_of_old(target_);
  try {
    hdfs_.rename(target_, name);
    aside.push_back(std::move(name));
  } catch (const HdfsError& refused) {
    if (refused.exception != kNotFound) throw;  // else another writer has put it aside
  }
}

void NewInHdfs::put_back(const std::vector<std::string>& aside) noexcept {
  if (aside.empty()) return;
  try {
    const WorkScope beyond_the_call(nullptr);
    hdfs_.rename(aside.back(), target_);
  } catch (const std::exception&) {  // it stays beside its place
  }
}

HdfsError NewInHdfs::exists() const { return {"exists in HDFS: " + target_, kExists, 403}; }

}  // namespace insitu
