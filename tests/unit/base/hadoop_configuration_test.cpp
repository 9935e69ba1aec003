#include "base/hadoop_configuration.hpp"

#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/error.hpp"

namespace insitu {
namespace {

namespace fs = std::filesystem;

std::string property(const std::string& key, const std::string& value,
                     const std::string& more = "") {
  return "<property><name>" + key + "</name><value>" + value + "</value>" + more + "</property>";
}

std::string file_of(const std::string& properties) {
  return "<?xml version=\"1.0\"?><configuration xmlns:xi=\"http://www.w3.org/2001/XInclude\">" +
         properties + "</configuration>";
}

/// A folder of configuration.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("insitu-conf-" + std::to_string(::getpid()))) {
    fs::create_directories(path_ / "sub");
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  void write(const std::string& name, const std::string& properties) const {
    std::ofstream(path_ / name) << file_of(properties);
  }
  std::string path() const { return path_.string(); }
  HadoopConfiguration read() const { return HadoopConfiguration::of_folder(path()); }

 private:
  fs::path path_;
};

// What Hadoop 3.5 (org.apache.hadoop.conf.Configuration) says of the same files.

TEST(HadoopConfiguration, ValuesFollowHadoopsRules) {
  HadoopConfiguration made;
  made.add(file_of("<!-- " + property("comment", "wrong") + " -->" + property("a", " 1 \n") +
                   property("b", "x${a}y${c}", "<final>true</final>") + property("c", "&lt;&amp;") +
                   property("split", "a<!-- c -->b") + property("cdata", "<![CDATA[<x>]]>") +
                   "<property name=\"attribute\" value=\"v\" final=\"true\"/>" +
                   property("soft", "1", "<final> true </final>") + property("kept", "1") +
                   property("kept", "") + "<property><name>kept</name></property>" +
                   property("told", "1", "<source>x</source><description>y</description>")),
           "first");
  made.add(file_of(property("a", "2") + property("b", "3") + property("attribute", "w") +
                   property("soft", "2")),
           "late");
  EXPECT_EQ(made.get("comment"), std::nullopt);
  EXPECT_EQ(made.get("a"), "2");
  EXPECT_EQ(made.get("b"), "x2y<&");
  EXPECT_EQ(made.get("split"), "ab");
  EXPECT_EQ(made.get("cdata"), "<x>");
  EXPECT_EQ(made.get("attribute"), "v");
  EXPECT_EQ(made.get("soft"), "2");
  EXPECT_EQ(made.get("kept"), "1");
  EXPECT_EQ(made.get("told"), "1");
  EXPECT_EQ(made.get("absent"), std::nullopt);
  EXPECT_EQ(made.get("absent", "other"), "other");
}

TEST(HadoopConfiguration, VariablesAreFilledIn) {
  ::setenv("INSITU_TEST_SET", "ex", 1);
  ::setenv("INSITU_TEST_EMPTY", "", 1);
  ::unsetenv("INSITU_TEST_NONE");
  HadoopConfiguration made;
  const auto none = std::string("env.INSITU_TEST_NONE"),
             empty = std::string("env.INSITU_TEST_EMPTY");
  made.add(file_of(property("set", "${env.INSITU_TEST_SET}") +
                   property("or", "${" + none + ":-def}|${" + none + "-def}") +
                   property("or_empty", "${" + empty + "-def}|${" + empty + ":-def}") +
                   property("of_file", "${" + none + "}") + property(none, "ofconf") +
                   property("who", "${user.name}") + property("user.name", "another") +
                   property("nested", "${a${b}}") + property("b", "1") + property("a1", "deep") +
                   property("loop", "${loop}") + property("open", "${a") +
                   property("none", "${none.such}${b}") + property("blank", "${a b}${b}") +
                   property("nothing", "${}${b}") + property("dollar", "$${b}") +
                   property("ring", "${gnir}") + property("gnir", "${ring}")),
           "test");
  EXPECT_EQ(made.get("set"), "ex");
  EXPECT_EQ(made.get("or"), "def|def");
  EXPECT_EQ(made.get("or_empty"), "|def");
  EXPECT_EQ(made.get("of_file"), "ofconf");
  EXPECT_EQ(made.get("who"), ::getpwuid(::getuid())->pw_name);
  EXPECT_EQ(made.get("nested"), "deep");
  EXPECT_EQ(made.get("loop"), "${loop}");
  EXPECT_EQ(made.get("open"), "${a");
  EXPECT_EQ(made.get("none"), "${none.such}${b}");
  EXPECT_EQ(made.get("blank"), "${a b}1");
  EXPECT_EQ(made.get("nothing"), "${}1");
  EXPECT_EQ(made.get("dollar"), "$1");
  EXPECT_TRUE(made.get("ring"));  // ends
  ::unsetenv("INSITU_TEST_SET");
  ::unsetenv("INSITU_TEST_EMPTY");
}

TEST(HadoopConfiguration, FilesIncludeOthers) {
  const Folder folder;
  const auto include = [](const std::string& name, const std::string& more = "") {
    return "<xi:include href=\"" + name + "\">" + more + "</xi:include>";
  };
  folder.write("sub/more.xml", property("included", "1") + property("after", "included") +
                                   include("sub/deep.xml"));  // of the folder, not of the file
  folder.write("sub/deep.xml", property("deep", "1"));
  const auto fallback = [](const std::string& key) {
    return "<xi:fallback>" + property(key, "yes") + "</xi:fallback>";
  };
  folder.write("core-site.xml",
               property("after", "before") + include("sub/more.xml") +
                   include("none.xml", fallback("there")) +
                   include("file://" + folder.path() + "/sub/deep.xml", fallback("not")) +
                   property("last", "1"));
  folder.write("hdfs-site.xml", property("last", "2"));
  const auto found = folder.read();
  EXPECT_EQ(found.get("included"), "1");
  EXPECT_EQ(found.get("after"), "included");
  EXPECT_EQ(found.get("deep"), "1");
  EXPECT_EQ(found.get("there"), "yes");
  EXPECT_EQ(found.get("not"), std::nullopt);
  EXPECT_EQ(found.get("last"), "2");
  const auto refused = [&](const std::string& properties) {
    folder.write("core-site.xml", properties);
    try {
      (void)folder.read();
      return std::string();
    } catch (const DataError& error) {
      return std::string(error.what());
    }
  };
  EXPECT_NE(refused(include("none.xml")).find("none.xml, which is not there"), std::string::npos);
  EXPECT_NE(refused(include("http://127.0.0.1/x.xml")).find("and only files are"),
            std::string::npos);
  EXPECT_NE(refused(include("core-site.xml")).find("include each other"), std::string::npos);
}

TEST(HadoopConfiguration, AnyBytesAreReadOrRefused) {
  const std::string whole = "<configuration>" + property("a", "${b}${b}") + property("b", "${a}") +
                            "<final/><property/><value>1</value><include href=\"x\"><fallback>" +
                            property("c", "1") + "</fallback></include></configuration>";
  std::mt19937_64 random(5);
  for (int i = 0; i < 2000; ++i) {
    auto text = whole;
    for (std::size_t n = random() % 4; n-- > 0;)
      text[random() % text.size()] = static_cast<char>(random());
    text.resize(text.size() - random() % 3 * (random() % text.size()) / 2);
    HadoopConfiguration made;
    try {
      made.add(text, "test");
      (void)made.get("a");
    } catch (const DataError&) {
    }
  }
}

}  // namespace
}  // namespace insitu
