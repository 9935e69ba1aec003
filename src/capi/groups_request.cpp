#include "capi/groups_request.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "analysis/task_runner.hpp"
#include "base/error.hpp"
#include "base/file_identity.hpp"
#include "base/memory_limit.hpp"
#include "base/named.hpp"
#include "base/new_file.hpp"
#include "base/new_folder.hpp"
#include "base/sync_writes.hpp"
#include "base/unique_names.hpp"
#include "capi/describe_source.hpp"
#include "capi/exec_request.hpp"
#include "capi/group_source.hpp"
#include "capi/make_sink.hpp"
#include "capi/opened_sources.hpp"
#include "data/declared_levels.hpp"
#include "filesystems/routed.hpp"
#include "report/data_table.hpp"
#include "shaping/partition_set.hpp"
#include "shaping/range_pieces.hpp"
#include "shaping/row_exchange.hpp"

namespace insitu {

using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// Bytes of rows that are brought in order at once.
std::uint64_t exchange_memory() {
  return std::clamp<std::uint64_t>(memory_limit() / 8, std::uint64_t{1} << 16,
                                   std::uint64_t{1} << 29);
}

/// What a task gets at once, about; there are enough of them that those who run them end together.
constexpr std::int64_t kRowsOfRange = 250'000, kMostRanges = 4000;

std::uint32_t range_count(const GroupCounts& groups, std::size_t parallelism) {
  const auto rows = std::accumulate(groups.rows().begin(), groups.rows().end(), std::int64_t{0});
  const auto wanted = std::max(rows / kRowsOfRange + 1, 4 * static_cast<std::int64_t>(parallelism));
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(
      std::min(wanted, static_cast<std::int64_t>(groups.keys().size())), 1, kMostRanges));
}

json xdf_at(const std::string& path) { return {{"type", "RxXdfData"}, {"file", path}}; }

ExchangeFiles exchange_files(Call& call, std::string folder) {
  return {std::move(folder),
          [&call](const std::string& path, const SchemaPtr& schema, const SinkOptions& options) {
            return call.sources.format("RxXdfData").sink(xdf_at(path), schema, options);
          },
          [&call](const std::string& path) { return call.sources.make(xdf_at(path)); }};
}

/// The rows of a request brought together by group.
struct Groups {
  KeyCodec codec;
  GroupCounts counts;
};

/// Runs `use` with the rows of `inData`, as the pipeline leaves them, exchanged into files of
/// `folder` by the variables that the option `key` names. `prepare` may change the rows' source
/// before they are looked at.
json exchanged(Call& call, const char* key, const std::string& folder,
               const std::function<SourcePtr(SourcePtr)>& prepare,
               const std::function<json(const RowExchange&, const Groups&)>& use) {
  const auto keys = group_keys_of(call.options, key);
  return with_group_source(call, prepare, [&](const GroupSource& rows) {
    if (rows.schema->find(RowExchange::kGroup))
      throw InvalidArgument("a variable cannot have the name " + std::string(RowExchange::kGroup));
    const auto codec = key_codec_of(*rows.schema, keys, key);
    const Groups groups{codec, compute(KeyCounts{keys}, *rows.source, call.context, call.control)};
    RowExchange exchange(groups.counts, rows.schema, keys, exchange_memory(),
                         exchange_files(call, folder));
    call.context.read(
        *rows.source, {.columns = rows.columns}, [&](const Chunk& chunk) { exchange.add(chunk); },
        call.control);
    call.control.cancel.throw_if_raised();
    exchange.finish();
    call.control.check_versions();
    return use(exchange, groups);
  });
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) throw DataError("cannot read: " + path);
  return text;
}

std::optional<PartitionSet> set_in(const std::string& folder) {
  const auto path = PartitionSet::text_in(folder);
  if (path.empty()) return std::nullopt;
  return PartitionSet::from_text(text_of_file(path), folder);
}

/// A partitioned set as records and explanations name it. Those who run the groups read its files.
class NamedSet final : public DataSource {
 public:
  NamedSet(Call& call, const PartitionSet& set, std::string folder) : folder_(std::move(folder)) {
    for (const auto& each : set.partitions) {
      const auto begin = static_cast<std::uint64_t>(rows_);
      rows_ += each.rows;
      splits_.push_back({splits_.size(), begin, static_cast<std::uint64_t>(rows_), each.rows});
    }
    schema_ = set.partitions.empty()
                  ? std::make_shared<const Schema>(set.keys)
                  : call.sources.make(xdf_at(folder_ + "/" + set.partitions[0].file))->schema();
  }

