// rxRoc as a method. The counts are algorithms/roc.hpp, the exact area algorithms/rank_counts.hpp.
#include "algorithms/roc.hpp"

#include "algorithms/rank_counts.hpp"
#include "methods/evaluation.hpp"
#include "methods/methods.hpp"
#include "report/data_table.hpp"
#include "report/document.hpp"
#include "report/format_number.hpp"
#include "report/text_table.hpp"

namespace insitu {

namespace {

struct RocReply {
  ResultTable table;
  std::string actual;
  std::vector<std::string> scores;
  std::vector<double> auc;
  std::int64_t rows = 0, missing_rows = 0, positives = 0;
};

/// The points as columns; `all`: those that repeat the one before, too.
ResultTable table_of(const RocResult& found, const std::vector<std::string>& scores, bool all) {
  std::vector<double> thresholds, sensitivities, specificities;
  std::vector<std::string> names;
  const RocPoint* before = nullptr;
  for (const auto& point : found.points) {
    const bool repeats = before && before->score == point.score &&
                         before->sensitivity == point.sensitivity &&
                         before->specificity == point.specificity;
    before = &point;
    if (repeats && !all) continue;
    thresholds.push_back(point.threshold);
    names.push_back(scores[point.score]);
    sensitivities.push_back(point.sensitivity);
    specificities.push_back(point.specificity);
  }
  ResultTable table;
  table.add_numbers("threshold", std::move(thresholds));
  table.add_texts("predVarName", std::move(names));
  table.add_numbers("sensitivity", std::move(sensitivities));
  table.add_numbers("specificity", std::move(specificities));
  return table;
}

struct RocMethod {
  static constexpr MethodAbout about{
      .op = "roc",
      .function = "rxRoc",
      .title = "Sensitivity and specificity of predictions by threshold",
      .formula = "",
      .examples =
          "insitu roc flights.xdf --actual late --predictions delay --transform 'late=hour > 12'\n"
          "insitu roc flights.xdf --actual late --predictions delay,hour --num-breaks 10 --exact "
          "--transform 'late=delay > 5' --json"};
  using Passes = PassList<Roc, RankCounts>;
  struct Options : EvaluationOptions {
    std::int64_t breaks = 100;
    bool remove_repeated = true;
    bool exact = false;
  };

  static PlannedPasses planned(const Options& options) {
    PlannedPasses passes = {{"roc", 1, 2, "the range of the predictions is known"}};
    if (options.exact) passes.push_back({"rank_counts", 1, -1, "all are ranked"});
    return passes;
  }

  static OptionKeys option_keys() {
    using O = Options;
    return evaluation_keys<O>() +
           OptionKeys{
               option("numBreaks", &O::breaks, "Steps between thresholds."),
               option(
                   "removeDups", &O::remove_repeated,
                   "Leave out thresholds at which nothing changes.",
                   {.command = "--keep-dups", .help = "Keep thresholds at which nothing changes"}),
               option("exact", &O::exact,
                      "The exact areas under the curves, from the ranks of all predictions; else "
                      "those under the points.")};
  }

  static ResultKeys result_keys() {
    using R = RocReply;
    return {field("table", &R::table,
                  "A row a threshold: threshold, predVarName, sensitivity, specificity; predicted "
                  "is a row whose prediction reaches the threshold."),
            field("actualVarName", &R::actual, "Of the outcomes."),
            field("predVarNames", &R::scores, "Of the predictions."),
            array_field("auc", &R::auc, {"predVarNames"}, "Areas under the curves."),
            field("valid.obs", &R::rows, "Rows that took part."),
            field("missing.obs", &R::missing_rows, "Rows left out for a missing value."),
            field("positives", &R::positives, "Rows with outcome 1.")};
  }

  static RocReply run(const Options& o, Scope& scope) {
    require_count("numBreaks", o.breaks, Roc::kMostBreaks);
    const auto source = scored_rows(o, scope);
    const auto found = scope.compute(Roc{o.actual, o.scores, o.breaks, {}, {}}, *source);
    RocReply reply;
    reply.table = table_of(found, o.scores, !o.remove_repeated);
    reply.actual = o.actual;
    reply.scores = o.scores;
    if (o.exact) {
      reply.auc = scope.compute(RankCounts{o.actual, o.scores}, *source);
    } else {
      for (std::size_t s = 0; s < o.scores.size(); ++s)
        reply.auc.push_back(area_under(found.points, s));
    }
    reply.rows = found.counts.rows;
    reply.missing_rows = found.counts.missing_rows;
    reply.positives = found.counts.positives;
    return reply;
  }

  static std::string print(const nlohmann::json& reply, std::string_view,
                           const ReportHeader& header) {
    const auto areas = format_column(numbers_in(member(reply, "auc")), header.digits);
    std::string text =
        data_table(table_columns(member(reply, "table")), header.digits, header.width);
    text += "\nArea under the curve\n";
    return text + print_table({},
                              {{"predVarName", texts_in(member(reply, "predVarNames")), true},
                               {"auc", areas, true}},
                              header.width);
  }
};

}  // namespace

Method roc_method() { return method<RocMethod>(); }

}  // namespace insitu
