// rxLift as a method. The groups are algorithms/score_groups.hpp.
#include <ranges>

#include "algorithms/exact_quantiles.hpp"
#include "algorithms/score_groups.hpp"
#include "methods/evaluation.hpp"
#include "methods/methods.hpp"
#include "report/data_table.hpp"
#include "report/document.hpp"

namespace insitu {

namespace {

struct LiftReply {
  ResultTable table;
  std::string actual;
  std::vector<std::string> scores;
  std::int64_t rows = 0, missing_rows = 0, positives = 0;
};

/// The columns of the table, filled a group at a time.
struct LiftColumns {
  std::vector<std::string> names;
  std::vector<double> group, count, low, high, mean, positives, rate, lift, percent, gain, together;

  /// Groups of one score, the highest first; `groups` from low to high.
  void add(const std::string& name, const std::vector<ScoreGroup>& groups,
           const OutcomeCounts& counts) {
    const auto all = static_cast<double>(counts.rows), hits = static_cast<double>(counts.positives);
    double rows_so_far = 0, hits_so_far = 0, number = 0;
    for (const auto& each : std::views::reverse(groups)) {
      if (each.rows == 0) continue;
      const auto n = static_cast<double>(each.rows), k = static_cast<double>(each.positives);
      rows_so_far += n;
      hits_so_far += k;
      names.push_back(name);
      group.push_back(++number);
      count.push_back(n);
      low.push_back(each.low);
      high.push_back(each.high);
      mean.push_back(each.sum / n);
      positives.push_back(k);
      rate.push_back(k / n);
      lift.push_back((k / n) / (hits / all));
      percent.push_back(100 * (rows_so_far / all));
      gain.push_back(100 * (hits_so_far / hits));
      together.push_back((hits_so_far / rows_so_far) / (hits / all));
    }
  }

  ResultTable table() && {
    ResultTable made;
    made.add_texts("predVarName", std::move(names));
    made.add_numbers("group", std::move(group));
    made.add_numbers("count", std::move(count));
    made.add_numbers("minScore", std::move(low));
    made.add_numbers("maxScore", std::move(high));
    made.add_numbers("meanScore", std::move(mean));
    made.add_numbers("positives", std::move(positives));
    made.add_numbers("rate", std::move(rate));
    made.add_numbers("lift", std::move(lift));
    made.add_numbers("cumPercent", std::move(percent));
    made.add_numbers("gain", std::move(gain));
    made.add_numbers("cumLift", std::move(together));
    return made;
  }
};

struct LiftMethod {
  static constexpr MethodAbout about{
      .op = "lift",
      .function = "rxLift",
      .title = "Lift and cumulative gain of predictions",
      .formula = "",
      .examples =
          "insitu lift flights.xdf --actual late --predictions hour --transform 'late=delay > 5'\n"
          "insitu lift flights.xdf --actual late --predictions hour --num-breaks 4 --transform "
          "'late=delay > 5' --json"};
  using Passes = PassList<ScoreGroups, ExactQuantiles>;
  struct Options : EvaluationOptions {
    std::int64_t breaks = 10;
  };

  static PlannedPasses planned(const Options& options) {
    PlannedPasses passes;
    if (options.breaks > 1)
      passes.push_back(
          until_quantiles(static_cast<std::int64_t>(options.scores.size()), options.breaks - 1));
    passes.push_back(one_pass("score_groups"));
    return passes;
  }

  static OptionKeys option_keys() {
    return evaluation_keys<Options>() +
           OptionKeys{option("numBreaks", &Options::breaks,
                             "Groups of as many rows each, by prediction; equal predictions are in "
                             "one group.")};
  }

  static ResultKeys result_keys() {
    using R = LiftReply;
    return {field("table", &R::table,
                  "A row a group, the highest predictions first: predVarName, group, count, "
                  "minScore, maxScore, meanScore, positives, rate (of outcome 1), lift (rate by "
                  "that of all rows); up to there: cumPercent of the rows, gain (percentage of the "
                  "outcomes 1), cumLift."),
            field("actualVarName", &R::actual, "Of the outcomes."),
            field("predVarNames", &R::scores, "Of the predictions."),
            field("valid.obs", &R::rows, "Rows that took part."),
            field("missing.obs", &R::missing_rows, "Rows left out for a missing value."),
            field("positives", &R::positives, "Rows with outcome 1.")};
  }

  static LiftReply run(const Options& o, Scope& scope) {
    require_count("numBreaks", o.breaks, kMostGroups);
    const auto source = scored_rows(o, scope);
    auto edges = edges_of_equal_groups(o, scope, *source, o.breaks);
    const auto found = scope.compute(ScoreGroups{o.actual, o.scores, std::move(edges)}, *source);
    found.counts.require_both(o.actual);
    LiftColumns columns;
    for (std::size_t s = 0; s < o.scores.size(); ++s)
      columns.add(o.scores[s], found.groups[s], found.counts);
    LiftReply reply{std::move(columns).table(), o.actual, o.scores};
    reply.rows = found.counts.rows;
    reply.missing_rows = found.counts.missing_rows;
    reply.positives = found.counts.positives;
    return reply;
  }

  static std::string print(const nlohmann::json& reply, std::string_view,
                           const ReportHeader& header) {
    return data_table(table_columns(member(reply, "table")), header.digits, header.width);
  }
};

}  // namespace

Method lift_method() { return method<LiftMethod>(); }

}  // namespace insitu
