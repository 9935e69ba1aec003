#include "capi/group_analyses.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "algorithms/pipeline_levels.hpp"
#include "algorithms/user_family.hpp"
#include "base/error.hpp"
#include "base/file_versions.hpp"
#include "base/memory_limit.hpp"
#include "base/named.hpp"
#include "capi/family_functions.hpp"
#include "capi/method_request.hpp"
#include "capi/model_pipeline.hpp"
#include "capi/piped_run.hpp"
#include "capi/pipeline_request.hpp"
#include "capi/request_keys.hpp"
#include "capi/words.hpp"
#include "contexts/ordered_work.hpp"
#include "contexts/registry.hpp"
#include "contexts/this_thread.hpp"
#include "data/row_window.hpp"
#include "methods/methods.hpp"
#include "shaping/row_exchange.hpp"

namespace insitu {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

/// Rows that a thread takes at once.
constexpr std::int64_t kRowsOfPiece = 65536;
/// A group with more rows has the whole context for itself, and is read from its file.
constexpr std::int64_t kLargeGroup = 4 * 65536;

/// How many rows of a file each of so many threads may hold.
std::int64_t rows_held(const DataSource& file, int threads) {
  const auto bytes = memory_limit() / (8 * static_cast<std::uint64_t>(std::max(threads, 1)));
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(bytes / row_bytes(*file.schema())), 1,
                                  kLargeGroup);
}

/// Neighbouring groups of one file.
struct Piece {
  std::size_t file = 0;
  std::int64_t first_row = 0, rows = 0;
  std::vector<std::int64_t> groups;  ///< rows of each
};

/// What the method says of a piece.
struct Found {
  ResultNumbers numbers;
  std::vector<std::string> errors;  ///< of each group; "": none
  std::vector<int> codes;
  std::map<std::string, std::int64_t> warnings;  ///< ... and of how many groups
};

[[noreturn]] void wrong_groups() {
  throw InvalidArgument("files and rows must tell the groups as group_rows tells them");
}

struct GroupFile {
  std::string path, version;
  std::size_t begin = 0, end = 0;
};

std::vector<GroupFile> files_of(const json& given, std::size_t groups) {
  std::vector<GroupFile> files;
  std::size_t at = 0;
  if (!given.is_array()) wrong_groups();
  for (const auto& each : given) {
    const Options options(each, "files");
    const auto begin = options.whole("begin", -1), end = options.whole("end", -1);
    if (begin != static_cast<std::int64_t>(at) || end <= begin ||
        end > static_cast<std::int64_t>(groups))
      wrong_groups();
    at = static_cast<std::size_t>(end);
    files.push_back(
        {options.text("file"), options.text("version"), static_cast<std::size_t>(begin), at});
  }
  if (at != groups) wrong_groups();
  return files;
}

std::vector<std::int64_t> rows_of(const json& given) {
  std::vector<std::int64_t> rows;
  for (const auto& each : given.is_array() ? given : json::array({given})) {
    if (!each.is_number() || !(each.get<double>() >= 1 && each.get<double>() < 1e15))
      wrong_groups();
    rows.push_back(each.is_number_integer() ? each.get<std::int64_t>()
                                            : static_cast<std::int64_t>(each.get<double>()));
  }
  return rows;
}

/// Which groups are wanted: all, or those of these positions, from 0.
std::vector<bool> wanted_of(const json& given, std::size_t groups) {
  std::vector<bool> wanted(groups, given.is_null());
  if (given.is_null()) return wanted;
  for (const auto& each : given.is_array() ? given : json::array({given})) {
    if (!each.is_number() || !(each.get<double>() >= 0) ||
        each.get<double>() >= static_cast<double>(groups))
      throw InvalidArgument("wanted must be positions of groups, from 0");
    wanted[static_cast<std::size_t>(each.get<double>())] = true;
  }
  return wanted;
}

/// `most`: rows of a piece of several groups.
std::vector<Piece> pieces_of(const std::vector<GroupFile>& files,
                             const std::vector<std::int64_t>& rows, const std::vector<bool>& wanted,
                             std::int64_t most) {
  std::vector<Piece> pieces;
  for (std::size_t f = 0; f < files.size(); ++f) {
    const auto& file = files[f];
    std::int64_t first = 0;
    bool open = false;
    for (auto group = file.begin; group < file.end; first += rows[group++]) {
      if (!wanted[group]) {
        open = false;
        continue;
      }
      if (!open || pieces.back().rows + rows[group] > most) pieces.push_back({f, first, 0, {}});
      open = true;
      pieces.back().rows += rows[group];
      pieces.back().groups.push_back(rows[group]);
    }
  }
  return pieces;
}

/// The files of the groups, opened as they are needed, from several threads.
class Files {
 public:
  Files(Call& call, const std::vector<GroupFile>& files) : call_(call), files_(files) {}

  SourcePtr open(std::size_t file) {
    const std::lock_guard lock(mutex_);
    if (!last_ || last_at_ != file) {
      if (!files_[file].version.empty() && call_.control.versions)
        call_.control.versions->see(files_[file].path, file_identity_from(files_[file].version));
      last_ = call_.sources.make({{"type", "RxXdfData"}, {"file", files_[file].path}});
      last_at_ = file;
    }
    return last_;
  }

