// Iterations of generalized linear models from what a server sums: linear predictors, means,
// working weights and working responses are told as portable expressions of the columns, with the
// coefficients of the pass in them, and the moments are those of a weighted regression of them.
#include <cmath>
#include <limits>
#include <utility>

#include "algorithms/glm.hpp"
#include "algorithms/model_aggregates.hpp"
#include "algorithms/row_variables.hpp"
#include "base/error.hpp"
#include "base/number_text.hpp"

namespace insitu {

namespace {

/// Beyond this many cells of a term its coefficients are no expression that servers like.
constexpr std::uint32_t kMostCells = 100;

// Names of computed columns; no source has them.
constexpr const char *kResponse = ".insitu_y", *kPrior = ".insitu_p", *kEta = ".insitu_eta",
                     *kExp = ".insitu_e", *kMean = ".insitu_mu", *kSlope = ".insitu_slope",
                     *kVariance = ".insitu_v", *kValid = ".insitu_valid",
                     *kWorking = ".insitu_working", *kUsed = ".insitu_used", *kWeight = ".insitu_w",
                     *kTarget = ".insitu_z", *kCounted = ".insitu_counted",
                     *kUntold = ".insitu_untold";
constexpr const char *kDeviance = ".insitu_dev", *kPearson = ".insitu_pearson",
                     *kInvalid = ".insitu_invalid", *kExtreme = ".insitu_extreme",
                     *kImpossible = ".insitu_impossible";

std::string number(double value) {
  if (!std::isfinite(value)) throw Unsupported("a coefficient is not finite");
  return double_text(value);
}

std::string quoted(const std::string& label) {
  Expression e;
  e.kind = Expression::Kind::kString;
  e.text = label;
  return deparse(e);
}

std::string text_of(const ModelVariable& variable) {
  return "(" + row_variable(variable).text + ")";
}

class Expressions {
 public:
  explicit Expressions(const Glm& model) : model_(model), frame_(model.frame) {}

  using Computed = std::vector<std::pair<std::string, std::string>>;

  Computed computed() {
    add(kResponse, text_of(frame_.variables[frame_.responses[0]]));
    if (!frame_.weights.empty()) {
      add(kPrior, column_text(frame_.weights));
      add(kCounted, "ifelse(" + std::string(kPrior) + " != 0, 1, 0)");
    }
    const std::string y = kResponse;
    add(kImpossible, "ifelse(" + counts() + "(" + impossible(y) + "), 1, 0)");
    if (model_.step == Glm::Step::kLinear) return std::move(computed_);
    add(kEta, model_.step == Glm::Step::kStart ? start(y) : linear_predictor());
    means();
    const std::string eta = kEta, mu = kMean, slope = kSlope, v = kVariance;
    add(kVariance, variance(mu));
    add(kValid, "!is.na(" + eta + ") & !is.na(" + mu + ") & " + valid(eta, mu));
    add(kWorking, "ifelse(" + std::string(kValid) + ", " +
                      weighted(slope + " * " + slope + " / ifelse(" + v + " > 0, " + v + ", 1)") +
                      ", 0)");
    add(kUsed, counts() + kValid + " & " + slope + " != 0 & " + kWorking + " > 0");
    add(kWeight, "ifelse(" + std::string(kUsed) + ", " + kWorking + ", 0)");
    const auto error = "(" + y + " - " + mu + ") / ifelse(" + slope + " != 0, " + slope + ", 1)";
    add(kTarget, "ifelse(" + std::string(kUsed) + ", " +
                     (model_.residual ? error : eta + " - (" + offset() + ") + " + error) + ", 0)");
    const auto counted = counts() + kValid;
    add(kDeviance, "ifelse(" + counted + ", " + weighted(deviance(y, mu)) + ", 0)");
    add(kPearson, "ifelse(" + counted + ", " +
                      weighted("(" + y + " - " + mu + ") * (" + y + " - " + mu + ") / ifelse(" + v +
                               " > 0, " + v + ", 1)") +
                      ", 0)");
    // A row without one would be left out unseen, as if a variable were missing in it.
    const std::string told = kDeviance, pearson = kPearson;
    add(kUntold, "ifelse(is.na(" + told + ") | is.na(" + pearson + "), 1, 0)");
    add(kDeviance, "ifelse(is.na(" + told + "), 0, " + told + ")");
    add(kPearson, "ifelse(is.na(" + pearson + "), 0, " + pearson + ")");
    add(kInvalid, "ifelse(" + counts() + "!" + kValid + ", 1, 0)");
    add(kExtreme, "ifelse(" + counted + " & (" + extreme(mu) + "), 1, 0)");
    return std::move(computed_);
  }

