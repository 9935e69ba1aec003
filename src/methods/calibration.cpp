// rxCalibration as a method. The groups are algorithms/score_groups.hpp.
#include <cmath>
#include <limits>

#include "algorithms/exact_quantiles.hpp"
#include "algorithms/score_groups.hpp"
#include "base/error.hpp"
#include "base/number_text.hpp"
#include "math/distributions.hpp"
#include "methods/evaluation.hpp"
#include "methods/methods.hpp"
#include "report/data_table.hpp"
#include "report/document.hpp"

namespace insitu {

namespace {

struct CalibrationReply {
  ResultTable table, statistics;
  std::string actual;
  std::vector<std::string> scores;
  std::int64_t rows = 0, missing_rows = 0, positives = 0;
};

/// Of one score: the mean square of outcome - prediction, and Hosmer and Lemeshow's comparison of
/// the groups' outcomes with their predictions.
struct Fit {
  double brier = 0, statistic = 0, groups = 0, mean = 0;

  explicit Fit(const std::vector<ScoreGroup>& found) {
    double rows = 0, squares = 0, sum = 0;
    for (const auto& each : found) {
      if (each.rows == 0) continue;
      ++groups;
      const auto n = static_cast<double>(each.rows), k = static_cast<double>(each.positives);
      rows += n;
      squares += each.squares;
      sum += each.sum;
      const double away = k - each.sum, variance = each.sum * (1 - each.sum / n);
      if (away != 0)
        statistic +=
            variance > 0 ? away * away / variance : std::numeric_limits<double>::infinity();
    }
    brier = squares / rows;
    mean = sum / rows;
  }
};

struct CalibrationMethod {
  static constexpr MethodAbout about{
      .op = "calibration",
      .function = "rxCalibration",
      .title = "Predicted probabilities and observed rates",
      .formula = "",
      .examples =
          "insitu calibration flights.xdf --actual late --predictions p --transform "
          "'late=delay > 5' --transform 'p=hour / 24'\n"
          "insitu calibration flights.xdf --actual late --predictions p --strategy uniform "
          "--transform 'late=delay > 5' --transform 'p=hour / 24' --json"};
  using Passes = PassList<ScoreGroups, ExactQuantiles>;
  struct Options : EvaluationOptions {
    std::int64_t breaks = 10;
    std::string strategy = "quantile";
  };

  static PlannedPasses planned(const Options& options) {
    PlannedPasses passes;
    if (options.breaks > 1 && options.strategy != "uniform")
      passes.push_back(
          until_quantiles(static_cast<std::int64_t>(options.scores.size()), options.breaks - 1));
    passes.push_back(one_pass("score_groups"));
    return passes;
  }

  static OptionKeys option_keys() {
    using O = Options;
    return evaluation_keys<O>() +
           OptionKeys{option("numBreaks", &O::breaks,
                             "Groups of predictions; equal predictions are in one group."),
                      option("strategy", &O::strategy,
                             "Groups of as many rows each, or of equal width from 0 to 1.",
                             {.choices = {"quantile", "uniform"}})};
  }

  static ResultKeys result_keys() {
    using R = CalibrationReply;
    return {
        field("table", &R::table,
              "A row a group, the lowest predictions first: predVarName, group, count, minScore, "
              "maxScore, predicted (the mean), observed (the rate of outcome 1), positives."),
        field("statistics", &R::statistics,
              "A row a prediction: predVarName, brier (mean of (outcome - prediction)^2), "
              "hosmerLemeshow, df (groups - 2), pValue, predicted, observed."),
        field("actualVarName", &R::actual, "Of the outcomes."),
        field("predVarNames", &R::scores, "Of the predictions."),
        field("valid.obs", &R::rows, "Rows that took part."),
        field("missing.obs", &R::missing_rows, "Rows left out for a missing value."),
        field("positives", &R::positives, "Rows with outcome 1.")};
  }

  static CalibrationReply run(const Options& o, Scope& scope) {
    require_count("numBreaks", o.breaks, kMostGroups);
    const auto source = scored_rows(o, scope);
    std::vector<std::vector<double>> edges;
    if (o.strategy == "uniform") {
      edges.resize(o.scores.size());
      for (auto& each : edges)
        for (std::int64_t k = 1; k < o.breaks; ++k)
          each.push_back(static_cast<double>(k) / static_cast<double>(o.breaks));
    } else {
      edges = edges_of_equal_groups(o, scope, *source, o.breaks);
    }
    const auto found = scope.compute(ScoreGroups{o.actual, o.scores, std::move(edges)}, *source);
    CalibrationReply reply;
    reply.actual = o.actual;
    reply.scores = o.scores;
    reply.rows = found.counts.rows;
    reply.missing_rows = found.counts.missing_rows;
    reply.positives = found.counts.positives;
    put_tables(found, reply);
    return reply;
  }

  static void put_tables(const ScoreGroupsResult& found, CalibrationReply& reply) {
    std::vector<std::string> names;
    std::vector<double> group, count, low, high, predicted, observed, positives;
    std::vector<double> brier, statistic, df, p_value, mean, rate;
    for (std::size_t s = 0; s < reply.scores.size(); ++s) {
      const auto& name = reply.scores[s];
      double number = 0;
      for (const auto& each : found.groups[s]) {
        if (each.rows == 0) continue;
        if (each.low < 0 || each.high > 1)
          throw DataError("the predictions '" + name +
                          "' must be probabilities from 0 to 1: one is " +
                          number_text(each.low < 0 ? each.low : each.high));
        const auto n = static_cast<double>(each.rows), k = static_cast<double>(each.positives);
        names.push_back(name);
        group.push_back(++number);
        count.push_back(n);
        low.push_back(each.low);
        high.push_back(each.high);
        predicted.push_back(each.sum / n);
        observed.push_back(k / n);
        positives.push_back(k);
      }
      const Fit fit(found.groups[s]);
      brier.push_back(fit.brier);
      statistic.push_back(fit.statistic);
      df.push_back(fit.groups - 2);
      p_value.push_back(fit.groups > 2 ? pchisq(fit.statistic, fit.groups - 2, true)
                                       : std::nan(""));
      mean.push_back(fit.mean);
      rate.push_back(static_cast<double>(reply.positives) / static_cast<double>(reply.rows));
    }
    reply.table.add_texts("predVarName", std::move(names));
    reply.table.add_numbers("group", std::move(group));
    reply.table.add_numbers("count", std::move(count));
    reply.table.add_numbers("minScore", std::move(low));
    reply.table.add_numbers("maxScore", std::move(high));
    reply.table.add_numbers("predicted", std::move(predicted));
    reply.table.add_numbers("observed", std::move(observed));
    reply.table.add_numbers("positives", std::move(positives));
    reply.statistics.add_texts("predVarName", reply.scores);
    reply.statistics.add_numbers("brier", std::move(brier));
    reply.statistics.add_numbers("hosmerLemeshow", std::move(statistic));
    reply.statistics.add_numbers("df", std::move(df));
    reply.statistics.add_numbers("pValue", std::move(p_value));
    reply.statistics.add_numbers("predicted", std::move(mean));
    reply.statistics.add_numbers("observed", std::move(rate));
  }

  static std::string print(const nlohmann::json& reply, std::string_view,
                           const ReportHeader& header) {
    return data_table(table_columns(member(reply, "table")), header.digits, header.width) + "\n" +
           data_table(table_columns(member(reply, "statistics")), header.digits, header.width);
  }
};

}  // namespace

Method calibration_method() { return method<CalibrationMethod>(); }

}  // namespace insitu
