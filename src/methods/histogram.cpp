// rxHistogram as a method. The counts are algorithms/bin_counts.hpp.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "algorithms/bin_counts.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "base/suggest.hpp"
#include "formula/model/formula.hpp"
#include "methods/distribution.hpp"
#include "methods/evaluation.hpp"
#include "methods/methods.hpp"
#include "methods/panel_formula.hpp"
#include "report/data_table.hpp"
#include "report/document.hpp"
#include "report/format_number.hpp"

namespace insitu {

namespace {

using nlohmann::json;

constexpr std::size_t kMostLevels = 10'000;

struct HistogramReply {
  ResultTable table;
  std::string variable, kind, type;
  std::vector<std::string> panels;
  std::vector<double> breaks;
  std::int64_t rows = 0, missing_rows = 0, outside_rows = 0;
};

/// NaN for null.
double end_of_bins(const char* key, const json& given) {
  if (given.is_null()) return std::nan("");
  const double value = number_in(given);
  if (!std::isfinite(value))
    throw InvalidArgument(named(key) + " must be a finite number or NULL, not " + given.dump());
  return value;
}

/// The variables of the formula as terms of a model.
struct Variables {
  ExpressionPtr x;
  bool logical = false;                             ///< x is
  std::vector<ExpressionPtr> given_panels, panels;  ///< as written, and as bound
  std::vector<bool> logical_panels;

  Variables(const PanelFormula& formula, const Schema& schema) : given_panels(formula.panels) {
    logical = is_logical(*formula.x, schema);
    x = formula.x;
    for (const auto& each : formula.panels) {
      logical_panels.push_back(is_logical(*each, schema));
      panels.push_back(logical_panels.back() ? as_factor(each) : each);
    }
  }

  Formula as_one_term() const {
    Formula formula;
    formula.terms.push_back({{x}});
    for (const auto& each : panels) formula.terms[0].factors.push_back(each);
    return formula;
  }

 private:
  static bool is_logical(const Expression& e, const Schema& schema) {
    return e.kind == Expression::Kind::kName && schema.field(e.text).type == Type::kLogical;
  }
  /// F(x)
  static ExpressionPtr as_factor(const ExpressionPtr& e) {
    auto call = std::make_shared<Expression>();
    call->kind = Expression::Kind::kCall;
    call->text = "F";
    call->arguments.push_back({"", e});
    call->position = e->position;
    return call;
  }
};

/// The levels of x that are shown.
std::vector<std::size_t> shown_levels(const std::vector<std::string>& levels,
                                      const std::vector<std::string>& drop,
                                      const std::vector<std::string>& keep) {
  for (const auto& [key, names] : {std::pair{"levelsToDrop", &drop}, {"levelsToKeep", &keep}})
    for (const auto& name : *names)
      if (std::ranges::find(levels, name) == levels.end())
        throw InvalidArgument(named(key) + ": the variable has no level '" + name + "'" +
                              did_you_mean(name, levels));
  std::vector<std::size_t> shown;
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const bool dropped = std::ranges::find(drop, levels[k]) != drop.end();
    const bool kept = keep.empty() || std::ranges::find(keep, levels[k]) != keep.end();
    if (!dropped && kept) shown.push_back(k);
  }
  if (shown.empty() && !levels.empty())
    throw InvalidArgument(
        "`levelsToDrop` and `levelsToKeep` leave no level: name fewer to drop"_named);
  return shown;
}

/// Of F() of a logical variable: 0 and 1 in words.
std::vector<std::string> two_levels(std::vector<std::string> levels) {
  for (auto& level : levels) level = level == "0" ? "FALSE" : "TRUE";
  return levels;
}

const std::vector<std::string>& logical_levels() {
  static const std::vector<std::string> levels{"FALSE", "TRUE"};
  return levels;
}

struct HistogramMethod {
  static constexpr MethodAbout about{
      .op = "histogram",
      .function = "rxHistogram",
      .title = "A histogram, or bars of a factor",
      .formula = "~ x | f",
      .examples =
          "insitu histogram '~ delay' flights.xdf\n"
          "insitu histogram '~ delay | day' flights.xdf --num-breaks 20 --start -20 --end 60\n"
          "insitu histogram '~ F(hour)' flights.xdf --type Percent --json"};
  using Passes = PassList<BinCounts>;
  struct Options : FormulaOptions {
    json breaks, start, end;
    std::vector<std::string> drop, keep;
    std::string type = "Counts";
    std::int64_t most_panels = 100;
  };

  static PlannedPasses planned(const Options&) { return {by_bins("bin_counts")}; }

