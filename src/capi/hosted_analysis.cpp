#include "capi/hosted_analysis.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "capi/border.hpp"
#include "capi/call.hpp"
#include "capi/formats.hpp"
#include "capi/make_source.hpp"
#include "capi/method_request.hpp"
#include "capi/request_keys.hpp"
#include "capi/words.hpp"
#include "data/arrow.hpp"
#include "data/declared_levels.hpp"
#include "data/schema_json.hpp"
#include "filesystems/native.hpp"
#include "methods/methods.hpp"
#include "sources/registry.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr std::string_view kStates = "hosted_states", kAnalysis = "hosted_analysis";
/// No method needs nearly as many.
constexpr std::size_t kMostPasses = 100'000;

/// Thrown through a method that asks for a pass which the host has not made.
struct PassWanted {
  Recipe pass, source;
};

/// Gives the states of passes that are done, in their order.
class DonePasses final : public ComputeContext {
 public:
  explicit DonePasses(const std::vector<Bytes>& done) : done_(done) {}

  std::string name() const override { return "RxLocalSeq"; }
  Capabilities capabilities() const override { return {}; }
  std::unique_ptr<Accumulator> run(const Pass& pass, const DataSource& source,
                                   RunControl&) override {
    if (next_ == done_.size()) throw PassWanted{pass.recipe(), source.recipe()};
    auto state = pass.start();
    state->load(done_[next_++]);
    return state;
  }
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>&,
            RunControl&) override {
    throw Unsupported("an accumulator does not see the rows in their order, which this needs");
  }

 private:
  const std::vector<Bytes>& done_;
  std::size_t next_ = 0;
};

std::map<std::string, std::vector<std::string>> levels_of(const json& given) {
  std::map<std::string, std::vector<std::string>> levels;
  if (given.is_null()) return levels;
  const auto wrong = [] {
    throw InvalidArgument(
        "levels must be an object of arrays of texts, as in {\"levels\": {\"f\": [\"a\", \"b\"]}}");
  };
  if (!given.is_object()) wrong();
  for (const auto& [name, list] : given.items()) {
    if (!list.is_array()) wrong();
    auto& texts = levels[name];
    for (const auto& each : list) {
      if (!each.is_string()) wrong();
      texts.push_back(each.get<std::string>());
    }
  }
  return levels;
}

/// Targets of rows, and files of other kinds (moments).
bool names_file(const OptionKey& key) {
  return key.kind == OptionKind::kTarget || key.kind == OptionKind::kSource ||
         key.key.ends_with("File");
}

/// Where the rows come from and what is done to them is the host's.
void check_keys(const json& document, const Method& method) {
  static constexpr std::array kTaken = {"op",   "print",     "digits", "width",
                                        "call", "dataLabel", "style",  "face"};
  for (const auto& [name, value] : document.items())
    if (std::ranges::find(kTaken, name) == kTaken.end() &&
        std::ranges::find(method.options, name, &OptionKey::key) == method.options.end())
      throw InvalidArgument(std::string(method.about.op) + ": " + name +
                            " cannot be given to an accumulator, which takes the rows as the host "
                            "brings them: leave it out");
  if (hosts_may_name_files()) return;
  for (const auto& key : method.options)
    if (names_file(key) && document.contains(key.key) && !document[key.key].is_null())
      throw Unsupported(key.key +
                        " would write a file on the server, which no client may: leave it out");
}

Words words_of(const json& document) {
  const auto text = [&](const char* key) {
    const auto found = document.is_object() ? document.find(key) : document.end();
    return found != document.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
  };
  return words_of_face(text("face"), text("op"));
}