 private:
  using Variance = Family::Variance;
  using Kind = Link::Kind;

  /// Rows of weight 0 do not count.
  std::string counts() const {
    return frame_.weights.empty() ? "" : std::string(kPrior) + " > 0 & ";
  }
  std::string weighted(const std::string& value) const {
    return frame_.weights.empty() ? "(" + value + ")" : std::string(kPrior) + " * (" + value + ")";
  }

  void add(const char* name, std::string text) { computed_.emplace_back(name, std::move(text)); }
  [[noreturn]] void refuse() const {
    throw Unsupported("iterations of the family " + model_.family.label() +
                      " are not told as sums");
  }

  std::string impossible(const std::string& y) const {
    if (model_.binary) return "!(" + y + " == 0 | " + y + " == 1)";
    const auto* range = model_.family.response_range();
    if (!range) return "FALSE";
    const std::string_view text = range;
    return text == "from 0 to 1" ? y + " < 0 | " + y + " > 1"
           : text == "above 0"   ? y + " <= 0"
                                 : y + " < 0";
  }

  std::string start(const std::string& y) const {
    const std::string weight =
        frame_.frequency_weights || frame_.weights.empty() ? "1" : std::string(kPrior);
    std::string mean;
    switch (model_.family.name) {
      case Family::Name::kBinomial:
      case Family::Name::kQuasibinomial:
        mean = "((" + weight + " * " + y + " + 0.5) / (" + weight + " + 1))";
        break;
      case Family::Name::kPoisson:
      case Family::Name::kQuasipoisson:
        mean = "(" + y + " + 0.1)";
        break;
      case Family::Name::kGaussian:
      case Family::Name::kGamma:
        mean = y;
        break;
      default:
        refuse();
    }
    switch (model_.family.link.kind) {
      case Kind::kIdentity:
        return mean;
      case Kind::kLog:
        return "log(" + mean + ")";
      case Kind::kLogit:
        return "log(" + mean + " / (1 - " + mean + "))";
      case Kind::kInverse:
        return "1 / ifelse(" + mean + " == 0, NA, " + mean + ")";
      default:
        refuse();
    }
  }

  /// The coefficient of the cell that a row is in: by the last factor outermost.
  std::string by_cell(std::vector<std::uint32_t> factors, const double* b,
                      std::uint32_t cells) const {
    if (factors.empty()) return number(*b);
    const auto& variable = frame_.variables[factors.back()];
    if (variable.column.empty() || variable.from_range || variable.restricted)
      throw Unsupported("iterations with the factor " + variable.label + " are not told as sums");
    factors.pop_back();
    const auto stride = cells / static_cast<std::uint32_t>(variable.levels.size());
    std::string text = "NA_real_";
    for (auto i = static_cast<std::uint32_t>(variable.levels.size()); i-- > 0;)
      text = "ifelse(" + text_of(variable) + " == " + quoted(variable.levels[i]) + ", " +
             by_cell(factors, b + std::size_t{i} * stride, stride) + ", " + text + ")";
    return text;
  }

  std::string offset() const {
    return frame_.responses.size() > 1 ? text_of(frame_.variables[frame_.responses[1]])
                                       : std::string("0");
  }

  std::string linear_predictor() {
    std::size_t column = frame_.intercept && !model_.coding.cube ? 1 : 0;
    std::string eta = column ? number(model_.coefficients[0]) : "0";
    for (std::size_t t = 0; t < frame_.terms.size(); ++t) {
      const auto variables = term_variables(frame_, t);
      const double* b = model_.coefficients.data() + column;
      const double centre = model_.centres[column];
      const auto cells = frame_.cells(t);
      column += cells;
      if (cells > kMostCells)
        throw Unsupported("iterations with more than 100 cells of a term are not told as sums");
      std::string value;
      for (const auto v : variables.numbers) {
        if (frame_.variables[v].level_codes)
          throw Unsupported("iterations with N() are not told as sums");
        value += (value.empty() ? "" : " * ") + text_of(frame_.variables[v]);
      }
      auto part = by_cell(variables.factors, b, cells);
      if (!value.empty())
        part += " * (" + value + (centre == 0 ? ")" : " - " + number(centre) + ")");
      eta += " + " + part;
    }
    if (frame_.responses.size() > 1) eta += " + " + offset();
    return eta;
  }

