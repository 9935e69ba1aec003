#include "capi/remote_tasks.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "remote/ssh_channel.hpp"

namespace insitu {

using nlohmann::json;

namespace {

struct Language {
  const char* name;
  const char* said;
  std::vector<std::string> test, worker;
};

const Language& language_of(const std::string& name) {
  static const Language kAll[] = {
      {"python",
       "Python",
       {"python3", "-c", "import insitu.worker"},
       {"python3", "-m", "insitu.worker"}},
      {"R",
       "R",
       {"Rscript", "--vanilla", "-e", "invisible(loadNamespace(\"insitu\"))"},
       {"Rscript", "--vanilla", "-e", "insitu:::.rxServe()"}}};
  const auto found = std::ranges::find(kAll, name, &Language::name);
  if (found == std::end(kAll)) throw InvalidArgument("unknown language of a function: " + name);
  return *found;
}

/// The words, run in a folder there.
std::vector<std::string> in_folder(const std::string& folder, std::vector<std::string> words) {
  if (folder.empty()) return words;
  std::vector<std::string> all = {"sh", "-c", "cd -- \"$1\" && shift && exec \"$@\"", "sh", folder};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

/// Workers that the context there would have; 0: one for each core.
int workers_of(const json& inner) {
  const auto type =
      inner.is_object() ? inner.value("type", "RxLocalSeq") : std::string("RxLocalSeq");
  const auto number = [&](const char* key) {
    const auto value = inner.value(key, json());
    return value.is_number() ? static_cast<int>(std::clamp(value.get<double>(), -1.0, 4096.0)) : 0;
  };
  if (type == "RxLocalSeq" || type == "local") return 1;
  if (type == "RxProcesses" || type == "processes") return std::max(number("numWorkers"), 0);
  if (type == "RxSpark" || type == "spark")
    throw Unsupported(
        "RxRemote runs no tasks in the Spark of another machine; give it `RxProcesses` as "
        "`context`"_named);
  return std::max(number("numCoresToUse"), 0);
}

}  // namespace

void send_tasks_to(const SshTarget& target, const std::string& folder, const json& inner,
                   json& document, RunControl& control) {
  const auto& language = language_of(document.value("language", ""));
  auto workers = workers_of(inner);
  SshChannel channel(target);
  const auto found =
      channel.run(in_folder(folder, {"sh", "-c", "getconf _NPROCESSORS_ONLN; exec \"$@\"", "sh",
                                     language.test[0], language.test[1], language.test[2],
                                     language.test.size() > 3 ? language.test[3] : ""}),
                  "", control);
  if (found.status != 0) {
    auto said = found.errors;
    std::ranges::replace(said, '\n', ' ');
    throw Unsupported(std::string("functions of ") + language.said +
                      " need the package insitu on '" + target.host + "', where `" +
                      language.test[0] + "` does not find it: " + said);
  }
  if (workers == 0) {
    const auto cores = leading_number(found.output);
    workers = cores ? static_cast<int>(std::clamp(cores->value, 1.0, 4096.0)) : 1;
  }
  document["worker"] = channel.command(in_folder(folder, language.worker));
  document["context"] = {{"type", "RxProcesses"}, {"numWorkers", workers}};
}

}  // namespace insitu
