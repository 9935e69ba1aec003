// rxCovCor, rxCov, rxCor and rxSSCP as a method. The mathematics is algorithms/cov_cor.hpp.
#include "algorithms/cov_cor.hpp"

#include "algorithms/linear_fit.hpp"
#include "base/error.hpp"
#include "formula/model/formula.hpp"
#include "methods/methods.hpp"
#include "report/matrix_report.hpp"

namespace insitu {

namespace {

struct CovCorMethod {
  static constexpr MethodAbout about{.op = "cov_cor",
                                     .function = "rxCovCor",
                                     .command = "covcor",
                                     .title = "Covariances, correlations, cross products",
                                     .formula = "~ x + f + x:f",
                                     .result = "rxCovCor"};
  using Passes = PassList<CovCor>;
  using Result = CrossMoments;
  struct Options : FormulaOptions {
    bool keep_all = true;
    double tolerance = 1e-12;
    std::string type = "Cov";
  };

  static OptionKeys option_keys() {
    return formula_keys<Options>("As ~ x + f + x:f; factors have a column for each level.") +
           OptionKeys{
               option("keepAll", &Options::keep_all,
                      "FALSE: without columns that others and a constant add up to by the formula, "
                      "and without those that hardly vary (varTol).",
                      {.command = "--drop-redundant",
                       .help = "Leave out columns that others and a constant add up to, and those "
                               "that hardly vary"}),
               option(
                   "varTol", &Options::tolerance,
                   "With keepAll = FALSE: columns with a variance up to this are left out.",
                   {.help = "With --drop-redundant: variance up to which a column hardly varies"}),
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

  static Result run(const Options& options, Scope& scope) {
    const auto formula = parse_formula(options.formula);
    if (!formula.responses.empty() || formula.terms.empty())
      throw InvalidArgument("the formula must name variables after the '~' and none before it: " +
                            options.formula);
    const auto bound = scope.bind(formula, options);
    double columns = 0;
    for (std::size_t t = 0; t < bound.frame.terms.size(); ++t) columns += bound.frame.cells(t);
    if (columns > static_cast<double>(kDenseColumns))
      throw InvalidArgument("the formula has " + std::to_string(static_cast<long long>(columns)) +
                            " columns, more than " + std::to_string(kDenseColumns) +
                            ": use fewer variables, or factors of fewer levels");
    return scope.compute(CovCor{bound.frame, options.type, options.keep_all, options.tolerance},
                         bound);
  }

  static std::string print(const nlohmann::json& reply, std::string_view,
                           const ReportHeader& header) {
    return matrix_report(reply, header, "CovCor", reply.at("params").at("type"));
  }
};

}  // namespace

Method cov_cor_method() { return method<CovCorMethod>(); }

}  // namespace insitu
