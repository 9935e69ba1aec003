#pragma once
// The arguments of RxParquetData and RxOrcData as the caller wrote them, checked.
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "columnar/column_file.hpp"
#include "sources/descriptor_values.hpp"

namespace insitu {

struct ColumnarOptions {
  ColumnFormat format = ColumnFormat::kParquet;
  std::string file;
  bool factors_as_indexes = false;  ///< writeFactorsAsIndexes
  bool is_far = false;              ///< the file is of HDFS, not of this machine
};

/// What a descriptor may hold.
extern const std::span<const DescriptorKey> kColumnarKeys;

/// Reads a descriptor (docs/requests.md); `colInfo` is left to data/column_info.hpp. Throws
/// InvalidArgument for an unknown key (did you mean) or a value that does not fit, Unsupported for
/// a file that is not of this machine.
ColumnarOptions columnar_options_from_json(ColumnFormat, const nlohmann::json& descriptor);

}  // namespace insitu
