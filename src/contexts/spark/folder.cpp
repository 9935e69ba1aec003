#include "contexts/spark/folder.hpp"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace insitu {

namespace {

constexpr const char* kEngine = "spark";

/// A key or a value in a file of Java's properties.
std::string property_text(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n') {
      escaped += "\\n";
      continue;
    }
    if (std::strchr("\\ =:#!\t", c)) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

GatewayFolder make_spark_folder(const SparkOptions& options) {
  return GatewayFolder::make(options.client_share_dir, {{"persistent", options.persistent_run},
                                                        {"idleTimeout", options.idle_timeout},
                                                        {"hive", true}});
}

std::optional<GatewayFolder> find_spark_folder(const SparkLaunch& launch) {
  return GatewayFolder::find(kEngine, launch.key);
}

std::vector<GatewayFolder> persistent_spark_folders() {
  return GatewayFolder::all_persistent(kEngine);
}

std::string publish_spark_folder(const GatewayFolder& folder, const SparkLaunch& launch) {
  return folder.publish(kEngine, launch.key);
}

std::vector<std::string> write_spark_settings(const GatewayFolder& folder,
                                              const SparkLaunch& launch,
                                              const std::string& spark_home) {
  std::vector<std::string> arguments;
  std::string ours, defaults;
  const char* configured = std::getenv("SPARK_CONF_DIR");
  defaults = (configured && *configured ? std::string(configured) : spark_home + "/conf") +
             "/spark-defaults.conf";
  for (std::size_t i = 0; i < launch.arguments.size(); ++i) {
    const auto& word = launch.arguments[i];
    const bool has_value = i + 1 < launch.arguments.size();
    if (word == "--properties-file" && has_value) {
      defaults = launch.arguments[++i];  // the user's own, in their place
    } else if (word.starts_with("--properties-file=")) {
      defaults = word.substr(word.find('=') + 1);
    } else if (const auto at = has_value ? launch.arguments[i + 1].find('=') : std::string::npos;
               word == "--conf" && at != std::string::npos) {
      const auto& setting = launch.arguments[++i];
      ours +=
          property_text(setting.substr(0, at)) + "=" + property_text(setting.substr(at + 1)) + "\n";
    } else {
      arguments.push_back(word);
    }
  }
  // One file replaces the defaults of Spark: they come first, and what follows them counts.
  std::ifstream stream(defaults, std::ios::binary);
  const std::string before(std::istreambuf_iterator<char>(stream), {});
  const auto file = folder.write("settings.conf", before + "\n" + ours);
  arguments.insert(arguments.end(), {"--properties-file", file});
  return arguments;
}

}  // namespace insitu
