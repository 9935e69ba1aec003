#pragma once
// A table as a target. Everything happens in one transaction: the rows go into a new table, which
// takes the place and the name of the old one at the end; whatever ends the process or the line
// before leaves the old table as it was, and nothing else. Appended rows are there all or not at
// all.
#include <memory>

#include "data/sink.hpp"
#include "odbc/options.hpp"

namespace insitu {

/// Throws InvalidArgument when the table exists and may neither be replaced nor appended to, or
/// lacks a column of appended rows.
std::unique_ptr<DataSink> open_odbc_sink(const OdbcOptions&, const SchemaPtr&, const SinkOptions&);

}  // namespace insitu
