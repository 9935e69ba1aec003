#pragma once
// The folders of Spark applications (contexts/gateway/folder.hpp): by the settings that they were
// started with, which spark-submit reads from a file in them.
#include <optional>
#include <string>
#include <vector>

#include "contexts/gateway/folder.hpp"
#include "contexts/spark/options.hpp"

namespace insitu {

/// A new one, in clientShareDir or /tmp. Throws DataError.
GatewayFolder make_spark_folder(const SparkOptions&);
/// That of a persistent application of this user with the same settings, if it lives.
std::optional<GatewayFolder> find_spark_folder(const SparkLaunch&);
/// As GatewayFolder::all_persistent.
std::vector<GatewayFolder> persistent_spark_folders();
/// As GatewayFolder::publish.
std::string publish_spark_folder(const GatewayFolder&, const SparkLaunch&);

/// The arguments of spark-submit, with the settings in a file of the folder: arguments can be seen
/// by every user of the machine, and settings may be secrets. Throws DataError.
std::vector<std::string> write_spark_settings(const GatewayFolder&, const SparkLaunch&,
                                              const std::string& spark_home);

}  // namespace insitu
