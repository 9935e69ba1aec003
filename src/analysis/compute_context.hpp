#pragma once
// Where and how work runs. This is the whole interface that a platform implements.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "analysis/pass.hpp"
#include "base/control.hpp"
#include "data/file_system.hpp"
#include "data/sink.hpp"

namespace insitu {

/// What a context can do; asking for more fails before anything starts (require_capabilities).
struct Capabilities {
  bool holds_caller_rows = true;  ///< takes rows of the caller's memory (data frames)
  bool runs_r_functions = false;
  bool runs_python_functions = false;
};

/// A context that is worth keeping between calls: what it has started stays.
class KeptBetweenCalls {
 public:
  virtual ~KeptBetweenCalls() = default;
  /// All that something started now would see and the description of the context does not tell
  /// (environment, working folder, version of a program): the context serves calls for which this
  /// text is the same.
  virtual std::string start_conditions() const = 0;
  /// A call has ended well. Puts what was started back to how it starts; what cannot be put back
  /// ends. It ends by itself when it is not used for so many seconds. Returns whether anything is
  /// left to be kept.
  virtual bool rest(double seconds) = 0;
};

/// Of a platform with data of its own. What it reads and writes is named by recipes: the type of a
/// format and what platforms are told of it, a JSON document ({"kind": "orc", "path"}).
class Tables {
 public:
  virtual ~Tables() = default;
  /// The rows of a table, query or file that the platform itself decodes, to be used in this
  /// context only; null: the context reads it like any other.
  virtual std::shared_ptr<const DataSource> open_table(const Recipe& descriptor, RunControl&) = 0;
  /// The same rows, kept by the platform from their first use on, under `key`; `source` itself
  /// where nothing is kept.
  virtual std::shared_ptr<const DataSource> cached(std::shared_ptr<const DataSource> source,
                                                   const std::string& key, RunControl&) = 0;
  /// Writes the rows, in their order, to a table or file of the platform, under a new name first.
  /// Returns their number; nothing: the platform does not write targets of this kind.
  virtual std::optional<std::int64_t> write_table(const DataSource&, const ReadOptions&,
                                                  const Recipe& target, const SinkOptions&,
                                                  RunControl&) = 0;
};

class ComputeContext {
 public:
  virtual ~ComputeContext() = default;

  virtual std::string name() const = 0;  ///< class name as users know it: "RxLocalSeq"
  virtual Capabilities capabilities() const = 0;

  /// Runs the pass over all splits of the source and returns their merged state.
  /// Throws what the worker of the first failing split threw; Cancelled when interrupted.
  virtual std::unique_ptr<Accumulator> run(const Pass&, const DataSource&, RunControl&) = 0;

  /// Reads the source (with everything that decorates it) and hands the chunks to `consume` in the
  /// order of the data, on the calling thread. At most a few splits are held in memory.
  virtual void read(const DataSource&, const ReadOptions&,
                    const std::function<void(const Chunk&)>& consume, RunControl&) = 0;

  /// Null: the context ends with its call.
  virtual KeptBetweenCalls* kept_between_calls() { return nullptr; }

  /// Null: the context has no tables of its own.
  virtual Tables* tables() { return nullptr; }
  /// Files that the platform reaches by URI (hdfs://...); null: this machine's only.
  virtual std::shared_ptr<const FileSystem> file_system() { return nullptr; }
};

/// Fits an analysis: passes until it needs no more, then its result.
template <Analysis A>
auto compute(A analysis, const DataSource& data, ComputeContext& context, RunControl& control) {
  for (;;) {
    const PassOf<A> pass(analysis);
    const auto accumulator = context.run(pass, data, control);
    const auto& state = PassOf<A>::state(*accumulator);
    if constexpr (IterativeAnalysis<A>)
      if (analysis.update(state)) continue;
    return analysis.finalize(state);
  }
}

}  // namespace insitu
