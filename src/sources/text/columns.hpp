#pragma once
// Fields of one column turned into values of its type.
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/column.hpp"
#include "data/schema.hpp"
#include "sources/text/dialect.hpp"
#include "sources/text/scan.hpp"
#include "sources/text/times.hpp"

namespace insitu {

/// What is to be done with one column of the text.
struct TextColumn {
  std::string file_name;                  ///< its name in the file
  std::size_t position = 0;               ///< which field of a record, from 0
  Field field;                            ///< its name, type and so on in the schema
  bool factor_index = false;              ///< the text holds codes, counted from 0
  std::vector<std::string> levels;        ///< declared levels as they stand in the text
  std::vector<std::int32_t> level_codes;  ///< the code of each in field.levels
  std::optional<int> decimal_places;      ///< decimals implied in numbers without a decimal point
};

/// What is the same for all columns.
struct TextMeaning {
  TextDialect dialect;
  std::string missing_value;
  TimePattern date, datetime;
};

/// A field that cannot be read as the column's type; the reader adds file and line.
struct BadField {
  std::size_t row;  ///< within the spans
  std::string value;
  std::string wanted;  ///< for example "an integer"
};

/// Collects the values of one chunk after the other.
class TextColumnReader {
 public:
  virtual ~TextColumnReader() = default;
  virtual void begin(std::size_t capacity) = 0;
  virtual void append(const FieldSpan* spans, std::size_t rows) = 0;  ///< Throws BadField.
  virtual Column finish() = 0;
};

/// `meaning` and `column` must outlive the reader.
std::unique_ptr<TextColumnReader> make_text_column_reader(const TextColumn& column,
                                                          const TextMeaning& meaning);

}  // namespace insitu
