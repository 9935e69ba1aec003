#include "capi/explain.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "algorithms/find_levels.hpp"
#include "algorithms/written_rows.hpp"
#include "analysis/part_runner.hpp"
#include "analysis/pass_place.hpp"
#include "analysis/task_runner.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/memory_limit.hpp"
#include "base/named.hpp"
#include "capi/descriptors.hpp"
#include "capi/exec_request.hpp"
#include "capi/file_kind.hpp"
#include "capi/formats.hpp"
#include "contexts/capability.hpp"
#include "data/decorated_source.hpp"
#include "data/read_cost.hpp"
#include "methods/methods.hpp"
#include "odbc/options.hpp"
#include "report/explain_report.hpp"
#include "shaping/key_counts.hpp"

namespace insitu {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

/// What is no method and can be explained: operation, function, passes.
struct Other {
  std::string_view op;
  const char* function;
  std::vector<std::string> passes;
};

const std::vector<Other>& others() {
  static const std::vector<Other> kOthers = {
      {"import", "rxImport", {"rows"}},
      {"data_step", "rxDataStep", {"rows"}},
      {"predict", "rxPredict", {"rows"}},
      {"refit", "rxLinMod", {}},
      {"combine", "rxMoments", {}},
      {"exec", "rxExec", {}},
      {"group_rows", "rxExecBy", {std::string(KeyCounts::name), "rows"}},
      {"partition", "rxPartition", {std::string(KeyCounts::name), "rows"}},
  };
  return kOthers;
}

const Other* other_of(std::string_view op) {
  const auto found = std::ranges::find(others(), op, &Other::op);
  return found == others().end() ? nullptr : &*found;
}

/// The passes of a request, but for those that find levels.
PlannedPasses planned_passes(const json& request, const std::string& op) {
  if (const auto* method = method_of_op(op))
    return request.contains("moments") && !request["moments"].is_null()
               ? PlannedPasses()
               : method->planned(Options(request));
  PlannedPasses passes;
  for (const auto& pass : other_of(op)->passes) passes.push_back({.pass = pass});
  return passes;
}

/// Yields no row.
class NoRows final : public ChunkReader {
 public:
  std::optional<Chunk> next() override { return std::nullopt; }
};

std::string condition_text(const Condition& condition) {
  using Is = Condition::Is;
  static constexpr std::array kSigns = {"<", "<=", "==", "!=", ">=", ">", "%in%"};
  if (condition.is == Is::kMissing) return "is.na(" + condition.column + ")";
  if (condition.is == Is::kPresent) return "!is.na(" + condition.column + ")";
  std::string text = condition.column + " " + kSigns[static_cast<std::size_t>(condition.is)];
  for (const double number : condition.numbers) text += " " + json(number).dump();
  return text;
}

/// Stands for a source that the request names: notes what is asked of it, and yields no row.
class NotedSource final : public DecoratedSource {
 public:
  NotedSource(SourcePtr source, SourceRecord& note)
      : DecoratedSource(std::move(source)), note_(note) {}

  SchemaPtr schema() const override { return source_->schema(); }
  Recipe recipe() const override { return source_->recipe(); }
  /// Itself, so that a function that reads whole pieces says what it will read.
  const DataSource* row_holder() const override {
    const auto* holder = source_->row_holder();
    return holder ? holder : this;
  }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    auto& columns = note_.columns ? *note_.columns : note_.columns.emplace();
    for (const auto& name : options.columns ? *options.columns : schema()->names())
      if (std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
    for (const auto& condition : options.conditions) {
      auto text = condition_text(condition);
      if (std::ranges::find(note_.conditions, text) == note_.conditions.end())
        note_.conditions.push_back(std::move(text));
    }
    note_costs(split, options);
    return std::make_unique<NoRows>();
  }

 private:
  /// What a pass takes from the files, where they know it without being read.
  void note_costs(const Split& split, const ReadOptions& options) const {
    if (split.begin == split.end || read_cost_of(*source_, split, options).bytes < 0) return;
    std::int64_t bytes = 0, left_out = 0;
    for (const auto& each : source_->splits()) {
      const auto cost = read_cost_of(*source_, each, options);
      if (cost.bytes < 0 || __builtin_add_overflow(bytes, cost.bytes, &bytes)) return;
      left_out += cost.left_out ? 1 : 0;
    }
    note_.to_read = std::max(note_.to_read, bytes);
    note_.left_out = std::max(note_.left_out, left_out);
  }

  SourceRecord& note_;
};

/// Files of a platform, which is not asked.
class UnaskedFiles final : public FileSystem {
 public:
  std::shared_ptr<RandomAccessFile> open(const std::string&) const override { throw Explained(); }
  bool exists(const std::string&) const override { throw Explained(); }
  bool is_directory(const std::string&) const override { throw Explained(); }
  std::vector<std::string> list(const std::string&) const override { throw Explained(); }
};

bool works_elsewhere(const std::string& context) {
  return context == "RxProcesses" || context == "RxSpark" || context == "RxHadoopMR";
}

}  // namespace

