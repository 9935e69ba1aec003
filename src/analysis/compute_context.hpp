#pragma once
// Where and how work runs. This is the whole interface that a platform implements.
#include <functional>
#include <memory>
#include <string>

#include "analysis/pass.hpp"
#include "base/control.hpp"

namespace insitu {

/// What a context can do; asking for more fails before anything starts (require_capabilities).
struct Capabilities {
  bool reads_local_files = true;
  bool holds_caller_rows = true;  ///< takes rows of the caller's memory (data frames)
  bool runs_r_functions = false;
  bool runs_python_functions = false;
  bool reduces_remotely = false;
  bool can_be_cancelled = true;
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
