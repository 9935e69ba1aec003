// rxQuantile as a method. The bins are algorithms/binned_sums.hpp, the exact search is
// algorithms/exact_quantiles.hpp.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "algorithms/binned_sums.hpp"
#include "algorithms/exact_quantiles.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "methods/distribution.hpp"
#include "methods/evaluation.hpp"
#include "methods/methods.hpp"
#include "report/document.hpp"
#include "report/format_number.hpp"
#include "report/named_numbers.hpp"

namespace insitu {

namespace {

using nlohmann::json;

constexpr std::size_t kMostProbabilities = 10'000;

struct QuantileReply {
  std::vector<std::string> names;
  std::vector<double> quantiles, probabilities;
  double error_bound = 0;
  std::int64_t rows = 0, missing_rows = 0;
};

/// A number, an array of numbers, or a text as "0.1,0.9".
std::vector<double> probabilities_of(const json& given) {
  const auto wrong = [](const std::string& value) {
    return InvalidArgument("`probs` must be numbers from 0 to 1, not "_named + value);
  };
  std::vector<double> found;
  if (given.is_string()) {
    const auto text = given.get<std::string>();
    for (const char* at = text.data(); at <= text.data() + text.size();) {
      double value = 0;
      const auto [end, error] = std::from_chars(at, text.data() + text.size(), value);
      if (error != std::errc() || (end != text.data() + text.size() && *end != ','))
        throw wrong(given.dump());
      found.push_back(value);
      at = end + 1;
    }
  } else {
    for (const auto& each : given.is_array() ? given : json::array({given})) {
      if (!each.is_number()) throw wrong(each.dump());
      found.push_back(each.get<double>());
    }
  }
  for (const double each : found)
    if (!(each >= 0 && each <= 1)) throw wrong(format_single(each));
  if (found.empty() || found.size() > kMostProbabilities)
    throw InvalidArgument("`probs` must be from 1 to "_named + std::to_string(kMostProbabilities) +
                          " numbers, not " + std::to_string(found.size()));
  return found;
}

/// 0 for NA.
double multiple_of(const json& given) {
  if (given.is_null() || given == "NA") return 0;
  const double value = number_in(given);
  if (!(value > 0) || std::isinf(value))
    throw InvalidArgument("`multiple` must be a number above 0 or NA, not "_named + given.dump());
  return value;
}

/// The quantile of each probability in the bins: the value of its bin, or the point within it that
/// a straight line of its distribution function says.
std::vector<double> in_bins(const BinnedResult& found, const std::vector<double>& probabilities) {
  std::vector<double> values;
  for (const double each : probabilities) {
    if (found.rows == 0) {
      values.push_back(std::nan(""));
      continue;
    }
    const double exact = each * found.weight;
    const double target = exact - 4 * std::numeric_limits<double>::epsilon() * exact;
    std::size_t bin = 0;
    double below = 0, reached = 0;
    for (std::size_t k = 0; k < found.weights.size(); ++k) {
      if (found.weights[k] == 0) continue;
      bin = k;
      below = reached;
      reached += found.weights[k];
      if (reached >= target) break;
    }
    if (found.whole) {
      values.push_back(found.value(bin));
      continue;
    }
    const double part = std::clamp((exact - below) / found.weights[bin], 0.0, 1.0);
    const double begin = found.begin(bin), end = found.begin(bin + 1);
    values.push_back(each == 0 ? found.low : each == 1 ? found.high : begin + part * (end - begin));
  }
  return values;
}

struct QuantileMethod {
  static constexpr MethodAbout about{
      .op = "quantile",
      .function = "rxQuantile",
      .title = "Quantiles of a variable",
      .formula = "",
      .examples =
          "insitu quantile flights.xdf --var delay\n"
          "insitu quantile flights.xdf --var delay --probs 0.05,0.5,0.95 --exact --json"};
  using Passes = PassList<BinnedSums, ExactQuantiles>;
  struct Options : WeightOptions {
    std::string variable;
    json probabilities = json::array({0, 0.25, 0.5, 0.75, 1});
    bool names = true;
    std::int64_t whole_bins = 500'000;
    json multiple = nullptr;
    bool numeric_bins = false;
    std::int64_t numeric_breaks = 1000;
    bool exact = false;
  };

  static PlannedPasses planned(const Options& options) {
    if (!options.exact) return {by_bins("binned_sums")};
    const auto quantiles = probabilities_of(options.probabilities).size();
    return {until_quantiles(1, static_cast<std::int64_t>(quantiles))};
  }

