#include "sources/part_sets.hpp"

#include "sources/text/file_set.hpp"
#include "sources/xdf/part_set.hpp"

namespace insitu {

std::unique_ptr<PartSet> make_part_set(std::string_view type, const nlohmann::json& descriptor,
                                       const SchemaPtr& schema, const SinkOptions& options,
                                       bool folder) {
  if (type == "RxXdfData") return make_xdf_part_set(descriptor, schema, options, folder);
  if (type == "RxTextData") return make_text_part_set(descriptor, schema);
  return nullptr;
}

}  // namespace insitu
