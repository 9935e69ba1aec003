// A model as a SELECT. Numbers have exponents, so that no engine computes in decimals; what the
// engine calls missing (a function without a finite value, a level that the model does not know)
// is NULL.
#include <cmath>

#include "base/error.hpp"
#include "math/elementary.hpp"
#include "methods/exports/scored_model.hpp"

namespace insitu {

namespace {

class Sql final : public Notation {
 public:
  explicit Sql(std::string dialect) : dialect_(std::move(dialect)) {}

  const char* language() const override { return "SQL"; }
  std::string number(double value) const override { return exponent_text(value); }
  /// The one function that writes identifiers.
  std::string name(const std::string& name) const {
    const bool brackets = dialect_ == "sqlserver";
    const char last = brackets ? ']' : '"';
    std::string out(1, brackets ? '[' : '"');
    for (const char c : name) out.append(c == last ? 2 : 1, c);
    return out + last;
  }
  std::string text(const std::string& text) const {
    std::string out = dialect_ == "sqlserver" ? "N'" : "'";
    for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
    return out + "'";
  }
  /// A column of texts. SQL Server's default collation takes "a" and "A" as one level.
  std::string text_column(const std::string& column) const {
    return name(column) + (dialect_ == "sqlserver" ? " COLLATE Latin1_General_BIN2" : "");
  }
  std::string column(const std::string& column) const override {
    return "CAST(" + name(column) + " AS " +
           (dialect_ == "sqlite"      ? "REAL"
            : dialect_ == "duckdb"    ? "DOUBLE"
            : dialect_ == "sqlserver" ? "FLOAT(53)"
                                      : "DOUBLE PRECISION") +
           ")";
  }
  std::string log() const { return dialect_ == "sqlserver" ? "LOG" : "LN"; }

  std::optional<std::string> call(const std::string& f, const std::vector<std::string>& a,
                                  const std::vector<std::optional<double>>& fixed) const override {
    const auto when = [](const std::string& condition, const std::string& value) {
      return "CASE WHEN " + condition + " THEN " + value + " END";
    };
    if (a.size() == 1) {
      const auto& x = a[0];
      if (f == "-") return "(-" + x + ")";
      if (f == "+") return x;
      if (f == "exp") return "EXP(" + x + ")";
      if (f == "abs") return "ABS(" + x + ")";
      if (f == "floor") return "FLOOR(" + x + ")";
      if (f == "ceiling") return "CEILING(" + x + ")";
      if (f == "sqrt") return when(x + " >= 0e0", "SQRT(" + x + ")");
      if (f == "log") return when(x + " > 0e0", log() + "(" + x + ")");
      if (f == "log1p") return when(x + " > -1e0", log() + "(1e0 + " + x + ")");
      return std::nullopt;
    }
    if (a.size() != 2) return std::nullopt;
    if (f == "+" || f == "-" || f == "*") return "(" + a[0] + " " + f + " " + a[1] + ")";
    if (f == "/") return "(" + a[0] + " / NULLIF(" + a[1] + ", 0e0))";
    if (f == "^") {
      if (fixed[1] && *fixed[1] == 2) return "(" + a[0] + " * " + a[0] + ")";
      if (fixed[1] && *fixed[1] > 0 && *fixed[1] == std::floor(*fixed[1]))
        return "POWER(" + a[0] + ", " + a[1] + ")";
      return when(a[0] + " > 0e0", "POWER(" + a[0] + ", " + a[1] + ")");
    }
    if (f == "<" || f == "<=" || f == ">" || f == ">=" || f == "==" || f == "!=") {
      const auto sql = f == "==" ? "=" : f == "!=" ? "<>" : f;
      const auto test = a[0] + " " + sql + " " + a[1];
      return "CASE WHEN " + test + " THEN 1e0 WHEN NOT (" + test + ") THEN 0e0 END";
    }
    return std::nullopt;
  }

