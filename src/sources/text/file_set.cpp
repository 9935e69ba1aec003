#include "sources/text/file_set.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"
#include "sources/text/lines.hpp"

namespace insitu {

namespace {

constexpr std::string_view kPartPrefix = "part-";
constexpr std::string_view kPartSuffix = ".csv";
constexpr std::size_t kPieceBytes = std::size_t{1} << 16;

class TextPartWriter final : public PartWriter {
 public:
  TextPartWriter(const TextOptions& options, SchemaPtr schema, PutBytes put)
      : file_(options.file), lines_(options, std::move(schema)), put_(std::move(put)) {
    lines_.add_names();
  }
  void write(const Chunk& chunk) override {
    lines_.prepare(chunk);
    for (std::size_t row = 0; row < chunk.rows; ++row) {
      lines_.add_row(chunk, row);
      if (lines_.text().size() >= kPieceBytes) flush();
    }
  }
  Bytes finish() override {
    flush();
    if (lines_.met_new_levels())
      throw DataError(
          "a factor had other levels when it was written than when they were looked for: " + file_);
    return {};
  }

 private:
  void flush() {
    put_(lines_.text());
    lines_.text().clear();
  }

  std::string file_;
  TextLines lines_;
  PutBytes put_;
};

class TextPartSet final : public PartSet {
 public:
  TextPartSet(TextOptions options, SchemaPtr schema)
      : options_(std::move(options)), schema_(std::move(schema)) {}

  std::string part_folder() const override { return ""; }
  bool needs_levels() const override { return options_.factors_as_indexes; }
  void check_replaced(const std::string& folder) const override {
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) check_text_folder_replaced(folder);
  }

  /// Blocks are of .xdf files.
  std::vector<PartPlan> plan(const std::vector<std::int64_t>& blocks) const override {
    const auto rows = std::accumulate(blocks.begin(), blocks.end(), std::int64_t{0});
    const auto most = rows_of_text_part(options_);
    std::vector<PartPlan> parts;
    for (std::int64_t begin = 0; begin < rows || parts.empty();) {
      const auto here = most > 0 ? std::min(most, rows - begin) : rows;
      parts.push_back({text_part_name(static_cast<std::int64_t>(parts.size()) + 1), begin, {here}});
      begin += here;
    }
    return parts;
  }

  std::unique_ptr<PartWriter> open(const PartPlan&, PutBytes put) const override {
    return std::make_unique<TextPartWriter>(options_, schema_, std::move(put));
  }
  std::vector<FileOfSet> finish(const std::vector<PartPlan>&,
                                const std::vector<Bytes>&) const override {
    return {};
  }

 private:
  TextOptions options_;
  SchemaPtr schema_;
};

}  // namespace

std::string text_part_name(std::int64_t number) {
  auto digits = std::to_string(number);
  // So that the order of names is that of the rows.
  digits.insert(0, digits.size() < 6 ? 6 - digits.size() : 0, '0');
  return std::string(kPartPrefix) + digits + std::string(kPartSuffix);
}

std::int64_t rows_of_text_part(const TextOptions& options) {
  return options.rows_per_out_file > 0 ? options.rows_per_out_file : options.rows_per_read;
}

void check_text_folder_replaced(const std::string& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (!entry.is_regular_file() || !name.starts_with(kPartPrefix) || !name.ends_with(kPartSuffix))
      throw InvalidArgument(
          "the output folder holds something that no earlier run wrote; remove it or name another "
          "folder: " +
          entry.path().string());
  }
}

std::unique_ptr<PartSet> make_text_part_set(const nlohmann::json& descriptor,
                                            const SchemaPtr& schema) {
  auto options = text_options_from_json(descriptor);
  // What is not a folder of delimited files is written, or refused, by the sink.
  if (!options.create_file_set || options.fixed_format == true || options.file.ends_with(".sts"))
    return nullptr;
  return std::make_unique<TextPartSet>(std::move(options), schema);
}

}  // namespace insitu
