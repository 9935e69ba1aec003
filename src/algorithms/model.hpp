#pragma once
// A fitted model as prediction sees it: a kind, and one line of the table in models.cpp. Nothing
// else in the system knows which kinds there are.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/user_family.hpp"
#include "base/bytes.hpp"
#include "data/chunk.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

/// What rxPredict asks of a model. Names that are empty are made from those of the responses.
struct PredictOptions {
  std::string type = "response";  ///< or "link"; "class" of models of classes
  bool std_errors = false;        ///< of the predictions
  bool residuals = false;         ///< rows without the response have no prediction then
  /// "usual" and "response": response - prediction; "pearson", "deviance", "working" as R has them.
  std::string residual_type = "usual";
  bool leverage = false;          ///< diagonal of the hat matrix
  bool cooks_distance = false;    ///< of the row; rows as with `residuals`
  std::string interval = "none";  ///< or "confidence" (of the mean), "prediction" (of a new value)
  double confidence = 0.95;
  bool check_levels = true;  ///< a level that the model does not know is an error, else missing
  std::vector<std::string> prediction_names, residual_names, interval_names, std_error_names;
  std::vector<double> lambda;    ///< penalties of a model of several; empty: the one it prefers
  std::int64_t components = -1;  ///< principal components that are scored; -1: all
  static constexpr auto fields = std::tuple{&PredictOptions::type,
                                            &PredictOptions::std_errors,
                                            &PredictOptions::residuals,
                                            &PredictOptions::residual_type,
                                            &PredictOptions::leverage,
                                            &PredictOptions::cooks_distance,
                                            &PredictOptions::interval,
                                            &PredictOptions::confidence,
                                            &PredictOptions::check_levels,
                                            &PredictOptions::prediction_names,
                                            &PredictOptions::residual_names,
                                            &PredictOptions::interval_names,
                                            &PredictOptions::std_error_names,
                                            &PredictOptions::lambda,
                                            &PredictOptions::components};
};

/// Throws InvalidArgument for an option that is of other models: penalties, components.
void refuse_penalties(const PredictOptions&);
void refuse_components(const PredictOptions&);
/// Throws InvalidArgument for errors, intervals, leverages and distances. `what` has none of them:
/// "a ridge regression".
void refuse_errors(const PredictOptions&, const std::string& what);

/// A model made ready to predict with some options. Immutable; shared by readers.
class Predictor {
 public:
  virtual ~Predictor() = default;
  /// The columns that it adds, in the order in which they are written: names and types.
  virtual std::vector<Field> outputs() const = 0;
  /// Whether `predict` calls functions of a user's: then on the thread that made the call.
  virtual bool needs_calling_thread() const { return false; }
  /// The columns of the data that it reads.
  virtual std::vector<std::string> source_columns() const = 0;
  /// Its columns over the rows of a chunk; missing where a variable is, or where the model knows
  /// nothing of a combination of levels. Errors as ModelFrame::rows.
  virtual std::vector<Column> predict(const Chunk&) const = 0;
};

class Model {
 public:
  virtual ~Model() = default;
  virtual const ModelFrame& frame() const = 0;
  /// Transforms and objects that make the variables: JSON (docs/requests.md), or "".
  virtual const std::string& pipeline() const = 0;
  virtual Bytes save() const = 0;  ///< sealed under the name of its kind
  /// Functions of a language that predictions may call (algorithms/user_family.hpp); null: none.
  virtual const UserFamily* user_family() const { return nullptr; }
  /// The model with other ones in their place. REQUIRES: user_family().
  virtual std::shared_ptr<const Model> with(UserFamily) const { return nullptr; }
  /// Throws InvalidArgument for options that it cannot serve, in their words.
  virtual std::shared_ptr<const Predictor> predictor(const PredictOptions&) const = 0;
};

/// The model in sealed bytes, of whatever kind. Throws DataError for bytes that are damaged, of no
/// known kind or version, or that contradict themselves.
std::shared_ptr<const Model> load_model(std::string_view sealed);

}  // namespace insitu
