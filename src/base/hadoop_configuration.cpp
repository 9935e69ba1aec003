#include "base/hadoop_configuration.hpp"

#include <expat.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/system_library.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMostBytes = 16 << 20;  // of a file

struct Expat {
  decltype(&::XML_ParserCreate) create = nullptr;
  decltype(&::XML_ParserFree) free = nullptr;
  decltype(&::XML_SetUserData) set_user_data = nullptr;
  decltype(&::XML_SetElementHandler) set_element_handler = nullptr;
  decltype(&::XML_SetCharacterDataHandler) set_character_data_handler = nullptr;
  decltype(&::XML_Parse) parse = nullptr;
  decltype(&::XML_GetErrorCode) error_code = nullptr;
  decltype(&::XML_ErrorString) error_string = nullptr;
  decltype(&::XML_GetCurrentLineNumber) line = nullptr;
};

Expat loaded() {
  const SystemLibrary library(
      "libexpat.so.1",
      "Hadoop's configuration is read by expat, which is not installed here (libexpat.so.1 was not "
      "found): install the package libexpat1 of Debian or Ubuntu (apt install libexpat1)",
      "Hadoop's configuration cannot be read: expat of this machine is too old");
  Expat expat;
  library.look_up("XML_ParserCreate", expat.create);
  library.look_up("XML_ParserFree", expat.free);
  library.look_up("XML_SetUserData", expat.set_user_data);
  library.look_up("XML_SetElementHandler", expat.set_element_handler);
  library.look_up("XML_SetCharacterDataHandler", expat.set_character_data_handler);
  library.look_up("XML_Parse", expat.parse);
  library.look_up("XML_GetErrorCode", expat.error_code);
  library.look_up("XML_ErrorString", expat.error_string);
  library.look_up("XML_GetCurrentLineNumber", expat.line);
  return expat;
}

const Expat& expat() {
  static const Expat kExpat = loaded();
  return kExpat;
}

constexpr int kDeepest = 20, kRounds = 20;
constexpr std::size_t kLongest = 65536;  // of a value

/// The file that an include names; those of the web are not asked for.
std::string file_of(const std::string& include, const std::string& by) {
  if (include.starts_with("file:")) {
    const auto path = include.find_first_not_of('/', 5);  // behind one slash, or three
    return include.substr(path == std::string::npos || path == 5 ? 5 : path - 1);
  }
  if (include.find("://") != std::string::npos)
    throw DataError("Hadoop's configuration cannot be read: " + by + " includes " + include +
                    ", and only files are");
  return include;
}

/// Nothing where there is no such file.
std::optional<std::string> text_of_file(const std::string& path) {
  std::error_code failure;
  const auto size = fs::file_size(path, failure);
  if (failure) return std::nullopt;
  if (size > kMostBytes) throw DataError("too long for a configuration of Hadoop: " + path);
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.good() && !file.eof()) throw DataError("cannot read: " + path);
  return text;
}

/// A property, or what is to be included in its place.
struct ConfigurationItem {
  std::optional<std::string> name, value;
  bool is_final = false;
  std::optional<std::string> include;
  std::optional<std::vector<ConfigurationItem>> fallback;  ///< where there is nothing to include
};

/// What stands in the elements of each <property>, and in its attributes. No exception passes
/// through C: what is included is looked for afterwards.
struct ConfigurationReader {
  std::vector<std::string> open;
  std::vector<ConfigurationItem> found;
  std::string text;

  static std::string local(std::string_view name) {
    return std::string(name.substr(name.find(':') + 1));
  }
  std::string_view parent() const {
    return open.size() > 1 ? std::string_view(open[open.size() - 2]) : std::string_view();
  }
  bool in_fallback() const { return !found.empty() && found.back().include && in_fallback_; }
  ConfigurationItem& item() { return in_fallback() ? found.back().fallback->back() : found.back(); }

  static void begin(void* self, const char* name, const char** attributes) {
    auto& reader = *static_cast<ConfigurationReader*>(self);
    reader.open.push_back(local(name));
    reader.text.clear();
    const auto& of = reader.open.back();
    if (of == "property") {
      (reader.in_fallback() ? *reader.found.back().fallback : reader.found).emplace_back();
      for (; *attributes; attributes += 2) reader.set(attributes[0], attributes[1]);
    } else if (of == "include" && !reader.in_fallback()) {
      for (; *attributes; attributes += 2) {
        if (std::string_view(attributes[0]) != "href") continue;
        reader.found.emplace_back();
        reader.found.back().include = attributes[1];
      }
    } else if (of == "fallback" && reader.parent() == "include" && !reader.found.empty() &&
               reader.found.back().include) {
      reader.found.back().fallback.emplace();
      reader.in_fallback_ = true;
    }
  }

  static void end(void* self, const char*) {
    auto& reader = *static_cast<ConfigurationReader*>(self);
    if (reader.parent() == "property") reader.set(reader.open.back(), reader.text);
    if (reader.open.back() == "fallback") reader.in_fallback_ = false;
    reader.open.pop_back();
    reader.text.clear();
  }

  static void characters(void* self, const char* text, int size) {
    static_cast<ConfigurationReader*>(self)->text.append(text, static_cast<std::size_t>(size));
  }

 private:
  void set(std::string_view of, const std::string& to) {
    if (found.empty() || (in_fallback() && found.back().fallback->empty())) return;
    if (to.empty()) return;  // as if it were not there: what was set before stays
    const auto first = to.find_first_not_of(" \t\r\n");
    const auto last = to.find_last_not_of(" \t\r\n");
    auto bare = first == std::string::npos ? "" : to.substr(first, last - first + 1);
    if (of == "name")
      item().name = std::move(bare);
    else if (of == "value")
      item().value = std::move(bare);
    else if (of == "final")
      item().is_final = to == "true";
  }

