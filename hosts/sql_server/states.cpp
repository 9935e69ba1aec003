// begin, map and combine: a pass over the rows of the query as states.
#include <algorithm>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "capi/hosted_analysis.hpp"
#include "capi/reply_bytes.hpp"
#include "data/arrow.hpp"
#include "operations.hpp"
#include "script.hpp"

namespace insitu::sql_server {

namespace {

/// Rows of a split, as those of a data frame: so the bits are those of one, too.
constexpr std::size_t kRowsPerSplit = 65536;
constexpr const char* kPrior = "@prior";

/// `prior`: an analysis with the passes that are done, or a pass alone.
std::shared_ptr<const HostedPass> pass_of(const std::string& prior) {
  if (prior.empty())
    throw InvalidArgument(
        "@prior is missing: it brings the pass, as op begin or insitu_analysis_save() give it");
  if (sealed_kind(prior) == kHostedPass) return load_hosted_pass(prior);
  return HostedAnalysis::load(prior).pass();
}

/// Rows with the columns of the pass.
void add_rows(HostedAccumulator& to, std::uint64_t split, const Chunk& rows) {
  ArrowArray array{};
  chunk_to_arrow(rows, &array);
  to.add(split, nullptr, &array);
}

class Begin final : public Operation {
 public:
  Begin(const nlohmann::json& script, const SessionInput& input)
      : state_(HostedAnalysis(checked_analysis(script, false).dump(), input.schema()).save()) {}

  std::vector<Described> shape() const override { return {binary_column("prior")}; }
  void execute(InputRows&, Results& to) override {
    if (!std::exchange(done_, true)) to.columns[0].add(state_);
  }

 private:
  Bytes state_;
  bool done_ = false;
};

/// A state for each call, whose rows nobody else has seen: nothing says which call is the last.
/// With @state, the states of all calls in one, which can be asked for after the last.
class Map final : public Operation {
 public:
  Map(const nlohmann::json& script, const SessionInput& input)
      : input_(input), pass_(pass_of(input.bytes_of(kPrior))), all_(pass_) {
    const auto threads = script.value("threads", nlohmann::json(1));
    if (!threads.is_number_integer() || threads < 1 || threads > 1024)
      throw InvalidArgument("@script: threads must be a whole number from 1 to 1024, not " +
                            threads.dump());
    threads_ = threads.get<std::size_t>();
    const auto* state = input.parameter("@state");
    keeps_ = state && state->output;
    if (keeps_ && input.tasks > 1)
      throw InvalidArgument("@state needs one task, and this is one of " +
                            std::to_string(input.tasks) + ": leave it out, or say @parallel = 0");
  }

  std::vector<Described> shape() const override {
    return {int_column("task_id"), int_column("seq"), bigint_column("rows_seen"),
            binary_column("state")};
  }

  void execute(InputRows& rows, Results& to) override {
    if (rows.rows() == 0) return;
    auto& columns = to.columns;
    columns[0].add_value(static_cast<SQLINTEGER>(input_.task));
    columns[1].add_value(seq_++);
    columns[2].add_value(static_cast<std::int64_t>(rows.rows()));
    if (keeps_) {
      keep(rows);
      columns[3].add(std::nullopt);
    } else {
      auto states = states_of(rows);
      columns[3].add(states.save());
    }
  }

  std::string state() override {
    if (!keeps_) return Operation::state();
    return all_.save();
  }

 private:
  /// The rows of the call, the first of which begins a split.
  HostedAccumulator states_of(InputRows& rows) {
    // Cells are converted here, in their order; what follows may be done at once.
    std::vector<Chunk> splits;
    for (std::size_t begin = 0; begin < rows.rows(); begin += kRowsPerSplit)
      splits.push_back(
          rows.chunk(pass_->schema, begin, std::min(kRowsPerSplit, rows.rows() - begin)));
    // One task goes on counting, so that its states are those of one run; tasks that do not know of
    // each other begin at 0, and are numbered where they meet.
    const auto first = input_.tasks == 1 ? std::exchange(next_split_, next_split_ + splits.size())
                                         : std::uint64_t{0};
    const auto workers = std::min(threads_, splits.size());
    std::vector<HostedAccumulator> parts;
    for (std::size_t i = 0; i < workers; ++i) parts.emplace_back(pass_);
    std::vector<std::exception_ptr> failures(workers);
    const auto work = [&](std::size_t worker) {
      try {
        for (std::size_t k = worker; k < splits.size(); k += workers)
          add_rows(parts[worker], first + k, splits[k]);
      } catch (...) {
        failures[worker] = std::current_exception();
      }
    };
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(work, i);
      work(0);
    }
    for (const auto& failure : failures)
      if (failure) std::rethrow_exception(failure);
    for (std::size_t i = 1; i < workers; ++i) parts[0].merge(parts[i]);
    return std::move(parts[0]);
  }

