#include "sources/xdf/info.hpp"

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "base/new_file.hpp"
#include "sources/xdf/block.hpp"
#include "sources/xdf/metadata.hpp"
#include "sources/xdf/output.hpp"

namespace insitu {

namespace {

/// The first block tells: all are written alike.
bool is_uncompressed(const XdfMetadata& metadata, const FileSystem& files) {
  for (std::size_t b = 0; b < metadata.blocks(); ++b) {
    if (metadata.block_rows[b] == 0 || metadata.columns.empty()) continue;
    const auto& path = metadata.part_files.empty() ? metadata.path
                                                   : metadata.part_files[metadata.part_of_block[b]];
    std::size_t smallest = 0;
    for (std::size_t c = 1; c < metadata.columns.size(); ++c)
      if (metadata.extent(b, c).length < metadata.extent(b, smallest).length) smallest = c;
    try {
      return is_raw_xdf_block(*files.open(path), metadata.extent(b, smallest),
                              metadata.block_rows[b], metadata.columns[smallest]);
    } catch (const DataError&) {
      return false;  // damaged rows do not hinder the view of the metadata
    }
  }
  return false;
}

std::string row_names(const XdfMetadata& metadata) {
  if (metadata.row_names_column < 0) return "";
  return metadata.columns[static_cast<std::size_t>(metadata.row_names_column)].field.name;
}

std::vector<std::string> level_names(const Field& field) {
  return field.levels ? *field.levels : std::vector<std::string>();
}

void check_same_kind(const Field& before, const Field& after) {
  if (before.type != after.type)
    throw InvalidArgument("the type of a variable cannot be changed in place: " + before.name +
                          " is " + std::string(type_name(before.type)));
  if (is_factor(before.type) && level_names(before).size() != level_names(after).size())
    throw InvalidArgument("level names can be replaced one for one: " + before.name + " has " +
                          std::to_string(level_names(before).size()) + " levels, not " +
                          std::to_string(level_names(after).size()));
  if (after.value_codes.size() != after.value_labels.size())
    throw InvalidArgument("valueInfoCodes and valueInfoLabels differ in length: " + after.name);
}

void set_texts(XdfArray& array, const char* attribute, const std::vector<std::string>& before,
               const std::vector<std::string>& after) {
  if (before == after) return;
  array.set_attribute(attribute,
                      after.empty() ? std::nullopt : std::optional(xdf_string_array(after)));
}

/// Changes only what differs, so that what is not understood stays as it was stored.
void change_column(XdfElement& element, const Field& before, const Field& after) {
  auto& array = *element.array;
  if (after.name != before.name) element.name = after.name;
  if (after.description != before.description) element.description = after.description;
  if (after.low != before.low || after.high != before.high)
    set_xdf_range(array, after.low, after.high, after.low && after.high ? -1 : 0);
  if (is_factor(before.type) && level_names(before) != level_names(after))
    array.set_attribute(xdf_attribute::kLabels, xdf_string_array(level_names(after)));
  set_texts(array, xdf_attribute::kValueCodes, before.value_codes, after.value_codes);
  set_texts(array, xdf_attribute::kValueLabels, before.value_labels, after.value_labels);
  const auto one = [](const std::string& text) {
    return text.empty() ? std::vector<std::string>() : std::vector<std::string>{text};
  };
  set_texts(array, xdf_attribute::kTimeZone, one(before.time_zone), one(after.time_zone));
}

void write_composite_metadata(const std::string& folder, const XdfMetadata& metadata) {
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/metadata")) {
    if (entry.path().extension() != ".xdfm") continue;
    NewFile file(entry.path().string());
    file.append(xdf_header_bytes());
    file.append(xdf_metadata_bytes(metadata, file.size()));
    file.commit();
    return;
  }
}

}  // namespace

XdfInfo xdf_info(const std::string& path, const FileSystem& files) {
  const auto metadata = read_xdf_metadata(files, path);
  XdfInfo info;
  info.path = path;
  info.layout = !metadata.part_of_block.empty() || files.is_directory(path) ? "composite"
                : metadata.front_layout                                     ? "front"
                                                                            : "footer";
  info.file_version = metadata.front_layout ? "3.1" : "4.2";
  info.description = metadata.description;
  info.compression = is_uncompressed(metadata, files) ? "none" : "zlib";
  info.rows = static_cast<std::int64_t>(metadata.rows);
  info.rows_per_block.assign(metadata.block_rows.begin(), metadata.block_rows.end());
  info.composite_files = metadata.part_files;
  info.row_names_column = row_names(metadata);
  for (const auto& column : metadata.columns) info.fields.push_back(column.field);
  info.warnings = metadata.warnings;
  return info;
}

void rewrite_xdf_metadata(const std::string& path, const std::vector<Field>& fields,
                          const std::optional<std::string>& description, const FileSystem& files) {
  const bool composite = files.is_directory(path);
  const auto file = composite ? nullptr : files.open(path);
  auto metadata = composite ? read_xdf_metadata(files, path) : read_xdf_metadata(*file, path);
  if (fields.size() != metadata.columns.size())
    throw InvalidArgument("the number of variables cannot be changed in place: " + path + " has " +
                          std::to_string(metadata.columns.size()));
  for (std::size_t i = 0; i < fields.size(); ++i)
    check_same_kind(metadata.columns[i].field, fields[i]);
  try {
    (void)Schema(fields);  // names stay unique
  } catch (const DataError& error) {
    throw InvalidArgument(error.what());
  }
  auto& elements = metadata.dataset.array->items;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    change_column(elements[i], metadata.columns[i].field, fields[i]);
    elements[i].array->kind &=
        ~(xdf_kind::kOldLayout | xdf_kind::kOldFactor);  // the footer layout is written
  }
  if (description) metadata.description = *description;
  if (composite) return write_composite_metadata(path, metadata);
  const auto version = file->identity();
  const auto output =
      open_xdf_file_output(path, version ? Expected::version_of(*version) : Expected::anything());
  for (auto& extent : metadata.extents) extent = copy_xdf_extent(*file, extent, *output);
  output->commit(metadata);
}

}  // namespace insitu
