#include "sources/xdf/part_set.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "sources/xdf/output.hpp"
#include "sources/xdf/sink.hpp"
#include "sources/xdf/source.hpp"

namespace insitu {

namespace {

constexpr const char* kPartReport = "xdf_part";

/// What the set has to know of a part: where its blocks lie, and of each column what the metadata
/// say of its rows.
struct XdfPartReport {
  std::vector<std::uint64_t> block_rows, offsets, lengths;
  std::vector<std::uint64_t> levels;  ///< their number
  std::vector<double> low, high;
  std::vector<std::int32_t> has_range, marks_missing_text;
  static constexpr auto fields =
      std::tuple{&XdfPartReport::block_rows, &XdfPartReport::offsets,
                 &XdfPartReport::lengths,    &XdfPartReport::levels,
                 &XdfPartReport::low,        &XdfPartReport::high,
                 &XdfPartReport::has_range,  &XdfPartReport::marks_missing_text};

  bool fits(std::size_t columns, const PartPlan& part) const {
    const auto blocks = part.blocks.size();
    if (block_rows.size() != blocks || offsets.size() != blocks * columns ||
        lengths.size() != offsets.size())
      return false;
    for (const auto size :
         {levels.size(), low.size(), high.size(), has_range.size(), marks_missing_text.size()})
      if (size != columns) return false;
    return std::ranges::equal(block_rows, part.blocks, [](std::uint64_t a, std::int64_t b) {
      return a == static_cast<std::uint64_t>(b);
    });
  }
};

XdfPartReport report_of(const XdfMetadata& metadata) {
  XdfPartReport report{.block_rows = metadata.block_rows};
  for (const auto& extent : metadata.extents) {
    report.offsets.push_back(extent.offset);
    report.lengths.push_back(extent.length);
  }
  for (const auto& column : metadata.columns) {
    const auto& field = column.field;
    const bool known = field.low && field.high;
    report.levels.push_back(field.levels ? field.levels->size() : 0);
    report.low.push_back(known ? *field.low : 0);
    report.high.push_back(known ? *field.high : 0);
    report.has_range.push_back(known);
    report.marks_missing_text.push_back(column.marks_missing_text);
  }
  return report;
}

/// The bytes of a part, as they come.
class PartOutput final : public XdfOutput {
 public:
  PartOutput(PutBytes put, XdfPartReport& report) : put_(std::move(put)), report_(report) {
    write(xdf_header_bytes());
  }
  void begin_block() override {}
  XdfExtent append(std::string_view stored) override {
    const XdfExtent extent{size_, stored.size()};
    write(stored);
    return extent;
  }
  void commit(XdfMetadata& metadata) override { report_ = report_of(metadata); }

 private:
  void write(std::string_view bytes) {
    put_(bytes);
    size_ += bytes.size();
  }

  PutBytes put_;
  XdfPartReport& report_;
  std::uint64_t size_ = 0;
};

class XdfPartWriter final : public PartWriter {
 public:
  XdfPartWriter(const std::string& path, const SchemaPtr& schema, XdfWriteOptions options,
                const PartPlan& part, PutBytes put) {
    options.first_row = static_cast<std::uint64_t>(part.first_row);
    sink_ =
        open_xdf_sink(path, schema, options, std::make_unique<PartOutput>(std::move(put), report_));
    sink_->set_block_rows(part.blocks);
  }
  void write(const Chunk& chunk) override { sink_->write(chunk); }
  Bytes finish() override {
    sink_->finish();
    return seal(kPartReport, save(report_));
  }

 private:
  XdfPartReport report_;
  std::unique_ptr<DataSink> sink_;
};

/// Of a column over all parts. The first of equal values counts, as where one writes them all.
struct MergedColumn {
  std::optional<double> low, high;
  bool marks_missing_text = false;

  void add(const XdfPartReport& part, std::size_t column) {
    marks_missing_text |= part.marks_missing_text[column] != 0;
    if (!part.has_range[column]) return;
    low = low ? std::min(*low, part.low[column]) : part.low[column];
    high = high ? std::max(*high, part.high[column]) : part.high[column];
  }
};

class XdfPartSet final : public PartSet {
 public:
  XdfPartSet(XdfDescriptor descriptor, SchemaPtr schema, const SinkOptions& options)
      : path_(std::move(descriptor.file)),
        blocks_per_file_(std::max<std::int64_t>(descriptor.blocks_per_composite_file, 1)),
        schema_(std::move(schema)),
        options_(options) {}

