#pragma once
// What of R and Python is found on another machine: the programs that run functions of theirs.
#include <string>
#include <vector>

namespace insitu {

/// Whose functions: "python", "R".
struct RemoteLanguage {
  std::string name, said;           ///< in requests and in messages
  std::vector<std::string> test;    ///< ends with status 0 where the package insitu is there
  std::vector<std::string> worker;  ///< a worker of it (docs/worker.md)
};

/// Throws InvalidArgument for another name.
const RemoteLanguage& remote_language(const std::string& name);

/// That the package is not on `host`, where `said` is what the program has said of it.
std::string no_package_there(const RemoteLanguage&, const std::string& host, std::string said);

}  // namespace insitu
