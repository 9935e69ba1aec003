#include "base/file_versions.hpp"

#include "base/error.hpp"

namespace insitu {

namespace {

bool may_grow(const std::string& path) {
  return !path.ends_with(".xdf") && !path.ends_with(".xdfd") && !path.ends_with(".xdfm");
}

void require_same(const std::string& path, const FileIdentity& before,
                  const std::optional<FileIdentity>& now) {
  if (now &&
      (*now == before || (may_grow(path) && now->same_file(before) && now->size > before.size)))
    return;
  throw DataError("the file was " + std::string(now ? "replaced or changed" : "removed") +
                  " while it was being read; nothing was computed, run it again: " + path);
}

}  // namespace

FileVersions::FileVersions(const List& expected) {
  for (const auto& [path, version] : expected) seen_.emplace(path, file_identity_from(version));
}

void FileVersions::see(const std::string& path, const FileIdentity& identity) {
  const std::lock_guard lock(mutex_);
  const auto [found, fresh] = seen_.emplace(path, identity);
  if (!fresh) require_same(path, found->second, identity);
}

void FileVersions::check() const {
  const std::lock_guard lock(mutex_);
  for (const auto& [path, version] : seen_) require_same(path, version, file_identity(path));
}

std::optional<FileIdentity> FileVersions::find(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = seen_.find(path);
  return found == seen_.end() ? std::nullopt : std::optional(found->second);
}

FileVersions::List FileVersions::list() const {
  const std::lock_guard lock(mutex_);
  List list;
  for (const auto& [path, version] : seen_) list.emplace_back(path, version.text());
  return list;
}

}  // namespace insitu
