#pragma once
// The analyses that must obey the laws: one entry each in analyses.cpp.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"

namespace insitu::laws {

using SourcePtr = std::shared_ptr<const DataSource>;

/// What an analysis has found, in two forms.
struct Outcome {
  Bytes exact;  ///< everything, to the bit
  std::vector<double>
      close;  ///< the numbers that may differ by 1e-9 when the rows are split in another way
};

struct AnalysisUnderTest {
  std::string name;
  std::function<Outcome(const SourcePtr&, ComputeContext&, RunControl&)> fit;
  /// One pass of it, for laws of states.
  std::function<std::unique_ptr<Pass>(const SourcePtr&)> pass;
  bool of_all_sources = true;  ///< else met by one source, in every context (see `meets`)
};

const std::vector<AnalysisUnderTest>& analyses();

/// Whether a law that crosses analyses, sources and contexts takes an analysis of a source: what a
/// context does with a pass does not depend on both. INSITU_TEST_ALL takes all.
bool meets(const AnalysisUnderTest&, const std::string& source);

}  // namespace insitu::laws
