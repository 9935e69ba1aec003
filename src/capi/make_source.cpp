#include "capi/make_source.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "algorithms/predict.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "capi/row_numbers.hpp"
#include "contexts/block_file.hpp"
#include "data/arrow.hpp"
#include "data/declared_levels.hpp"
#include "data/frame_source.hpp"
#include "methods/options.hpp"
#include "shaping/range_pieces.hpp"
#include "sources/text/border_survey.hpp"
#include "sources/typed_columns.hpp"

namespace insitu {

using nlohmann::json;

SourceMaker::SourceMaker(std::span<const Format> formats, SourceTools tools,
                         std::vector<ArrowArrayStream*>* streams)
    : formats_(formats), tools_(std::move(tools)), streams_(streams) {}

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
  if (type == "range_pieces") return range_pieces_from_json(descriptor, inner);
  if (type == "block_file") return block_file(Options(descriptor, "data").text("file"));
  if (type == "transformed") return transformed_from_json(descriptor, inner, load_);
  if (type == "predicted") return predicted_from_json(descriptor, inner);
  if (type == "text_borders") return text_borders_from_json(descriptor, tools_.files);
  if (type == "pushed") {
    if (!pushed_) throw InvalidArgument("no rows are pushed to this call");
    return pushed_;
  }
  if (const auto known = std::ranges::find(formats_, type, &Format::type); known != formats_.end())
    check_descriptor(type, known->keys, descriptor);
  if (auto table = open_table_ ? open_table_(descriptor) : nullptr)
    return typed_columns(std::move(table),
                         column_info_from_json(descriptor.value("colInfo", json()), type));
  auto source = format(type).source(descriptor, tools_);
  return cache_ && descriptor.value("cache", false) ? cache_(std::move(source), descriptor)
                                                    : source;
}

SourcePtr SourceMaker::make(const Recipe& recipe) {
  auto document = json::parse(recipe.options, nullptr, false);
  if (document.is_discarded()) throw DataError("the recipe of a source is no JSON document");
  if (!document.contains("type")) document["type"] = recipe.name;
  return make(document);
}

const Format& SourceMaker::format(const std::string& type) const {
  const auto found = std::ranges::find(formats_, type, &Format::type);
  if (found != formats_.end() && !found->is_table) return *found;
  std::string files;
  std::vector<std::string> known = {"frame"};
  for (const auto& each : formats_) {
    if (!each.endings.empty()) files += (files.empty() ? "" : ", ") + named(each.type);
    known.emplace_back(each.type);
  }
  if (found == formats_.end())
    throw InvalidArgument("unknown data source type: '" + type + "'" + did_you_mean(type, known));
  throw Unsupported(
      named(type) +
      " can be read in the `RxSpark` compute context only; set it, or name files that "_named
      "this context reads (" +
      files + ")");
}

}  // namespace insitu
