#include "filesystems/hdfs/copies.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/new_file.hpp"
#include "base/new_folder.hpp"
#include "filesystems/hdfs/new_in_hdfs.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

void send_file(WebHdfs& hdfs, const std::string& local, const std::string& path,
               const HdfsCreate& create) {
  std::ifstream file(local, std::ios::binary);
  if (!file) throw DataError("cannot read: " + local);
  hdfs.create(path,
              {.begin =
                   [&] {
                     file.clear();
                     file.seekg(0);
                   },
               .next =
                   [&](std::span<char> out) {
                     file.read(out.data(), static_cast<std::streamsize>(out.size()));
                     if (file.bad()) throw DataError("cannot read: " + local);
                     return static_cast<std::size_t>(file.gcount());
                   }},
              create);
}

void send_folder(WebHdfs& hdfs, const fs::path& local, const std::string& path,
                 const HdfsCreate& create) {
  hdfs.make_directories(path);
  std::vector<fs::directory_entry> entries;
  std::error_code failure;
  for (fs::directory_iterator entry(local, failure), end; !failure && entry != end;
       entry.increment(failure))
    entries.push_back(*entry);
  if (failure)
    throw DataError("cannot list the folder (" + failure.message() + "): " + local.string());
  std::ranges::sort(entries, {}, [](const auto& e) { return e.path().filename().string(); });
  for (const auto& entry : entries) {
    const auto to = child_of(path, entry.path().filename().string());
    if (entry.is_symlink())
      throw DataError("a link is not copied to HDFS: " + entry.path().string());
    if (entry.is_directory())
      send_folder(hdfs, entry.path(), to, create);
    else if (entry.is_regular_file())
      send_file(hdfs, entry.path().string(), to, create);
    else
      throw DataError("neither a file nor a folder: " + entry.path().string());
  }
}

void fetch_file(WebHdfs& hdfs, const std::string& path, std::uint64_t size, NewFile& file) {
  hdfs.read(path, 0, size, [&](std::string_view bytes) { file.append(bytes); });
  file.commit();
}

void fetch_folder(WebHdfs& hdfs, const std::string& path, const fs::path& local) {
  for (const auto& entry : hdfs.list(path)) {
    const auto to = local / entry.name;
    const auto from = child_of(path, entry.name);
    if (entry.directory) {
      std::error_code failure;
      if (!fs::create_directory(to, failure))
        throw DataError("cannot make the folder (" + failure.message() + "): " + to.string());
      fetch_folder(hdfs, from, to);
    } else {
      NewFile file(to.string());
      fetch_file(hdfs, from, entry.size, file);
    }
  }
}

HdfsStatus require(WebHdfs& hdfs, const std::string& path) {
  auto found = hdfs.status(path);
  if (!found) throw HdfsError("file not found: hdfs://" + path, "FileNotFoundException", 404);
  return *found;
}

/// The bytes of a file of one cluster as what is sent to another, in order and without a copy on
/// the disk: fetched by pieces, one request each.
void pass_file(WebHdfs& from, const std::string& path, std::uint64_t size, WebHdfs& to,
               const std::string& target, const HdfsCreate& create) {
  constexpr std::uint64_t kPiece = 8 << 20;
  std::uint64_t fetched = 0;
  std::string piece;
  std::size_t given = 0;
  to.create(target,
            {.begin =
                 [&] {
                   fetched = 0;
                   piece.clear();
                   given = 0;
                 },
             .next =
                 [&](std::span<char> out) {
                   if (given == piece.size()) {
                     const auto some = std::min(kPiece, size - fetched);
                     piece.clear();
                     given = 0;
                     if (some)
                       from.read(path, fetched, some, [&](std::string_view b) { piece += b; });
                     fetched += some;
                   }
                   const auto some = std::min(out.size(), piece.size() - given);
                   std::copy_n(piece.data() + given, some, out.data());
                   given += some;
                   return some;
                 }},
            create);
}

void pass_folder(WebHdfs& from, const std::string& path, WebHdfs& to, const std::string& target,
                 const HdfsCreate& create) {
  to.make_directories(target);
  for (const auto& entry : from.list(path)) {
    const auto source = child_of(path, entry.name);
    if (entry.directory)
      pass_folder(from, source, to, child_of(target, entry.name), create);
    else
      pass_file(from, source, entry.size, to, child_of(target, entry.name), create);
  }
}

bool is_within(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder.ends_with('/') ? folder : folder + "/");
}

}  // namespace

void copy_to_hdfs(WebHdfs& hdfs, const std::string& local, const std::string& path,
                  const CopyOptions& options) {
  std::error_code failure;
  const auto kind = fs::status(local, failure).type();
  if (kind == fs::file_type::not_found) throw DataError("file not found: " + local);
  const bool folder = kind == fs::file_type::directory;
  if (!folder && kind != fs::file_type::regular)
    throw DataError("neither a file nor a folder: " + local);
  NewInHdfs target(hdfs, path, options.overwrite);
  if (folder)
    send_folder(hdfs, local, target.path(), options.create);
  else
    send_file(hdfs, local, target.path(), options.create);
  target.commit(folder);
}

void copy_from_hdfs(WebHdfs& hdfs, const std::string& path, const std::string& local,
                    const CopyOptions& options) {
  const auto status = require(hdfs, path);
  std::error_code failure;
  const bool there = fs::exists(fs::symlink_status(local, failure));
  if (there && !options.overwrite)
    throw InvalidArgument("exists: " + local + "; allow to replace it, or give another name");
  const auto expected = options.overwrite ? Expected::anything() : Expected::nothing();
  if (status.directory) {
    NewFolder folder(local, expected);
    fetch_folder(hdfs, path, folder.temporary_path());
    folder.commit();
    return;
  }
  NewFile file(local, expected);
  fetch_file(hdfs, path, status.size, file);
}

void copy_within_hdfs(WebHdfs& from, const std::string& path, WebHdfs& to,
                      const std::string& target, const CopyOptions& options) {
  const auto status = require(from, path);
  if (from.name_node() == to.name_node() && (is_within(target, path) || is_within(path, target)))
    throw InvalidArgument("cannot copy " + path + " to " + target + ": one lies in the other");
  NewInHdfs made(to, target, options.overwrite);
  if (status.directory)
    pass_folder(from, path, to, made.path(), options.create);
  else
    pass_file(from, path, status.size, to, made.path(), options.create);
  made.commit(status.directory);
}

}  // namespace insitu