/// A recipe comes from a client: what it names must be the host's rows and nothing of this machine.
void require_pushed(const Recipe& recipe) {
  static constexpr std::array<std::string_view, 4> kOverRows = {"typed_columns", "declared_levels",
                                                                "transformed", "predicted"};
  auto document = json::parse(recipe.options, nullptr, false);
  auto type = document.is_object() ? document.value("type", json(recipe.name)) : json();
  while (type != "pushed") {
    if (std::ranges::find(kOverRows, type) == kOverRows.end() || !document.contains("source") ||
        !document["source"].is_object())
      throw DataError("the pass reads something else than the rows of the host");
    document = json(document["source"]);
    type = document.value("type", json());
  }
}

struct SavedPass {
  Recipe pass, source;
  std::string schema;
  static constexpr auto fields =
      std::tuple{&SavedPass::pass, &SavedPass::source, &SavedPass::schema};
};

struct SavedStates {
  std::uint64_t mark = 0;
  std::vector<MergeTree::Key> keys;
  std::vector<Bytes> states;
  static constexpr auto fields =
      std::tuple{&SavedStates::mark, &SavedStates::keys, &SavedStates::states};
};

}  // namespace

std::shared_ptr<const HostedPass> hosted_pass(Recipe recipe, Recipe source, SchemaPtr schema,
                                              int number, Words words) {
  auto pass = std::make_shared<HostedPass>();
  pass->number = number;
  pass->pass = make_pass(recipe);
  pass->mark = checksum(insitu::save(std::pair(recipe, source)) + pass->pass->fields() +
                        schema_to_json(*schema));
  pass->arrow = std::make_shared<const OwnedArrowSchema>(*schema);
  pass->schema = std::move(schema);
  pass->source = std::move(source);
  pass->words = words;
  return pass;
}

Bytes save_hosted_pass(const Recipe& pass, const Recipe& source, const Schema& schema) {
  return seal(kHostedPass, insitu::save(SavedPass{pass, source, schema_to_json(schema)}));
}

std::shared_ptr<const HostedPass> load_hosted_pass(std::string_view sealed) {
  auto saved = insitu::load<SavedPass>(unseal(kHostedPass, sealed));
  require_pushed(saved.source);
  return hosted_pass(std::move(saved.pass), std::move(saved.source), schema_from_json(saved.schema),
                     1, words_of_face("r", ""));
}

HostedAccumulator::HostedAccumulator(std::shared_ptr<const HostedPass> pass)
    : pass_(std::move(pass)), rows_(std::make_shared<HostedRows>(pass_->schema)) {
  SourceMaker maker(stored_formats(), {});
  maker.set_pushed(rows_);
  source_ = maker.make(pass_->source);
}

HostedAccumulator::~HostedAccumulator() = default;
HostedAccumulator::HostedAccumulator(HostedAccumulator&&) noexcept = default;

void HostedAccumulator::require_whole() const {
  if (failed_)
    throw InvalidArgument(
        "rows of the accumulator failed before, so that its state is not whole: free it and "
        "begin anew");
}

void HostedAccumulator::accumulate(Chunk chunk) {
  const auto rows = static_cast<std::int64_t>(chunk.rows);
  chunk.from = {split_, chunks_++, -1, rows};
  rows_->chunk = std::move(chunk);
  const auto reader = source_->open({split_, 0, static_cast<std::uint64_t>(rows), rows},
                                    {.columns = pass_->pass->variables()});
  while (const auto next = reader->next()) state_->accumulate(*next);
}

void HostedAccumulator::add(std::uint64_t split, const ArrowSchema* schema, ArrowArray* rows) {
  const TakenArray taken(rows);
  require_whole();
  const bool goes_on = state_ && split == split_;
  const auto first_row = goes_on ? taken_ : 0;
  auto chunk = schema ? hosted_chunk(pass_->schema, *schema, rows, first_row)
                      : chunk_from_arrow(rows, pass_->arrow->get(), pass_->schema, first_row);
  if (!goes_on) {
    end_split();
    state_ = pass_->pass->start();
    split_ = split;
    chunks_ = 0;
    taken_ = 0;
  }
  failed_ = true;
  taken_ += static_cast<std::int64_t>(chunk.rows);
  cutter_.add(std::move(chunk));
  while (auto full = cutter_.take_full()) accumulate(std::move(*full));
  failed_ = false;
}

