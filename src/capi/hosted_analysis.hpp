#pragma once
// A method whose rows a host brings that owns the loop (a database): insitu.h, "Accumulators". The
// method runs as in every compute context; where it asks for a pass whose state is not there yet,
// it is left, and it is run anew when the host has made that state. So any method of the table
// works, with as many passes as it takes, and nothing is told twice.
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "analysis/merge_tree.hpp"
#include "capi/facade.hpp"
#include "capi/hosted_rows.hpp"
#include "data/arrow_c.hpp"
#include "data/chunk_cutter.hpp"
#include "data/source.hpp"

namespace insitu {

/// One pass that the host makes. Immutable; safe to use from several threads.
struct HostedPass {
  int number = 1;                                 ///< from 1
  std::unique_ptr<Pass> pass;                     ///< what states are
  SchemaPtr schema;                               ///< of the host's rows
  std::shared_ptr<const OwnedArrowSchema> arrow;  ///< the same
  Recipe source;                                  ///< what decorates them, over {"type": "pushed"}
  std::uint64_t mark = 0;  ///< of all of this: states of another pass are refused
  Words words;             ///< of the face
};

/// A pass of these recipes. Throws DataError where they are of no pass that is known.
std::shared_ptr<const HostedPass> hosted_pass(Recipe pass, Recipe source, SchemaPtr, int number = 1,
                                              Words = {});
/// Its recipes and columns, sealed: for hosts that are told a pass and not the analysis it is of.
Bytes save_hosted_pass(const Recipe& pass, const Recipe& source, const Schema&);
/// Throws DataError for anything but that.
std::shared_ptr<const HostedPass> load_hosted_pass(std::string_view sealed);
inline constexpr std::string_view kHostedPass = "hosted_pass";

/// The states of some splits in one pass. Used by one thread at a time.
class HostedAccumulator {
 public:
  explicit HostedAccumulator(std::shared_ptr<const HostedPass>);
  ~HostedAccumulator();

  /// The next rows of a split, any number; takes them over in any case. Columns are found by name;
  /// others are passed over. `schema` null: they are those of HostedPass::arrow, in its order.
  /// Another split than before ends that one. Throws DataError: a variable that is missing or of
  /// another type, a split that had ended; what the analysis says of values.
  void add(std::uint64_t split, const ArrowSchema* schema, ArrowArray* rows);
  /// Takes over the states of `next`, of any splits, which is empty then. Throws InvalidArgument
  /// for those of another pass, DataError for a split that both have; neither is changed then.
  void merge(HostedAccumulator& next);
  /// As merge(), but that the splits of `next` get the numbers behind those that are here: for rows
  /// without an order, whose splits everybody counts from 0.
  void append(HostedAccumulator& next);
  /// One more than the highest number of a split. Ends the split that is being filled.
  std::uint64_t splits();
  /// Adds splits without rows for what is missing of [0, splits).
  void fill(std::uint64_t splits);
  /// Sealed. Ends the split that is being filled.
  Bytes save();
  /// Throws DataError for anything but what save() gave in the same pass of the same analysis.
  static HostedAccumulator load(std::shared_ptr<const HostedPass>, std::string_view sealed);

  const HostedPass& pass() const { return *pass_; }
  /// The merged state of [0, splits). Throws DataError for a split that is missing, and leaves all
  /// as it is then.
  std::unique_ptr<Accumulator> finish(std::uint64_t splits);

  HostedAccumulator(HostedAccumulator&&) noexcept;

 private:
  void require_whole() const;
  void require_other(const HostedAccumulator& next) const;
  void keep_pass_of(const HostedAccumulator& next);
  void end_split();
  void accumulate(Chunk chunk);

  std::shared_ptr<const HostedPass> pass_;
  std::shared_ptr<HostedRows> rows_;                    // what the source reads
  std::shared_ptr<const DataSource> source_;            // rows_ as the pass sees them
  std::set<std::shared_ptr<const HostedPass>> others_;  // equal ones that states are of
  MergeTree tree_;                                      // splits that have ended
  std::unique_ptr<Accumulator> state_;  // of the split that is being filled; null: none is
  std::uint64_t split_ = 0, chunks_ = 0;
  std::int64_t taken_ = 0;  // rows of it
  ChunkCutter cutter_;
  bool failed_ = false;
};

/// The columns of the host that the pass looks at.
std::vector<std::string> columns_asked(const HostedPass&);

/// Saved states of one pass, in the order of the data as far as it is known: with their own numbers
/// where no split comes twice, else one behind the other. Throws as load().
HostedAccumulator joined_states(const std::shared_ptr<const HostedPass>&,
                                std::span<const std::string_view> saved);

/// What is to be computed, from pass to pass. Used by one thread at a time.
class HostedAnalysis {
 public:
  /// `document`: the request of a method without data, context and pipeline; "levels" declares the
  /// levels of factor and character variables by name. Throws as the request would.
  HostedAnalysis(std::string document, SchemaPtr schema);

  const std::shared_ptr<const HostedPass>& pass() const { return pass_; }
  /// The reply; nothing: another pass is needed, and pass() is that one.
  std::optional<Reply> finish(HostedAccumulator&, std::uint64_t splits, const Callbacks&);

  /// Sealed: document, schema, and the states of the passes that are done.
  Bytes save() const;
  /// Throws DataError for anything but that.
  static HostedAnalysis load(std::string_view sealed);

 private:
  struct Saved {
    std::string document, schema;
    std::vector<Bytes> done;
    static constexpr auto fields = std::tuple{&Saved::document, &Saved::schema, &Saved::done};
  };
  HostedAnalysis(std::string document, SchemaPtr schema, std::vector<Bytes> done);
  std::optional<Reply> run(const Callbacks&);

  std::string document_;
  SchemaPtr schema_;
  std::vector<Bytes> done_;
  std::shared_ptr<const HostedPass> pass_;
};

}  // namespace insitu
