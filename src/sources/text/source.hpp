#pragma once
// Text files as a source and a target (docs/text.md): the factories; the rest lies in the files
// text_* beside this one.
#include <cstdint>

#include "sources/format.hpp"

namespace insitu {

std::shared_ptr<const DataSource> make_text_source(const nlohmann::json& descriptor,
                                                   const FileSystemPtr&);
/// The same with another size of splits, for tests: the rows must not depend on it.
std::shared_ptr<const DataSource> make_text_source(const nlohmann::json& descriptor,
                                                   const FileSystemPtr&, std::uint64_t split_bytes);

std::unique_ptr<DataSink> make_text_sink(const nlohmann::json& descriptor, const SchemaPtr&,
                                         const SinkOptions&);

}  // namespace insitu