void HostedAccumulator::end_split() {
  require_whole();
  if (!state_) return;
  failed_ = true;
  if (auto rest = cutter_.take_rest()) accumulate(std::move(*rest));
  tree_.add({split_, 0}, std::exchange(state_, nullptr));
  failed_ = false;
}

void HostedAccumulator::require_other(const HostedAccumulator& next) const {
  if (&next == this) throw InvalidArgument("an accumulator cannot be merged with itself");
  if (next.pass_->mark != pass_->mark)
    throw InvalidArgument("the accumulators are of different analyses or passes");
}

void HostedAccumulator::keep_pass_of(const HostedAccumulator& next) {
  others_.insert(next.pass_);
  others_.insert(next.others_.begin(), next.others_.end());
}

void HostedAccumulator::merge(HostedAccumulator& next) {
  require_other(next);
  end_split();
  next.end_split();
  tree_.add(std::move(next.tree_));
  keep_pass_of(next);
}

void HostedAccumulator::append(HostedAccumulator& next) {
  require_other(next);
  end_split();
  next.end_split();
  for (auto& state : std::move(next.tree_).take()) tree_.add({tree_.splits(), 0}, std::move(state));
  keep_pass_of(next);
}

std::uint64_t HostedAccumulator::splits() {
  end_split();
  return tree_.splits();
}

void HostedAccumulator::fill(std::uint64_t splits) {
  end_split();
  tree_.fill(*pass_->pass, splits);
}

Bytes HostedAccumulator::save() {
  end_split();
  SavedStates saved{.mark = pass_->mark, .keys = {}, .states = {}};
  for (const auto& [key, state] : tree_.nodes()) {
    saved.keys.push_back(key);
    saved.states.push_back(state->save());
  }
  return seal(kStates, insitu::save(saved));
}

HostedAccumulator HostedAccumulator::load(std::shared_ptr<const HostedPass> pass,
                                          std::string_view sealed) {
  const auto saved = insitu::load<SavedStates>(unseal(kStates, sealed));
  if (saved.mark != pass->mark) throw DataError("the saved states are of another analysis or pass");
  if (saved.keys.size() != saved.states.size())
    throw DataError("the saved states contradict themselves: their numbers differ");
  HostedAccumulator accumulator(std::move(pass));
  for (std::size_t i = 0; i < saved.keys.size(); ++i) {
    auto state = accumulator.pass_->pass->start();
    state->load(saved.states[i]);
    accumulator.tree_.add(saved.keys[i], std::move(state));
  }
  return accumulator;
}

std::unique_ptr<Accumulator> HostedAccumulator::finish(std::uint64_t splits) {
  end_split();
  return std::move(tree_).finish(*pass_->pass, splits);
}

std::vector<std::string> columns_asked(const HostedPass& pass) {
  /// Yields no row, and keeps what it was asked for.
  struct Asked final : HostedColumns {
    using HostedColumns::HostedColumns;
    struct NoRows final : ChunkReader {
      std::optional<Chunk> next() override { return std::nullopt; }
    };
    std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions& options) const override {
      columns = options.columns;
      return std::make_unique<NoRows>();
    }
    mutable std::optional<std::vector<std::string>> columns;
  };
  const auto rows = std::make_shared<Asked>(pass.schema);
  SourceMaker maker(stored_formats(), {});
  maker.set_pushed(rows);
  (void)maker.make(pass.source)->open({0, 0, 0, 0}, {.columns = pass.pass->variables()});
  return rows->columns ? *rows->columns : pass.schema->names();
}

