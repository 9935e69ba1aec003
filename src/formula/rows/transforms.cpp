#include "formula/rows/transforms.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <unordered_set>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "data/decorated_source.hpp"
#include "data/schema_json.hpp"
#include "formula/rows/conditions.hpp"
#include "formula/rows/function_rows.hpp"
#include "formula/rows/growing_schema.hpp"
#include "formula/rows/level_needs.hpp"
#include "formula/rows/row_grid.hpp"
#include "formula/rows/row_selection.hpp"
#include "formula/rows/split_files.hpp"

namespace insitu {

namespace {

constexpr std::string_view kRowSelectionVariable = ".rxRowSelection";

/// One transform.
struct Step {
  std::string name;
  ExpressionPtr expression;  // null: the variable is removed
  Field field;               // of the result
  std::vector<std::string> variables;
  bool needs_position = false;
};

SchemaPtr without(const Schema& schema, std::string_view name) {
  auto fields = schema.fields();
  std::erase_if(fields, [&](const Field& field) { return field.name == name; });
  return std::make_shared<const Schema>(std::move(fields));
}

SchemaPtr restricted(const Schema& schema, const NameSet& names) {
  std::vector<Field> fields;
  for (const auto& field : schema.fields())
    if (names.contains(field.name)) fields.push_back(field);
  return std::make_shared<const Schema>(std::move(fields));
}

std::vector<Step> parsed_steps(const Pipeline& pipeline) {
  std::vector<Step> steps;
  for (const auto& [name, text] : pipeline.transforms) {
    if (name.empty()) throw InvalidArgument("transforms: an expression has no name: " + text);
    Step step;
    step.name = name;
    step.expression = parse_expression(text, named("transforms$" + name));
    if (step.expression->kind == Expression::Kind::kNull) step.expression = nullptr;
    if (step.expression) step.variables = variables_of(*step.expression);
    step.needs_position = step.expression && needs_row_position(*step.expression);
    steps.push_back(std::move(step));
  }
  return steps;
}

ExpressionPtr parsed_selection(const Pipeline& pipeline) {
  return pipeline.row_selection.empty()
             ? nullptr
             : parse_expression(pipeline.row_selection, named("rowSelection"));
}

/// What an expression can see of the columns: those that it names; all of them where a name is
/// unknown, so that the error can suggest another.
SchemaPtr columns_for(const GrowingSchema& columns, const std::vector<std::string>& names,
                      const ObjectMap& objects) {
  const bool known = std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return columns.find(name) || objects.contains(name) || is_chunk_variable(name);
  });
  return known ? columns.of(names) : columns.whole();
}

/// Finds the fields of the steps one after the other, from the columns before the first; the
/// columns after the last.
SchemaPtr inferred(std::vector<Step>& steps, const Expression* selection, const SchemaPtr& before,
                   const Pipeline& pipeline) {
  GrowingSchema columns(*before);
  for (auto& step : steps) {
    if (!step.expression) {
      columns.remove(step.name);
      continue;
    }
    const auto schema = columns_for(columns, step.variables, pipeline.objects);
    step.field = result_field(*step.expression, *schema, &pipeline.objects,
                              named("transforms$" + step.name), pipeline.warn);
    step.field.name = step.name;
    columns.set(step.field);
  }
  auto schema = columns.whole();
  if (selection) {
    const auto field =
        result_field(*selection, *schema, &pipeline.objects, named("rowSelection"), pipeline.warn);
    if (field.type == Type::kString || is_factor(field.type))
      throw InvalidArgument("`rowSelection` must be `TRUE` or `FALSE` for each row, not "_named +
                            std::string(type_name(field.type)) + ": " + pipeline.row_selection);
  }
  return schema;
}

