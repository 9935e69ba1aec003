#pragma once
// What a method computes over: the rows as the request's pipeline leaves them, in the request's
// compute context.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/cov_cor.hpp"
#include "algorithms/kept_moments.hpp"
#include "algorithms/with_levels.hpp"
#include "analysis/compute_context.hpp"
#include "methods/keys.hpp"

namespace insitu {

/// A table that a method writes to a file of the caller's, beside its result.
struct TableToWrite {
  std::string key;   ///< the option that names the target: "byGroupOutFile"
  std::string path;  ///< of this file
  Chunk rows;
};

class Scope {
 public:
  /// `pipeline`: what a model keeps of it, JSON or "".
  Scope(std::shared_ptr<const DataSource> source, ComputeContext& context, RunControl& control,
        std::string pipeline = "")
      : source_(std::move(source)),
        context_(context),
        control_(control),
        pipeline_(std::move(pipeline)) {}

  /// Moments in place of rows: for methods that ask for columns() alone.
  Scope(const KeptMoments& moments, ComputeContext& context, RunControl& control)
      : context_(context), control_(control), pipeline_(moments.pipeline), moments_(&moments) {}

  const std::shared_ptr<const DataSource>& source() const { return source_; }
  const std::string& pipeline() const { return pipeline_; }

  /// The formula with the weights of the options, bound to the rows; passes over them find levels
  /// and ranges that the source does not declare.
  BoundFormula bind(const Formula& formula, const FormulaOptions& options) {
    return bind_to_source(formula, source_, options.pweights, options.fweights, context_, control_);
  }
  /// The same for a formula without weights over the source of one that is bound.
  BoundFormula bind_over(const Formula& formula, std::shared_ptr<const DataSource> source) {
    return bind_to_source(formula, std::move(source), "", "", context_, control_);
  }
  /// The same for the options' formula, one without response whose terms have at most
  /// kDenseColumns columns (numbers one, factors one for each level). Throws InvalidArgument.
  BoundFormula bind_columns(const FormulaOptions&);
  /// Columns of a formula, and what one pass over the rows, or moments, say of them.
  struct Columns {
    ModelFrame frame;
    CrossMoments moments;
  };
  /// Covariances ("Cov") or correlations ("Cor") of the terms of a formula without response.
  /// `check` sees the bound formula before anything is computed. Throws as `bind` or `sub_model`.
  Columns columns(const Formula&, const FormulaOptions&, const std::string& type,
                  const std::function<void(const ModelFrame&)>& check);
  /// The rows, the named columns with levels if they are factors or texts: a pass finds those that
  /// are not declared. Throws InvalidArgument for an unknown name.
  std::shared_ptr<const DataSource> with_levels(const std::vector<std::string>& columns);
  /// Fits an analysis over these rows.
  template <Analysis A>
  auto compute(A analysis, const DataSource& rows) {
    return insitu::compute(std::move(analysis), rows, context_, control_);
  }
  /// Fits an analysis over the rows of a bound formula.
  template <Analysis A>
  auto compute(A analysis, const BoundFormula& bound) {
    return insitu::compute(std::move(analysis), *bound.source, context_, control_);
  }
  /// A warning of the method.
  void warn(const std::string& text) { control_.warn(text); }
  /// A line of progress, where the caller wants to see progress.
  void tell(const std::string& line) {
    if (control_.callbacks.progress && control_.callbacks.output)
      control_.callbacks.output(line + "\n");
  }

  std::vector<TableToWrite> tables;  ///< written when the method has ended

 private:
  std::shared_ptr<const DataSource> source_;
  ComputeContext& context_;
  RunControl& control_;
  std::string pipeline_;
  const KeptMoments* moments_ = nullptr;
};

/// The options' formula, one without response. Throws InvalidArgument.
Formula formula_of_columns(const FormulaOptions&);
/// How many columns the terms of a frame have.
double columns_of(const ModelFrame&);

}  // namespace insitu
