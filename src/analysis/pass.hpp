#pragma once
// One pass of an analysis with its types erased: what a compute context runs and a worker rebuilds.
#include <memory>
#include <string>
#include <vector>

#include "analysis/aggregates.hpp"
#include "analysis/analysis.hpp"
#include "base/error.hpp"
#include "base/fields_shape.hpp"
#include "data/source.hpp"

namespace insitu {

/// The mutable side of a pass: a state being filled by one worker. Push style, so that hosts that
/// own the loop can feed it.
class Accumulator {
 public:
  virtual ~Accumulator() = default;
  virtual void accumulate(const Chunk&) = 0;
  virtual void merge(
      const Accumulator& next) = 0;      ///< REQUIRES: from the same pass, of the rows that follow
  virtual Bytes save() const = 0;        ///< sealed (base/bytes.hpp)
  virtual std::size_t size() const = 0;  ///< bytes of the state when it is saved; makes none
  virtual void load(
      std::string_view sealed) = 0;  ///< Throws DataError for bytes that are not of this pass.
};

/// The immutable side of a pass. It outlives its accumulators. Safe to use from several threads.
class Pass {
 public:
  virtual ~Pass() = default;
  /// The columns that `accumulate` wants, by name. The chunk holds at least these.
  virtual std::vector<std::string> variables() const = 0;
  virtual std::unique_ptr<Accumulator> start() const = 0;
  virtual Recipe recipe() const = 0;
  /// A fingerprint of the fields that its recipe and its states are written by (fields_of).
  virtual std::string fields() const = 0;
  /// Whether `from_aggregates` can make the state of all rows.
  virtual bool has_aggregates() const { return false; }
  /// The state of all rows from what a server sums of them. Throws Unsupported for a pass that is
  /// not told as aggregates, or not this time.
  virtual std::unique_ptr<Accumulator> from_aggregates(const AskAggregates&) const {
    throw Unsupported("this pass is not told as aggregates");
  }
};

/// Of an analysis and its state, 16 digits: equal where both builds list the same members, by name,
/// type and order.
template <Analysis A>
const std::string& fields_of() {
  static const std::string kFields = [] {
    auto value = checksum(fields_shape<A>() + fields_shape<typename A::State>());
    std::string digits(16, '0');
    for (auto at = digits.rbegin(); at != digits.rend(); ++at, value >>= 4)
      *at = "0123456789abcdef"[value & 15];
    return digits;
  }();
  return kFields;
}

template <Analysis A>
class PassOf final : public Pass {
 public:
  explicit PassOf(A analysis) : analysis_(std::move(analysis)) {}

  std::vector<std::string> variables() const override { return analysis_.variables(); }
  std::unique_ptr<Accumulator> start() const override {
    return std::make_unique<StateOf>(analysis_);
  }
  Recipe recipe() const override { return {std::string(A::name), insitu::save(analysis_)}; }
  std::string fields() const override { return fields_of<A>(); }
  bool has_aggregates() const override {
    return requires(const A& a, const AskAggregates& ask) { a.aggregated(ask); };
  }
  std::unique_ptr<Accumulator> from_aggregates(const AskAggregates& ask) const override {
    if constexpr (requires { analysis_.aggregated(ask); }) {
      auto made = std::make_unique<StateOf>(analysis_);
      made->state = analysis_.aggregated(ask);
      return made;
    } else {
      return Pass::from_aggregates(ask);
    }
  }

  static const typename A::State& state(const Accumulator& accumulator) {
    return static_cast<const StateOf&>(accumulator).state;
  }

 private:
  struct StateOf final : Accumulator {
    explicit StateOf(const A& a) : analysis(a), state(a.init()) {}

    void accumulate(const Chunk& chunk) override { analysis.accumulate(state, chunk); }
    void merge(const Accumulator& next) override { state.merge(PassOf::state(next)); }
    Bytes save() const override { return seal(A::name, insitu::save(state)); }
    std::size_t size() const override { return saved_size(state); }
    void load(std::string_view sealed) override {
      load_into(state, unseal(A::name, sealed));
      // A state comes from another process: sizes and counts are looked at before they are used.
      if constexpr (requires { analysis.check(state); }) analysis.check(state);
    }

    const A& analysis;
    typename A::State state;
  };

  A analysis_;
};

/// Rebuilds a pass from its recipe: one line of a registry per analysis.
template <Analysis A>
std::unique_ptr<Pass> pass_from_recipe(std::string_view options) {
  return std::make_unique<PassOf<A>>(load<A>(options));
}

}  // namespace insitu
