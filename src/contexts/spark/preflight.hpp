#pragma once
// What is looked at before a Spark application is started: what Spark itself would answer with a
// riddle or with silence (spec: design of RxSpark, pre-flight checks). The same questions are asked
// by `insitu doctor spark`.
#include <string>
#include <vector>

#include "contexts/gateway/checks.hpp"
#include "contexts/spark/options.hpp"

namespace insitu {

/// Where the parts of an application are on this machine.
struct SparkPlaces {
  std::string java;        ///< java itself; JAVA_HOME/bin/java or of PATH
  std::string spark_home;  ///< folder with bin/spark-submit
  std::string version;     ///< of Spark, "4.2.0"
  std::string jar;         ///< insitu-jvm.jar
};

/// Looks at everything, in the order in which it would fail; does not stop at the first failure.
std::vector<GatewayCheck> spark_checks(const SparkOptions&, SparkPlaces* places = nullptr);

/// Throws for the first check that fails: "RxSpark: <what>: <found>; <mend>".
SparkPlaces require_spark(const SparkOptions&);

/// "spark-core_2.13-4.2.0.jar" in a folder jars tells the version; "": this is no Spark.
std::string spark_version_of(const std::string& spark_home);

}  // namespace insitu
