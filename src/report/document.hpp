#pragma once
// Reading numbers and tables out of reply documents (docs/requests.md): null is missing, "Inf" and
// "-Inf" are texts.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace insitu {

/// NaN for null or anything that is not a number.
double number_in(const nlohmann::json& value);
/// The numbers of an array; empty for anything else.
std::vector<double> numbers_in(const nlohmann::json& array);
std::vector<std::string> texts_in(const nlohmann::json& array);

/// A member, or null if it is absent.
const nlohmann::json& member(const nlohmann::json& object, const char* name);

/// The columns of a matrix: of {"shape": [rows, columns], "values": [column-major]}, of an array of
/// `rows` numbers, or of an array of `rows` rows.
std::vector<std::vector<double>> matrix_columns(const nlohmann::json& matrix, std::size_t rows);

}  // namespace insitu
