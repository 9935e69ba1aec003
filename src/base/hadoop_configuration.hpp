#pragma once
// Hadoop's configuration as its clients read it: the XML files of one folder.
#include <initializer_list>
#include <map>
#include <optional>
#include <string>

namespace insitu {

class HadoopConfiguration {
 public:
  HadoopConfiguration() = default;

  /// core-site.xml and hdfs-site.xml of the folder that the environment names: HADOOP_CONF_DIR,
  /// else etc/hadoop of HADOOP_HOME, else /etc/hadoop/conf where it is there; nothing is set where
  /// there is none. Throws DataError for a file that is no configuration, and Unsupported where
  /// there is no expat.
  static HadoopConfiguration of_environment();
  /// Some files of a folder, in this order; those that are not there say nothing.
  static HadoopConfiguration of_folder(const std::string& folder,
                                       std::initializer_list<const char*> files = {
                                           "core-site.xml", "hdfs-site.xml"});

  /// With variables (${...}) filled in: of the environment (env.NAME), of the process (user.name,
  /// user.home, java.io.tmpdir), other keys; nothing where it is not set.
  std::optional<std::string> get(const std::string& key) const;
  std::string get(const std::string& key, const std::string& otherwise) const;
  const std::string& folder() const { return folder_; }

  /// Adds a file of the folder, if it is there.
  void add_file(const std::string& name);
  /// Adds what a text of XML says, and files of the folder that it includes; later values win, but
  /// for those that are final.
  void add(const std::string& xml, const std::string& name);

 private:
  void add(const std::string& xml, const std::string& name, int depth);

  std::map<std::string, std::string> values_, finals_;
  std::string folder_;
};

}  // namespace insitu
