#pragma once
// A formula bound to data: types and levels of its variables, immutable, small, sent to workers and stored in models.
// Per chunk it gives, for every term, at most one active column per row: a cell number, a value, or both. One-hot
// columns are never expanded.
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "data/chunk.hpp"
#include "formula/expression.hpp"
#include "formula/formula.hpp"

namespace insitu {

/// A variable of the model: a column of the data or an expression of columns.
struct ModelVariable {
  std::string name;          ///< as printed: "x", "log(x)", "F_x", "F_age_30_39_T"
  std::string expression;    ///< text evaluated per chunk (without the F() around it)
  bool categorical = false;
  std::vector<std::string> levels;  ///< of a categorical variable, in order
  /// F(): level i holds values in [low + i, low + i + 1); outside: missing, or the extra last level unless `exclude`.
  bool from_range = false;
  double low = 0, high = 0;
  bool exclude = true;
  /// Codes of a factor column whose own levels are in another order or a subset: resolved per chunk by level name.
  static constexpr auto fields =
      std::tuple{&ModelVariable::name, &ModelVariable::expression, &ModelVariable::categorical, &ModelVariable::levels,
                 &ModelVariable::from_range, &ModelVariable::low, &ModelVariable::high, &ModelVariable::exclude};
};

struct ModelTerm {
  std::string label;                       ///< "a:b"
  std::vector<std::uint32_t> variables;    ///< positions in ModelFrame::variables; categorical ones first vary fastest
  static constexpr auto fields = std::tuple{&ModelTerm::label, &ModelTerm::variables};
};

/// The rows of a chunk in the terms' coding; only rows that are complete in all variables, responses and weights
/// (unless keep_incomplete).
struct ModelRows {
  struct TermRows {
    std::uint32_t cells = 1;          ///< product of the level counts of its categorical variables; 1 if none
    std::vector<std::int32_t> cell;   ///< active cell per row (first categorical varies fastest); empty: always cell 0
    std::vector<double> value;        ///< product of its numeric variables per row; empty: always 1
  };
  std::size_t rows = 0;                        ///< complete rows
  std::int64_t missing_rows = 0;               ///< rows left out
  std::vector<std::uint32_t> row_in_chunk;     ///< of each complete row; empty: all rows were complete
  std::vector<TermRows> terms;                 ///< one per ModelFrame::terms
  std::vector<std::vector<double>> responses;  ///< one per response, `rows` values each
  std::vector<double> weights;                 ///< empty: no weights
};

struct ModelFrame {
  std::string formula;                     ///< normal form
  std::vector<ModelVariable> variables;    ///< of terms and responses, no expression twice
  std::vector<ModelTerm> terms;
  std::vector<std::uint32_t> responses;    ///< positions in `variables`
  bool intercept = true;
  std::string weights;                     ///< column name; "": none
  bool frequency_weights = false;          ///< weights are whole-number counts (fweights), else probability weights
  static constexpr auto fields =
      std::tuple{&ModelFrame::formula, &ModelFrame::variables, &ModelFrame::terms, &ModelFrame::responses,
                 &ModelFrame::intercept, &ModelFrame::weights, &ModelFrame::frequency_weights};

  /// Columns of the source that evaluation reads, each once.
  std::vector<std::string> source_columns(bool with_responses = true) const;
  /// Cells of term t: number of its one-hot columns (1 for numeric terms).
  std::uint32_t cells(std::size_t term) const;
  /// Labels of the columns of term t in cell order: "f=level", "f=l1, g=l2", "x for f=level", "x"; style "Revo" or "R".
  std::vector<std::string> labels(std::size_t term, bool r_style = false) const;

  /// Evaluates a chunk. `with_responses` = false: for prediction; responses and weights are neither read nor required.
  /// Throws DataError for negative weights (names the variable, row and value), InvalidArgument for a character
  /// variable used as a number, a level of the data that the model does not know, ...
  ModelRows rows(const Chunk&, bool with_responses = true) const;
};

/// What binding needs to know of the data: a schema in which the factors used have levels. Variables that are character
/// become categorical only through factor() or as.factor(); F() needs low/high from its arguments or the field.
/// Throws InvalidArgument: unknown variable (did you mean), F() without a known range, several weights, ...
ModelFrame bind(const Formula&, const Schema&, const std::string& pweights = "", const std::string& fweights = "");

}  // namespace insitu