/// What has to be read and done for some of the output columns.
struct Plan {
  std::vector<std::string> read;     // columns of the inner source
  std::vector<std::size_t> on_read;  // places among them that removeMissingsOnRead looks at
  SchemaPtr base;                    // after reading, or after the function
  struct Stage {
    const Step* step;
    SchemaPtr schema;                 // of the columns that it reads, no others
    std::vector<std::size_t> inputs;  // their places among the columns at hand
    std::size_t place;                // of the result; a new one is at the end
  };
  std::vector<Stage> stages;
  SchemaPtr last;                     // after the stages
  std::vector<std::size_t> complete;  // places in `last` that removeMissings looks at
  std::vector<std::size_t> output;    // places in `last`
  SchemaPtr output_schema;
};

class TransformedSource final : public DecoratedSource,
                                public std::enable_shared_from_this<TransformedSource> {
 public:
  /// What a recipe knows already, so that workers neither count rows nor run the function for its
  /// schema.
  struct Known {
    SchemaPtr function_result;
    std::vector<Split> splits;  ///< of the source
    std::vector<std::int64_t> rows_of_splits;
    SplitFiles files;
    FunctionFactors factors = FunctionFactors::kFixed;
  };

  TransformedSource(std::shared_ptr<const DataSource> source, Pipeline pipeline, Known known)
      : DecoratedSource(std::move(source)), pipeline_(std::move(pipeline)) {
    check_window();
    parse();
    base_ = source_->schema();
    if (!pipeline_.function) infer_steps();  // fails before rows are counted
    files_ = std::move(known.files);
    locate(std::move(known.splits), std::move(known.rows_of_splits));
    if (pipeline_.function) {
      make_function_plan();
      if (pipeline_.on_function_calls) tell_of_calls();
      function_plan_->result = known.function_result ? known.function_result
                                                     : with_known_levels(result_of_first_calls());
      base_ = schema_after_function();
      function_plan_->levels_grow =
          known.factors == FunctionFactors::kGrow && !uses_codes_of_function();
      infer_steps();
    }
    full_plan_ = make_plan(schema_->names());
  }

  SchemaPtr schema() const override { return schema_; }

  std::vector<Split> splits() const override {
    const std::lock_guard lock(splits_mutex_);
    if (!splits_) {
      splits_ = located_ ? inner_splits_ : source_->splits();
      for (std::size_t i = 0; i < splits_->size(); ++i) {
        auto& split = (*splits_)[i];
        const auto at = first_split_ + i;
        split.index = i;
        if (filters())
          split.rows = -1;
        else if (windowed())
          split.rows = std::min(grid_.splits[at + 1], end_) - std::max(grid_.splits[at], begin_);
      }
    }
    return *splits_;
  }

  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override;

  Recipe recipe() const override {
    const auto inner = source_->recipe();
    auto document = nlohmann::json::parse(inner.options, nullptr, false);
    if (document.is_discarded() || !document.is_object())
      throw Error("the recipe of a source is no JSON document: " + inner.name);
    if (!document.contains("type")) document["type"] = inner.name;
    nlohmann::json options = {{"type", "transformed"},
                              {"source", std::move(document)},
                              {"pipeline", pipeline_to_json(pipeline_)}};
    if (!files_.empty()) options["files"] = files_.to_json();
    if (function_plan_)
      options["functionResult"] = nlohmann::json::parse(schema_to_json(*function_plan_->result));
    if (function_plan_ && function_plan_->levels_grow) options["levelsGrow"] = true;
    if (located_) {
      options["rowsOfSplits"] = rows_of_splits_;
      auto& splits = options["splits"] = nlohmann::json::array();
      for (const auto& split : source_splits_)
        splits.push_back({split.index, split.begin, split.end, split.rows});
    }
    return {"transformed", options.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  }

  std::optional<std::int64_t> row_count() const override {
    if (grid_.known()) return end_ - begin_;
    return source_->row_count();
  }

  std::vector<std::int64_t> read_chunks() const override {
    if (!windowed()) return source_->read_chunks();
    std::vector<std::int64_t> chunks;
    std::int64_t row = 0;
    for (const auto rows : source_->read_chunks()) {
      const auto from = std::max(row, begin_), to = std::min(row + rows, end_);
      if (from < to) chunks.push_back(to - from);
      row += rows;
    }
    return chunks;
  }

  bool needs_calling_thread() const override {
    return pipeline_.function || source_->needs_calling_thread();
  }
  std::string file_of(const Split& split) const override {
    if (!files_.empty()) return files_.of(first_split_ + split.index);
    return source_->file_of(inner_split(split));
  }

 private:
  class Reader;
  friend class Reader;

  Split inner_split(const Split& split) const {
    if (!located_) return split;
    if (split.index >= inner_splits_.size())
      throw InvalidArgument("there is no split number " + std::to_string(split.index) + " in " +
                            description());
    return inner_splits_[split.index];
  }

  /// Whether anything may ask for .rxReadFileName.
  bool names_files() const {
    return pipeline_.function || (selection_ && names_file(*selection_)) ||
           std::any_of(steps_.begin(), steps_.end(), [](const Step& step) {
             return step.expression && names_file(*step.expression);
           });
  }

  bool filters() const {
    return selection_ || has_selection_variable_ || pipeline_.remove_missings ||
           pipeline_.remove_missings_on_read || pipeline_.function;
  }

  /// What the source may know of the rows that are used, where nothing counts or sees the others:
  /// no function, no position, and no transform, which could fail by a value.
  std::vector<Condition> conditions_for(const Plan& plan) const {
    if (!selection_ || located_ || function_plan_ || !plan.stages.empty()) return {};
    return conditions_of(*selection_, *plan.base, pipeline_.objects);
  }

  bool windowed() const { return pipeline_.start_row > 0 || pipeline_.row_limit >= 0; }

  void check_window() const {
    if (pipeline_.start_row < 0)
      throw InvalidArgument("`startRow` must be 1 or more, not "_named +
                            std::to_string(pipeline_.start_row + 1));
    if (pipeline_.row_limit < -1)
      throw InvalidArgument("`numRows` must be -1 (all) or a number of rows, not "_named +
                            std::to_string(pipeline_.row_limit));
  }

  void parse() {
    steps_ = parsed_steps(pipeline_);
    selection_ = parsed_selection(pipeline_);
    if (selection_) {
      selection_variables_ = variables_of(*selection_);
      selection_needs_position_ = needs_row_position(*selection_);
    }
  }

  /// Finds where rows stand, if anything asks for it, and the splits that hold rows of the window.
  /// Else the source is not asked for its splits before somebody wants to know them: for some, all
  /// bytes have to be looked at, and a worker is told those that it reads.
  void locate(std::vector<Split> known_splits, std::vector<std::int64_t> known_rows) {
    const bool positional = selection_needs_position_ ||
                            std::any_of(steps_.begin(), steps_.end(),
                                        [](const Step& step) { return step.needs_position; });
    const bool in_reads = pipeline_.function || positional;
    located_ = windowed() || in_reads;
    const bool wants_files = files_.empty() && (in_reads || names_files());
    if (!located_ && !wants_files) return;
    const auto inner = known_splits.empty() ? source_->splits() : std::move(known_splits);
    if (wants_files) files_ = SplitFiles(*source_, inner);
    if (!located_) return;
    auto last_split = inner.size();
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    const auto limit = pipeline_.row_limit < 0 || pipeline_.row_limit > kMost - pipeline_.start_row
                           ? -1
                           : pipeline_.start_row + pipeline_.row_limit;
    rows_of_splits_ = known_rows.size() == inner.size()
                          ? std::move(known_rows)
                          : insitu::rows_of_splits(*source_, inner, limit);
    grid_ = make_row_grid(rows_of_splits_, in_reads ? read_sizes(inner) : ReadSizes(),
                          pipeline_.start_row, limit);
    begin_ = std::min(pipeline_.start_row, grid_.rows());
    end_ = limit < 0 ? grid_.rows() : std::min(limit, grid_.rows());
    if (windowed()) {
      while (first_split_ < last_split && grid_.splits[first_split_ + 1] <= begin_) ++first_split_;
      while (last_split > first_split_ && grid_.splits[last_split - 1] >= end_) --last_split;
    }
    inner_splits_.assign(inner.begin() + static_cast<std::ptrdiff_t>(first_split_),
                         inner.begin() + static_cast<std::ptrdiff_t>(last_split));
    source_splits_ = inner;
  }

  ReadSizes read_sizes(const std::vector<Split>& splits) const {
    ReadSizes sizes;
    if (pipeline_.rows_per_read <= 0) sizes.chunks = source_->read_chunks();
    sizes.rows = pipeline_.rows_per_read > 0 ? pipeline_.rows_per_read : kRowsPerRead;
    for (std::size_t i = 1; i < splits.size(); ++i)
      if (pipeline_.reads_end_with_splits || files_.of(i) != files_.of(i - 1))
        sizes.breaks.push_back(i);
    return sizes;
  }

  void tell_of_calls() const {
    const auto& reads = grid_.reads;
    std::int64_t most = 0;
    for (std::size_t i = 0; i + 1 < reads.size(); ++i)
      most = std::max(most, reads[i + 1] - reads[i]);
    pipeline_.on_function_calls(reads.size() - 1, most);
  }

  /// Calls the function on the first rows; the cursor that read them goes on with the first split.
  SchemaPtr result_of_first_calls() {
    std::vector<std::string> columns;
    for (const auto& name : source_->schema()->names())
      if (std::ranges::find(function_plan_->given, name) != function_plan_->given.end())
        columns.push_back(name);
    auto cursor =
        std::make_unique<FunctionRows>(function_plan_, std::move(columns), nullptr, first_split_);
    auto result = cursor->result_of_first_calls();
    if (!pipeline_.reads_end_with_splits) {  // else the rows are read elsewhere
      cursor_ = std::move(cursor);
      cursor_split_ = first_split_;
    }
    return result;
  }

  void make_function_plan() {
    const auto inner = source_->schema();
    auto plan = std::make_shared<FunctionPlan>();
    plan->source = source_;
    plan->function = pipeline_.function;
    plan->name = pipeline_.function_name;
    plan->files = files_;
    plan->prediction = pipeline_.prediction;
    plan->remove_missings_on_read = pipeline_.remove_missings_on_read;
    const auto& named = pipeline_.function_variables;
    if (pipeline_.function_takes_what_is_there)
      std::ranges::copy_if(named, std::back_inserter(plan->given),
                           [&](const std::string& name) { return inner->find(name).has_value(); });
    else
      plan->given = named.empty() ? inner->names() : named;
    NameSet seen;
    for (const auto& name : plan->given) {
      if (!inner->find(name))
        throw InvalidArgument("`transformVars`: variable not found: "_named + name +
                              did_you_mean(name, inner->names()));
      if (!seen.insert(name).second)
        throw InvalidArgument("`transformVars` names a variable twice: "_named + name);
    }
    plan->splits = source_splits_;
    plan->grid = grid_;
    plan->begin = begin_, plan->end = end_;
    function_plan_ = std::move(plan);
  }

  /// The result of the dry run, with all levels that are known.
  SchemaPtr with_known_levels(const SchemaPtr& dry) const {
    if (pipeline_.function_levels.empty()) return dry;
    auto fields = dry->fields();
    for (auto& field : fields) {
      const auto known = pipeline_.function_levels.find(field.name);
      if (known != pipeline_.function_levels.end() && is_factor(field.type))
        field.levels = make_levels(known->second);
    }
    return std::make_shared<const Schema>(std::move(fields));
  }

  /// Whether an expression looks at codes of a factor that the function makes.
  bool uses_codes_of_function() const {
    NameSet factors;
    for (const auto& field : function_plan_->result->fields())
      if (is_factor(field.type)) factors.insert(field.name);
    std::vector<NamedExpression> steps;
    for (const auto& step : steps_) steps.push_back({step.name, step.expression});
    if (selection_) steps.push_back({"", selection_});
    return !factors_used_by_code(steps, factors).empty();
  }

  /// The source's columns, those given to the function replaced by what it gave back; then its new
  /// ones.
  SchemaPtr schema_after_function() const {
    const auto& result = *function_plan_->result;
    const NameSet given(function_plan_->given.begin(), function_plan_->given.end());
    std::vector<Field> fields;
    for (const auto& field : source_->schema()->fields()) {
      const auto place = result.find(field.name);
      if (place)
        fields.push_back(result[*place]);
      else if (!given.contains(field.name))
        fields.push_back(field);
    }
    for (const auto& field : result.fields())
      if (!source_->schema()->find(field.name)) fields.push_back(field);
    return std::make_shared<const Schema>(std::move(fields));
  }

  void infer_steps() {
    if (pipeline_.prediction) leave_out_steps_of_the_response();
    const auto schema = inferred(steps_, selection_.get(), base_, pipeline_);
    pipeline_.warn = nullptr;  // the call that it speaks to may end before the source
    has_selection_variable_ =
        schema->find(kRowSelectionVariable).has_value() && !pipeline_.prediction;
    schema_ = without(*schema, kRowSelectionVariable);
  }

  /// Those of variables that the data do not have.
  void leave_out_steps_of_the_response() {
    NameSet there;
    for (const auto& name : base_->names()) there.insert(name);
    const auto known = [&](const std::string& name) {
      return there.contains(name) || pipeline_.objects.contains(name) || is_constant_name(name);
    };
    std::erase_if(steps_, [&](const Step& step) {
      const bool out = step.expression && !std::ranges::all_of(step.variables, known);
      if (!out && step.expression) there.insert(step.name);
      return out;
    });
  }

  Plan make_plan(const std::vector<std::string>& wanted) const {
    NameSet needs;
    for (const auto& name : wanted) {
      schema_->index(name);  // names what is not there
      if (!needs.insert(name).second)
        throw InvalidArgument("a variable is asked for twice: " + name);
    }
    if (pipeline_.remove_missings)
      for (const auto& name : schema_->names()) needs.insert(name);
    if (selection_)
      needs.insert(selection_variables_.begin(), selection_variables_.end());
    else if (has_selection_variable_)
      needs.emplace(kRowSelectionVariable);

    std::vector<const Step*> used;
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
      if (!needs.contains(step->name)) continue;
      needs.erase(step->name);
      if (!step->expression) continue;
      needs.insert(step->variables.begin(), step->variables.end());
      used.push_back(&*step);
    }
    std::reverse(used.begin(), used.end());

    Plan plan;
    plan.base = restricted(*base_, needs);  // names of objects and chunk variables fall away here
    NameSet read;
    for (const auto& field : plan.base->fields())
      if (!function_plan_ || !function_plan_->result->find(field.name)) read.insert(field.name);
    if (function_plan_) read.insert(function_plan_->given.begin(), function_plan_->given.end());
    NameSet complete = read;
    if (pipeline_.remove_missings_on_read && !full_plan_.read.empty())
      complete = NameSet(full_plan_.read.begin(), full_plan_.read.end());
    read.insert(complete.begin(), complete.end());
    for (const auto& name : source_->schema()->names())
      if (read.contains(name)) plan.read.push_back(name);
    for (std::size_t i = 0; i < plan.read.size(); ++i)
      if (complete.contains(plan.read[i])) plan.on_read.push_back(i);

    GrowingSchema columns(*plan.base);
    for (const auto* step : used) {
      Plan::Stage stage{step, columns.of(step->variables), {}, 0};
      for (const auto& field : stage.schema->fields())
        stage.inputs.push_back(*columns.find(field.name));
      stage.place = columns.set(step->field);
      plan.stages.push_back(std::move(stage));
    }
    const auto schema = columns.whole();
    plan.last = schema;
    std::vector<Field> fields;
    for (const auto& name : wanted) {
      plan.output.push_back(schema->index(name));
      fields.push_back(schema_->field(name));
    }
    plan.output_schema = std::make_shared<const Schema>(std::move(fields));
    if (pipeline_.remove_missings)
      for (const auto& name : schema_->names()) plan.complete.push_back(schema->index(name));
    return plan;
  }

  /// Evaluates an expression on rows that may use the chunk variables: piece by piece, as users see
  /// the data being read.
  Column evaluate_located(const Expression& expression, bool needs_position,
                          const LocatedChunk& rows, const Chunk& chunk, const std::string& file,
                          std::string_view what) const {
    EvaluationScope scope;
    scope.objects = &pipeline_.objects;
    scope.prediction = pipeline_.prediction;
    scope.file_name = file;
    scope.codings = &codings_;
    if (!needs_position || chunk.rows == 0) return evaluate(expression, chunk, scope, what);
    std::vector<Column> parts;
    for (std::size_t begin = 0; begin < chunk.rows;) {
      const auto number = grid_.read_of(rows.row(begin));
      const auto limit = number + 1 < grid_.reads.size() ? grid_.reads[number + 1]
                                                         : std::numeric_limits<std::int64_t>::max();
      auto end = begin + 1;
      while (end < chunk.rows && rows.row(end) < limit) ++end;
      scope.start_row = rows.row(begin) + 1;
      scope.chunk_number = static_cast<std::int64_t>(number) + 1;
      parts.push_back(evaluate(expression, slice(chunk, begin, end - begin), scope, what));
      begin = end;
    }
    if (parts.size() == 1) return parts[0];
    std::vector<Chunk> chunks;  // joins levels that differ
    for (auto& part : parts) chunks.push_back({nullptr, {part}, part.size(), {}});
    return join_chunks(chunks).columns[0];
  }

  static void keep(LocatedChunk& rows, std::optional<std::vector<std::uint32_t>> kept) {
    if (!kept) return;
    std::vector<std::uint32_t> offsets(kept->size());
    for (std::size_t i = 0; i < kept->size(); ++i)
      offsets[i] = rows.offsets.empty() ? (*kept)[i] : rows.offsets[(*kept)[i]];
    rows.chunk = take(rows.chunk, *kept);
    rows.offsets = std::move(offsets);
  }

  /// `split`: position of the source's split that the rows come from.
  Chunk transform(const Plan& plan, LocatedChunk rows, std::size_t split) const {
    const auto& file = files_.of(split);
    const auto from = rows.chunk.from;
    for (const auto& stage : plan.stages) {
      poll_current_call();
      Chunk inputs{stage.schema, {}, rows.chunk.rows, rows.chunk.from};
      for (const auto place : stage.inputs) inputs.columns.push_back(rows.chunk.columns[place]);
      auto column = evaluate_located(*stage.step->expression, stage.step->needs_position, rows,
                                     inputs, file, named("transforms$" + stage.step->name));
      if (stage.place < rows.chunk.columns.size())
        rows.chunk.columns[stage.place] = std::move(column);
      else
        rows.chunk.columns.push_back(std::move(column));
    }
    rows.chunk.schema = plan.last;
    if (selection_) {
      const auto column = evaluate_located(*selection_, selection_needs_position_, rows, rows.chunk,
                                           file, named("rowSelection"));
      keep(rows, true_rows(column, "rowSelection"));
    } else if (has_selection_variable_) {
      keep(rows, true_rows(rows.chunk.column(kRowSelectionVariable), kRowSelectionVariable));
    }
    if (!plan.complete.empty()) keep(rows, complete_rows(rows.chunk, plan.complete));
    Chunk out{plan.output_schema, {}, rows.chunk.rows, from};
    if (!rows.offsets.empty())
      out.from.kept = std::make_shared<const std::vector<std::uint32_t>>(std::move(rows.offsets));
    for (const auto place : plan.output) out.columns.push_back(rows.chunk.columns[place]);
    return out;
  }

  Pipeline pipeline_;
  SplitFiles files_;  // empty: nothing asks for them
  std::vector<Step> steps_;
  ExpressionPtr selection_;
  std::vector<std::string> selection_variables_;
  bool selection_needs_position_ = false, has_selection_variable_ = false;
  std::vector<std::int64_t> rows_of_splits_;
  RowGrid grid_;
  std::int64_t begin_ = 0, end_ = 0;  // rows of the window, where the grid is known
  std::size_t first_split_ = 0;       // of the source that has rows of the window
  bool located_ = false;              // where rows stand is known: all that follows of splits
  std::vector<Split> source_splits_, inner_splits_;  // all of the source; those of the window
  mutable std::mutex splits_mutex_;
  mutable std::optional<std::vector<Split>> splits_;
  SchemaPtr base_, schema_;
  std::shared_ptr<FunctionPlan> function_plan_;
  mutable KeptCodings codings_;
  Plan full_plan_;
  // The function's cursor between the readers of neighbouring splits.
  mutable std::mutex cursor_mutex_;
  mutable std::unique_ptr<FunctionRows> cursor_;
  mutable std::size_t cursor_split_ = 0;
};