  bool in_fallback_ = false;
};

const char* set_variable(const char* name) {
  const char* value = std::getenv(name);
  return value && *value ? value : nullptr;
}

/// NAME, NAME-otherwise or NAME:-otherwise (also where it is empty) of the environment.
std::optional<std::string> of_environment_text(const std::string& text) {
  const auto dash = text.find('-');
  const bool or_empty = dash != std::string::npos && dash > 0 && text[dash - 1] == ':';
  const auto name = text.substr(0, or_empty ? dash - 1 : dash);
  const char* value = std::getenv(name.c_str());
  if (value && (*value || !or_empty)) return value;
  if (dash == std::string::npos) return std::nullopt;
  return text.substr(dash + 1);
}

/// What Java says of the process: stronger than the files.
std::optional<std::string> of_process(const std::string& name) {
  if (name == "java.io.tmpdir") return "/tmp";
  if (name != "user.name" && name != "user.home") return std::nullopt;
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found)
    return name == "user.name" ? "?" : "/";
  return std::string(name == "user.name" ? found->pw_name : found->pw_dir);
}

/// The first ${name} of a text that has no other in it: where its name is.
std::optional<std::pair<std::size_t, std::size_t>> variable_in(const std::string& text) {
  for (auto begin = text.find("${"); begin != std::string::npos;
       begin = text.find("${", begin + 1)) {
    const auto end = text.find_first_of("} $", begin + 2);
    if (end == std::string::npos) return std::nullopt;
    if (text[end] == '}' && end > begin + 2) return std::pair(begin + 2, end);
  }
  return std::nullopt;
}

}  // namespace

void HadoopConfiguration::add(const std::string& xml, const std::string& name) {
  add(xml, name, 0);
}

void HadoopConfiguration::add(const std::string& xml, const std::string& name, int depth) {
  const auto& x = expat();
  const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(x.create(nullptr), x.free);
  if (!parser) throw DataError("there is no memory to read " + name);
  ConfigurationReader reader;
  x.set_user_data(parser.get(), &reader);
  x.set_element_handler(parser.get(), &ConfigurationReader::begin, &ConfigurationReader::end);
  x.set_character_data_handler(parser.get(), &ConfigurationReader::characters);
  if (x.parse(parser.get(), xml.data(), static_cast<int>(xml.size()), 1) != XML_STATUS_OK)
    throw DataError("Hadoop's configuration cannot be read: " + name + ", line " +
                    std::to_string(x.line(parser.get())) + ": " +
                    x.error_string(x.error_code(parser.get())));
  const auto set = [&](const ConfigurationItem& item) {
    if (!item.name || item.name->empty() || finals_.contains(*item.name)) return;
    if (item.value) values_[*item.name] = *item.value;
    if (item.is_final) finals_[*item.name] = item.value.value_or("");
  };
  for (const auto& item : reader.found) {
    if (!item.include) {
      set(item);
      continue;
    }
    const auto path = fs::path(folder_) / file_of(*item.include, name);
    if (depth == kDeepest)
      throw DataError("files of Hadoop's configuration include each other, as " + name +
                      " does: " + *item.include);
    if (const auto text = text_of_file(path.string()))
      add(*text, path.string(), depth + 1);
    else if (item.fallback)
      for (const auto& each : *item.fallback) set(each);
    else
      throw DataError("Hadoop's configuration cannot be read: " + name + " includes " +
                      path.string() + ", which is not there");
  }
}

void HadoopConfiguration::add_file(const std::string& name) {
  const auto path = (fs::path(folder_) / name).string();
  if (const auto text = text_of_file(path)) add(*text, path, 0);
}

HadoopConfiguration HadoopConfiguration::of_folder(const std::string& folder,
                                                   std::initializer_list<const char*> files) {
  HadoopConfiguration found;
  found.folder_ = folder;
  for (const auto* name : files) found.add_file(name);
  return found;
}

HadoopConfiguration HadoopConfiguration::of_environment() {
  if (const char* folder = set_variable("HADOOP_CONF_DIR")) {
    std::error_code failure;
    if (!fs::is_directory(folder, failure))
      throw DataError(std::string("HADOOP_CONF_DIR is no folder: ") + folder);
    return of_folder(folder);
  }
  std::error_code failure;
  if (const char* home = set_variable("HADOOP_HOME")) {
    const auto folder = fs::path(home) / "etc" / "hadoop";
    if (fs::is_directory(folder, failure)) return of_folder(folder.string());
  }
  if (fs::is_directory("/etc/hadoop/conf", failure)) return of_folder("/etc/hadoop/conf");
  return {};
}

std::optional<std::string> HadoopConfiguration::get(const std::string& key) const {
  const auto at = values_.find(key);
  if (at == values_.end()) return std::nullopt;
  auto value = at->second;
  // As many rounds as Hadoop makes, so that what names itself ends.
  for (int round = 0; round < kRounds; ++round) {
    const auto place = variable_in(value);
    if (!place) break;
    const auto [begin, end] = *place;
    const auto name = value.substr(begin, end - begin);
    const bool of_variables = name.size() > 4 && name.starts_with("env.");
    auto filled = of_variables ? of_environment_text(name.substr(4)) : of_process(name);
    if (!filled)
      if (const auto other = values_.find(name); other != values_.end()) filled = other->second;
    if (!filled) break;
    if (filled->find("${" + name + "}") != std::string::npos) return at->second;
    if (value.size() + filled->size() > kLongest) break;
    value.replace(begin - 2, end - begin + 3, *filled);
  }
  return value;
}

std::string HadoopConfiguration::get(const std::string& key, const std::string& otherwise) const {
  return get(key).value_or(otherwise);
}

}  // namespace insitu
