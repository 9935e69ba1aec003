#pragma once
// A fitted model as another language computes it: a linear predictor over the columns of the data,
// and the link's inverse of it. What stays the same for all languages is here; how each of them
// writes a number, a name or a function is a Notation.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "algorithms/family.hpp"
#include "algorithms/linear_model.hpp"
#include "formula/expression/expression.hpp"

namespace insitu {

struct ScoredModel {
  LinearModel linear;
  std::optional<Family> family;         ///< none: a linear model
  std::optional<std::uint32_t> offset;  ///< position of the offset in the frame's variables
  /// The transforms of the fit in order, and the numbers among its objects.
  std::vector<std::pair<std::string, std::string>> transforms;
  std::map<std::string, double> objects;
  bool has_function = false;  ///< fitted with a function of a language
  /// Of a multinomial model: the classes. `linear` is of the second against the first, `further`
  /// holds the coefficients of those after it, one class after the other. Else empty.
  std::vector<std::string> classes;
  std::vector<double> further;

  Link link() const { return family ? family->link : Link{}; }
  const ModelVariable& variable(std::uint32_t v) const { return linear.frame.variables[v]; }
  /// The variables that predictions read, in the order of the terms; the offset is the last.
  std::vector<std::uint32_t> inputs() const;
  std::string response() const { return linear.response_name(0); }
  /// The coefficient of a column: 0 where it was dropped, nothing where it predicts nothing.
  std::optional<double> coefficient(std::size_t column) const;
  /// The linear model of the log odds of a class against the first. REQUIRES: 0 < position.
  ScoredModel of_class(std::size_t position) const;
  /// First column of each term.
  std::vector<std::size_t> offsets() const;
};

/// Throws Unsupported for a kind of model that no other language computes, and for several
/// responses and a factor without levels; DataError for damaged bytes. Transforms and objects of
/// the pipeline are the caller's to add.
ScoredModel scored_model(std::string_view sealed);

/// How a language writes what an expression is made of.
class Notation {
 public:
  virtual ~Notation() = default;
  virtual const char* language() const = 0;  ///< for messages: "SQL"
  virtual std::string number(double) const = 0;
  /// A column of numbers.
  virtual std::string column(const std::string& name) const = 0;
  /// A function or an operator of the expression language over arguments that are written already;
  /// nothing: the language has none, or none that gives the same. `fixed`: an argument that is a
  /// number, by its position.
  virtual std::optional<std::string> call(
      const std::string& function, const std::vector<std::string>& arguments,
      const std::vector<std::optional<double>>& fixed) const = 0;
};

/// The numbers of a variable (its column or expression, with the transforms of the model put in).
/// Throws Unsupported that names the variable and what is not expressible.
std::string number_of(const ScoredModel&, const ModelVariable&, const Notation&);

/// The column of texts that a categorical variable is. Throws Unsupported where it is none.
const std::string& text_column_of(const ScoredModel&, const ModelVariable&, const Notation&);

/// Columns that hold numbers and columns that hold texts, in order of first use. Throws Unsupported
/// for a column that would have to be both.
struct InputColumn {
  std::string name;
  bool text = false;
};
std::vector<InputColumn> input_columns(const ScoredModel&, const Notation&);

/// Shortest digits that read back the same, always with an exponent: "1.5e0", "(-2e-7)".
std::string exponent_text(double value);

struct SqlExport {
  std::string dialect = "ansi";  ///< or "postgres", "sqlserver", "duckdb", "sqlite"
  /// Or "view", "function" (sqlserver and postgres), "procedure" (sqlserver).
  std::string as = "select";
  std::string name;   ///< of the view, function or procedure; of the table of a SELECT
  std::string table;  ///< that is read, as users write it; "": data
};

/// With or without `link`, whichever the language calls the rest; all throw Unsupported that names
/// the term. `name` of the function, "" for the default.
std::string export_sql(const ScoredModel&, const SqlExport&);
std::string export_c(const ScoredModel&, const std::string& function);
std::string export_pmml(const ScoredModel&, const std::string& name);

}  // namespace insitu