class TransformedSource::Reader final : public ChunkReader {
 public:
  Reader(std::shared_ptr<const TransformedSource> source, const Split& split, Plan plan)
      : source_(std::move(source)),
        plan_(std::move(plan)),
        split_(static_cast<std::size_t>(split.index)),
        inner_split_(source_->first_split_ + split_) {
    if (source_->function_plan_) {
      // Nothing is read yet, but who holds the rows is told which of them will be.
      if (source_->source_->row_holder()) {
        const auto& inner = *source_->function_plan_;
        const auto [first, last] = source_->grid_.splits_read_with(inner_split_);
        for (auto i = first; i <= last; ++i)
          (void)inner.source->open(inner.splits[i], {.columns = plan_.read});
      }
      return;
    }
    reader_ = source_->source_->open(
        source_->inner_split(split),
        {.columns = plan_.read, .conditions = source_->conditions_for(plan_)});
    if (source_->grid_.known()) row_ = source_->grid_.splits[inner_split_];
  }

  std::optional<Chunk> next() override {
    auto rows = source_->function_plan_ ? next_of_function() : next_read();
    if (!rows) return std::nullopt;
    auto chunk = source_->transform(plan_, std::move(*rows), inner_split_);
    chunk.from.split = split_;
    return chunk;
  }

