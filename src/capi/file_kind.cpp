#include "capi/file_kind.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.hpp"
#include "base/lower_text.hpp"
#include "capi/formats.hpp"
#include "filesystems/hdfs/name_node.hpp"
#include "filesystems/routed.hpp"

namespace insitu {

using nlohmann::json;
namespace fs = std::filesystem;

namespace {

std::string last_name(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path.substr(path.find_last_of('/') + 1);
}

/// "b" of "a.b"; "" for ".b", "a." and "a": no ending.
std::string ending_of(const std::string& name) {
  const auto dot = name.find_last_of('.');
  return dot == std::string::npos || dot == 0 ? std::string() : name.substr(dot + 1);
}

/// What a path is that nothing tells more of, and what is written to one without ending.
const std::string kTextType = "RxTextData", kXdfType = "RxXdfData";

constexpr std::array<std::string_view, 6> kCompressed = {"gz", "bz2", "zst", "xz", "zip", "z"};

bool exists(const std::string& path) {
  std::error_code failure;
  return fs::exists(path, failure);
}

/// A folder that is one data set, or holds files of a format; "": neither.
std::string kind_of_folder(const std::string& path) {
  std::error_code failure;
  for (const auto& format : formats())
    if (!format.marker.empty() && fs::is_directory(fs::path(path) / format.marker, failure))
      return std::string(format.type);
  std::string kind;
  for (fs::directory_iterator each(path, failure), end; !failure && each != end;
       each.increment(failure)) {
    const auto name = each->path().filename().string();
    if (name.starts_with('_') || name.starts_with('.')) continue;  // marks of the writer
    const auto* format = find_format(formats(), kind_by_ending(name));
    if (!format || !format->in_folders) continue;
    if (kind.empty() || kind == kTextType) kind = format->type;  // beside others, text is a note
  }
  return kind.empty() ? kTextType : kind;
}

std::string kind_by_content(const std::string& path) {
  std::array<char, 4> bytes{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), bytes.size())) return "";
  const std::string_view start(bytes.data(), bytes.size());
  for (const auto& format : formats())
    if (!format.magic.empty() && start.starts_with(format.magic)) return std::string(format.type);
  return "";
}

}  // namespace

bool is_compressed(const std::string& path) {
  return std::ranges::find(kCompressed, lower_text(ending_of(last_name(path)))) !=
         kCompressed.end();
}

std::string kind_by_ending(const std::string& path) {
  auto name = last_name(path);
  const bool compressed = is_compressed(name);
  if (compressed) name.resize(name.find_last_of('.'));
  const auto ending = lower_text(ending_of(name));
  for (const auto& format : formats())
    if ((format.compressed || !compressed) &&
        std::ranges::find(format.endings, ending) != format.endings.end())
      return std::string(format.type);
  return compressed ? kTextType : "";
}

std::string kind_of_file(const std::string& path) {
  auto kind = kind_by_ending(path);
  if (is_remote_path(path)) return kind;
  std::error_code failure;
  if (fs::is_directory(path, failure)) {
    // A folder named like a file of text holds what its files say.
    if (kind.empty() || kind == kTextType) return kind_of_folder(path);
    return kind;
  }
  return kind.empty() ? kind_by_content(path) : kind;
}

std::string xdf_to_read(const std::string& path) {
  if (is_remote_path(path) || !ending_of(last_name(path)).empty() || exists(path)) return path;
  return exists(path + ".xdf") ? path + ".xdf" : path;
}

void set_xdf_target(json& descriptor, const std::string& path, std::optional<bool> composite) {
  const bool has_ending = !ending_of(last_name(path)).empty();
  const bool is_set = composite.value_or(is_hdfs_path(path) && !has_ending);
  if (is_set && !composite) descriptor["createCompositeSet"] = true;
  std::error_code failure;
  const bool as_it_is =
      is_set || has_ending || (!is_remote_path(path) && fs::is_directory(path, failure));
  descriptor["file"] = as_it_is ? path : path + ".xdf";
}

json descriptor_of_input(const std::string& path, const char* what, const char* otherwise) {
  for (const auto* scheme : {"http://", "https://", "ftp://"})
    if (lower_text(path).starts_with(scheme))
      throw InvalidArgument(std::string(what) +
                            " is the address of a web page, which is not read from there: download "
                            "the file first and give its path: " +
                            path);
  auto kind = kind_of_file(path);
  if (kind.empty() && !is_remote_path(path) && !exists(path) && xdf_to_read(path) != path)
    kind = kXdfType;
  if (kind.empty()) kind = otherwise;
  return {{"type", kind}, {"file", kind == kXdfType ? xdf_to_read(path) : path}};
}

json descriptor_of_output(const std::string& path, const char* what,
                          std::optional<bool> composite) {
  const auto kind = composite.value_or(false) ? kXdfType : kind_by_ending(path);
  if (kind == kTextType && is_compressed(path))
    throw Unsupported(std::string(what) +
                      ": text is not written compressed; leave out the last ending of " + path +
                      ", or write .parquet");
  if (kind == kTextType) {
    json found = {{"type", kind}, {"file", path}};
    const auto ending = lower_text(ending_of(last_name(path)));
    if (ending == "tsv" || ending == "tab") found["delimiter"] = "\t";
    return found;
  }
  if (kind.empty() || kind == kXdfType) {
    json found = {{"type", kXdfType}};
    set_xdf_target(found, path, composite);
    return found;
  }
  return {{"type", kind}, {"file", path}};
}

}  // namespace insitu
