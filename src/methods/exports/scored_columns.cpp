#include "methods/exports/scored_columns.hpp"

#include <map>

#include "algorithms/row_variables.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "methods/exports/sql_predictor.hpp"
#include "pushdown/dialect.hpp"
#include "pushdown/row_columns.hpp"

namespace insitu {

namespace {

/// Statements beyond are longer than engines like to plan.
constexpr std::size_t kMostCells = 5000;

/// The variables of a model as columns of rows.
class Variables {
 public:
  Variables(SqlRows& rows, const ScoredModel& model) : rows_(rows), dialect_(rows.dialect()) {
    for (const auto v : model.inputs()) {
      auto& variable = variables_[v];
      variable.row = row_variable(model.variable(v));
      variable.value = row_column(rows_, variable.row);
      variable.number = number_of(variable.value);
    }
  }

  SqlTerms terms() const {
    return {.constant = [this](double value) { return sql_number(value, dialect_); },
            .number = [this](std::uint32_t v) { return variables_.at(v).number; },
            .has_level =
                [this](std::uint32_t v, std::size_t level) {
                  const auto& [row, value, number] = variables_.at(v);
                  if (row.kind == RowVariable::Kind::kRange)
                    return value.sql + " = " + std::to_string(level);
                  if (level < row.levels.size())
                    return sql_is_one_of(value.sql, {&row.levels[level], 1}, dialect_);
                  // All others, beside those that are missing.
                  return "NOT (" + sql_is_one_of(value.sql, row.levels, dialect_) + ")";
                },
            .without_nan =
                [this](const std::string& value) {
                  return sql_without_nan(sql_double(value, dialect_), dialect_);
                }};
  }

  /// A number of another variable of the frame: the response.
  std::string number_of(const ModelVariable& variable) {
    const auto value = row_column(rows_, row_variable(variable));
    if (is_text(value)) throw Unsupported("residuals of a response with levels");
    return number_of(value);
  }

 private:
  struct Variable {
    RowVariable row;
    SqlValue value;
    std::string number;
  };

  std::string number_of(const SqlValue& value) {
    return is_text(value) ? std::string() : rows_.named(as_double(value, dialect_)).sql;
  }

  SqlRows& rows_;
  SqlDialect dialect_;
  std::map<std::uint32_t, Variable> variables_;
};

/// A double of what is named in the layers before.
SqlValue double_of(const std::string& sql, std::size_t layer, const SqlRows& rows) {
  return {.sql = sql_double(sql, rows.dialect()), .layer = layer};
}

void require_portable(const ScoredModel& model, const PredictOptions& options) {
  if (model.has_function) throw Unsupported("the model was fitted with a function of a language");
  if (options.std_errors || options.interval != "none" || options.leverage ||
      options.cooks_distance)
    throw Unsupported("standard errors, intervals, leverages and distances are computed here");
  if (options.residuals && options.residual_type != "usual" && options.residual_type != "response")
    throw Unsupported("residuals of the type '" + options.residual_type + "' are computed here");
  if (options.type == "class") throw Unsupported("the likeliest class is found here");
  std::size_t cells = 0;
  for (std::size_t t = 0; t < model.linear.frame.terms.size(); ++t)
    cells += model.linear.frame.cells(t);
  if (cells > kMostCells)
    throw Unsupported("the model has more than " + std::to_string(kMostCells) + " coefficients");
}

}  // namespace

void add_predictions(SqlRows& rows, const ScoredModel& model, const PredictOptions& options,
                     const std::vector<Field>& outputs) {
  require_portable(model, options);
  Variables variables(rows, model);
  const auto terms = variables.terms();
  const auto dialect = rows.dialect();
  const auto named = [&](const std::string& sql, std::size_t layer) {
    return rows.named(double_of(sql, layer, rows)).sql;
  };
  // Not under the names of columns before all are written: one may be read by another.
  std::vector<std::string> made;
  if (!model.classes.empty()) {
    if (options.residuals) throw Unsupported("residuals of classes are computed here");
    const bool links = options.type == "link";
    const auto layer = rows.depth();
    std::vector<std::string> odds{terms.constant(0)};
    for (std::size_t c = 1; c < model.classes.size(); ++c)
      odds.push_back(named(sql_linear_predictor(model.of_class(c), terms), layer));
    for (std::size_t c = links ? 1 : 0; c < odds.size(); ++c)
      made.push_back(links ? odds[c] : sql_probability(c, odds, terms));
  } else {
    std::string y;
    if (options.residuals)
      y = variables.number_of(model.variable(model.linear.frame.responses.at(0)));
    const auto eta = named(sql_linear_predictor(model, terms), rows.depth());
    const auto link = model.link();
    const bool needs_mean = options.residuals || options.type != "link";
    const auto mean = link.kind == Link::Kind::kIdentity || !needs_mean
                          ? eta
                          : named(sql_mean(link, eta, terms), rows.depth());
    const auto& prediction = options.type == "link" ? eta : mean;
    if (options.residuals) {
      // A row without its response has no output at all.
      made.push_back("CASE WHEN " + y + " IS NOT NULL THEN " + prediction + " END");
      made.push_back("(" + y + " - " + mean + ")");
    } else {
      made.push_back(prediction);
    }
  }
  if (made.size() != outputs.size()) throw Unsupported("the model writes other columns");
  const auto layer = rows.depth();
  std::vector<SqlValue> values;
  for (const auto& sql : made)
    values.push_back(
        rows.named(double_of(sql_without_nan(sql_double(sql, dialect), dialect), layer, rows)));
  for (std::size_t i = 0; i < made.size(); ++i) rows.set(outputs[i].name, values[i]);
}

void check_labels(SqlConnection& connection, SqlRows& rows, const ScoredModel& model,
                  RunControl& control) {
  for (const auto v : model.inputs()) {
    const auto& variable = model.variable(v);
    const auto row = row_variable(variable);
    if (row.levels.empty() || !row.unknown_is_error) continue;
    const auto label = rows.value(*parse_expression(row.text, "formula"));
    if (!is_text(label)) continue;
    const auto named = rows.named(label);
    const auto unknown = "NOT (" + sql_is_one_of(named.sql, row.levels, rows.dialect()) + ")";
    std::optional<std::string> found;
    connection.query(
        {rows.with() + "SELECT MIN(" + named.sql + ") AS label" + rows.from() +
         rows.where({named.sql + " IS NOT NULL", unknown})},
        [&](const Chunk& chunk) {
          if (chunk.rows > 0 && !chunk.columns.at(0).is_missing(0))
            found = std::string(chunk.columns[0].string_at(0));
        },
        control);
    if (found)
      throw InvalidArgument("variable '" + variable.label + "' has the level '" + *found +
                            "', which the model does not know" +
                            did_you_mean(*found, variable.levels));
  }
}

}  // namespace insitu
