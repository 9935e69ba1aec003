#include "remote/remote_language.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.hpp"

namespace insitu {

const RemoteLanguage& remote_language(const std::string& name) {
  static const RemoteLanguage kAll[] = {
      {"python",
       "Python",
       {"python3", "-c", "import insitu.worker"},
       {"python3", "-m", "insitu.worker"}},
      {"R",
       "R",
       {"Rscript", "--vanilla", "-e", "invisible(loadNamespace(\"insitu\"))"},
       {"Rscript", "--vanilla", "-e", "insitu:::.rxServe()"}}};
  const auto found = std::ranges::find(kAll, name, &RemoteLanguage::name);
  if (found == std::end(kAll)) throw InvalidArgument("unknown language of a function: " + name);
  return *found;
}

std::string no_package_there(const RemoteLanguage& language, const std::string& host,
                             std::string said) {
  std::ranges::replace(said, '\n', ' ');
  return "functions of " + language.said + " need the package insitu on '" + host + "', where `" +
         language.test[0] + "` does not find it: " + said;
}

}  // namespace insitu