/// Records passes. Levels that a pass would find are made up, so that the call goes on to the pass
/// that it is about; there it ends.
class Explanation::Context final : public ComputeContext,
                                   public OffersTasks,
                                   public OffersParts,
                                   public NotesPlaces {
 public:
  explicit Context(ComputeContext& context)
      : context_(context), places_(dynamic_cast<TellsPlaces*>(&context)) {
    record.context = context.name();
    record.workforce = workforce_of(context);
    if (context.tables()) tables_ = std::make_unique<UnaskedTables>(*this);
    if (auto* parts = part_runner_of(context))
      parts_ = std::make_unique<UnaskedParts>(*parts, *this);
  }

  std::string name() const override { return context_.name(); }
  Capabilities capabilities() const override { return context_.capabilities(); }
  TaskRunner* task_runner() override { return task_runner_of(context_); }
  RangeRunner* range_runner() override { return range_runner_of(context_); }
  Tables* tables() override { return tables_.get(); }
  PartRunner* part_runner() override { return parts_.get(); }

  std::unique_ptr<Accumulator> run(const Pass& pass, const DataSource& source,
                                   RunControl& control) override {
    const auto recipe = pass.recipe();
    std::optional<PassPlace> place;
    if (places_) place = places_->planned(pass, source, control);
    note(recipe.name, source, {.columns = pass.variables()}, std::move(place));
    if (recipe.name == KeyCounts::name) {
      invented = true;
      return pass.start();
    }
    if (recipe.name != FindLevels::name) throw Explained();
    auto state = pass.start();
    state->load(seal(recipe.name, insitu::save(made_up(insitu::load<FindLevels>(recipe.options)))));
    invented = true;
    return state;
  }

  void read(const DataSource& source, const ReadOptions& options,
            const std::function<void(const Chunk&)>&, RunControl& control) override {
    note_rows(source, options, {}, control);
    throw Explained();
  }

  /// Of all bytes, before the first row is used; the passes are noted without what it tells.
  [[noreturn]] void survey() {
    if (!record.passes.empty() && record.passes.back().pass == "survey") throw Explained();
    record.passes.push_back({.pass = "survey",
                             .what = meaning_of_pass("survey"),
                             .least = 0,
                             .until = "an earlier call has seen the file"});
    throw Explained();
  }

  bool tells_places() const { return places_ != nullptr; }

  void ends_with(PassRecord pass) override {
    record.passes.push_back(std::move(pass));
    has_ended = true;
    throw Explained();
  }
  void comes(PassPlace place) override { coming_ = std::move(place); }

  ExecutionRecord record;
  bool invented = false;
  bool has_ended = false;  // no pass follows those of the record

 private:
  class UnaskedTables final : public Tables {
   public:
    explicit UnaskedTables(Context& context) : context_(context) {}
    std::shared_ptr<const DataSource> open_table(const Recipe& descriptor, RunControl&) override {
      const auto* format = find_format(formats(), descriptor.name);
      if (!format || format->is_table) throw Explained();
      return nullptr;  // a file, whose pieces are the same wherever it is opened
    }
    std::shared_ptr<const DataSource> cached(std::shared_ptr<const DataSource> source,
                                             const std::string&, RunControl&) override {
      return source;
    }
    std::optional<std::int64_t> write_table(const DataSource& source, const ReadOptions& options,
                                            const Recipe& target, const SinkOptions&,
                                            RunControl& control) override {
      // One that says no place writes no database: rows go there by way of this process.
      if (!context_.places_ && is_database(nlohmann::json::parse(target.options)))
        return std::nullopt;
      context_.note_rows(source, options, target, control);
      throw Explained();
    }

   private:
    Context& context_;
  };

  class UnaskedParts final : public PartRunner {
   public:
    UnaskedParts(const PartRunner& parts, Context& context) : parts_(parts), context_(context) {}
    bool writes_at(const std::string& path, RunControl&) override {
      return parts_.may_write_at(path);
    }
    bool may_write_at(const std::string& path) const override { return parts_.may_write_at(path); }
    std::size_t parallelism(RunControl&) override { return 1; }
    void write_parts(const DataSource&, const PartJob&,
                     const std::function<void(const std::string&, std::uint64_t, Bytes&&)>&,
                     RunControl&) override {
      throw Explained();
    }
    void will_write(const DataSource& source, const std::vector<std::string>& columns,
                    bool counted) override {
      if (counted) context_.note(WrittenRows::name, source, {.columns = columns}, std::nullopt);
      context_.note("rows", source, {.columns = columns}, written_by_tasks());
      throw Explained();
    }
    void will_not_write(const std::string& reason) override {
      context_.coming_ = written_here(reason);
    }

   private:
    const PartRunner& parts_;
    Context& context_;
  };

  static FindLevels::State made_up(const FindLevels& find) {
    auto state = find.init();
    const auto fill = [](auto& lists) {
      for (auto& list : lists)
        for (const auto* level : {"1", "2"}) list.add(level, "");
    };
    fill(state.levels);
    fill(state.listed);
    fill(state.lists);
    for (auto& range : state.ranges) range = {1, 2};
    return state;
  }

  void note_rows(const DataSource& source, const ReadOptions& options, const Recipe& target,
                 RunControl& control) {
    std::optional<PassPlace> place;
    if (places_)
      place = places_->planned_rows(
          source, options.columns ? *options.columns : source.schema()->names(), target, control);
    note("rows", source, options, std::move(place));
  }

  void note(std::string_view name, const DataSource& source, const ReadOptions& options,
            std::optional<PassPlace> place) {
    if (!place) place = coming_;
    if (place && (place->tier == "database" || place->tier == "extension")) {  // who counts rows
      record.passes.push_back({.pass = std::string(name),
                               .what = meaning_of_pass(name),
                               .until = {},
                               .columns = options.columns,
                               .place = std::move(place)});
      return;
    }
    PassRecord pass{.pass = std::string(name),
                    .what = meaning_of_pass(name),
                    .until = {},
                    .rows = source.row_count().value_or(-1),
                    .columns = options.columns,
                    .calling_thread = source.needs_calling_thread(),
                    .place = std::move(place)};
    try {
      const auto splits = source.splits();
      pass.splits = static_cast<std::int64_t>(splits.size());
      if (!splits.empty()) (void)source.open(splits.front(), options);
    } catch (const Explained&) {  // only a survey tells the splits
      try {
        (void)source.open(Split(), options);  // columns are the same in any
      } catch (const Error&) {
      }
    }
    record.passes.push_back(std::move(pass));
  }

  ComputeContext& context_;
  TellsPlaces* places_;
  std::optional<PassPlace> coming_;
  std::unique_ptr<UnaskedTables> tables_;
  std::unique_ptr<UnaskedParts> parts_;
};