 private:
  /// The cursor of the reader of the split before, where it is there and fits, else a new one.
  void take_cursor() {
    {
      const std::scoped_lock lock(source_->cursor_mutex_);
      if (source_->cursor_ && source_->cursor_split_ == inner_split_)
        cursor_ = std::move(source_->cursor_);
    }
    if (cursor_ && !cursor_->wanted() && cursor_->columns() == plan_.read)
      cursor_->want(plan_.base);
    if (!cursor_ || cursor_->columns() != plan_.read || !cursor_->wanted() ||
        cursor_->wanted()->names() != plan_.base->names()) {
      auto returned = cursor_ ? cursor_->take_returned() : std::nullopt;
      cursor_ = std::make_unique<FunctionRows>(source_->function_plan_, plan_.read, plan_.base,
                                               inner_split_);
      cursor_->give_returned(std::move(returned));
    }
  }

  std::optional<LocatedChunk> next_of_function() {
    if (!std::exchange(begun_, true)) take_cursor();
    if (!cursor_) return std::nullopt;
    auto rows = cursor_->next(inner_split_);
    if (!rows) {
      const std::scoped_lock lock(source_->cursor_mutex_);
      source_->cursor_ = std::move(cursor_);
      source_->cursor_split_ = inner_split_ + 1;
    }
    return rows;
  }

