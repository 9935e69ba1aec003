#include "capi/part_writing.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "algorithms/written_rows.hpp"
#include "analysis/part_runner.hpp"
#include "base/error.hpp"
#include "capi/formats.hpp"
#include "capi/set_in_place.hpp"
#include "filesystems/hdfs/name_node.hpp"
#include "filesystems/routed.hpp"
#include "sources/part_sets.hpp"
#include "sources/registry.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// A call whose target tasks may write, before anything of it runs.
class PartWriting {
 public:
  PartWriting(Call& call, PartRunner& runner, const RowsToMove& rows, const Target& target,
              const std::vector<std::string>& columns, SchemaPtr schema, SourcePtr complete)
      : call_(call),
        runner_(runner),
        rows_(rows),
        target_(target),
        columns_(columns),
        schema_(std::move(schema)),
        complete_(std::move(complete)),
        options_(target.options),
        path_(absolute(target.path())) {
    if (rows.rows_per_block > 0) options_.rows_per_block = rows.rows_per_block;
    std::error_code failure;
    folder_ = !is_remote_path(path_) && std::filesystem::is_directory(path_, failure);
    there_ = !is_remote_path(path_) && std::filesystem::exists(path_, failure);
  }

  /// Nothing where tasks write it; else why not, "" where the sink has something to say of it.
  std::optional<std::string> refusal() {
    const auto& source = *rows_.source;
    // An explanation stands for a source under its own recipe.
    if (const auto* holder = source.row_holder();
        holder && !find_format(stored_formats(), holder->recipe().name))
      return "it holds the rows, or reads them itself";
    if (options_.append != Append::kNone || (there_ && !folder_) || options_.rows_per_block < 1)
      return "";
    set_ = make_set();
    if (!set_) return "the target is one file";
    if (source.needs_calling_thread())
      return "a function of the caller is called once for each reading of the rows";
    if (is_remote_path(path_) && !is_hdfs_path(path_)) return "";
    if (by_blocks_of_input() && !source.row_count())
      return "its blocks end after rows of a text whose numbers only reading tells";
    if (!runner_.writes_at(path_, call_.control))
      return "whether the nodes see the folder of the target is not known";
    return std::nullopt;
  }

  /// Nothing where it could not be told which rows are of which block.
  std::optional<std::int64_t> write() {
    const auto& source = *rows_.source;
    splits_ = source.splits();
    const bool counts = needs_pass();
    runner_.will_write(source, columns_, counts);
    counted_ = counts ? count() : from_splits();
    if (by_blocks_of_input() && counted_.before_borders.size() != borders().size())
      return std::nullopt;
    const auto sizes = block_sizes();
    set_ = make_set();  // with all levels
    const auto parts = set_->plan(sizes);
    // Only now is anything made; the target may have appeared meanwhile.
    const auto place = set_in_place(path_, *set_, options_);
    PartJob job{.target = {std::string(target_.format().type), target_.descriptor.dump()},
                .replaces_folder = folder_,
                .schema = schema_,
                .sink = options_,
                .columns = columns_,
                .root = place->root(),
                .folder = place->parts(),
                .unfinished = place->unfinished(),
                .tasks = tasks_of(parts)};
    std::map<std::string, std::uint64_t> lengths;
    std::map<std::string, Bytes> told;
    if (!parts.empty())
      runner_.write_parts(
          *complete_, job,
          [&](const std::string& name, std::uint64_t bytes, Bytes&& report) {
            lengths[name] = bytes;
            told[name] = std::move(report);
          },
          call_.control);
    call_.control.cancel.throw_if_raised();
    std::vector<Bytes> reports;
    for (const auto& part : parts) reports.push_back(std::move(told.at(part.name)));
    const auto files = set_->finish(parts, reports);
    call_.control.check_versions();
    place->commit(files, lengths);
    return counted_.rows();
  }

 private:
  static std::string absolute(const std::string& path) {
    return is_remote_path(path) ? path : std::filesystem::absolute(path).string();
  }

  std::unique_ptr<PartSet> make_set() const {
    return make_part_set(target_.format().type, target_.descriptor, schema_, options_, folder_);
  }

  /// Blocks of the output have their sizes beforehand (move_rows.cpp): those of the input.
  bool keeps_all_rows() const { return rows_.keeps_all_rows && !rows_.complete_rows; }
  /// Where rows are selected, a block of the output has what is left of a block of the input.
  bool by_blocks_of_input() const {
    return !keeps_all_rows() && (!rows_.blocks.empty() || rows_.rows_per_block > 0);
  }
  bool splits_tell_rows() const {
    return std::ranges::all_of(splits_, [](const Split& split) { return split.rows >= 0; });
  }

  /// Places of factors in the output whose levels only reading tells.
  std::vector<std::size_t> unknown_factors() const {
    std::vector<std::size_t> places;
    for (std::size_t c = 0; set_->needs_levels() && c < schema_->size(); ++c)
      if (is_factor((*schema_)[c].type) && !(*schema_)[c].levels) places.push_back(c);
    return places;
  }

