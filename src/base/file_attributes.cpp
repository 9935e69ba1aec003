#include "base/file_attributes.hpp"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <string_view>
#include <vector>

namespace insitu {

namespace {

constexpr const char* kAccessList = "system.posix_acl_access";

/// Names of extended attributes, each with its zero.
std::string attribute_names(const std::string& path) {
  const auto size = ::listxattr(path.c_str(), nullptr, 0);
  if (size <= 0) return {};
  std::string names(static_cast<std::size_t>(size), '\0');
  const auto got = ::listxattr(path.c_str(), names.data(), names.size());
  names.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return names;
}

bool travels(std::string_view name) {
  return name.starts_with("user.") || name.starts_with("trusted.") || name == kAccessList;
}

void take_extended(int descriptor, const std::string& path) {
  ::fremovexattr(descriptor, kAccessList);  // of the folder's default, which the old file may lack
  const auto names = attribute_names(path);
  std::vector<char> value;
  for (std::size_t at = 0; at < names.size();) {
    const std::string name = names.c_str() + at;
    at += name.size() + 1;
    if (!travels(name)) continue;
    const auto size = ::getxattr(path.c_str(), name.c_str(), nullptr, 0);
    if (size < 0) continue;
    value.resize(static_cast<std::size_t>(size));
    const auto got = ::getxattr(path.c_str(), name.c_str(), value.data(), value.size());
    if (got >= 0)
      ::fsetxattr(descriptor, name.c_str(), value.data(), static_cast<std::size_t>(got), 0);
  }
}

}  // namespace

void take_attributes(int descriptor, const std::string& path) {
  struct stat old {
  }, fresh{};
  if (::stat(path.c_str(), &old) != 0 || ::fstat(descriptor, &fresh) != 0) return;
  if (old.st_uid != fresh.st_uid || old.st_gid != fresh.st_gid) {
    // Best effort: the owner is for root to give, a group for its members.
    if (::fchown(descriptor, old.st_uid, old.st_gid) != 0)
      (void)!::fchown(descriptor, static_cast<uid_t>(-1), old.st_gid);
    if (::fstat(descriptor, &fresh) != 0) return;
  }
  auto mode = old.st_mode & 07777;
  if (old.st_uid != fresh.st_uid || old.st_gid != fresh.st_gid || old.st_uid != ::geteuid())
    mode &= ~static_cast<mode_t>(06000);
  (void)!::fchmod(descriptor, mode);
  take_extended(descriptor, path);
}

}  // namespace insitu
