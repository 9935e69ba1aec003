#include "contexts/registry.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "contexts/hadoop_mr/context.hpp"
#include "contexts/heartbeat.hpp"
#include "contexts/local.hpp"
#include "contexts/local_parallel.hpp"
#include "contexts/mpi/context.hpp"
#include "contexts/processes.hpp"
#include "contexts/shell_words.hpp"
#include "contexts/spark/context.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// A whole number of the description; null or absent: `standard`.
int whole(const json& description, const char* key, int standard) {
  const auto found = description.find(key);
  if (found == description.end() || found->is_null()) return standard;
  if (found->is_number()) {
    const auto value = found->get<double>();
    if (value == static_cast<double>(static_cast<std::int64_t>(value)) && value >= -1e9 &&
        value <= 1e9)
      return static_cast<int>(value);
  }
  throw InvalidArgument(std::string(key) + " must be a whole number, is " + found->dump());
}

/// A string or an array of strings.
std::vector<std::string> texts(const json& description, const char* key) {
  const auto found = description.find(key);
  if (found == description.end() || found->is_null()) return {};
  if (found->is_string()) return {found->get<std::string>()};
  std::vector<std::string> items;
  if (found->is_array())
    for (const auto& item : *found)
      if (item.is_string()) items.push_back(item.get<std::string>());
  if (!found->is_array() || items.size() != found->size())
    throw InvalidArgument(std::string(key) + " must be text or a list of texts, is " +
                          found->dump());
  return items;
}

std::unique_ptr<ComputeContext> make_local(const json& description, const std::string& type) {
  return std::make_unique<LocalContext>(whole(description, "numCoresToUse", -1), type);
}

/// Seconds of silence after which a worker counts as lost.
double patience(const json& description) {
  if (const int given = whole(description, "workerTimeout", 0); given != 0) {
    if (given < 1)
      throw InvalidArgument("workerTimeout must be at least 1 second, is " + std::to_string(given));
    return given;
  }
  return worker_patience();
}

std::unique_ptr<ComputeContext> make_local_parallel(const json& description,
                                                    const std::string& type) {
  return std::make_unique<LocalParallelContext>(
      whole(description, "numCoresToUse", -1),
      ProcessesOptions{.command = texts(description, "worker"),
                       .languages = texts(description, "languages"),
                       .patience = patience(description)},
      type);
}

std::unique_ptr<ComputeContext> make_processes(const json& description, const std::string& type) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int workers = whole(description, "numWorkers", cores);
  return std::make_unique<ProcessesContext>(
      ProcessesOptions{.workers = workers == -1 ? cores : workers,
                       .command = texts(description, "worker"),
                       .languages = texts(description, "languages"),
                       .patience = patience(description)},
      type);
}

/// A text that is not empty; null, "" or absent: `standard`.
std::string one_text(const json& description, const char* key, const std::string& standard) {
  const auto given = texts(description, key);
  if (given.size() > 1)
    throw InvalidArgument(named(key) + " must be one text, is " + description[key].dump());
  return given.empty() || given[0].empty() ? standard : given[0];
}

std::unique_ptr<ComputeContext> make_mpi(const json& description, const std::string&) {
  std::vector<std::string> switches;
  for (const auto& text : texts(description, "switches"))
    for (auto& word : shell_words(text, "`RxMpi`: `switches`"_named))
      switches.push_back(std::move(word));
  return std::make_unique<MpiContext>(
      MpiOptions{.ranks = whole(description, "numRanks", -1),
                 .mpirun = one_text(description, "mpirun", "mpirun"),
                 .hostfile = one_text(description, "hostfile", ""),
                 .switches = std::move(switches),
                 .worker = texts(description, "worker"),
                 .languages = texts(description, "languages"),
                 .patience = patience(description)});
}

std::unique_ptr<ComputeContext> make_spark(const json& description, const std::string& type) {
  return std::make_unique<SparkContext>(spark_options_from_json(description), type);
}

