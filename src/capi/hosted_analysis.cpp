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

/// The columns of the host, without rows.
class HostedRows : public DataSource {
 public:
  explicit HostedRows(SchemaPtr schema) : schema_(std::move(schema)) {}

  SchemaPtr schema() const override { return schema_; }
  std::vector<Split> splits() const override { return {}; }
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions&) const override {
    throw Unsupported("an accumulator does not see the rows in their order, which this needs");
  }
  Recipe recipe() const override { return {"pushed", R"({"type":"pushed"})"}; }
  std::string description() const override { return "rows of the host"; }

 protected:
  SchemaPtr schema_;
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
}

Words words_of(const json& document) {
  const auto text = [&](const char* key) {
    const auto found = document.is_object() ? document.find(key) : document.end();
    return found != document.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
  };
  return words_of_face(text("face"), text("op"));
}

/// Releases what nobody has taken over.
struct Taken {
  explicit Taken(ArrowArray* rows) : array(rows) {}
  ~Taken() {
    if (array->release) array->release(array);
  }
  ArrowArray* array;
};

struct SavedStates {
  std::uint64_t mark = 0;
  std::vector<MergeTree::Key> keys;
  std::vector<Bytes> states;
  static constexpr auto fields =
      std::tuple{&SavedStates::mark, &SavedStates::keys, &SavedStates::states};
};

}  // namespace

/// One chunk at a time, for the source over it.
class HostedAccumulator::Rows final : public HostedRows {
 public:
  using HostedRows::HostedRows;
  Chunk chunk;

  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions& options) const override {
    struct Reader final : ChunkReader {
      std::optional<Chunk> rows;
      std::optional<Chunk> next() override { return std::exchange(rows, std::nullopt); }
    };
    auto reader = std::make_unique<Reader>();
    if (!options.columns) {
      reader->rows = chunk;
      return reader;
    }
    Chunk chosen{select_columns(*schema_, *options.columns), {}, chunk.rows, chunk.from};
    for (const auto& name : *options.columns)
      chosen.columns.push_back(chunk.columns[schema_->index(name)]);
    reader->rows = std::move(chosen);
    return reader;
  }
};

HostedAccumulator::HostedAccumulator(std::shared_ptr<const HostedPass> pass)
    : pass_(std::move(pass)), rows_(std::make_shared<Rows>(pass_->schema)) {
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

void HostedAccumulator::add(std::uint64_t split, const ArrowSchema& schema, ArrowArray* rows) {
  const Taken taken(rows);
  require_whole();
  const auto fields = std::make_shared<const Schema>(fields_from_arrow(schema));
  std::vector<std::size_t> places;
  for (const auto& field : pass_->schema->fields()) {
    const auto place = fields->find(field.name);
    if (!place) throw DataError("variable '" + field.name + "' is not among these rows");
    if ((*fields)[*place].type != field.type)
      throw DataError("variable '" + field.name + "' comes as " +
                      std::string(type_name((*fields)[*place].type)) + ", announced as " +
                      std::string(type_name(field.type)));
    places.push_back(*place);
  }
  const bool goes_on = state_ && split == split_;
  auto all = chunk_from_arrow(rows, schema, fields, goes_on ? taken_ : 0);
  Chunk chunk{pass_->schema, {}, all.rows, {}};
  for (const auto place : places) chunk.columns.push_back(std::move(all.columns[place]));
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

void HostedAccumulator::merge(HostedAccumulator& next) {
  if (&next == this) throw InvalidArgument("an accumulator cannot be merged with itself");
  if (next.pass_->mark != pass_->mark)
    throw InvalidArgument("the accumulators are of different analyses or passes");
  end_split();
  next.end_split();
  tree_.add(std::move(next.tree_));
  others_.insert(next.pass_);
  others_.insert(next.others_.begin(), next.others_.end());
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
    SourcePtr rows = std::make_shared<HostedRows>(schema_);
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
      auto pass = std::make_shared<HostedPass>();
      pass->number = static_cast<int>(done_.size()) + 1;
      pass->pass = make_pass(wanted.pass);
      pass->schema = schema_;
      pass->source = wanted.source;
      pass->words = words;
      pass->mark = checksum(insitu::save(std::pair(wanted.pass, wanted.source)) +
                            pass->pass->fields() + schema_to_json(*schema_));
      pass_ = std::move(pass);
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
