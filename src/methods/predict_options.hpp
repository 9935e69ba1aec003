#pragma once
// What a request of rxPredict may say: what the model is asked (algorithms/model.hpp) and what is
// done with its columns.
#include <string>
#include <vector>

#include "algorithms/model.hpp"
#include "methods/keys.hpp"

namespace insitu {

struct PredictRequestOptions : PredictOptions {
  std::string model;  ///< base64 of sealed bytes
  bool write_model_vars = false, remove_missings = false;
  std::vector<std::string> extra_vars;
  nlohmann::json penalties;  ///< read into `lambda`
  static OptionKeys keys();
};

/// Reads the keys of a request. Throws InvalidArgument as they say.
PredictRequestOptions predict_options(const nlohmann::json& request);

}  // namespace insitu
