#include "sources/text/border_survey.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "data/survey.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr const char* kType = "text_borders";

SchemaPtr survey_schema() {
  Field field;
  field.name = "number";
  field.type = Type::kInt64;
  return std::make_shared<const Schema>(std::vector<Field>{std::move(field)});
}

/// One chunk for each stretch.
class StretchReader final : public ChunkReader {
 public:
  StretchReader(const BorderSurvey& survey, const Split& split, SchemaPtr schema)
      : files_(survey.files),
        dialect_(survey.dialect),
        split_bytes_(survey.split_bytes),
        split_(split),
        schema_(std::move(schema)) {}

  std::optional<Chunk> next() override {
    if (std::exchange(ended_, true)) return std::nullopt;
    const auto part = files_->part_of(split_);
    const auto borders =
        find_borders(*files_->open(part), files_->parts()[part], dialect_, split_bytes_,
                     byte_of_position(split_.begin), byte_of_position(split_.end));
    auto numbers = borders.numbers();
    const auto rows = numbers.size();
    Chunk chunk{schema_, {}, rows, {split_.index, 0, -1, static_cast<std::int64_t>(rows)}};
    if (schema_->size() > 0) chunk.columns.push_back(Column::own(Type::kInt64, std::move(numbers)));
    return chunk;
  }

 private:
  std::shared_ptr<const TextFiles> files_;
  TextDialect dialect_;
  std::uint64_t split_bytes_;
  Split split_;
  SchemaPtr schema_;
  bool ended_ = false;
};

class StretchSource final : public DataSource {
 public:
  explicit StretchSource(BorderSurvey survey)
      : survey_(std::move(survey)), schema_(survey_schema()) {}

  SchemaPtr schema() const override { return schema_; }

  std::vector<Split> splits() const override {
    std::vector<Split> splits;
    const auto stretch = survey_.split_bytes * kSplitsPerStretch;
    for (const auto part : survey_.parts) {
      const auto size = survey_.files->open(part)->size();
      for (auto begin = survey_.files->parts()[part].data_begin; begin < size;) {
        const auto end = std::min((begin / stretch + 1) * stretch, size);
        splits.push_back({splits.size(), text_position(part, begin), text_position(part, end), -1});
        begin = end;
      }
    }
    return splits;
  }

  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    return std::make_unique<StretchReader>(
        survey_, split, options.columns ? select_columns(*schema_, *options.columns) : schema_);
  }

  Recipe recipe() const override {
    const json document = {{"type", kType},
                           {"source", json::parse(survey_.recipe.options)},
                           {"splitBytes", survey_.split_bytes}};
    return {kType, document.dump(-1, ' ', false, json::error_handler_t::replace)};
  }

  std::string file_of(const Split& split) const override {
    return survey_.files->parts()[survey_.files->part_of(split)].path;
  }
  std::string description() const override { return "the quotes of a text file"; }

 private:
  BorderSurvey survey_;
  SchemaPtr schema_;
};

}  // namespace

std::vector<TextBorders> surveyed_borders(const BorderSurvey& survey) {
  const StretchSource source(survey);
  std::vector<std::size_t> part_of_stretch;
  for (const auto& split : source.splits()) part_of_stretch.push_back(survey.files->part_of(split));
  std::map<std::size_t, TextBorders> found;
  survey_rows(source, {}, [&](const Chunk& chunk) {
    found[part_of_stretch.at(static_cast<std::size_t>(chunk.from.split))].merge(
        TextBorders::from_numbers(chunk.columns.at(0).values<std::int64_t>()));
  });
  std::vector<TextBorders> borders;
  for (const auto part : survey.parts) borders.push_back(std::move(found[part]));
  return borders;
}

std::shared_ptr<const DataSource> text_borders_from_json(const json& document,
                                                         const FileSystemPtr& files) {
  try {
    BorderSurvey survey;
    const auto& recipe = document.at("source");
    const auto options = text_options_from_json(recipe);
    const auto layout = complete_layout(layout_from_json(recipe.at("resolved")), options);
    survey.files = std::make_shared<const TextFiles>(options, files, layout.parts);
    survey.dialect = layout.dialect;
    survey.split_bytes = document.at("splitBytes").get<std::uint64_t>();
    if (survey.split_bytes == 0) throw DataError("a survey of a text file cannot be read");
    return std::make_shared<const StretchSource>(std::move(survey));
  } catch (const json::exception& failure) {
    throw DataError(std::string("a survey of a text file cannot be read: ") + failure.what());
  }
}

}  // namespace insitu
