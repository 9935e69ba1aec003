#include "contexts/measured_context.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/error.hpp"

namespace insitu {

namespace {

/// Hears how many rows are done, beside whoever hears the call's progress already.
class RowsDone {
 public:
  explicit RowsDone(RunControl& control) : control_(control), before_(control.callbacks.progress) {
    control_.callbacks.progress = [this](const Progress& step) {
      rows_ = step.rows_processed;
      if (before_) before_(step);
    };
  }
  ~RowsDone() { control_.callbacks.progress = std::move(before_); }
  RowsDone(const RowsDone&) = delete;
  RowsDone& operator=(const RowsDone&) = delete;

  std::int64_t rows() const { return rows_; }

 private:
  RunControl& control_;
  std::function<void(const Progress&)> before_;
  std::int64_t rows_ = 0;
};

/// How the rows are cut: asked when they have been read, because a source may have to look at all
/// of its bytes first, and remembers it then.
std::int64_t split_count(const DataSource& source) {
  return static_cast<std::int64_t>(source.splits().size());
}

}  // namespace

template <class Work>
auto MeasuredContext::noted(PassRecord pass, const DataSource& source, RunControl& control,
                            Work work) {
  using Clock = std::chrono::steady_clock;
  RowsDone done(control);
  const auto begin = Clock::now();
  const auto noted_before = noted_seconds_;
  auto* places = dynamic_cast<const TellsPlaces*>(&context_);
  const auto end = [&](bool whole) {
    // A survey that the pass had to make first has its own line.
    const auto seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    pass.seconds = std::max(seconds - (noted_seconds_ - noted_before), 0.0);
    noted_seconds_ = noted_before + seconds;
    if (places) pass.place = places->last_place();
    if (!places || (whole && pass.place && pass.place->tier == "stream")) {
      if (pass.pass != "survey") pass.rows = done.rows();  // whose rows tell of pieces
      pass.splits = split_count(source);
    }
    pass.calling_thread = source.needs_calling_thread();
    note(std::move(pass));
  };
  try {
    auto result = work();
    end(true);
    return result;
  } catch (...) {  // perhaps of a reader who has had enough
    try {
      end(false);
    } catch (const Error&) {
    }
    throw;
  }
}

/// Tables that are written by the platform: a reading of all rows, too.
class MeasuredContext::WatchedTables final : public Tables {
 public:
  WatchedTables(Tables& tables, MeasuredContext& context) : tables_(tables), context_(context) {}

  std::shared_ptr<const DataSource> open_table(const Recipe& descriptor,
                                               RunControl& control) override {
    return tables_.open_table(descriptor, control);
  }
  std::shared_ptr<const DataSource> cached(std::shared_ptr<const DataSource> source,
                                           const std::string& key, RunControl& control) override {
    return tables_.cached(std::move(source), key, control);
  }
  std::optional<std::int64_t> write_table(const DataSource& source, const ReadOptions& options,
                                          const Recipe& target, const SinkOptions& sink,
                                          RunControl& control) override {
    const auto passes = context_.passes_.size();
    PassRecord pass{.pass = "rows", .what = {}, .until = {}, .columns = options.columns};
    const auto written = context_.noted(std::move(pass), source, control, [&] {
      return tables_.write_table(source, options, target, sink, control);
    });
    if (!written) context_.passes_.resize(passes);
    return written;
  }

 private:
  Tables& tables_;
  MeasuredContext& context_;
};

/// Files that tasks write: a reading of all rows, too.
class MeasuredContext::WatchedParts final : public PartRunner {
 public:
  WatchedParts(PartRunner& parts, MeasuredContext& context) : parts_(parts), context_(context) {}

  bool writes_at(const std::string& path, RunControl& control) override {
    return parts_.writes_at(path, control);
  }
  bool may_write_at(const std::string& path) const override { return parts_.may_write_at(path); }
  std::size_t parallelism(RunControl& control) override { return parts_.parallelism(control); }
  void write_parts(
      const DataSource& source, const PartJob& job,
      const std::function<void(const std::string& name, std::uint64_t bytes, Bytes&& report)>& done,
      RunControl& control) override {
    PassRecord pass{.pass = "rows", .what = {}, .until = {}, .columns = job.columns};
    pass.place = written_by_tasks();
    (void)context_.noted(std::move(pass), source, control, [&] {
      parts_.write_parts(source, job, done, control);
      return true;
    });
  }
  void will_not_write(const std::string& reason) override { context_.why_here_ = reason; }

 private:
  PartRunner& parts_;
  MeasuredContext& context_;
};

MeasuredContext::MeasuredContext(ComputeContext& context,
                                 std::function<std::string(const std::string&)> meaning)
    : context_(context), meaning_(std::move(meaning)) {
  if (auto* tables = context.tables()) tables_ = std::make_unique<WatchedTables>(*tables, *this);
  if (auto* parts = part_runner_of(context)) parts_ = std::make_unique<WatchedParts>(*parts, *this);
}

PartRunner* MeasuredContext::part_runner() { return parts_.get(); }

Tables* MeasuredContext::tables() { return tables_.get(); }

void MeasuredContext::note(PassRecord pass) {
  pass.what = meaning_(pass.pass);
  passes_.push_back(std::move(pass));
}

std::unique_ptr<Accumulator> MeasuredContext::run(const Pass& pass, const DataSource& source,
                                                  RunControl& control) {
  PassRecord record{
      .pass = pass.recipe().name, .what = {}, .until = {}, .columns = pass.variables()};
  return noted(std::move(record), source, control,
               [&] { return context_.run(pass, source, control); });
}

void MeasuredContext::read(const DataSource& source, const ReadOptions& options,
                           const std::function<void(const Chunk&)>& consume, RunControl& control) {
  PassRecord record{.pass = "rows", .what = {}, .until = {}, .columns = options.columns};
  if (!why_here_.empty()) record.place = written_here(std::exchange(why_here_, {}));
  (void)noted(std::move(record), source, control, [&] {
    context_.read(source, options, consume, control);
    return true;
  });
}

void MeasuredContext::survey(const DataSource& source, const ReadOptions& options,
                             const std::function<void(const Chunk&)>& consume,
                             RunControl& control) {
  PassRecord record{.pass = "survey", .what = {}, .until = {}};
  (void)noted(std::move(record), source, control, [&] {
    context_.read(source, options, consume, control);
    return true;
  });
}

ExecutionRecord MeasuredContext::record() const {
  ExecutionRecord record;
  record.context = context_.name();
  record.workforce = workforce_of(context_);
  record.passes = passes_;
  return record;
}

}  // namespace insitu