  std::optional<LocatedChunk> next_read() {
    while (auto chunk = reader_->next()) {
      LocatedChunk rows;
      if (row_ >= 0) {
        const auto count = static_cast<std::int64_t>(chunk->rows);
        const auto begin = std::clamp<std::int64_t>(source_->begin_ - row_, 0, count);
        const auto end = std::clamp<std::int64_t>(source_->end_ - row_, 0, count);
        const auto first = row_;
        row_ += count;
        if (source_->windowed()) {
          if (first >= source_->end_) return std::nullopt;
          if (begin >= end) continue;
          if (begin > 0 || end < count)
            *chunk = with_levels_of_rows(slice(*chunk, static_cast<std::size_t>(begin),
                                               static_cast<std::size_t>(end - begin)));
        }
        rows.first_row = first + begin;
      } else {
        rows.first_row = chunk->from.first_row;
      }
      rows.chunk = std::move(*chunk);
      const auto from = rows.chunk.from;
      if (source_->pipeline_.remove_missings_on_read) {
        keep(rows, complete_rows(rows.chunk, plan_.on_read));
        // Only the columns that the plan goes on with.
        Chunk base{plan_.base, {}, rows.chunk.rows, from};
        for (const auto& field : plan_.base->fields())
          base.columns.push_back(rows.chunk.column(field.name));
        rows.chunk = std::move(base);
      }
      rows.chunk.from = from;
      rows.chunk.schema = plan_.base;
      return rows;
    }
    return std::nullopt;
  }

