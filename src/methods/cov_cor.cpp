// rxCovCor, rxCov, rxCor and rxSSCP as a method. The mathematics is algorithms/cov_cor.hpp.
#include "algorithms/cov_cor.hpp"

#include "methods/methods.hpp"
#include "report/matrix_report.hpp"

namespace insitu {

namespace {

struct CovCorMethod {
  static constexpr MethodAbout about{
      .op = "cov_cor",
      .function = "rxCovCor",
      .title = "Covariances, correlations, cross products",
      .examples =
          "insitu covcor flights.xdf '~ delay + hour'\n"
          "insitu covcor flights.xdf '~ delay + day' --type Cor --json"};
  using Passes = PassList<CovCor>;
  struct Options : FormulaOptions {
    bool keep_all = true;
    double tolerance = 1e-12;
    std::string type = "Cov";
  };

  static PlannedPasses planned(const Options&) { return {one_pass("cov_cor")}; }

  static OptionKeys option_keys() {
    return formula_keys<Options>("As ~ x + f + x:f; factors have a column for each level.") +
           OptionKeys{
               option("keepAll", &Options::keep_all,
                      "FALSE: drops sums of other columns and a constant, and what hardly varies.",
                      {.command = "--drop-redundant"}),
               option("varTol", &Options::tolerance,
                      "With keepAll = FALSE: columns with a variance up to this are left out."),
               option("type", &Options::type, "Covariances, correlations, or cross products.",
                      {.choices = {"Cov", "Cor", "SSCP"}})};
  }

  static ResultKeys result_keys() {
    using R = CrossMoments;
    return {field("names", &R::names, "Of the columns."),
            array_field("CovCor", &R::matrix, {"names", "names"},
                        "By type; SSCP has a constant, or the weights, in front."),
            array_field("StdDevs", &R::std_devs, {"names"}, "Standard deviations."),
            array_field("Means", &R::means, {"names"}, "Means, weighted."),
            field("valid.obs", &R::rows, "Rows that took part."),
            field("missing.obs", &R::missing_rows, "Rows left out for a missing value."),
            field("SumOfWeights", &R::sum_of_weights, "Missing without weights."),
            field("DroppedVars", &R::dropped, "Columns left out."),
            field("DroppedVarIndexes", &R::dropped_at, "Their positions among all, from 1.")};
  }

  static CrossMoments run(const Options& o, Scope& scope) {
    const auto bound = scope.bind_columns(o);
    return scope.compute(CovCor{bound.frame, o.type, o.keep_all, o.tolerance}, bound);
  }

  static std::string print(const nlohmann::json& reply, std::string_view,
                           const ReportHeader& header) {
    return matrix_report(reply, header, "CovCor", reply.at("params").at("type"));
  }
};

}  // namespace

Method cov_cor_method() { return method<CovCorMethod>(); }

}  // namespace insitu