SourceRecord source_record(const DataSource& source, const char* key, const json& descriptor,
                           const FileVersions& versions, const std::deque<SourceRecord>& before,
                           bool counts) {
  SourceRecord record;
  record.key = key;
  record.type = class_of(descriptor);
  record.name = descriptor.value("name", source.description());
  if (counts) record.rows = source.row_count().value_or(-1);
  record.variables = static_cast<std::int64_t>(source.schema()->size());
  if (descriptor.value("type", std::string()) == "frame") return record;
  std::int64_t bytes = 0;
  const auto seen = versions.list();
  for (const auto& [path, version] : seen)
    bytes += static_cast<std::int64_t>(file_identity_from(version).size);
  for (const auto& other : before) bytes -= std::max<std::int64_t>(other.bytes, 0);
  if (!seen.empty()) record.bytes = std::max<std::int64_t>(bytes, 0);
  return record;
}

bool is_explained(const std::string& op) { return method_of_op(op) || other_of(op); }

Explanation::Explanation(const json& asked) : asked_(asked) {
  request_ = asked.value("request", json());
  const auto op = request_.is_object() ? request_.value("op", json()) : json();
  if (!op.is_string())
    throw InvalidArgument("explain: request must be a request, with its operation");
  if (!is_explained(op.get<std::string>()))
    throw InvalidArgument(
        "explain: '" + op.get<std::string>() +
        "' has nothing to be explained: it makes no pass over data; analyses, import, data_step, "
        "predict, refit, combine, exec, group_rows and partition have");
}

Explanation::~Explanation() = default;

ComputeContext& Explanation::in_place_of(ComputeContext& context) {
  context_ = std::make_unique<Context>(context);
  return *context_;
}

std::shared_ptr<const FileSystem> Explanation::files_of_platform() const {
  return std::make_shared<UnaskedFiles>();
}

SourcePtr Explanation::opened(SourcePtr source, const char* key, const json& descriptor,
                              const FileVersions& versions) {
  auto& sources = context_->record.sources;
  sources.push_back(
      source_record(*source, key, descriptor, versions, sources, !context_->tells_places()));
  return std::make_shared<NotedSource>(std::move(source), sources.back());
}

void Explanation::survey() { context_->survey(); }

void Explanation::lacks(std::string sentence) {
  if (std::ranges::find(missing_, sentence) == missing_.end())
    missing_.push_back(std::move(sentence));
}

bool Explanation::invented() const { return context_ && context_->invented; }