  std::shared_ptr<const TransformedSource> source_;
  Plan plan_;
  std::size_t split_, inner_split_;
  std::unique_ptr<ChunkReader> reader_;
  std::int64_t row_ = -1;
  bool begun_ = false;  // the cursor was asked for
  std::unique_ptr<FunctionRows> cursor_;
};

std::unique_ptr<ChunkReader> TransformedSource::open(const Split& split,
                                                     const ReadOptions& options) const {
  (void)inner_split(split);  // names one that is not there
  const auto plan = options.columns ? make_plan(*options.columns) : full_plan_;
  return std::make_unique<Reader>(shared_from_this(), split, plan);
}

}  // namespace

bool Pipeline::empty() const {
  return !remove_missings_on_read && transforms.empty() && row_selection.empty() &&
         !remove_missings && !function && start_row == 0 && row_limit < 0;
}

std::shared_ptr<const DataSource> transformed(std::shared_ptr<const DataSource> source,
                                              Pipeline pipeline, FunctionFactors factors) {
  return std::make_shared<TransformedSource>(std::move(source), std::move(pipeline),
                                             TransformedSource::Known{.factors = factors});
}

void check_expressions(const Pipeline& pipeline, const Schema& schema) {
  auto steps = parsed_steps(pipeline);
  const auto selection = parsed_selection(pipeline);
  inferred(steps, selection.get(), std::make_shared<const Schema>(schema), pipeline);
}

