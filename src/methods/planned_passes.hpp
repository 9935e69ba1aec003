#pragma once
// Which passes over the rows a method makes, as explanations tell it before it runs: each method
// says it beside its options (Method::planned). Here are the words for it, and what several have in
// common.
#include <cstdint>
#include <string>
#include <vector>

namespace insitu {

struct PlannedPass {
  std::string pass;        ///< name of the analysis
  std::int64_t least = 1;  ///< how many of them there are at least ...
  std::int64_t most = 1;   ///< ... and at most; -1: nothing bounds it
  std::string until = {};  ///< what ends them where the data decide
};
/// But for those that find levels.
using PlannedPasses = std::vector<PlannedPass>;

PlannedPass one_pass(const char* pass);
/// Made again in double-double where digits are at risk.
PlannedPass with_more_digits(const char* pass);
/// One that finds the range of a variable first, unless it has no values or needs no bins.
PlannedPass by_bins(const char* pass);
/// A step that made things worse is halved, which costs a pass of its own.
PlannedPass until_convergence(const char* pass, std::int64_t iterations);
/// Of the analysis ExactQuantiles, for as many variables, of each as many quantiles.
PlannedPass until_quantiles(std::int64_t variables, std::int64_t quantiles);

}  // namespace insitu