  /// The rows of all calls as one run of splits, whatever sizes they come in.
  void keep(InputRows& rows) {
    for (std::size_t begin = 0; begin < rows.rows();) {
      const auto room = kRowsPerSplit - static_cast<std::size_t>(kept_ % kRowsPerSplit);
      const auto count = std::min(room, rows.rows() - begin);
      add_rows(all_, kept_ / kRowsPerSplit, rows.chunk(pass_->schema, begin, count));
      begin += count;
      kept_ += count;
    }
  }

  const SessionInput& input_;
  std::shared_ptr<const HostedPass> pass_;
  HostedAccumulator all_;
  bool keeps_ = false;
  std::size_t threads_ = 1;
  std::uint64_t kept_ = 0, next_split_ = 0;
  SQLINTEGER seq_ = 0;
};

/// The states of a pass, in the order of (task_id, seq), to a result or to the next pass.
class Combine final : public Operation {
 public:
  explicit Combine(const SessionInput& input) : input_(input) {}

  std::vector<Described> shape() const override {
    return {int_column("done"), int_column("pass"), binary_column("result")};
  }

  void execute(InputRows&, Results& to) override {
    if (std::exchange(done_, true)) return;
    const auto prior = input_.bytes_of(kPrior);
    if (prior.empty())
      throw InvalidArgument("@prior is missing: the analysis whose states these are");
    if (sealed_kind(prior) == kHostedPass)
      throw InvalidArgument("@prior is a pass alone, whose states only its client can end");
    auto analysis = HostedAnalysis::load(prior);
    const auto bytes = input_.bytes_of("@states");
    auto states = split_states(bytes);
    auto all = joined_states(analysis.pass(), states);
    const auto pass = analysis.pass()->number;
    auto reply = analysis.finish(all, all.splits(), {});
    to.columns[0].add_value(static_cast<SQLINTEGER>(reply ? 1 : 0));
    to.columns[1].add_value(static_cast<SQLINTEGER>(pass));
    to.columns[2].add(reply ? reply_to_bytes(*reply) : analysis.save());
  }

 private:
  /// Each with eight bytes of length in front, the highest first: CAST(DATALENGTH(state) AS
  /// binary(8)).
  static std::vector<std::string_view> split_states(std::string_view bytes) {
    std::vector<std::string_view> states;
    while (!bytes.empty()) {
      std::uint64_t length = 0;
      if (bytes.size() >= 8)
        for (int i = 0; i < 8; ++i) length = length << 8 | static_cast<unsigned char>(bytes[i]);
      if (bytes.size() < 8 || length > bytes.size() - 8)
        throw DataError("@states is cut off: each state has its length in eight bytes in front");
      states.push_back(bytes.substr(8, length));
      bytes.remove_prefix(8 + length);
    }
    return states;
  }

  const SessionInput& input_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<Operation> begin_operation(const nlohmann::json& script,
                                           const SessionInput& input) {
  check_keys(script, {"analysis"});
  return std::make_unique<Begin>(script, input);
}

std::unique_ptr<Operation> map_operation(const nlohmann::json& script, const SessionInput& input) {
  check_keys(script, {"job", "resident", "analysis", "threads"});
  const auto resident = script.value("resident", nlohmann::json(false));
  if (!resident.is_boolean())
    throw InvalidArgument("@script: resident must be true or false, not " + resident.dump());
  if (resident) return resident_operation(script, input);
  if (script.contains("analysis"))
    throw InvalidArgument(
        "@script: the analysis comes in @prior; \"analysis\" belongs to op begin "
        "and to \"resident\": true");
  return std::make_unique<Map>(script, input);
}

std::unique_ptr<Operation> combine_operation(const nlohmann::json& script,
                                             const SessionInput& input) {
  check_keys(script, {"job"});
  return std::make_unique<Combine>(input);
}

}  // namespace insitu::sql_server
