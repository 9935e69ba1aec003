#include "capi/make_source.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "algorithms/predict.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "capi/file_kind.hpp"
#include "methods/options.hpp"
#include "capi/row_numbers.hpp"
#include "data/arrow.hpp"
#include "data/declared_levels.hpp"
#include "data/frame_source.hpp"
#include "sources/registry.hpp"
#include "sources/typed_columns.hpp"

namespace insitu {

using nlohmann::json;

SourceMaker::SourceMaker(std::shared_ptr<const FileSystem> files,
                         std::vector<ArrowArrayStream*>* streams)
    : files_(std::move(files)), streams_(streams) {}

SourcePtr SourceMaker::make_frame(const json& descriptor) {
  const Options options(descriptor, "data");
  const auto position = static_cast<std::size_t>(options.whole("stream", -1));
  auto found = frames_.find(position);
  if (found == frames_.end()) {
    if (!streams_ || position >= streams_->size() || !(*streams_)[position] ||
        !(*streams_)[position]->release)
      throw InvalidArgument("data$stream names no data frame of this call: " +
                            std::to_string(options.whole("stream", -1)));
    found = frames_.emplace(position, import_stream((*streams_)[position])).first;
  }
  return std::make_shared<FrameSource>(found->second.first, found->second.second,
                                       options.text("name", "data frame"));
}

SourcePtr SourceMaker::make(const json& descriptor) {
  const auto type = Options(descriptor, "data").text("type");
  const auto inner = [this](const json& document) { return make(document); };
  if (type == "frame") return make_frame(descriptor);
  if (type == "row_numbers")
    return std::make_shared<RowNumberSource>(Options(descriptor).whole("numRows", -1),
                                             Options(descriptor).whole("rowsPerRead", -1));
  if (type == "typed_columns") return typed_columns_from_json(descriptor, inner);
  if (type == "declared_levels") return declared_levels_from_json(descriptor, inner);
  if (type == "transformed") return transformed_from_json(descriptor, inner, load_);
  if (type == "predicted") return predicted_from_json(descriptor, inner);
  if (type == "pushed") {
    if (!pushed_) throw InvalidArgument("no rows are pushed to this call");
    return pushed_;
  }
  if (auto table = open_table_ ? open_table_(descriptor) : nullptr)
    return typed_columns(std::move(table),
                         column_info_from_json(descriptor.value("colInfo", json()), type));
  const auto* added = added_format(type);
  if (added) return added->source(descriptor);
  auto source = make_format_source(descriptor, files_);
  return cache_ && descriptor.value("cache", false) ? cache_(std::move(source), descriptor)
                                                    : source;
}

SinkMaker SourceMaker::sink_maker(const std::string& type) const {
  const auto* added = added_format(type);
  return added ? added->sink : SinkMaker(make_format_sink);
}

const SourceFormat* SourceMaker::added_format(const std::string& type) const {
  if (type == "RxHiveData" || type == "RxSparkDataFrame")
    throw Unsupported(
        named(type) +
        " can be read in the `RxSpark` compute context only; set it, or name files that "_named
        "this context reads (`RxParquetData`, `RxOrcData`, `RxXdfData`, `RxTextData`)"_named);
  auto known = format_types();
  for (const auto& format : formats_) {
    if (format.type == type) return &format;
    known.push_back(format.type);
  }
  known.emplace_back("frame");
  if (std::find(known.begin(), known.end(), type) == known.end())
    throw InvalidArgument("unknown data source type: '" + type + "'" + did_you_mean(type, known));
  return nullptr;
}

namespace {

json given_descriptor(const json& value, const char* what) {
  if (!value.is_object())
    throw InvalidArgument(named(what) + " is missing: give a path or a data source");
  return value;
}

bool is_xdf(const json& descriptor) {
  return descriptor.value("type", std::string()) == "RxXdfData" && !file_of(descriptor).empty();
}

}  // namespace

json descriptor_of(const json& value, const char* what) {
  if (value.is_string()) return descriptor_of_input(value.get<std::string>(), what);
  auto found = given_descriptor(value, what);
  if (is_xdf(found)) found["file"] = xdf_to_read(file_of(found));
  return found;
}

json target_descriptor_of(const json& value, const char* what, bool composite) {
  if (value.is_string()) return descriptor_of_output(value.get<std::string>(), what, composite);
  auto found = given_descriptor(value, what);
  const auto set = found.find("createCompositeSet");
  if (set != found.end() && set->is_boolean()) composite = set->get<bool>();
  if (is_xdf(found)) found["file"] = xdf_to_write(file_of(found), composite);
  return found;
}

std::string class_of(const json& descriptor) {
  const auto type = descriptor.value("type", std::string());
  return type == "frame" ? "data.frame" : type;
}

std::string file_of(const json& descriptor) {
  const auto found = descriptor.find("file");
  return found != descriptor.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
}

}  // namespace insitu