  void means() {
    const std::string eta = kEta, e = kExp, mu = kMean;
    const auto epsilon = number(std::numeric_limits<double>::epsilon());
    switch (model_.family.link.kind) {
      case Kind::kIdentity:
        add(kMean, eta);
        add(kSlope, "ifelse(is.na(" + eta + "), 1, 1)");
        return;
      case Kind::kLog:  // beyond 709 a mean is no number
        add(kExp, "ifelse(" + eta + " > 709, NA, exp(pmin(" + eta + ", 709)))");
        add(kMean, "pmax(" + e + ", " + epsilon + ")");
        add(kSlope, mu);
        return;
      case Kind::kLogit: {
        const double least = std::numeric_limits<double>::epsilon(), most = 1 / least;
        add(kExp, "exp(pmin(pmax(" + eta + ", -30), 30))");
        add(kMean, "ifelse(" + eta + " < -30, " + number(least / (1 + least)) + ", ifelse(" + eta +
                       " > 30, " + number(most / (1 + most)) + ", " + e + " / (1 + " + e + ")))");
        add(kSlope, "ifelse(" + eta + " < -30 | " + eta + " > 30, " + epsilon + ", " + e +
                        " / ((1 + " + e + ") * (1 + " + e + ")))");
        return;
      }
      case Kind::kInverse:
        add(kMean, "1 / ifelse(" + eta + " == 0, NA, " + eta + ")");
        add(kSlope, "-(" + mu + " * " + mu + ")");
        return;
      default:
        refuse();
    }
  }

  std::string variance(const std::string& mu) const {
    switch (model_.family.variance) {
      case Variance::kConstant:
        return "ifelse(is.na(" + mu + "), 1, 1)";
      case Variance::kBinomial:
        return mu + " * (1 - " + mu + ")";
      case Variance::kMu:
        return mu;
      case Variance::kMu2:
        return mu + " * " + mu;
      default:
        refuse();
    }
  }

  std::string valid(const std::string& eta, const std::string& mu) const {
    const auto finite = [](const std::string& x) {
      return "abs(" + x + ") <= 1.7976931348623157e308";
    };
    auto text = finite(eta) + " & " + finite(mu);
    if (model_.family.variance == Variance::kConstant) return text;
    text += " & " + mu + " > 0";
    return model_.family.is_binomial() ? text + " & " + mu + " < 1" : text;
  }

  std::string deviance(const std::string& y, const std::string& mu) const {
    if (model_.binary && model_.family.variance == Variance::kBinomial)
      return "-2 * log(ifelse(" + y + " > 0, " + mu + ", 1 - " + mu + "))";
    switch (model_.family.variance) {
      case Variance::kConstant:
        return "(" + y + " - " + mu + ") * (" + y + " - " + mu + ")";
      case Variance::kBinomial:
        return "ifelse(" + y + " > 0, -2 * " + y + " * log(ifelse(" + y + " > 0, " + mu + " / " +
               positive(y) + ", 1)), 0) + ifelse(" + y + " < 1, -2 * (1 - " + y +
               ") * log(ifelse(" + y + " < 1, (1 - " + mu + ") / " + positive("(1 - " + y + ")") +
               ", 1)), 0)";
      case Variance::kMu:
        return "2 * (ifelse(" + y + " > 0, " + y + " * log(" + positive(y) + " / " + positive(mu) +
               "), 0) - (" + y + " - " + mu + "))";
      case Variance::kMu2:
        return "-2 * (log(" + positive(y) + " / " + positive(mu) + ") - (" + y + " - " + mu +
               ") / " + positive(mu) + ")";
      default:
        refuse();
    }
  }

  /// The value where it is above 0; else 1, so that a server that computes more than it needs does
  /// not end there.
  static std::string positive(const std::string& x) {
    return "ifelse(" + x + " > 0, " + x + ", 1)";
  }

  std::string extreme(const std::string& mu) const {
    const bool above = model_.family.is_binomial();
    const bool below =
        above || (model_.family.variance == Variance::kMu && model_.family.link.kind == Kind::kLog);
    std::string text = below ? mu + " < " + number(kAtBound) : "FALSE";
    return above ? text + " | " + mu + " > 1 - " + number(kAtBound) : text;
  }

  const Glm& model_;
  const ModelFrame& frame_;
  Computed computed_;
};

ModelVariable computed_variable(const char* name) {
  ModelVariable variable;
  variable.name = variable.label = variable.column = name;
  return variable;
}

/// What a step sums beside the moments of its regression, asked for with the first question of
/// those: rows are gone through once.
class OwnSums {
 public:
  OwnSums(const Glm& model, Expressions::Computed computed)
      : model_(model), computed_(std::move(computed)) {}