bool Explanation::goes_its_way() const {
  const auto op = request_.value("op", std::string());
  return op != "exec" && op != "combine";
}

void Explanation::look_at(const Call& call) {
  const auto op = request_.value("op", std::string());
  if (op == "exec") {
    check_exec(call);
    if (!asked_.contains("place"))
      if (auto sentence = lacking(call.context, Feature::kTasks, function_of_tasks(call.document)))
        lacks(std::move(*sentence));
  }
  const bool elsewhere = works_elsewhere(context_->name());
  auto functions = ordered_json::array(), shipped = ordered_json::array();
  for (const auto* key : {"transformFunc", "familyFunctions"}) {
    const auto& function = call.options.value(key);
    if (!function.is_object()) continue;
    const auto language = function.value("language", std::string());
    const auto said = language == "python" ? "Python" : language;
    const auto* name = std::string_view(key) == "familyFunctions" ? "family" : key;
    functions.push_back(
        {{"argument", named(name)},
         {"language", said},
         {"where", elsewhere ? "worker processes of " + said
                             : "this process, on the thread of the call, chunk after chunk"}});
    if (elsewhere)
      shipped.push_back({{"name", named(name)},
                         {"kind", "function of " + said},
                         {"bytes", from_base64(function.value("code", std::string())).size()}});
  }
  if (elsewhere)
    for (const auto* key : {"data", "inData"})
      if (const auto& data = call.options.value(key);
          data.is_object() && data.value("type", json()) == "frame")
        shipped.push_back({{"name", data.value("name", std::string("data frame"))},
                           {"kind", "data frame, its rows as blocks"},
                           {"bytes", nullptr}});
  for (const auto& item : asked_.value("shipped", json::array()))
    shipped.push_back(ordered_json(item));
  aside_ = {{"functions", std::move(functions)}, {"shipped", std::move(shipped)}};
  if (op == "exec") aside_["tasks"] = call.options.whole("count", 0);
  auto target = ordered_json();
  for (const auto* key : {"outFile", "outData"}) {
    if (!call.options.has(key)) continue;
    const auto descriptor = target_descriptor_of(call.options.value(key), key);
    target = {{"argument", named(key)},
              {"type", class_of(descriptor)},
              {"file", file_of(descriptor)},
              {"append", call.options.text("append", "none")}};
  }
  if (target.is_null() && op == "predict") {  // columns are added to the data where they lie
    const auto data = descriptor_of(call.options.value("data"), "data");
    if (takes_columns(data))
      target = {{"argument", named("data")},
                {"type", class_of(data)},
                {"file", file_of(data)},
                {"append", "cols"}};
  }
  if (target.is_null() && (op == "import" || op == "data_step" || op == "predict"))
    target = {{"type", "data frame"}};
  aside_["target"] = std::move(target);
  aside_["memoryLimit"] = memory_limit();
}

ordered_json Explanation::reply() const {
  const auto op = request_.value("op", std::string());
  auto record = context_->record;
  // The passes that the call was seen to ask for, then what else there will be.
  const auto seen = std::exchange(record.passes, {});
  const auto last = seen.empty() ? PassRecord() : seen.back();
  const auto planned =
      ended_ || context_->has_ended ? PlannedPasses() : planned_passes(request_, op);
  const auto is_planned = [&](const PassRecord& pass) {
    return std::ranges::find(planned, pass.pass, &PlannedPass::pass) != planned.end();
  };
  for (const auto& pass : seen)
    if (!is_planned(pass)) record.passes.push_back(pass);
  for (const auto& each : planned) {
    const auto found = std::ranges::find(seen, each.pass, &PassRecord::pass);
    auto pass = found == seen.end() ? PassRecord() : *found;
    if (found == seen.end()) {
      pass.splits = last.splits;
      pass.rows = last.rows;
      pass.calling_thread = last.calling_thread;
    }
    pass.pass = each.pass;
    pass.what = meaning_of_pass(each.pass);
    pass.least = each.least;
    pass.most = each.most;
    pass.until = each.until;
    record.passes.push_back(std::move(pass));
  }
  for (auto& source : record.sources)
    if (source.splits < 0) source.splits = last.splits;

  const auto* method = method_of_op(op);
  ordered_json reply = {
      {"class", "rxExplain"},
      {"op", op},
      {"function", named(method ? method->about.function : other_of(op)->function)},
      {"job", asked_.value("job", false)}};
  reply.update(record.to_json());
  if (asked_.contains("place")) {
    reply["workers"] = asked_["place"];
    reply["numWorkers"] = nullptr;
  }
  reply.update(aside_);
  if (asked_.contains("then")) reply["then"] = asked_["then"];
  reply["missing"] = missing_;
  reply["warnings"] = warnings_;
  reply["printed"] = explain_report(reply);
  return reply;
}

}  // namespace insitu
