#pragma once
// What regressions from correlations share (rxRidgeReg, rxElasticNet): the formula's columns, their
// correlations with each other and with the response, and coefficients in the units of the data.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "methods/keys.hpp"
#include "methods/scope.hpp"

namespace insitu {

struct Correlated {
  std::string response;
  std::vector<std::string> names;     ///< (Intercept), then p columns
  std::vector<double> correlations;   ///< p x p
  std::vector<double> with_response;  ///< p
  double response_mean = 0, response_std_dev = 0;
  std::vector<double> means, std_devs;  ///< p
  double observations = 0;              ///< rows, or the sum of frequency weights
  std::int64_t rows = 0, missing_rows = 0;
  ModelFrame frame;  ///< of the formula: the terms, and the response

  std::size_t columns() const { return with_response.size(); }
  /// Puts (intercept, slopes) of standardised slopes into row `row` of a matrix with `rows` rows.
  void put(const std::vector<double>& standardised, std::vector<double>& coefficients,
           std::size_t row, std::size_t rows) const;
  /// The model of all penalties, as results have it: base64 of sealed bytes. `coefficients`: a row
  /// for each, as `put` leaves them. Without another wish predictions are those of the penalty with
  /// the least generalised cross-validation.
  std::string model(const std::vector<double>& lambdas, const std::vector<double>& coefficients,
                    const std::vector<double>& gcv, bool interpolates, std::string pipeline) const;
};

/// One pass over the rows, or none over moments. `what` names the method in errors: "a ridge
/// regression". Throws InvalidArgument for a formula without an intercept or with other than one
/// number before the '~', or with more than 1,000 columns; DataError for a constant column.
Correlated correlated(const FormulaOptions&, Scope&, const std::string& what);

/// Numbers of 0 or more of a request: one, several, or their text ("0.1,0.2"). Throws
/// InvalidArgument.
std::vector<double> penalties_of(const nlohmann::json& given);

}  // namespace insitu