 private:
  Call& call_;
  const std::vector<GroupFile>& files_;
  std::mutex mutex_;
  SourcePtr last_;
  std::size_t last_at_ = 0;
};

/// The request of the method that is computed for each group. Throws InvalidArgument for what
/// cannot be the same for all groups.
const Method& method_of(const json& request) {
  if (!request.is_object()) throw InvalidArgument("method must be the request of a method");
  check_request(request);
  const auto* method = method_of_op(request.value("op", std::string()));
  if (!method) throw InvalidArgument("method must be the request of a method");
  for (const auto* key : {"data", "moments", "context"})
    if (request.contains(key) && !request[key].is_null())
      throw InvalidArgument(named(key) +
                            " cannot be given to an analysis of each group: leave it out");
  for (const auto& key : method->options)
    if (key.kind == OptionKind::kTarget && request.contains(key.key) && !request[key.key].is_null())
      throw InvalidArgument(named(key.key) +
                            " is one file, but there are many groups: leave it out, and write the "
                            "results afterwards");
  return *method;
}

/// The method's request as it runs over the rows of one group after the other.
class GroupRun {
 public:
  GroupRun(Call& outer, const Method& method, const json& request, const DataSource& rows)
      : outer_(outer),
        method_(method),
        with_options_{request,       Options(request), outer.request, outer.control,
                      outer.context, outer.sources,    outer.reply},
        document_(with_evaluator(with_options_, rows)),
        call_{document_,     Options(document_), outer.request, outer.control,
              outer.context, outer.sources,      outer.reply},
        pipeline_(pipeline_of(call_, {{"type", "frame"}}, rows)),
        later_(expressions_of_formula(call_.options.text("formula"))),
        user_family_(user_family_of(call_)),
        kept_(method.about.keeps_model || method.about.keeps_pipeline ? model_pipeline(document_)
                                                                      : ""),
        run_(method.prepare(call_.options)),
        words_(words_of_face(call_.options.text("face"), method.about.op)) {}

  /// Functions of a language are called on the thread that made the call.
  bool on_calling_thread() const { return pipeline_.function || user_family_.present(); }

  /// Adds a group. `control`: of this thread.
  void add(const SourcePtr& rows, ComputeContext& context, RunControl& control, Found& found) {
    found.numbers.next();
    found.errors.emplace_back();
    found.codes.push_back(0);
    try {
      const auto compute = [&](const SourcePtr& source) {
        Scope scope(source, context, control, kept_);
        run_(scope, [&](const void* result) {
          for (const auto& key : method_.result)
            if (key.count) key.count(result, found.numbers);
        });
        return json();
      };
      if (on_calling_thread()) {
        const UserFamilyOfCall functions(user_family_);
        Call inner{document_, Options(document_), outer_.request, control,
                   context,   outer_.sources,     outer_.reply};
        (void)run_piped(inner, {.input = rows, .pipeline = pipeline_, .later = later_}, compute);
      } else {
        compute(transformed_with_levels(rows, pipeline_, later_, FunctionFactors::kFixed, context,
                                        control));
      }
    } catch (const Cancelled&) {
      throw;
    } catch (const Error& error) {
      found.errors.back() = in_words(error.what(), words_);
      found.codes.back() = static_cast<int>(error.code());
    }
  }

 private:
  Call& outer_;
  const Method& method_;
  Call with_options_;
  json document_;
  Call call_;
  Pipeline pipeline_;
  std::vector<ExpressionPtr> later_;
  UserFamily user_family_;
  std::string kept_;
  std::function<void(Scope&, const UseResult&)> run_;
  Words words_;
};

/// A control of one thread's own, which keeps the warnings.
struct OwnControl {
  explicit OwnControl(Found& found) {
    control.callbacks.warning = [&](const std::string& text) {
      if (last != text) ++found.warnings[text];  // of one group once
      last = text;
    };
  }
  void next() { last.clear(); }
  RunControl control;
  std::string last;
};

/// A group that is read from its file, each time anew.
void run_large(GroupRun& run, const Piece& piece, Files& files, ComputeContext& context,
               Found& found) {
  OwnControl own(found);
  run.add(row_window(files.open(piece.file), static_cast<std::uint64_t>(piece.first_row),
                     static_cast<std::uint64_t>(piece.rows)),
          context, own.control, found);
}

/// One after the other in `context`, a context of this thread; their rows are in memory.
void run_piece(GroupRun& run, const Piece& piece, Files& files, ComputeContext& context,
               const CancelFlag& cancel, Found& found) {
  OwnControl own(found);
  const auto kept = std::make_shared<KeptRows>(files.open(piece.file),
                                               static_cast<std::uint64_t>(piece.first_row),
                                               static_cast<std::uint64_t>(piece.rows));
  std::uint64_t begin = 0;
  for (const auto count : piece.groups) {
    cancel.throw_if_raised();
    own.next();
    const auto size = static_cast<std::uint64_t>(count);
    run.add(kept->part(begin, size), context, own.control, found);
    begin += size;
  }
}