  static OptionKeys option_keys() {
    using O = Options;
    return formula_keys<O>(
               "~ x: a number, a factor or F(x); ~ x | g1 + g2: a panel for each combination of "
               "the levels of factors.") +
           OptionKeys{
               option("numBreaks", &O::breaks,
                      "Bins of equal width between startVal and endVal. NULL: bins at round "
                      "numbers, their count by the rule of Sturges; up to 100 whole numbers have a "
                      "bar each.",
                      {.labels = "NUMBER"}, OptionKind::kWhole),
               option("startVal", &O::start,
                      "Where the bins begin; NULL: with the lowest value. Values below are not "
                      "counted.",
                      {.command = "--start", .labels = "NUMBER"}, OptionKind::kNumber),
               option("endVal", &O::end,
                      "Where the bins end; NULL: with the highest value. Values above are not "
                      "counted.",
                      {.command = "--end", .labels = "NUMBER"}, OptionKind::kNumber),
               option("levelsToDrop", &O::drop, "Levels of the factor that are not shown.",
                      {.labels = "LEVELS"}),
               option("levelsToKeep", &O::keep, "The only levels of the factor that are shown.",
                      {.labels = "LEVELS"}),
               option("histType", &O::type,
                      "Heights of the bars: counts (sums of weights), or percent of those of the "
                      "panel.",
                      {.choices = {"Counts", "Percent"}, .command = "--type"}),
               option("maxNumPanels", &O::most_panels, "More panels than these are an error.")};
  }

  static ResultKeys result_keys() {
    using R = HistogramReply;
    return {field("table", &R::table,
                  "A row a bar, panel by panel: value (the middle of the bin, the whole number or "
                  "the level), low and high (of numbers), the panels' factors, counts, percent "
                  "(of the panel)."),
            field("variable", &R::variable, "As the formula writes it."),
            field("kind", &R::kind,
                  "\"bins\", \"values\" (a bar for each whole number) or \"levels\"."),
            field("panels", &R::panels, "Names of the panels' factors."),
            field("breaks", &R::breaks, "Ends of the bins, or the whole numbers."),
            field("histType", &R::type, "Heights of the bars: Counts or Percent."),
            field("valid.obs", &R::rows, "Rows that are counted."),
            field("missing.obs", &R::missing_rows, "Rows left out for a missing value."),
            field("outside.obs", &R::outside_rows,
                  "Rows left out as infinite, or beyond startVal and endVal.")};
  }

  static BinLimits limits_of(const Options& o) {
    BinLimits limits;
    limits.start = end_of_bins("startVal", o.start);
    limits.end = end_of_bins("endVal", o.end);
    if (limits.start >= limits.end)
      throw InvalidArgument("`startVal` must be below `endVal`, not "_named +
                            number_text(limits.start) + " and " + number_text(limits.end));
    if (!o.breaks.is_null()) {
      const double breaks = number_in(o.breaks);
      if (!(breaks == std::round(breaks)))
        throw InvalidArgument("`numBreaks` must be a whole number or NULL, not "_named +
                              o.breaks.dump());
      limits.breaks = static_cast<std::int64_t>(std::clamp(breaks, -1.0, 1e9));
      require_count("numBreaks", limits.breaks, BinCounts::kMostBins);
    }
    return limits;
  }

  static HistogramReply run(const Options& o, Scope& scope) {
    if (o.formula.empty())
      throw InvalidArgument("formula: expected a formula, such as ~ x or ~ x | g");
    const auto formula = parse_panel_formula(o.formula);
    if (!formula.responses.empty())
      throw InvalidArgument("formula: expected nothing before the '~', as in ~ x | g, not " +
                            o.formula);
    require_count("maxNumPanels", o.most_panels, 1'000'000);
    auto limits = limits_of(o);
    const Variables variables(formula, *scope.source()->schema());
    if (variables.logical) limits = {.start = 0, .end = 1, .breaks = 0, .whole = true};
    const auto bound = scope.bind(variables.as_one_term(), o);
    const auto& frame = bound.frame;
    require_panels(o, variables, frame);
    const auto found = scope.compute(BinCounts{.frame = frame, .limits = limits}, bound);
    HistogramReply reply;
    reply.variable = deparse(*variables.x);
    reply.type = o.type;
    reply.rows = found.rows;
    reply.missing_rows = found.missing_rows;
    reply.outside_rows = found.outside_rows;
    put_table(o, variables, frame, found, reply);
    if (reply.rows == 0) scope.warn("the histogram of '" + reply.variable + "' counts no rows");
    scope.tell("Rows Processed: " +
               std::to_string(reply.rows + reply.missing_rows + reply.outside_rows));
    return reply;
  }

