#pragma once
// The arguments of RxTextData as the caller wrote them, checked (docs/text.md lists them with their
// meaning).
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/type.hpp"
#include "sources/descriptor_values.hpp"
#include "sources/encoding.hpp"

namespace insitu {

/// What the caller says about one column.
struct TextColumnInfo {
  std::string name;  ///< as in the file; empty when `index` names the column
  std::optional<Type> type;
  bool factor_index = false;  ///< type "factorIndex": the file holds codes from 0
  std::optional<std::string> new_name;
  std::optional<std::vector<std::string>> levels, new_levels;
  std::optional<double> low, high;
  std::string description;
  std::optional<std::int64_t> start, width;  ///< fixed format; start counts from 1
  std::optional<std::int64_t> index;         ///< position in the file, from 1
  std::optional<int> decimal_places;         ///< fixed format: implied decimals
};

struct TextOptions {
  std::string file;
  bool strings_as_factors = false;
  std::vector<TextColumnInfo> columns;  ///< colInfo, then what colClasses says of other columns
  std::optional<std::vector<std::string>> vars_to_keep, vars_to_drop;
  bool check_vars_to_keep = false;
  std::string missing_value = "NA";
  std::optional<char> delimiter;
  bool combine_delimiters = false;
  char quote = '"';
  char decimal_point = '.';
  char thousands_separator = '\0';
  std::string date_format = "[%y[-][/]%m[-][/]%d]";
  std::string datetime_format = "%y[-][/]%m[-][/]%d [%H:%M[:%S]][%p]";
  int century_cutoff = 20;
  std::optional<bool> first_row_is_names;
  std::int64_t rows_to_sniff = 10000;
  std::int64_t rows_to_skip = 0;
  std::int64_t rows_per_read = 500000;
  Type decimal_type = Type::kFloat32;
  Type missing_type = Type::kFloat32;
  std::optional<bool> fixed_format;
  std::string encoding;  ///< of the file, in small letters; empty: UTF-8
  EncodingKind encoding_kind = EncodingKind::kUtf8;
  // writing
  int write_precision = 7;  ///< 0: as many digits as it takes to read the same value back
  bool strip_zeros = false;
  bool create_file_set = false;
  std::int64_t rows_per_out_file = 0;  ///< 0: as many as there are
  bool factors_as_indexes = false;
};

/// What a descriptor may hold.
extern const std::span<const DescriptorKey> kTextKeys;

/// Reads a descriptor (docs/requests.md). Throws InvalidArgument for an unknown key (did you mean)
/// or a value that does not fit, naming the argument.
TextOptions text_options_from_json(const nlohmann::json& descriptor);

}  // namespace insitu
