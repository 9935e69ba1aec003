#include "sources/registry.hpp"

#include "sources/text/options.hpp"
#include "sources/text/source.hpp"
#include "sources/xdf/source.hpp"

namespace insitu {

std::span<const Format> stored_formats() {
  static const Format kFormats[] = {
      {.type = "RxXdfData",
       .said = ".xdf",
       .keys = kXdfKeys,
       .endings = {"xdf", "xdfd"},
       .magic = "\xf4\xd3\xd2\xd1",  // docs/xdf.md
       .marker = "metadata",
       .appends = Appends::kRowsAndColumns,
       .source = [](const nlohmann::json& descriptor,
                    const SourceTools& tools) { return make_xdf_source(descriptor, tools.files); },
       .sink = make_xdf_sink},
      {.type = "RxTextData",
       .said = "text",
       .keys = kTextKeys,
       .endings = {"csv", "tsv", "tab", "txt", "dat", "sts"},
       .in_folders = true,
       .compressed = true,
       .appends = Appends::kRows,
       .source = [](const nlohmann::json& descriptor,
                    const SourceTools& tools) { return make_text_source(descriptor, tools.files); },
       .sink = make_text_sink},
  };
  return kFormats;
}

}  // namespace insitu