std::shared_ptr<const DataSource> transformed_from_json(
    const nlohmann::json& recipe,
    const std::function<std::shared_ptr<const DataSource>(const nlohmann::json&)>& make,
    const std::function<RowFunction(const std::string& language, const Bytes& code)>& load) {
  try {
    auto pipeline = pipeline_from_json(recipe.at("pipeline"));
    if (!pipeline.function_language.empty()) {
      if (!load)
        throw Unsupported("this worker cannot run functions of " + pipeline.function_language +
                          "; write the transformation as expressions (transforms), or use a "
                          "context whose workers host " +
                          pipeline.function_language);
      pipeline.function = load(pipeline.function_language, pipeline.function_code);
    }
    TransformedSource::Known known;
    if (recipe.contains("functionResult"))
      known.function_result = schema_from_json(recipe["functionResult"].dump());
    if (recipe.contains("rowsOfSplits")) {
      known.rows_of_splits = recipe["rowsOfSplits"].get<std::vector<std::int64_t>>();
      std::int64_t total = 0;
      for (const auto rows : known.rows_of_splits) {
        if (rows < 0 || rows > std::numeric_limits<std::int64_t>::max() - total)
          throw DataError("a recipe has wrong numbers of rows");
        total += rows;
      }
    }
    if (recipe.contains("splits"))
      for (const auto& split : recipe["splits"])
        known.splits.push_back({split.at(0), split.at(1), split.at(2), split.at(3)});
    if (recipe.contains("levelsGrow") && recipe["levelsGrow"].get<bool>())
      known.factors = FunctionFactors::kGrow;
    if (recipe.contains("files")) known.files = SplitFiles::from_json(recipe["files"]);
    return std::make_shared<TransformedSource>(make(recipe.at("source")), std::move(pipeline),
                                               std::move(known));
  } catch (const nlohmann::json::exception& error) {
    throw DataError(std::string("the recipe of a transformed source cannot be read: ") +
                    error.what());
  }
}

}  // namespace insitu
