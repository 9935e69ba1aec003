#pragma once
// rxMoments as a method, and what is made of kept moments: models (rxRefit) and sums (rxCombine).
// The mathematics is algorithms/kept_moments.hpp.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "algorithms/kept_moments.hpp"
#include "methods/lin_mod.hpp"
#include "methods/method.hpp"

namespace insitu {

struct MomentsOptions : FormulaOptions {
  bool precise = false;
  std::string out_file;
  bool overwrite = false;
  static OptionKeys keys();
};

struct MomentsResult {
  std::vector<std::string> y_names, numbers, terms;
  NamedLevels levels;
  std::int64_t valid = 0, missing = 0, runs = 0;
  double sum_of_weights = 0;
  bool weighted = false;
  std::string precision;
  std::string file, moments;  ///< one of them: where they lie, or they themselves
  static ResultKeys keys();
};

struct MomentsMethod {
  static constexpr MethodAbout about{
      .op = "moments",
      .function = "rxMoments",
      .title = "Keep the sums from which linear models are fitted",
      .formula = "y ~ x + f + x:f",
      .examples =
          "insitu moments flights.xdf 'delay ~ day + hour' --out-file flights.moments\n"
          "insitu refit flights.moments 'delay ~ hour'",
      .keeps_pipeline = true};
  using Options = MomentsOptions;
  using Passes = PassList<KeepMoments>;
  static PlannedPasses planned(const Options&);
  static MomentsResult run(const Options&, Scope&);
  static std::string print(const nlohmann::json& reply, std::string_view layout,
                           const ReportHeader&);
};

/// What is told of moments; they go to `out_file`, unless it is "", else into the result.
/// Throws DataError for a file that cannot be written.
MomentsResult moments_result(const KeptMoments&, const std::string& out_file);
/// Throws InvalidArgument for a file that exists, unless it may be replaced.
void check_out_file(const std::string& out_file, bool overwrite);

/// The model of the options' formula. `pweights` and `fweights` of the options become those of the
/// moments. `warn` hears of digits that sums in double cannot give.
/// Throws InvalidArgument for a formula of which the moments hold not all; errors as rxLinMod.
LinModResult refit(const KeptMoments&, LinModOptions&,
                   const std::function<void(const std::string&)>& warn);

}  // namespace insitu
