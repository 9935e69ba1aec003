#include "base/file_identity.hpp"

#include <sys/stat.h>

#include <charconv>

#include "base/error.hpp"

namespace insitu {

namespace {

FileIdentity identity_of(const struct stat& status) {
  return {
      static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
      static_cast<std::uint64_t>(status.st_size),
      static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec};
}

}  // namespace

std::string FileIdentity::text() const {
  return std::to_string(device) + ":" + std::to_string(inode) + ":" + std::to_string(size) + ":" +
         std::to_string(modified);
}

std::optional<FileIdentity> file_identity(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return identity_of(status);
}

std::optional<FileIdentity> file_identity(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return std::nullopt;
  return identity_of(status);
}

FileIdentity file_identity_from(std::string_view text) {
  FileIdentity identity;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto number = [&](auto& value, bool last) {
    const auto [stop, error] = std::from_chars(at, end, value);
    if (error != std::errc() || (last ? stop != end : stop == end || *stop != ':'))
      throw DataError("the version of a file cannot be read: " + std::string(text.substr(0, 100)));
    at = last ? stop : stop + 1;
  };
  number(identity.device, false);
  number(identity.inode, false);
  number(identity.size, false);
  number(identity.modified, true);
  return identity;
}

}  // namespace insitu
