#include "contexts/measured_context.hpp"

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
  const auto end = [&] {
    pass.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    pass.rows = done.rows();
    pass.splits = split_count(source);
    pass.calling_thread = source.needs_calling_thread();
    note(std::move(pass));
  };
  try {
    auto result = work();
    end();
    return result;
  } catch (...) {  // perhaps of a reader who has had enough
    try {
      end();
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

MeasuredContext::MeasuredContext(ComputeContext& context,
                                 std::function<std::string(const std::string&)> meaning)
    : context_(context), meaning_(std::move(meaning)) {
  if (auto* tables = context.tables()) tables_ = std::make_unique<WatchedTables>(*tables, *this);
}

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