HostedAccumulator joined_states(const std::shared_ptr<const HostedPass>& pass,
                                std::span<const std::string_view> saved) {
  HostedAccumulator all(pass);
  bool numbered = true;
  for (std::size_t i = 0; i < saved.size() && numbered; ++i) {
    auto next = HostedAccumulator::load(pass, saved[i]);
    try {
      all.merge(next);
    } catch (const DataError&) {  // a split of both
      numbered = false;
    }
  }
  if (numbered) return all;
  HostedAccumulator behind(pass);
  for (const auto& each : saved) {
    auto next = HostedAccumulator::load(pass, each);
    behind.append(next);
  }
  return behind;
}

HostedAnalysis::HostedAnalysis(std::string document, SchemaPtr schema)
    : HostedAnalysis(std::move(document), std::move(schema), {}) {}

HostedAnalysis::HostedAnalysis(std::string document, SchemaPtr schema, std::vector<Bytes> done)
    : document_(std::move(document)), schema_(std::move(schema)), done_(std::move(done)) {
  if (run({})) throw InvalidArgument("this analysis needs no rows: run it as a request");
}

std::optional<Reply> HostedAnalysis::run(const Callbacks& callbacks) {
  auto words = words_of_face("r", "");
  try {
    auto document = parse_document(document_);
    words = words_of(document);
    json levels;
    if (document.is_object() && document.contains("levels")) {
      levels = document["levels"];
      document.erase("levels");
    }
    check_request(document);
    const auto op = document.value("op", std::string());
    const auto* method = method_of_op(op);
    if (!method) {
      std::string known;
      for (const auto& each : methods())
        known += (known.empty() ? "" : ", ") + std::string(each.about.op);
      throw InvalidArgument(op + " is no method that accumulates rows; these are: " + known);
    }
    check_keys(document, *method);
    SourcePtr rows = std::make_shared<HostedColumns>(schema_);
    if (const auto declared = levels_of(levels); !declared.empty())
      rows = declare_levels(std::move(rows), declared);

    DonePasses context(done_);
    std::vector<std::string> warnings;  // told once, with the reply
    RunControl control;
    control.callbacks.interrupted = callbacks.interrupted;
    control.callbacks.warning = [&](const std::string& text) { warnings.push_back(text); };
    const CallScope scope(control);
    const Options options(document);
    Request request;
    Reply reply;
    SourceMaker sources(formats(), {.files = native_file_system()});
    Call call{document, options, request, control, context, sources, reply};
    try {
      const auto found = run_method_over(call, *method, rows, {{"type", "frame"}});
      reply.document = found.dump(-1, ' ', false, json::error_handler_t::replace);
    } catch (const PassWanted& wanted) {
      if (done_.size() >= kMostPasses)
        throw DataError("the analysis does not end after " + std::to_string(kMostPasses) +
                        " passes");
      pass_ = hosted_pass(wanted.pass, wanted.source, schema_, static_cast<int>(done_.size()) + 1,
                          words);
      return std::nullopt;
    }
    if (has_names(reply.document)) reply.document = in_words(reply.document, words);
    if (callbacks.warning)
      for (const auto& text : warnings) callbacks.warning(in_words(text, words));
    return reply;
  } catch (...) {
    rethrow_in(words);
  }
}

std::optional<Reply> HostedAnalysis::finish(HostedAccumulator& states, std::uint64_t splits,
                                            const Callbacks& callbacks) {
  if (states.pass().mark != pass_->mark)
    throw InvalidArgument("the accumulator is of another analysis, or of a pass that is done");
  done_.push_back(states.finish(splits)->save());
  try {
    return run(callbacks);
  } catch (...) {
    done_.pop_back();
    throw;
  }
}

Bytes HostedAnalysis::save() const {
  return seal(kAnalysis, insitu::save(Saved{document_, schema_to_json(*schema_), done_}));
}

HostedAnalysis HostedAnalysis::load(std::string_view sealed) {
  auto saved = insitu::load<Saved>(unseal(kAnalysis, sealed));
  return {std::move(saved.document), schema_from_json(saved.schema), std::move(saved.done)};
}

}  // namespace insitu
