#pragma once
// The arithmetic of a model in SQL: x'b from cells of factors and products of numbers, and the
// link's inverse of it. How a variable is read and how constants are written is the business of
// whoever writes a statement: text for other people's tables (sql.cpp), or rows of a database that
// is at hand (scored_columns.cpp).
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "methods/exports/scored_model.hpp"

namespace insitu {

/// What the arithmetic is made of.
struct SqlTerms {
  std::function<std::string(double)> constant;  ///< of double precision
  std::function<std::string(std::uint32_t v)> number;
  std::function<std::string(std::uint32_t v, std::size_t level)> has_level;  ///< a condition
  /// NULL in place of NaN, which PostgreSQL and DuckDB hold for larger than any number.
  std::function<std::string(const std::string&)> without_nan;
};

/// x'b with the offset; NULL where a variable is missing, where a cell had no rows in the fit, and
/// where infinite numbers have no sum.
std::string sql_linear_predictor(const ScoredModel&, const SqlTerms&);

/// The mean where the linear predictor is `eta`, a name, with the bounds that R's links have.
/// Throws Unsupported for a link without SQL.
std::string sql_mean(const Link&, const std::string& eta, const SqlTerms&);

/// The probability of a class from the log odds of all, names, by 1 / sum of exp(difference): no
/// exponential leaves the numbers of an engine that calls that an error.
std::string sql_probability(std::size_t of, const std::vector<std::string>& log_odds,
                            const SqlTerms&);

}  // namespace insitu