  bool needs_pass() const {
    return !keeps_all_rows() || !splits_tell_rows() || !unknown_factors().empty();
  }

  CountedRows from_splits() const {
    CountedRows counted;
    for (const auto& split : splits_) counted.kept.push_back(split.rows);
    return counted;
  }

  /// Where blocks of the input end, but for the last one.
  std::vector<std::int64_t> borders() const {
    std::vector<std::int64_t> borders;
    if (!by_blocks_of_input()) return borders;
    const auto rows = rows_.source->row_count().value_or(0);
    std::int64_t row = 0;
    for (const auto block : rows_.blocks)
      if ((row += block) < rows) borders.push_back(row);
    if (rows_.rows_per_block > 0)
      while ((row += rows_.rows_per_block) < rows) borders.push_back(row);
    return borders;
  }

  CountedRows count() {
    const auto unknown = unknown_factors();
    WrittenRows pass{.columns = {},
                     .lists_of = {},
                     .complete = rows_.complete_rows,
                     .borders = borders(),
                     .by_blocks = by_blocks_of_input(),
                     .splits = splits_.size()};
    for (const auto place : unknown) pass.lists_of.push_back(columns_[place]);
    pass.columns = rows_.complete_rows ? columns_ : pass.lists_of;
    auto counted = compute(pass, *rows_.source, call_.context, call_.control);
    auto fields = schema_->fields();
    for (std::size_t i = 0; i < unknown.size(); ++i)
      fields[unknown[i]].levels = make_levels(std::move(counted.levels[i]));
    schema_ = std::make_shared<const Schema>(std::move(fields));
    return counted;
  }

  /// Of the blocks of the output: those that a sink would be told, or make.
  std::vector<std::int64_t> block_sizes() const {
    std::vector<std::int64_t> sizes;
    const auto rows = counted_.rows();
    std::int64_t row = 0;
    if (by_blocks_of_input()) {
      auto ends = counted_.before_borders;
      ends.push_back(rows);
      for (const auto end : ends) {
        if (end > row) sizes.push_back(end - row);
        row = end;
      }
      return sizes;
    }
    const auto add = [&](std::int64_t size) {
      const auto here = std::min(size, rows - row);
      if (here > 0) sizes.push_back(here);
      row += std::max<std::int64_t>(here, 0);
    };
    if (keeps_all_rows())
      for (const auto block : rows_.blocks) add(block);
    while (row < rows) add(options_.rows_per_block);
    return sizes;
  }

  /// Neighbouring parts, as many for each task, and the splits that hold their rows.
  std::vector<PartTask> tasks_of(const std::vector<PartPlan>& parts) {
    const auto most = std::max<std::size_t>(runner_.parallelism(call_.control), 1);
    const auto count = std::min(parts.size(), most);
    std::vector<PartTask> tasks;
    std::size_t split = 0;
    std::int64_t before = 0;  // rows of the splits before it
    for (std::size_t t = 0; t < count; ++t) {
      PartTask task;
      task.parts.assign(
          parts.begin() + static_cast<std::ptrdiff_t>(t * parts.size() / count),
          parts.begin() + static_cast<std::ptrdiff_t>((t + 1) * parts.size() / count));
      const auto begin = task.parts.front().first_row;
      const auto end = task.parts.back().first_row + task.parts.back().rows();
      while (split < splits_.size() && before + counted_.kept[split] <= begin)
        before += counted_.kept[split++];
      task.skip = begin - before;
      auto row = before;
      for (auto last = split; last < splits_.size() && row < end; ++last) {
        task.splits.push_back(splits_[last]);
        row += counted_.kept[last];
      }
      tasks.push_back(std::move(task));
    }
    return tasks;
  }

  Call& call_;
  PartRunner& runner_;
  const RowsToMove& rows_;
  const Target& target_;
  const std::vector<std::string>& columns_;
  SchemaPtr schema_;
  SourcePtr complete_;
  SinkOptions options_;
  std::string path_;
  bool folder_ = false, there_ = false;
  std::unique_ptr<PartSet> set_;
  std::vector<Split> splits_;
  CountedRows counted_;
};

}  // namespace

std::optional<std::int64_t> write_by_tasks(Call& call, const RowsToMove& rows, const Target& target,
                                           const std::vector<std::string>& columns,
                                           const SchemaPtr& schema, const SourcePtr& complete) {
  auto* runner = part_runner_of(call.context);
  if (!runner) return std::nullopt;
  PartWriting writing(call, *runner, rows, target, columns, schema, complete);
  if (const auto why = writing.refusal()) {
    if (!why->empty()) runner->will_not_write(*why);
    return std::nullopt;
  }
  auto written = writing.write();
  if (!written) runner->will_not_write("its blocks end after rows whose places are not known");
  return written;
}

}  // namespace insitu
