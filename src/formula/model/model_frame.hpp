#pragma once
// A formula bound to data: types and levels of its variables, immutable, small, sent to workers and
// stored in models. Per chunk it gives, for every term, at most one active column per row: a cell
// number, a value, or both. One-hot columns are never expanded.
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/chunk.hpp"
#include "formula/expression/expression.hpp"
#include "formula/model/formula.hpp"

namespace insitu {

/// A variable of the model: a column of the data or an expression of columns.
///
/// Categorical: factor and ordered columns, character columns (levels in order of first
/// appearance), F(x), expressions that yield factors or strings. Numeric: the rest; logicals count
/// as 0 and 1, N(f) is the zero-based code of a factor. Where an expression is not finite, as
/// log(0), it is missing.
struct ModelVariable {
  std::string name;        ///< as printed: "x", "log(x)", "F_x", "F_age_30_39_T"
  std::string label;       ///< as written in the formula: "x", "log(x)", "F(x)", "F(age, 30, 39)"
  std::string column;      ///< the column that it is; "" for an expression
  std::string expression;  ///< text evaluated per chunk (without the F() or N() around it)
  bool categorical = false;
  std::vector<std::string>
      levels;  ///< of a categorical variable, in order; of the factor inside N()
  /// F() of numbers: level i holds values in [low + i, low + i + 1); outside: missing, or the extra
  /// last level unless `exclude`.
  bool from_range = false;
  double low = 0, high = 0;
  bool exclude = true;
  /// F() of a factor with low, high: levels of the factor that are not among `levels` count as
  /// outside.
  bool restricted = false;
  bool level_codes = false;  ///< N() of a factor: numeric, the position in `levels`
  static constexpr auto fields = std::tuple{
      &ModelVariable::name,       &ModelVariable::label,       &ModelVariable::column,
      &ModelVariable::expression, &ModelVariable::categorical, &ModelVariable::levels,
      &ModelVariable::from_range, &ModelVariable::low,         &ModelVariable::high,
      &ModelVariable::exclude,    &ModelVariable::restricted,  &ModelVariable::level_codes};
};

struct ModelTerm {
  std::string label;  ///< "a:b"
  std::vector<std::uint32_t>
      variables;  ///< positions in ModelFrame::variables; categorical ones first vary fastest
  static constexpr auto fields = std::tuple{&ModelTerm::label, &ModelTerm::variables};
};

/// One variable over the rows of a chunk, before rows are left out.
struct VariableRows {
  bool categorical = false;
  const std::int32_t* codes =
      nullptr;    ///< categorical: position of the level per row, negative where missing
  Column values;  ///< numeric: as it lies in the data or as evaluated; any type but string, factor
  bool has_missing = false;
  std::vector<std::int32_t>
      own_codes;  ///< what `codes` points into, unless that is the chunk's column
};

/// complete[i] becomes 0 where the variable is missing in row i.
void leave_out_missing(const VariableRows&, std::size_t rows, std::uint8_t* complete);

/// What a level of the data that the model does not know means.
enum class UnknownLevels { kError, kMissing };

/// The rows of a chunk in the terms' coding; only rows that are complete in all variables,
/// responses and weights. Rows of weight zero are among them.
struct ModelRows {
  struct TermRows {
    std::uint32_t cells =
        1;  ///< product of the level counts of its categorical variables; 1 if none
    std::vector<std::int32_t>
        cell;  ///< active cell per row (first categorical varies fastest); empty: always cell 0
    std::vector<double> value;  ///< product of its numeric variables per row; empty: always 1
    /// Of a term that is one column of 64-bit whole numbers: what rounding them to `value` took
    /// away; empty: nothing.
    std::vector<double> low;

    /// From now on the values are those above `from`, rounded once.
    void count_from(double from);
  };
  std::size_t rows = 0;                     ///< complete rows
  std::int64_t missing_rows = 0;            ///< rows left out
  std::vector<std::uint32_t> row_in_chunk;  ///< of each complete row; empty: all rows were complete
  std::vector<TermRows> terms;              ///< one per ModelFrame::terms
  std::vector<std::vector<double>> responses;     ///< one per response, `rows` values each
  std::vector<std::vector<double>> response_low;  ///< of each response, as `low` of a term
  std::vector<double> weights;                    ///< empty: no weights
};

/// How the level lists of chunks map to a model's, remembered from chunk to chunk. Not part of the
/// value of a model: copies start empty.
class LevelMapCache {
 public:
  struct Map {
    Levels levels;                       ///< of the chunk's column
    bool identity = false;               ///< codes mean the same
    std::vector<std::int32_t> to_model;  ///< else: code -> level; -1 missing, -2 unknown
  };

