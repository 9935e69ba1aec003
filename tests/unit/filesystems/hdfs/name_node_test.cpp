#include "filesystems/hdfs/name_node.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.hpp"
#include "filesystems/hdfs/http.hpp"

namespace insitu {
namespace {

std::string property(const std::string& key, const std::string& value,
                     const std::string& more = "") {
  return "<property><name> " + key + "\n</name><value>" + value + "</value>" + more + "</property>";
}

HadoopConfiguration configuration(const std::string& properties) {
  HadoopConfiguration made;
  made.add("<?xml version=\"1.0\"?><configuration>" + properties + "</configuration>", "test");
  return made;
}

TEST(NameNode, AddressesAreTakenApart) {
  const auto of = [](const std::string& uri) {
    const auto address = HdfsAddress::of(uri);
    return address.authority + "|" + address.path;
  };
  EXPECT_EQ(of("hdfs://host:8020/a/b"), "host:8020|/a/b");
  EXPECT_EQ(of("hdfs:///a//b/"), "|/a//b");
  EXPECT_EQ(of("hdfs://host"), "host|/");
  EXPECT_EQ(of("hdfs://[::1]:8020/x"), "[::1]:8020|/x");
  for (const auto* bad : {"/a", "http://host/a", "hdfs://host/a/../b", "hdfs://host/.", "hdfs:/a"})
    EXPECT_THROW(HdfsAddress::of(bad), InvalidArgument) << bad;
  EXPECT_THROW(HdfsAddress::of(std::string("hdfs:///a\0b", 11)), InvalidArgument);
}

TEST(NameNode, IsFoundByTheConfiguration) {
  ::unsetenv("INSITU_HDFS_HTTP_PORT");
  using List = std::vector<std::string>;
  const auto plain = configuration(property("fs.defaultFS", "hdfs://head:8020"));
  EXPECT_EQ(name_nodes_of("", plain), List{"http://head:9870"});
  EXPECT_EQ(name_nodes_of("other:8020", plain), List{"http://other:9870"});
  const auto own = configuration(property("fs.defaultFS", "hdfs://head:8020") +
                                 property("dfs.namenode.http-address", "0.0.0.0:50070"));
  EXPECT_EQ(name_nodes_of("head:8020", own), List{"http://head:50070"});
  EXPECT_EQ(name_nodes_of("head", own), List{"http://head:50070"});
  EXPECT_EQ(name_nodes_of("other", own), List{"http://other:9870"});
  const auto two = configuration(property("fs.defaultFS", "hdfs://main") +
                                 property("dfs.ha.namenodes.main", "a, b") +
                                 property("dfs.namenode.http-address.main.a", "${host}1:${port}") +
                                 property("dfs.namenode.rpc-address.main.b", "n2:8020") +
                                 property("host", "n") + property("port", "9871"));
  EXPECT_EQ(name_nodes_of("", two), (List{"http://n1:9871", "http://n2:9870"}));
  EXPECT_THROW(name_nodes_of("", configuration("")), DataError);
  EXPECT_THROW(name_nodes_of("", configuration(property("fs.defaultFS", "s3a://box"))), DataError);
  EXPECT_THROW(name_nodes_of("host:99999", plain), InvalidArgument);
  ::setenv("INSITU_HDFS_HTTP_PORT", "14000", 1);
  EXPECT_EQ(name_nodes_of("head:8020", own), List{"http://head:14000"});
  ::unsetenv("INSITU_HDFS_HTTP_PORT");
}

TEST(NameNode, IsAskedWithTlsAndATicketWhereTheClusterSaysSo) {
  ::unsetenv("INSITU_HDFS_HTTP_PORT");
  using List = std::vector<std::string>;
  const auto text = property("fs.defaultFS", "hdfs://head:8020") +
                    property("dfs.http.policy", "HTTPS_ONLY") +
                    property("dfs.namenode.http-address", "head:50070");
  EXPECT_EQ(name_nodes_of("", configuration(text)), List{"https://head:9871"});
  EXPECT_EQ(name_nodes_of(
                "", configuration(text + property("dfs.namenode.https-address", "0.0.0.0:50470"))),
            List{"https://head:50470"});
  ::setenv("HADOOP_USER_NAME", "ann", 1);
  EXPECT_EQ(hadoop_user(configuration(text)), "ann");
  EXPECT_EQ(
      hadoop_user(configuration(text + property("hadoop.security.authentication", "kerberos"))),
      "");
  ::unsetenv("HADOOP_USER_NAME");
}

TEST(Urls, AreEncoded) {
  EXPECT_EQ(url_path("/a b/50%+&\xc3\xbc=~."), "/a%20b/50%25%2B%26%C3%BC=~.");
  EXPECT_EQ(url_value("/a b&c=d"), "%2Fa%20b%26c%3Dd");
}

TEST(Urls, AreOfTheWebAlone) {
  HttpLine line;
  EXPECT_THROW(line.send({.url = "file:///etc/passwd", .body = {}, .sink = {}}), DataError);
}

}  // namespace
}  // namespace insitu
