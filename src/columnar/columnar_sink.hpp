#pragma once
// RxParquetData and RxOrcData as targets: one file, written under a new name and put in place when
// it is complete. Blocks of rows become row groups of Parquet, 500,000 rows each unless told
// otherwise; stripes of ORC are cut by its writer, at 64 MiB. Factors are written as texts, or as
// codes from 0 with writeFactorsAsIndexes; missing values as nulls; times as UTC microseconds.
#include <memory>
#include <string>

#include "columnar/column_file.hpp"
#include "data/sink.hpp"

namespace insitu {

struct ColumnarOptions;

/// Throws InvalidArgument when the target exists and may not be replaced, Unsupported for append
/// and where Arrow is not installed.
std::unique_ptr<DataSink> open_columnar_sink(const ColumnarOptions&, const SchemaPtr&,
                                             const SinkOptions&);

}  // namespace insitu