std::unique_ptr<ComputeContext> make_hadoop(const json& description, const std::string&) {
  return std::make_unique<HadoopContext>(hadoop_options_from_json(description));
}

struct Entry {
  std::string type;
  std::string nickname;
  std::function<std::unique_ptr<ComputeContext>(const json&, const std::string& type)> make;
  std::string size_key;  ///< how many threads or workers it has
  bool on_this_machine;  ///< needs nothing that is not part of the engine
  std::vector<std::string> keys;
};

std::vector<Entry>& entries() {
  static std::vector<Entry> kEntries = {
      {"RxLocalSeq", "local", make_local, "numCoresToUse", true, {"numCoresToUse"}},
      {"RxLocalParallel",
       "localpar",
       make_local_parallel,
       "numCoresToUse",
       true,
       {"numCoresToUse", "worker", "languages", "workerTimeout"}},
      {"RxForeachDoPar",
       "dopar",
       make_local_parallel,
       "numCoresToUse",
       true,
       {"numCoresToUse", "worker", "languages", "workerTimeout"}},
      {"RxProcesses",
       "processes",
       make_processes,
       "numWorkers",
       true,
       {"numWorkers", "worker", "languages", "workerTimeout"}},
      {"RxMpi",
       "mpi",
       make_mpi,
       "numRanks",
       false,
       {"numRanks", "mpirun", "hostfile", "switches", "worker", "languages", "workerTimeout"}},
      {"RxSpark", "spark", make_spark, "numExecutors", false, spark_option_keys()},
      {"RxHadoopMR", "hadoopmr", make_hadoop, "numCoresToUse", false, hadoop_option_keys()},
  };
  return kEntries;
}

}  // namespace

void add_context_class(ContextClass added) {
  auto& all = entries();
  if (std::ranges::find(all, added.type, &Entry::type) != all.end()) return;
  all.push_back({added.type, added.nickname,
                 [make = std::move(added.make)](const json& description, const std::string&) {
                   return make(description);
                 },
                 added.size_key, false, std::move(added.keys)});
}

std::vector<std::string> context_class_names() {
  std::vector<std::string> names;
  for (const auto& entry : entries()) names.emplace_back(entry.type);
  return names;
}

std::vector<ContextKind> context_kinds() {
  std::vector<ContextKind> kinds;
  for (const auto& entry : entries())
    kinds.push_back({entry.type, entry.size_key, entry.on_this_machine});
  return kinds;
}

int size_of_context(const json& description) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (!description.is_object()) return cores;
  const auto type = description.value("type", "RxLocalSeq");
  for (const auto& entry : entries())
    if (type == entry.type || type == entry.nickname)
      if (const int size = whole(description, entry.size_key.c_str(), -1); size > 0)
        return std::min(size, cores);
  return cores;
}

std::unique_ptr<ComputeContext> context_from_json(const json& given) {
  json description = given;
  if (given.is_null()) description = {{"type", "RxLocalSeq"}};
  if (given.is_string()) description = {{"type", given}};
  if (!description.is_object() ||
      (description.contains("type") && !description["type"].is_string()))
    throw InvalidArgument(  // not what it is: it may hold a password
        "a compute context must be a name or an object with a type");
  const auto type = description.value("type", "RxLocalSeq");
  const auto& all = entries();
  const auto entry = std::find_if(all.begin(), all.end(), [&](const Entry& each) {
    return type == each.type || type == each.nickname;
  });
  if (entry == all.end()) {
    auto known = context_class_names();
    for (const auto& each : all) known.emplace_back(each.nickname);
    throw InvalidArgument("unknown compute context: '" + type + "'" + did_you_mean(type, known));
  }
  auto keys = entry->keys;
  for (const auto* key : {"type", "dataPath", "outDataPath", "name"}) keys.emplace_back(key);
  for (const auto& [key, value] : description.items())
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      throw InvalidArgument(entry->type + ": unknown argument: " + key + did_you_mean(key, keys));
  return entry->make(description, entry->type);
}

}  // namespace insitu