  /// Throws InvalidArgument for panels that cannot be, or are too many, and for bars likewise.
  static void require_panels(const Options& o, const Variables& variables,
                             const ModelFrame& frame) {
    const auto& indices = frame.terms[0].variables;
    for (std::size_t k = 1; k < indices.size(); ++k)
      if (std::find(indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(k),
                    indices[k]) != indices.begin() + static_cast<std::ptrdiff_t>(k))
        throw InvalidArgument("formula: the variable '" + frame.variables[indices[k]].label +
                              "' stands in it twice: " + o.formula);
    double panels = 1;
    for (std::size_t k = 1; k < indices.size(); ++k) {
      const auto& each = frame.variables[indices[k]];
      if (!each.categorical)
        throw InvalidArgument("formula: the panels need factors, and '" + each.label +
                              "' holds numbers: write F(" + each.label + ") or cut(" + each.label +
                              ", c(0, 10, 20))");
      panels *= static_cast<double>(each.levels.size());
    }
    if (panels > static_cast<double>(o.most_panels))
      throw InvalidArgument("the formula makes " + number_text(panels) + " panels, more than " +
                            named("maxNumPanels") + " (" + std::to_string(o.most_panels) +
                            "): use factors of fewer levels, or raise it");
    const auto& x = frame.variables[indices[0]];
    if (x.categorical && x.levels.size() > kMostLevels)
      throw InvalidArgument("'" + x.label + "' has " + std::to_string(x.levels.size()) +
                            " levels, more than " + std::to_string(kMostLevels) +
                            " bars: draw a number itself, or F(x, low, high)");
    if ((!o.drop.empty() || !o.keep.empty()) && !x.categorical && !variables.logical)
      throw InvalidArgument("`levelsToDrop` and `levelsToKeep` are for factors, and '"_named +
                            x.label +
                            "' holds numbers: " + "use `startVal` and `endVal`, or F(x)"_named);
  }

  static void put_table(const Options& o, const Variables& variables, const ModelFrame& frame,
                        const BinCountsResult& found, HistogramReply& reply) {
    const auto& indices = frame.terms[0].variables;
    const auto& x = frame.variables[indices[0]];
    const bool levels = x.categorical || variables.logical;
    const auto& names = variables.logical ? logical_levels() : x.levels;
    reply.kind = levels ? "levels" : found.whole ? "values" : "bins";
    if (!levels) reply.breaks = found.breaks;
    // The bars of a panel, and where they stand in the counts.
    std::vector<std::size_t> bars;
    if (levels) {
      bars = shown_levels(names, o.drop, o.keep);
    } else {
      bars.resize(found.breaks.size() - (found.whole ? 0 : 1));
      std::iota(bars.begin(), bars.end(), std::size_t{0});
    }
    const std::size_t wide = levels ? names.size() : bars.size();
    const std::size_t panels = wide == 0 ? 0 : found.counts.size() / wide;
    std::vector<double> value, low, high, counts, percent;
    std::vector<std::vector<double>> codes(indices.size() - 1);
    for (std::size_t p = 0; p < panels; ++p) {
      double total = 0;
      for (const auto bar : bars) total += found.counts[p * wide + bar];
      for (std::size_t at = 0; at < bars.size(); ++at) {
        const auto bar = bars[at];
        if (levels) {
          value.push_back(static_cast<double>(at));
        } else if (found.whole) {
          value.push_back(found.breaks[bar]);
          low.push_back(found.breaks[bar] - 0.5);
          high.push_back(found.breaks[bar] + 0.5);
        } else {
          low.push_back(found.breaks[bar]);
          high.push_back(found.breaks[bar + 1]);
          value.push_back(low.back() / 2 + high.back() / 2);
        }
        const double count = found.counts[p * wide + bar];
        counts.push_back(count);
        percent.push_back(total > 0 ? 100 * count / total : 0);
        std::size_t rest = p;
        for (std::size_t k = 1; k < indices.size(); ++k) {
          const auto size = frame.variables[indices[k]].levels.size();
          codes[k - 1].push_back(static_cast<double>(rest % size));
          rest /= size;
        }
      }
    }
    if (levels) {
      std::vector<std::string> shown;
      for (const auto bar : bars) shown.push_back(names[bar]);
      reply.table.add_factor("value", std::move(shown), std::move(value));
    } else {
      reply.table.add_numbers("value", std::move(value));
      reply.table.add_numbers("low", std::move(low));
      reply.table.add_numbers("high", std::move(high));
    }
    for (std::size_t k = 1; k < indices.size(); ++k) {
      const auto& panel = frame.variables[indices[k]];
      reply.panels.push_back(deparse(*variables.given_panels[k - 1]));
      reply.table.add_factor(
          reply.panels.back(),
          variables.logical_panels[k - 1] ? two_levels(panel.levels) : panel.levels,
          std::move(codes[k - 1]));
    }
    reply.table.add_numbers("counts", std::move(counts));
    reply.table.add_numbers("percent", std::move(percent));
  }

  static std::string print(const json& reply, std::string_view, const ReportHeader& header) {
    const auto count = [&](const char* key) {
      return format_integer(number_in(member(reply, key)));
    };
    return "Number of valid observations: " + count("valid.obs") +
           "\nNumber of missing observations: " + count("missing.obs") +
           "\nNumber of observations outside: " + count("outside.obs") + "\n\n" +
           data_table(table_columns(member(reply, "table")), header.digits, header.width);
  }
};

}  // namespace

Method histogram_method() { return method<HistogramMethod>(); }

}  // namespace insitu
