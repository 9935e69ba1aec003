// rxLorenz as a method, with the Gini coefficient. The bins are algorithms/binned_sums.hpp.
#include <algorithm>

#include "algorithms/binned_sums.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "methods/distribution.hpp"
#include "methods/evaluation.hpp"
#include "methods/methods.hpp"
#include "report/data_table.hpp"
#include "report/document.hpp"
#include "report/format_number.hpp"

namespace insitu {

namespace {

struct LorenzReply {
  ResultTable table;
  std::string order, value;
  double gini = 0, error_bound = 0;
  std::int64_t rows = 0, missing_rows = 0;
};

/// How far the Gini coefficient of the rows can be from that of the bins. Of values that order
/// themselves: what it can rise by, when all of a bin lie at its ends (Gastwirth 1972). Of other
/// values: a curve within a bin lies in a rectangle, its diagonal halves it.
double gini_error_bound(const BinnedResult& found, bool orders_itself) {
  if (found.width() == 0) return 0;
  const double mean = found.sum / found.weight;
  double bound = 0;
  for (std::size_t bin = 0; bin < found.weights.size(); ++bin) {
    if (found.weights[bin] == 0) continue;
    const double share = found.weights[bin] / found.weight;
    if (!orders_itself) {
      bound += share * (found.sums[bin] / found.sum);
      continue;
    }
    const double low = found.begin(bin), high = found.begin(bin + 1);
    const double within = std::clamp(found.sums[bin] / found.weights[bin], low, high);
    bound += share * share * ((within - low) * ((high - within) / (high - low))) / mean;
  }
  return bound;
}

struct LorenzMethod {
  static constexpr MethodAbout about{
      .op = "lorenz",
      .function = "rxLorenz",
      .title = "The Lorenz curve of a variable",
      .formula = "",
      .examples =
          "insitu lorenz flights.xdf --order wage --transform 'wage=abs(delay) + 1'\n"
          "insitu lorenz flights.xdf --order hour --num-breaks 12 --json"};
  using Passes = PassList<BinnedSums>;
  struct Options : WeightOptions {
    std::string order, value;
    std::int64_t breaks = 1000;
  };

  static PlannedPasses planned(const Options&) { return {by_bins("binned_sums")}; }

  static OptionKeys option_keys() {
    using O = Options;
    return OptionKeys{option("orderVarName", &O::order,
                             "Name of the variable by which rows are put in order: numbers.",
                             {.command = "--order"}, OptionKind::kVariable),
                      option("valueVarName", &O::value,
                             "Name of the variable that is added up, with values of 0 or more; "
                             "that of the order by default.",
                             {.command = "--value"}, OptionKind::kVariable),
                      option("numBreaks", &O::breaks,
                             "Bins of the order, of equal width; whole numbers with a range up to "
                             "this have a bin each.")} +
           weight_keys<O>();
  }

  static ResultKeys result_keys() {
    using R = LorenzReply;
    return {field("table", &R::table,
                  "A row a bin with rows, from 0: cumVals, the percentage of the sum of values up "
                  "to there, and percents, that of the rows or weights."),
            field("orderVarName", &R::order, "Of the order."),
            field("valueVarName", &R::value, "Of the values."),
            field("gini", &R::gini, "The Gini coefficient, by trapezoids: 0 equal shares."),
            field("giniErrorBound", &R::error_bound,
                  "The Gini coefficient of the rows is no farther from that of the bins than this; "
                  "where values order themselves it is not below it. 0: each bin holds one value."),
            field("valid.obs", &R::rows, "Rows that took part."),
            field("missing.obs", &R::missing_rows, "Rows left out for a missing value.")};
  }

  static LorenzReply run(const Options& o, Scope& scope) {
    const auto& schema = *scope.source()->schema();
    LorenzReply reply;
    reply.order = o.order;
    reply.value = o.value.empty() ? o.order : o.value;
    require_variable(schema, "orderVarName", reply.order);
    require_variable(schema, "valueVarName", reply.value);
    require_weights(o, schema);
    require_count("numBreaks", o.breaks, BinnedSums::kMostBins);
    BinnedSums analysis{.variable = reply.order,
                        .other = reply.value,
                        .weights = o.weights(),
                        .rule = {.most_whole = o.breaks, .breaks = o.breaks}};
    const auto found = scope.compute(std::move(analysis), *scope.source());
    if (found.lowest_other < 0)
      throw DataError("the values of '" + reply.value +
                      "' must not be negative for shares of their sum: one is " +
                      number_text(found.lowest_other));
    if (!(found.sum > 0))
      throw DataError("the values of '" + reply.value +
                      "' add up to 0 over the rows without missing values: there are no shares");
    reply.rows = found.rows;
    reply.missing_rows = found.missing_rows;
    std::vector<double> shares{0}, percents{0};
    double sum = 0, weight = 0, area = 0;
    for (std::size_t bin = 0; bin < found.weights.size(); ++bin) {
      if (found.weights[bin] == 0) continue;
      sum += found.sums[bin];
      weight += found.weights[bin];
      shares.push_back(100 * (sum / found.sum));
      percents.push_back(100 * (weight / found.weight));
      const auto at = shares.size() - 1;
      area += (percents[at] - percents[at - 1]) * (shares[at] + shares[at - 1]);
    }
    reply.gini = 1 - area / 1e4;
    reply.error_bound = gini_error_bound(found, reply.order == reply.value);
    reply.table.add_numbers("cumVals", std::move(shares));
    reply.table.add_numbers("percents", std::move(percents));
    return reply;
  }

  static std::string print(const nlohmann::json& reply, std::string_view,
                           const ReportHeader& header) {
    return data_table(table_columns(member(reply, "table")), header.digits, header.width) +
           "\nGini coefficient: " + format_single(number_in(member(reply, "gini")), header.digits) +
           "\n";
  }
};

}  // namespace

Method lorenz_method() { return method<LorenzMethod>(); }

}  // namespace insitu