  std::string part_folder() const override { return kXdfPartFolder; }
  bool needs_levels() const override { return true; }
  void check_replaced(const std::string& folder) const override {
    check_composite_xdf_replaced(folder);
  }

  std::vector<PartPlan> plan(const std::vector<std::int64_t>& blocks) const override {
    std::vector<PartPlan> parts;
    std::int64_t row = 0;
    for (const auto rows : blocks) {
      if (parts.empty() ||
          static_cast<std::int64_t>(parts.back().blocks.size()) >= blocks_per_file_)
        parts.push_back({xdf_part_name(path_, parts.size() + 1), row, {}});
      parts.back().blocks.push_back(rows);
      row += rows;
    }
    return parts;
  }

  std::unique_ptr<PartWriter> open(const PartPlan& part, PutBytes put) const override {
    XdfWriteOptions options;
    options.sink = options_;
    options.sink.append = Append::kNone;
    return std::make_unique<XdfPartWriter>(path_, schema_, std::move(options), part,
                                           std::move(put));
  }

  std::vector<FileOfSet> finish(const std::vector<PartPlan>& parts,
                                const std::vector<Bytes>& reports) const override {
    XdfMetadata metadata;
    std::vector<MergedColumn> columns(schema_->size());
    std::vector<std::string> names;
    std::vector<std::uint64_t> blocks;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      const auto report = load<XdfPartReport>(unseal(kPartReport, reports.at(p)));
      if (!report.fits(schema_->size(), parts[p]))
        throw DataError("a part of " + path_ +
                        " is not the one that was planned: " + parts[p].name);
      check_levels(report);
      metadata.block_rows.insert(metadata.block_rows.end(), report.block_rows.begin(),
                                 report.block_rows.end());
      for (std::size_t i = 0; i < report.offsets.size(); ++i)
        metadata.extents.push_back({report.offsets[i], report.lengths[i]});
      for (std::size_t c = 0; c < columns.size(); ++c) columns[c].add(report, c);
      names.push_back(parts[p].name);
      blocks.push_back(report.block_rows.size());
    }
    std::vector<XdfElement> elements;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      elements.push_back(element_of((*schema_)[c], columns[c]));
      if (elements.back().name == kXdfRowNames)
        metadata.row_names_column = static_cast<std::int64_t>(c);
    }
    const auto& rows = metadata.block_rows;
    metadata.dataset =
        make_xdf_dataset(std::move(elements), rows.empty() ? 0 : *std::ranges::max_element(rows));
    return {
        {xdf_set_metadata_path(path_), xdf_set_metadata_file(metadata, std::move(names), blocks)}};
  }

 private:
  /// All levels are known before the first row is written, by a pass over the same rows.
  void check_levels(const XdfPartReport& report) const {
    for (std::size_t c = 0; c < schema_->size(); ++c) {
      const auto& field = (*schema_)[c];
      if (is_factor(field.type) && report.levels[c] != (field.levels ? field.levels->size() : 0))
        throw DataError("variable " + field.name +
                        " had other levels when it was written than when they were looked for");
    }
  }

  XdfElement element_of(Field field, const MergedColumn& column) const {
    if (is_factor(field.type) && !field.levels) field.levels = make_levels({});
    if (options_.compute_low_high && field.type != Type::kString) {
      field.low = column.low;
      field.high = column.high;
    }
    return written_xdf_column(field, column.marks_missing_text, options_.compute_low_high);
  }

  std::string path_;
  std::int64_t blocks_per_file_;
  SchemaPtr schema_;
  SinkOptions options_;
};

}  // namespace

std::unique_ptr<PartSet> make_xdf_part_set(const nlohmann::json& json, const SchemaPtr& schema,
                                           const SinkOptions& options, bool folder) {
  auto descriptor = parse_xdf_descriptor(json);
  if (!descriptor.create_composite_set.value_or(folder)) return nullptr;
  return std::make_unique<XdfPartSet>(std::move(descriptor), schema, options);
}

}  // namespace insitu