  LevelMapCache() = default;
  LevelMapCache(const LevelMapCache&) {}
  LevelMapCache& operator=(const LevelMapCache&) { return *this; }

  /// Where each level of the model stands, by name.
  using Dictionary = std::unordered_map<std::string_view, std::int32_t>;

  std::shared_ptr<const Map> map(std::size_t variable, const ModelVariable&, const Levels&) const;
  /// Points into the variable's levels.
  std::shared_ptr<const Dictionary> dictionary(std::size_t variable, const ModelVariable&) const;

 private:
  mutable std::mutex mutex_;
  mutable std::map<std::size_t, std::shared_ptr<const Map>> maps_;
  mutable std::map<std::size_t, std::shared_ptr<const Dictionary>> dictionaries_;
};

struct ModelFrame {
  std::string formula;                   ///< normal form
  std::vector<ModelVariable> variables;  ///< of terms and responses, no expression twice
  std::vector<ModelTerm> terms;
  std::vector<std::uint32_t> responses;  ///< positions in `variables`
  bool intercept = true;
  std::string weights;  ///< column name; "": none
  bool frequency_weights =
      false;  ///< weights are whole-number counts (fweights), else probability weights
  static constexpr auto fields =
      std::tuple{&ModelFrame::formula,          &ModelFrame::variables, &ModelFrame::terms,
                 &ModelFrame::responses,        &ModelFrame::intercept, &ModelFrame::weights,
                 &ModelFrame::frequency_weights};

  /// Throws DataError when the parts do not fit each other: a frame that came as bytes.
  void validate() const;
  /// Columns of the source that evaluation reads, each once. Validates.
  std::vector<std::string> source_columns(bool with_responses = true) const;
  /// Cells of term t: number of its one-hot columns (1 for numeric terms).
  std::uint32_t cells(std::size_t term) const;
  /// Labels of the columns of term t in cell order: "f=level", "f=l1, g=l2", "x for f=level", "x";
  /// in R's style "flevel", "fl1:gl2", "x:flevel".
  std::vector<std::string> labels(std::size_t term, bool r_style = false) const;

  /// Evaluates a chunk. `with_responses` = false: for prediction; responses and weights are neither
  /// read nor required. Throws DataError for negative weights (names the variable, row and value),
  /// InvalidArgument for a variable whose type does not fit the model and for a level of the data
  /// that the model does not know.
  ModelRows rows(const Chunk&, bool with_responses = true,
                 UnknownLevels = UnknownLevels::kError) const;
  /// The same into rows of this frame whose memory is used again.
  void rows_into(ModelRows&, const Chunk&, bool with_responses = true,
                 UnknownLevels = UnknownLevels::kError) const;

  /// One variable over all rows of a chunk. Errors as `rows`.
  VariableRows variable_rows(std::size_t variable, const Chunk&,
                             UnknownLevels = UnknownLevels::kError) const;
  /// The weights of all rows, NaN where missing; empty without weights. Errors as `rows`.
  std::vector<double> weight_rows(const Chunk&) const;
  /// The cell of each row in a term (REQUIRES: one with a categorical variable), negative where a
  /// factor is missing. `by_variable` holds at least the term's variables. Points into a variable
  /// or into `own`.
  const std::int32_t* cell_rows(std::size_t term, const std::vector<VariableRows>& by_variable,
                                std::size_t rows, std::vector<std::int32_t>& own) const;

  LevelMapCache level_maps{};  ///< not a field
};

/// Levels and ranges of variables that the schema does not declare, found by a pass over the data.
/// Keys are the variables as written in the formula.
struct FoundDomains {
  std::map<std::string, std::vector<std::string>> levels;
  std::map<std::string, std::pair<double, double>> ranges;
};

/// What a pass must find before the formula can be bound: variables whose levels, and expressions
/// inside F() whose lowest and highest values the schema does not declare (both as text; columns in
/// backticks where needed).
struct UnknownDomains {
  std::vector<std::string> levels;
  std::vector<std::string> ranges;
};
UnknownDomains unknown_domains(const Formula&, const Schema&);

/// Binds terms to columns. Levels and ranges come from the schema, else from `found`.
/// Throws InvalidArgument: unknown variable (did you mean), F() without a known range, both kinds
/// of weights, ... Call it as insitu::bind: an argument of namespace std would find std::bind.
ModelFrame bind(const Formula&, const Schema&, const std::string& pweights = "",
                const std::string& fweights = "", const FoundDomains& found = {});

}  // namespace insitu
