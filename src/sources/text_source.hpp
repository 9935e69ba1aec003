#pragma once
// (see docs) The factories of this format; the rest of it lies in files beside this one.
#include "sources/registry.hpp"

namespace insitu {

std::shared_ptr<const DataSource> make_text_source(const nlohmann::json& descriptor, const FileSystemPtr&);
std::unique_ptr<DataSink> make_text_sink(const nlohmann::json& descriptor, const SchemaPtr&, const SinkOptions&);

}  // namespace insitu
