#pragma once
// rxSummary as a method: its options, its result, its printed layouts. The mathematics is
// algorithms/summary.hpp.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "algorithms/summary.hpp"
#include "methods/method.hpp"

namespace insitu {

struct SummaryOptions : FormulaOptions {
  std::vector<std::string> statistics = {"Mean", "StdDev", "Min", "Max", "ValidObs", "MissingObs"};
  bool by_term = true, sparse = false, overwrite = false;
  nlohmann::json remove_empty, by_group_out_file;
  std::int64_t rows_per_block = 100000;
  static OptionKeys keys();
};

/// What stands above the table of a term with factors.
struct CategoryHeading {
  std::string term, statistic;  ///< "counts" or "stats"
  std::vector<std::string> variables;
  std::int64_t valid = 0, missing = 0;
  static ResultKeys keys();
};

struct ByGroupFile {
  std::string file, term;
  static ResultKeys keys();
};

struct WeightNames {
  std::string pweights, fweights;
  static ResultKeys keys();
};

struct SummaryReply {
  std::int64_t valid = 0, missing = 0;
  ResultTable statistics;
  std::vector<ResultTable> categorical;
  std::vector<CategoryHeading> headings;
  std::string categorical_type;
  WeightNames weights;
  std::vector<ByGroupFile> by_group;
  bool weighted = false, to_files = false;
  static ResultKeys keys();
};

struct SummaryMethod {
  static constexpr MethodAbout about{.op = "summary",
                                     .function = "rxSummary",
                                     .title = "Means, deviations, ranges and counts, also by group",
                                     .without = "~ .",
                                     .examples =
                                         "insitu summary flights.xdf\n"
                                         "insitu summary flights.xdf '~ delay + delay:day'\n"
                                         "insitu summary flights.csv '~ delay' "
                                         "--stats Mean,StdDev --select 'hour > 8' --json",
                                     .python_layout = true};
  using Options = SummaryOptions;
  using Passes = PassList<Summary>;
  static PlannedPasses planned(const Options&) { return {one_pass("summary")}; }
  static SummaryReply run(const Options&, Scope&);
  static std::string print(const nlohmann::json& reply, std::string_view layout,
                           const ReportHeader&);
};

}  // namespace insitu