  SchemaPtr schema() const override { return schema_; }
  std::vector<Split> splits() const override { return splits_; }
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions&) const override {
    throw Unsupported("a partitioned set is read group by group: " + folder_);
  }
  Recipe recipe() const override { return {"pushed", R"({"type":"pushed"})"}; }
  std::optional<std::int64_t> row_count() const override { return rows_; }
  std::string description() const override { return folder_; }

 private:
  std::string folder_;
  SchemaPtr schema_;
  std::vector<Split> splits_;
  std::int64_t rows_ = 0;
};

/// The partitioned set that a descriptor names, with its folder.
std::optional<std::pair<PartitionSet, std::string>> set_of(const json& descriptor) {
  if (descriptor.value("type", std::string()) != "RxXdfData") return std::nullopt;
  const auto folder = native_path(file_of(descriptor));
  auto set = set_in(folder);
  if (!set) return std::nullopt;
  return std::pair{std::move(*set), folder};
}

std::vector<std::string> names_of(const std::vector<Field>& fields) {
  std::vector<std::string> names;
  for (const auto& field : fields) names.push_back(field.name);
  return names;
}

/// A set as a table: keys, rows and files.
std::string printed(const Call& call, const PartitionSet& set, Chunk keys) {
  auto fields = keys.schema->fields();
  std::vector<double> rows;
  StringBuilder files;
  for (const auto& each : set.partitions) {
    rows.push_back(static_cast<double>(each.rows));
    files.append(each.file);
  }
  keys.columns.push_back(Column::own(Type::kFloat64, std::move(rows)));
  keys.columns.push_back(files.finish());
  auto names = names_of(fields);
  names.insert(names.end(), {"rows", "file"});
  names = unique_names(std::move(names));
  fields.resize(names.size());
  fields.back().type = Type::kString;
  for (std::size_t i = 0; i < names.size(); ++i) fields[i].name = names[i];
  const Schema schema(std::move(fields));
  return data_table(table_of_rows(schema, {keys}, 1, ""), false, true,
                    static_cast<int>(call.options.whole("digits", 7)),
                    static_cast<int>(call.options.whole("width", 80)));
}

json reply_of(Call& call, const PartitionSet& set, const std::string& folder) {
  std::vector<std::string> keys;
  std::vector<std::int64_t> rows;
  auto files = json::array();
  for (std::size_t i = 0; i < set.partitions.size(); ++i) {
    const auto& each = set.partitions[i];
    keys.push_back(each.key);
    rows.push_back(each.rows);
    const auto path = folder + "/" + each.file;
    files.push_back({{"file", path}, {"begin", i}, {"end", i + 1}});
    // Others can replace them before the rows are used.
    if (const auto identity = file_identity(path)) files.back()["version"] = identity->text();
  }
  const KeyCodec codec(Schema(set.keys), names_of(set.keys));
  auto reply = group_keys_reply(call, codec, keys, rows);
  reply["printed"] = printed(call, set, codec.decode(keys));
  reply["files"] = std::move(files);
  return reply;
}

/// Keys of a request over a set that is partitioned already: its own, in any order, or none named.
void check_keys_of_set(const std::vector<std::string>& keys, const PartitionSet& set,
                       const std::string& folder) {
  const auto own = names_of(set.keys);
  if (keys.empty() || std::set(keys.begin(), keys.end()) == std::set(own.begin(), own.end()))
    return;
  std::string said;
  for (const auto& name : own) said += (said.empty() ? "" : ", ") + name;
  throw InvalidArgument("`keys`: "_named + folder + " is partitioned by " + said +
                        "; group its original data by other variables");
}

/// What an existing set and the new rows have in common. Throws InvalidArgument where they differ.
SourcePtr in_terms_of(const PartitionSet& set, SourcePtr source, const std::string& folder) {
  std::map<std::string, std::vector<std::string>> levels;
  for (const auto& field : set.keys) {
    const auto& now = source->schema()->field(field.name);
    if (now.type != field.type)
      throw InvalidArgument("variable '" + field.name + "' is " + std::string(type_name(now.type)) +
                            ", but " + std::string(type_name(field.type)) + " in " + folder);
    if (!is_factor(field.type)) continue;
    auto all = *field.levels;
    for (const auto& level : *now.levels)
      if (std::ranges::find(all, level) == all.end()) all.push_back(level);
    if (all != *now.levels) levels[field.name] = std::move(all);
  }
  return levels.empty() ? source : declare_levels(std::move(source), levels);
}

/// A file under another name, without its bytes where the file system can.
void put_beside(const fs::path& from, const fs::path& to) {
  std::error_code failure;
  fs::create_hard_link(from, to, failure);
  if (failure) fs::copy_file(from, to);
}

