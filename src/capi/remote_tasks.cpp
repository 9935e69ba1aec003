#include "capi/remote_tasks.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "remote/remote_language.hpp"
#include "remote/ssh_channel.hpp"

namespace insitu {

using nlohmann::json;

namespace {

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
  const bool hadoop = type == "RxHadoopMR" || type == "hadoopmr";
  const bool spark = type == "RxSpark" || type == "spark";
  if (hadoop || spark || type == "RxMpi" || type == "mpi")
    throw Unsupported("RxRemote runs no tasks in the "_named +
                      (hadoop  ? "Hadoop"
                       : spark ? "Spark"
                               : "MPI ranks") +
                      " of another machine; give it `RxProcesses` as `context`"_named);
  return std::max(number("numCoresToUse"), 0);
}

}  // namespace

void check_tasks_there(const json& inner) { (void)workers_of(inner); }

void check_runner_there(const json& inner) {
  const auto type = inner.is_object() ? inner.value("type", "") : std::string();
  if (type != "RxMpi" && type != "mpi") check_tasks_there(inner);
}

void send_tasks_to(const SshTarget& target, const std::string& folder, const json& inner,
                   json& document, RunControl& control) {
  const auto& language = remote_language(document.value("language", ""));
  auto workers = workers_of(inner);
  SshChannel channel(target);
  const auto found =
      channel.run(in_folder(folder, {"sh", "-c", "getconf _NPROCESSORS_ONLN; exec \"$@\"", "sh",
                                     language.test[0], language.test[1], language.test[2],
                                     language.test.size() > 3 ? language.test[3] : ""}),
                  "", control);
  if (found.status != 0) throw Unsupported(no_package_there(language, target.host, found.errors));
  if (workers == 0) {
    const auto cores = leading_number(found.output);
    workers = cores ? static_cast<int>(std::clamp(cores->value, 1.0, 4096.0)) : 1;
  }
  document["worker"] = channel.command(in_folder(folder, language.worker));
  document["context"] = {{"type", "RxProcesses"}, {"numWorkers", workers}};
}

}  // namespace insitu