  bool at_means() const { return model_.step != Glm::Step::kLinear; }
  const GlmSums& sums() const { return sums_; }

  AggregateAnswer asked(const AggregateQuestion& question, const AskAggregates& ask) {
    auto more = question;
    more.computed = computed_;
    const bool first = !std::exchange(told_, true);
    if (first) add(more);
    auto answer = ask_about(ask, more);
    if (first) take(answer, question.sums.size());
    if (first && weighted()) {  // those of rows that are left out, too
      AggregateQuestion weights;
      weights.weight = model_.frame.weights;
      weights.whole_weights = model_.frame.frequency_weights;
      ask_about(ask, weights);
    }
    return answer;
  }

 private:
  bool weighted() const { return !model_.frame.weights.empty(); }

  void add(AggregateQuestion& question) const {
    const auto variable = [&](const char* column) {
      question.variables.push_back(row_variable(computed_variable(column)));
      return static_cast<std::uint32_t>(question.variables.size() - 1);
    };
    const auto sum = [&](std::vector<std::uint32_t> factors) {
      question.values.push_back({.factors = std::move(factors)});
      question.sums.push_back({.values = {static_cast<std::uint32_t>(question.values.size() - 1)}});
    };
    const auto prior = weighted() ? std::vector{variable(kPrior)} : std::vector<std::uint32_t>();
    auto response = prior;
    response.push_back(variable(kResponse));
    sum(response);
    if (weighted()) sum(prior), sum({variable(kCounted)});
    sum({variable(kImpossible)});
    if (at_means())
      for (const auto* column : {kUntold, kDeviance, kPearson, kInvalid, kExtreme})
        sum({variable(column)});
  }

  void take(const AggregateAnswer& answer, std::size_t at) {
    for (const auto& cell : answer.cells) {
      if (cell.rows == 0) continue;
      auto next = at;
      const auto sum = [&] { return cell.sums.at(next++); };
      sums_.rows += cell.rows;
      sums_.response += DoubleDouble(sum());
      const auto rows = static_cast<double>(cell.rows);
      sums_.weight += DoubleDouble(weighted() ? sum() : rows);
      sums_.positive += weighted() ? std::llround(sum()) : cell.rows;
      if (sum() > 0) throw Unsupported("some responses are none that the family can have");
      if (!at_means()) continue;
      if (sum() > 0) throw Unsupported("some rows have no deviance that a server can tell");
      sums_.deviance += DoubleDouble(sum());
      sums_.pearson += DoubleDouble(sum());
      sums_.invalid += std::llround(sum());
      sums_.extreme += std::llround(sum());
    }
    if (model_.step == Glm::Step::kStart && sums_.invalid > 0)
      throw Unsupported("iterations cannot start at some responses");
  }

  const Glm& model_;
  Expressions::Computed computed_;
  GlmSums sums_;
  bool told_ = false;
};

}  // namespace

Glm::State Glm::aggregated(const AskAggregates& ask) const {
  if (family.calls_user()) throw Unsupported("the family is a function of a language");
  if (double_double)
    throw Unsupported(
        "columns are so near to being dependent that sums in double-double are needed");
  const bool zero = (family.name == Family::Name::kBinomial && binary) ||
                    (family.name == Family::Name::kGaussian &&
                     (frame.weights.empty() || frame.frequency_weights));
  if (constants && family.has_likelihood() && !zero)
    throw Unsupported("the constants of the likelihood are not told as sums");
  auto state = init();
  OwnSums own(*this, Expressions(*this).computed());
  const AskAggregates ask_computed = [&](const AggregateQuestion& question) {
    return own.asked(question, ask);
  };
  auto design = frame;
  design.responses.resize(1);
  if (own.at_means()) {
    // The prior weights stay among the variables: rows without one are incomplete.
    if (!frame.weights.empty()) {
      auto prior = computed_variable("");
      prior.name = prior.label = prior.column = frame.weights;
      design.variables.push_back(prior);
    }
    design.variables.push_back(computed_variable(kTarget));
    design.responses[0] = static_cast<std::uint32_t>(design.variables.size() - 1);
    design.weights = kWeight;
    design.frequency_weights = false;
  }
  state.moments = aggregated_moments(design, *state.shape, ask_computed);
  state.sums = own.sums();
  return state;
}

}  // namespace insitu