/// Fills the folder of a set: the partitions of `before`, and the exchanged rows behind them.
PartitionSet write_partitions(Call& call, const RowExchange& exchange, const Groups& groups,
                              const PartitionSet& before, const std::string& old_folder,
                              const std::string& folder, const SinkOptions& options) {
  PartitionSet set;
  set.keys = groups.codec.fields();
  std::map<std::string, Partition> by_key;
  for (const auto& each : before.partitions) by_key.emplace(each.key, each);
  std::size_t last = 0;
  std::set<std::string> taken;
  for (const auto& each : before.partitions) taken.insert(each.file);
  const auto& keys = groups.counts.keys();
  for (const auto& range : exchange.ranges())
    exchange.for_each_group(range, call.control.cancel, [&](std::uint32_t group, auto source) {
      call.control.poll();
      const auto rows = groups.counts.rows()[group];
      auto [place, made] = by_key.try_emplace(keys[group]);
      auto& partition = place->second;
      auto how = options;
      how.append = made ? Append::kNone : Append::kRows;
      how.replaces.reset();
      if (made) {
        do partition.file = std::to_string(++last) + ".xdf";
        while (taken.contains(partition.file));
        partition.key = keys[group];
      } else {
        fs::copy_file(old_folder + "/" + partition.file, folder + "/" + partition.file);
      }
      partition.rows += rows;
      const auto sink = call.sources.format("RxXdfData")
                            .sink(xdf_at(folder + "/" + partition.file), source->schema(), how);
      for (const auto& split : source->splits()) {
        const auto reader = source->open(split, {});
        while (const auto chunk = reader->next()) sink->write(*chunk);
      }
      sink->finish();
    });
  for (auto& [key, partition] : by_key) {
    const fs::path place = fs::path(folder) / partition.file;
    std::error_code failure;
    if (!fs::exists(place, failure)) put_beside(fs::path(old_folder) / partition.file, place);
    set.partitions.push_back(partition);
  }
  return set;
}

}  // namespace

json group_keys_request(Call& call) {
  const auto& options = call.options;
  const auto descriptor = descriptor_of(options.value("inData"), "inData");
  if (const auto found = set_of(descriptor)) {
    check_keys_of_set(options.texts("keys"), found->first, found->second);
    return reply_of(call, found->first, found->second);
  }
  auto* runner = range_runner_of(call.context);
  if (!runner)
    throw Unsupported(named(call.context.name()) +
                      " does not hand groups of its own rows to tasks; use group_rows");
  const auto keys = group_keys_of(options, "keys");
  return with_group_source(
      call, [](SourcePtr source) { return source; },
      [&](const GroupSource& rows) {
        const auto codec = key_codec_of(*rows.schema, keys, "keys");
        const auto groups = compute(KeyCounts{keys}, *rows.source, call.context, call.control);
        const auto ranges = range_count(groups, runner->parallelism(call.control));
        auto reply = group_keys_reply(call, codec, groups.keys(), groups.rows());
        reply["ranges"] = ranges;
        auto& of_group = reply["rangeOfGroup"] = json::array();
        for (const auto& key : groups.keys()) of_group.push_back(range_of_key(key, ranges));
        return reply;
      });
}

json exec_over_groups_request(Call& call) {
  const auto& options = call.options;
  auto* runner = range_runner_of(call.context);
  if (!runner || !task_runner_of(call.context))
    throw Unsupported(named(call.context.name()) +
                      " does not hand groups of its own rows to tasks; use group_rows and exec");
  const auto ranges = options.whole("ranges", 1);
  if (ranges < 1 || ranges > kMostRanges)
    throw InvalidArgument("ranges must be from 1 to " + std::to_string(kMostRanges) + ", is " +
                          std::to_string(ranges));
  std::vector<std::uint32_t> range_of_task;
  for (const auto& each : options.value("rangeOfTask")) {
    const auto range = each.is_number() ? each.get<double>() : -1;
    if (!(range >= 0 && range < static_cast<double>(ranges)) ||
        (!range_of_task.empty() && !(range > range_of_task.back())))
      throw InvalidArgument("rangeOfTask must hold numbers of ranges that rise");
    range_of_task.push_back(static_cast<std::uint32_t>(range));
  }
  const auto keys = group_keys_of(options, "keys");
  return with_group_source(
      call, [](SourcePtr source) { return source; },
      [&](const GroupSource& rows) {
        const auto count = static_cast<std::uint32_t>(ranges);
        const auto pieces = range_pieces(rows.source, rows.columns, keys, count);
        return run_tasks_of(call, range_of_task.size(), [&](const TaskCall& tasks) {
          runner->run_over_ranges(*pieces, count, range_of_task, tasks, call.control);
          call.control.check_versions();
        });
      });
}

