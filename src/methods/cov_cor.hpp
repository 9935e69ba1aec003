#pragma once
// rxCovCor as a method: its options, its result, its printed layout. The mathematics is
// algorithms/cov_cor.hpp.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "algorithms/cov_cor.hpp"
#include "methods/method.hpp"

namespace insitu {

struct CovCorOptions : FormulaOptions {
  bool keep_all = true;
  double tolerance = 1e-12;
  std::string type = "Cov";
  static OptionKeys keys();
};

struct CovCorResult {
  std::string formula;
  std::vector<std::string> names, dropped;
  std::vector<double> matrix, std_devs, means;
  std::int64_t valid = 0, missing = 0;
  double sum_of_weights = 0;
  std::vector<std::int64_t> dropped_at;
  static ResultKeys keys();
};

struct CovCorMethod {
  static constexpr MethodAbout about{.op = "cov_cor",
                                     .function = "rxCovCor",
                                     .command = "covcor",
                                     .title = "Covariances, correlations, cross products",
                                     .formula = "~ x + f + x:f",
                                     .result = "rxCovCor"};
  using Options = CovCorOptions;
  using Result = CovCorResult;
  using Passes = PassList<CovCor>;
  static Result run(const Options&, Scope&);
  static std::string print(const nlohmann::json& reply, std::string_view layout,
                           const ReportHeader&);
};

}  // namespace insitu