/// Every group fails alike where the request itself cannot be: then the call fails.
void throw_what_all_say(const std::vector<std::string>& errors, const std::vector<int>& codes) {
  if (errors.empty() || errors.front().empty() ||
      codes.front() != static_cast<int>(ErrorCode::kInvalidArgument))
    return;
  if (std::ranges::all_of(errors, [&](const auto& error) { return error == errors.front(); }))
    throw InvalidArgument(errors.front());
}

json table_of(Call& call, ResultNumbers& numbers, const std::vector<std::string>& errors,
              const std::vector<int>& codes) {
  require_memory(8 * numbers.values(), "the table of the results of all groups",
                 "analyze fewer groups at once, or ask for fewer numbers");
  const auto rows = errors.size();
  std::vector<Field> fields(2);
  fields[0].name = ".rxError";
  fields[0].type = Type::kString;
  fields[1].name = ".rxCode";
  fields[1].type = Type::kInt32;
  StringBuilder texts;
  for (const auto& error : errors) error.empty() ? texts.append_missing() : texts.append(error);
  std::vector<Column> columns;
  columns.push_back(texts.finish());
  columns.push_back(
      Column::own(Type::kInt32, std::vector<std::int32_t>(codes.begin(), codes.end())));
  for (auto& [field, column] : numbers.take_columns()) {
    fields.push_back(std::move(field));
    columns.push_back(std::move(column));
  }
  const auto schema = std::make_shared<const Schema>(std::move(fields));
  return add_frame(call.reply, schema, {Chunk{schema, std::move(columns), rows, {}}});
}

void tell(Call& call, const std::map<std::string, std::int64_t>& warnings, std::size_t groups) {
  for (const auto& [text, count] : warnings)
    call.control.warn("in " + std::to_string(count) + " of " + std::to_string(groups) +
                      " groups: " + text);
}

}  // namespace

json analyze_groups_request(Call& call) {
  const auto& options = call.options;
  const auto& request = options.value("method");
  const auto& method = method_of(request);
  const auto rows = rows_of(options.value("rows"));
  const auto files = files_of(options.value("files"), rows.size());
  const auto wanted = wanted_of(options.value("wanted"), rows.size());
  Files opened(call, files);
  const auto threads = size_of_context(options.value("context"));
  const auto held = files.empty() ? 0 : rows_held(*opened.open(0), threads);
  const auto pieces = pieces_of(files, rows, wanted, std::min(held, kRowsOfPiece));
  ResultNumbers numbers;
  std::vector<std::string> errors;
  std::vector<int> codes;
  std::map<std::string, std::int64_t> warnings;
  if (!pieces.empty()) {
    GroupRun run(call, method, request, *opened.open(pieces.front().file));
    std::vector<Found> found(pieces.size());
    ThisThreadContext here;
    const auto large = [&](const Piece& piece) { return piece.rows > held; };
    OrderedWork job{.count = pieces.size(), .threads = threads};
    job.window = 4 * static_cast<std::size_t>(job.threads);
    job.work = [&](std::size_t i) {
      if (!run.on_calling_thread() && !large(pieces[i]))
        run_piece(run, pieces[i], opened, here, call.control.cancel, found[i]);
    };
    job.collect = [&](std::size_t i) {
      if (large(pieces[i]))
        run_large(run, pieces[i], opened, run.on_calling_thread() ? here : call.context, found[i]);
      else if (run.on_calling_thread())
        run_piece(run, pieces[i], opened, here, call.control.cancel, found[i]);
      auto each = std::exchange(found[i], {});
      numbers.append(std::move(each.numbers));
      errors.insert(errors.end(), std::make_move_iterator(each.errors.begin()),
                    std::make_move_iterator(each.errors.end()));
      codes.insert(codes.end(), each.codes.begin(), each.codes.end());
      for (const auto& [text, count] : each.warnings) warnings[text] += count;
    };
    ordered_work(job, call.control);
  }
  call.control.check_versions();
  throw_what_all_say(errors, codes);
  tell(call, warnings, errors.size());
  auto places = numbers.places();
  return {{"table", table_of(call, numbers, errors, codes)}, {"places", std::move(places)}};
}

ordered_json group_result_request(Call& call) {
  const auto& options = call.options;
  const auto& request = options.value("method");
  const auto& method = method_of(request);
  const auto first = options.whole("firstRow", 0), rows = options.whole("numRows", 0);
  SourcePtr source = call.sources.make({{"type", "RxXdfData"}, {"file", options.text("file")}});
  const auto all = source->row_count().value_or(0);
  if (first < 0 || rows < 1 || first > all - rows) wrong_groups();
  const auto begin = static_cast<std::uint64_t>(first), size = static_cast<std::uint64_t>(rows);
  source = row_window(std::move(source), begin, size);
  Call inner{request,      Options(request), call.request, call.control,
             call.context, call.sources,     call.reply};
  return run_method_over(inner, method, source, {{"type", "frame"}, {"name", "data"}});
}

}  // namespace insitu
