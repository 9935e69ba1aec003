#include "odbc/file_data_source.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "/etc/ODBCDataSources";  // where unixODBC looks
constexpr std::size_t kLargest = 1 << 16;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::optional<fs::path> find_file(const std::string& name) {
  std::vector<fs::path> places{name};
  if (name.find('/') == std::string::npos) places.push_back(fs::path(kFolder) / name);
  for (const auto& place : places)
    for (const auto* ending : {"", ".dsn"}) {
      auto path = place;
      path += ending;
      std::error_code error;
      if (fs::is_regular_file(path, error)) return path;
    }
  return std::nullopt;
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || !(file || file.eof()))
    throw InvalidArgument("`connectionString`: FileDSN names a file that cannot be read: "_named +
                          path.string());
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargest || text.find('\0') != std::string::npos)
    throw InvalidArgument(
        "`connectionString`: FileDSN names a file that is no data source of UTF-8 text: "_named +
        path.string());
  return text;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Braces around a value, as in connection strings.
std::string value_of(std::string_view text) {
  text = trimmed(text);
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::string(text);
  std::string value;
  for (text = text.substr(1, text.size() - 2); !text.empty(); text.remove_prefix(1)) {
    value += text.front();
    if (text.starts_with("}}")) text.remove_prefix(1);
  }
  return value;
}

}  // namespace

ConnectionString with_file_data_source(ConnectionString where) {
  const auto name = where.find({"FileDSN"});
  if (!name) return where;
  const auto path = find_file(*name);
  if (!path)
    throw InvalidArgument("`connectionString`: FileDSN names no file: "_named + *name +
                          "; give its whole path");
  where.remove({"FileDSN"});
  const auto text = content_of(*path);
  std::string_view left = text;
  if (left.starts_with(kByteOrderMark)) left.remove_prefix(kByteOrderMark.size());
  bool ours = false, found = false;
  while (!left.empty()) {
    const auto end = std::min(left.find('\n'), left.size());
    const auto line = trimmed(left.substr(0, end));
    left.remove_prefix(std::min(end + 1, left.size()));
    if (line.empty() || line.front() == ';' || line.front() == '#') continue;
    if (line.front() == '[') {
      ours = line == "[ODBC]";
      continue;
    }
    const auto equals = line.find('=');
    if (!ours || equals == std::string_view::npos || equals == 0) continue;
    found = true;
    const std::string keyword(trimmed(line.substr(0, equals)));
    if (!where.find({keyword})) where.set({keyword}, value_of(line.substr(equals + 1)));
  }
  where.remove({"FileDSN"});  // of a file that names a file
  if (!found)
    throw InvalidArgument(
        "`connectionString`: FileDSN names a file without lines keyword=value below [ODBC]: "_named +
        path->string());
  return where;
}

}  // namespace insitu
