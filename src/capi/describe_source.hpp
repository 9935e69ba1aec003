#pragma once
// What is known of a source, as documents: the fields of "info" and "varInfo" (docs/requests.md).
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "analysis/compute_context.hpp"
#include "data/source.hpp"

namespace insitu {

/// Lowest and highest value of variables of whole numbers, by name.
using WholeRanges = std::map<std::string, std::pair<std::int64_t, std::int64_t>>;

/// One entry of "varInfo". `ranges`: what is known more exactly than the field's low and high.
nlohmann::json variable_info(const Field&, bool value_labels = true,
                             const WholeRanges& ranges = {});

/// The ranges of those int64 variables among `names` whose low or high in `schema` has more digits
/// than a double; they alone are read.
WholeRanges whole_ranges(const DataSource&, const Schema& schema,
                         const std::vector<std::string>& names, ComputeContext&, RunControl&);

/// The schema with what reading every row tells: low and high of numbers, levels of factors that
/// have none declared. `rows` becomes the number of rows.
SchemaPtr computed_schema(const DataSource&, ComputeContext&, RunControl&, std::int64_t& rows);

/// Rows as report/data_table.hpp prints them; row names count from `first_row` unless a column
/// holds them.
nlohmann::json table_of_rows(const Schema&, const std::vector<Chunk>&, std::int64_t first_row,
                             const std::string& row_names = "");

}  // namespace insitu
