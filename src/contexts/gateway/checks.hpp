#pragma once
// What is looked at before a gateway is started: what its engine would answer with a riddle or with
// silence. The same questions are asked by `insitu doctor`.
#include <string>

namespace insitu {

/// One check: what was looked at, what was found, and how to mend it.
struct GatewayCheck {
  std::string what;
  bool ok = true;
  std::string found;
  std::string mend;  ///< empty when ok
};

GatewayCheck passed_check(std::string what, std::string found);
GatewayCheck failed_check(std::string what, std::string found, std::string mend);

/// "" where it is not set.
std::string environment_variable(const char* name);

/// A program of PATH, in folders that are named in full: what lies in the current folder is data,
/// and is never run. "" without one.
std::string program_of_path(const std::string& name);

/// Whether there is a Java that runs the jar; `java` becomes its path. `context`, for which it is
/// wanted, is marked (base/named.hpp).
GatewayCheck check_java(const std::string& context, std::string& java);
/// Whether insitu-jvm.jar is there; `jar` becomes its path.
GatewayCheck check_jvm_jar(std::string& jar);
/// Whether a folder of this machine can be written to and has room.
GatewayCheck check_folder(const char* what, const std::string& folder);

/// The path of insitu-jvm.jar: $INSITU_JVM_JAR, else where insitu-worker is looked for. Throws
/// WorkerError that lists where.
std::string find_jvm_jar();

/// Whether anybody answers at host:port within two seconds; "" or what went wrong.
std::string cannot_connect(const std::string& host, const std::string& port);

}  // namespace insitu