 private:
  std::string dialect_;
};

/// Whether a row has a level: a condition.
std::string has_level(const ScoredModel& model, const ModelVariable& v, std::size_t level,
                      const Sql& sql) {
  if (v.from_range) {
    const auto x = number_of(model, v, sql);
    const bool beyond = !v.exclude && level + 1 == v.levels.size();
    if (beyond) return x + " < " + sql.number(v.low) + " OR " + x + " >= " + sql.number(v.high + 1);
    const double from = v.low + static_cast<double>(level);
    return x + " >= " + sql.number(from) + " AND " + x + " < " + sql.number(from + 1);
  }
  const auto column = sql.text_column(text_column_of(model, v, sql));
  if (v.restricted && !v.exclude && level + 1 == v.levels.size()) {
    std::string others;
    for (std::size_t i = 0; i + 1 < v.levels.size(); ++i)
      others += (i ? ", " : "") + sql.text(v.levels[i]);
    return column + " NOT IN (" + others + ")";
  }
  return column + " = " + sql.text(v.levels[level]);
}

std::string number_in(const ScoredModel& model, const ModelVariable& v, const Sql& sql) {
  if (!v.level_codes) return number_of(model, v, sql);
  std::string text = "CASE";
  for (std::size_t i = 0; i < v.levels.size(); ++i)
    text += " WHEN " + has_level(model, v, i, sql) + " THEN " + sql.number(static_cast<double>(i));
  return text + " END";
}

/// The coefficients of the cells of a term: nested CASEs, the last factor outermost.
std::string cells(const ScoredModel& model, const std::vector<const ModelVariable*>& factors,
                  std::size_t first, std::size_t stride, const Sql& sql) {
  if (factors.empty()) {
    const auto coefficient = model.coefficient(first);
    return coefficient ? sql.number(*coefficient) : "NULL";
  }
  auto inner = factors;
  const auto& outer = *inner.back();
  inner.pop_back();
  stride /= outer.levels.size();
  std::string text = "CASE";
  for (std::size_t i = 0; i < outer.levels.size(); ++i)
    text += " WHEN " + has_level(model, outer, i, sql) + " THEN " +
            cells(model, inner, first + i * stride, stride, sql);
  return text + " END";
}

std::string linear_predictor_in(const ScoredModel& model, const Sql& sql) {
  const auto& frame = model.linear.frame;
  const auto offsets = model.offsets();
  std::string sum = model.linear.intercept ? sql.number(*model.coefficient(0)) : "0e0";
  for (std::size_t t = 0; t < frame.terms.size(); ++t) {
    std::vector<const ModelVariable*> factors;
    std::string product;
    for (const auto v : frame.terms[t].variables) {
      const auto& variable = model.variable(v);
      if (variable.categorical)
        factors.push_back(&variable);
      else
        product += (product.empty() ? "" : " * ") + number_in(model, variable, sql);
    }
    const double centre = model.linear.centres[offsets[t]];
    const auto coefficient = cells(model, factors, offsets[t], frame.cells(t), sql);
    sum += "\n    + " + coefficient;
    if (product.empty()) continue;
    sum += centre == 0 ? " * (" + product + ")"
                       : " * ((" + product + ") - " + sql.number(centre) + ")";
  }
  if (model.offset) sum += "\n    + " + number_in(model, model.variable(*model.offset), sql);
  return sum;
}

/// The mean where the linear predictor is `e`, with the bounds that R's links have.
std::string mean_of(const ScoredModel& model, const std::string& e, const Sql& sql) {
  const auto link = model.link();
  const auto n = [&](double value) { return sql.number(value); };
  constexpr double kEpsilon = 0x1p-52, kPi = 3.141592653589793;
  const auto at_least = [&](const std::string& value) {
    return "CASE WHEN " + value + " < " + n(kEpsilon) + " THEN " + n(kEpsilon) + " ELSE " + value +
           " END";
  };
  switch (link.kind) {
    case Link::Kind::kIdentity:
      return e;
    case Link::Kind::kLog:
      return at_least("EXP(" + e + ")");
    case Link::Kind::kLogit:
      return "CASE WHEN " + e + " < -3e1 THEN " + n(kEpsilon / (1 + kEpsilon)) + " WHEN " + e +
             " > 3e1 THEN " + n(1 / kEpsilon / (1 + 1 / kEpsilon)) + " ELSE EXP(" + e +
             ") / (1e0 + EXP(" + e + ")) END";
    case Link::Kind::kCauchit:
      return "CASE WHEN ABS(" + e + ") <= 1e0 THEN 5e-1 + ATAN(" + e + ") / " + n(kPi) + " WHEN " +
             e + " > 0e0 THEN 1e0 - ATAN(1e0 / " + e + ") / " + n(kPi) + " ELSE -ATAN(1e0 / " + e +
             ") / " + n(kPi) + " END";
    case Link::Kind::kCloglog:  // beyond 4 the mean is 1 to the last bit, as near as R lets it
      return "CASE WHEN " + e + " > 4e0 THEN " + n(1 - kEpsilon) + " WHEN " + e + " < " +
             n(elementary::log(kEpsilon)) + " THEN " + n(kEpsilon) + " ELSE 1e0 - EXP(-EXP(" + e +
             ")) END";
    case Link::Kind::kInverse:
      return "1e0 / NULLIF(" + e + ", 0e0)";
    case Link::Kind::kSqrt:
      return e + " * " + e;
    case Link::Kind::kInverseSquare:
      return "CASE WHEN " + e + " > 0e0 THEN 1e0 / SQRT(" + e + ") END";
    case Link::Kind::kPower: {
      const auto power =
          "CASE WHEN " + e + " > 0e0 THEN POWER(" + e + ", " + n(1 / link.power) + ") END";
      return link.bounded ? at_least("(" + power + ")") : power;
    }
    case Link::Kind::kUser:  // scored_model refuses it
    case Link::Kind::kProbit:
      break;
  }
  throw Unsupported("the link '" + link.name() +
                    "' cannot be written in SQL, which has no normal distribution: export C or "
                    "PMML, or fit with the link 'logit'");
}

/// The probability of each class by 1 / sum of exp(difference of log odds): no exponential leaves
/// the numbers of an engine that calls that an error.
std::string probabilities(const ScoredModel& model, const std::string& from, const Sql& sql) {
  std::string links, columns;
  const auto link = [&](std::size_t c) {
    return c == 0 ? std::string("0e0") : sql.name(model.classes[c] + "_link");
  };
  for (std::size_t c = 0; c < model.classes.size(); ++c) {
    if (c > 0) links += ",\n  " + linear_predictor_in(model.of_class(c), sql) + " AS " + link(c);
    std::string sum = "1e0";
    for (std::size_t other = 0; other < model.classes.size(); ++other) {
      if (other == c) continue;
      const auto more = std::string("(").append(link(other)) + " - " + link(c) + ")";
      sum += " + CASE WHEN " + more + " > 7e2 THEN EXP(7e2) WHEN " + more +
             " < -7e2 THEN 0e0 ELSE EXP(" + more + ") END";
    }
    columns += ",\n  1e0 / (" + sum + ") AS " + sql.name(model.classes[c] + "_prob");
  }
  return "SELECT *" + columns + "\nFROM (SELECT *" + links + "\n  FROM " + from + ") AS scored;\n";
}

}  // namespace

std::string export_sql(const ScoredModel& model, const std::string& dialect,
                       const std::string& table) {
  const Sql sql(dialect);
  (void)input_columns(model, sql);
  const auto from = sql.name(table.empty() ? "data" : table);
  if (!model.classes.empty()) return probabilities(model, from, sql);
  const auto eta = linear_predictor_in(model, sql);
  const auto prediction = sql.name(model.response() + "_Pred");
  if (model.link().kind == Link::Kind::kIdentity)
    return "SELECT *,\n  " + eta + " AS " + prediction + "\nFROM " + from + ";\n";
  const auto link = sql.name(model.response() + "_Link");
  return "SELECT *,\n  " + mean_of(model, link, sql) + " AS " + prediction +
         "\nFROM (SELECT *,\n  " + eta + " AS " + link + "\n  FROM " + from + ") AS scored;\n";
}

}  // namespace insitu
