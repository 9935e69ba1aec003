#pragma once
// Reading numbers and tables out of reply documents (docs/requests.md): null is missing, "Inf" and
// "-Inf" are texts.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace insitu {

/// NaN for null or anything that is not a number.
double number_in(const nlohmann::json& value);
/// The numbers of an array, of {"values": [...]}, or of one number; empty for anything else.
std::vector<double> numbers_in(const nlohmann::json& array);
/// The texts of an array, or one text.
std::vector<std::string> texts_in(const nlohmann::json& array);

/// A column of a table of a reply: texts (labels of a factor among them) or numbers.
struct DocumentColumn {
  std::string name;
  bool numeric = false;
  std::vector<std::string> texts;
  std::vector<double> numbers;
  std::size_t rows() const { return numeric ? numbers.size() : texts.size(); }
};

/// The columns of {"$table": [...]} in their order; none for anything else.
std::vector<DocumentColumn> table_columns(const nlohmann::json& table);

/// A member, or null if it is absent.
const nlohmann::json& member(const nlohmann::json& object, const char* name);

/// The columns of a matrix: of {"values": [column-major]}, of an array of its numbers in that
/// order, or of an array of `rows` rows.
std::vector<std::vector<double>> matrix_columns(const nlohmann::json& matrix, std::size_t rows);

}  // namespace insitu