  static OptionKeys option_keys() {
    using O = Options;
    return OptionKeys{option("varName", &O::variable,
                             "Name of the variable: whole numbers, numbers or logical.",
                             {.command = "--var"}, OptionKind::kVariable)} +
           weight_keys<O>() +
           OptionKeys{
               option("probs", &O::probabilities, "Probabilities, from 0 to 1.",
                      {.labels = "NUMBERS"}),
               option("names", &O::names, "Name the quantiles: 25%.", {.command = "-"}),
               option("maxIntegerBins", &O::whole_bins,
                      "Whole numbers with a range up to this have a bin each, which makes their "
                      "quantiles exact; other numbers have as many bins."),
               option("multiple", &O::multiple,
                      "Multiply by it and round to whole numbers, as 100 for prices in cents; NA: "
                      "the numbers as they are.",
                      {.labels = "NUMBER"}),
               option("numericBins", &O::numeric_bins,
                      "numNumericBreaks bins of equal width, whatever the numbers are."),
               option("numNumericBreaks", &O::numeric_breaks, "How many bins numericBins makes."),
               option("exact", &O::exact,
                      "The exact quantiles of any numbers, in at most four passes; else those of "
                      "numbers with decimals are interpolated within bins.")};
  }

  static ResultKeys result_keys() {
    using R = QuantileReply;
    return {field("names", &R::names, "Of the quantiles."),
            array_field("quantiles", &R::quantiles, {"names"}, "One for each of probs."),
            field("probs", &R::probabilities, "Their probabilities."),
            field("errorBound", &R::error_bound,
                  "No quantile is farther from the exact one than this: the width of a bin, 0 "
                  "where they are exact."),
            field("valid.obs", &R::rows, "Rows that took part."),
            field("missing.obs", &R::missing_rows, "Rows left out for a missing value.")};
  }

  static QuantileReply run(const Options& o, Scope& scope) {
    const auto& schema = *scope.source()->schema();
    require_variable(schema, "varName", o.variable);
    require_weights(o, schema);
    require_count("maxIntegerBins", o.whole_bins, BinnedSums::kMostBins);
    require_count("numNumericBreaks", o.numeric_breaks, BinnedSums::kMostBins);
    const double multiple = multiple_of(o.multiple);
    QuantileReply reply;
    reply.probabilities = probabilities_of(o.probabilities);
    if (o.names)
      for (const double each : reply.probabilities)
        reply.names.push_back(format_single(100 * each) + "%");
    if (o.exact) {
      auto analysis = ExactQuantiles::of(o.variable, reply.probabilities);
      analysis.weights = o.weights();
      const auto found = scope.compute(std::move(analysis), *scope.source());
      reply.quantiles = found.values;
      reply.rows = found.rows;
      reply.missing_rows = found.missing_rows;
    } else {
      BinnedSums analysis{.variable = o.variable, .other = "", .weights = o.weights(), .rule = {}};
      analysis.rule.multiple = multiple > 0 ? multiple : 1;
      analysis.rule.given_multiple = multiple > 0;
      analysis.rule.most_whole = o.numeric_bins ? -1 : o.whole_bins;
      analysis.rule.breaks = o.numeric_bins ? o.numeric_breaks : o.whole_bins;
      const auto found = scope.compute(std::move(analysis), *scope.source());
      reply.quantiles = in_bins(found, reply.probabilities);
      reply.error_bound = found.rows == 0 ? 0
                          : found.rounded ? 0.5 / found.multiple
                                          : found.width();
      reply.rows = found.rows;
      reply.missing_rows = found.missing_rows;
    }
    if (reply.rows == 0)
      scope.warn("'" + o.variable + "' has no values: its quantiles are missing");
    scope.tell("Rows Processed: " + std::to_string(reply.rows + reply.missing_rows));
    return reply;
  }

  static std::string print(const json& reply, std::string_view, const ReportHeader& header) {
    const auto rows =
        number_in(member(reply, "valid.obs")) + number_in(member(reply, "missing.obs"));
    return "Rows Processed: " + format_integer(rows) + "\n" +
           named_numbers(texts_in(member(reply, "names")), numbers_in(member(reply, "quantiles")),
                         header.digits, header.width);
  }
};

}  // namespace

Method quantile_method() { return method<QuantileMethod>(); }

}  // namespace insitu