json group_rows_request(Call& call) {
  const auto& options = call.options;
  const auto descriptor = descriptor_of(options.value("inData"), "inData");
  if (const auto found = set_of(descriptor)) {
    check_keys_of_set(options.texts("keys"), found->first, found->second);
    (void)OpenedSources::heard(std::make_shared<NamedSet>(call, found->first, found->second),
                               "inData", descriptor);
    return reply_of(call, found->first, found->second);
  }
  const auto folder = native_path(options.text("folder"));
  const SyncWrites no(false);  // the files end with the call
  std::error_code failure;
  if (folder.empty() || !fs::is_directory(folder, failure))
    throw InvalidArgument("the folder for the rows of the groups does not exist: " + folder);
  return exchanged(
      call, "keys", folder, [](SourcePtr source) { return source; },
      [&](const RowExchange& exchange, const Groups& groups) {
        auto files = json::array();
        for (const auto& range : exchange.ranges()) {
          auto path = range.path;
          if (range.end - range.begin > 1) {
            path = folder + "/sorted-" + fs::path(range.path).filename().string();
            const SinkOptions how{
                .overwrite = true, .compression_level = 0, .compute_low_high = false};
            std::unique_ptr<DataSink> sink;
            exchange.sorted(range, call.control.cancel, [&](const Chunk& chunk) {
              call.control.poll();
              if (!sink)
                sink = call.sources.format("RxXdfData").sink(xdf_at(path), chunk.schema, how);
              sink->write(chunk);
            });
            sink->finish();
            fs::remove(range.path);
          }
          files.push_back({{"file", path}, {"begin", range.begin}, {"end", range.end}});
        }
        auto reply =
            group_keys_reply(call, groups.codec, groups.counts.keys(), groups.counts.rows());
        reply["files"] = std::move(files);
        return reply;
      });
}

json partition_request(Call& call) {
  const auto& options = call.options;
  const auto keys = group_keys_of(options, "varsToPartition");
  const auto descriptor = target_descriptor_of(options.value("outData"), "outData", false);
  if (descriptor.value("type", std::string()) != "RxXdfData")
    throw InvalidArgument("`outData` must be an `RxXdfData`, the folder of the set"_named);
  const auto folder = native_path(file_of(descriptor));
  const auto append = options.choice("append", "rows", {"none", "rows"});
  const bool overwrite = options.flag("overwrite", false);
  const auto lock = lock_file(call, folder);
  std::error_code failure;
  std::optional<PartitionSet> before;
  if (fs::exists(folder, failure) && !overwrite) {
    if (append == "none")
      throw InvalidArgument("`outData` exists: "_named + folder +
                            "; allow to replace it with `overwrite`, or append to it"_named);
    before = set_in(folder);
    if (!before)
      throw InvalidArgument("`outData` exists and is no partitioned set: "_named + folder +
                            "; allow to replace it with `overwrite`"_named);
    if (names_of(before->keys) != keys) {
      check_keys_of_set(keys, *before, folder);
      throw InvalidArgument(
          "`varsToPartition` must name the variables in the order in which they partition "_named +
          folder);
    }
  }
  SinkOptions how;
  how.compression_level = compression_level_of(options);
  const auto expected = before || overwrite ? Expected::anything() : Expected::nothing();
  NewFolder made(folder, expected);
  const auto work = made.add_folder("exchange");
  PartitionSet set;
  auto reply = exchanged(
      call, "varsToPartition", work,
      [&](SourcePtr source) -> SourcePtr {
        return before ? in_terms_of(*before, std::move(source), folder) : source;
      },
      [&](const RowExchange& exchange, const Groups& groups) {
        set = write_partitions(call, exchange, groups, before.value_or(PartitionSet()), folder,
                               made.temporary_path(), how);
        return json::object();
      });
  fs::remove_all(work);
  NewFile text(made.temporary_path() + "/" + std::string(PartitionSet::kFile));
  text.append(set.to_text());
  text.commit();
  made.commit();
  return reply_of(call, set, folder);
}

json partitions_request(Call& call) {
  const auto descriptor = descriptor_of(call.options.value("data"), "data");
  const auto found = set_of(descriptor);
  if (!found)
    throw InvalidArgument("`data` is no partitioned set: "_named + file_of(descriptor) +
                          "; write one with `rxPartition`"_named);
  return reply_of(call, found->first, found->second);
}

}  // namespace insitu
