#include "capi/sample_data.hpp"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/new_file.hpp"
#include "capi/facade.hpp"
#include "capi/file_kind.hpp"
#include "capi/formats.hpp"
#include "capi/sample_files.hpp"
#include "data/sink.hpp"

namespace insitu {

using nlohmann::json;

namespace {

SchemaPtr schema_of(const SampleFile& file) {
  std::vector<Field> fields;
  for (const auto& column : file.columns) {
    Field field;
    field.name = column.name;
    field.type = column.type;
    field.description = column.description;
    if (is_factor(column.type)) field.levels = make_levels(column.levels);
    fields.push_back(std::move(field));
  }
  return std::make_shared<const Schema>(std::move(fields));
}

Column values_of(const Field& field, const SampleValue& value, std::int64_t first,
                 std::size_t rows) {
  const bool factor = is_factor(field.type);
  return dispatch(field.type, [&]<class T>(T*) {
    std::vector<T> values(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      const double v = value(first + static_cast<std::int64_t>(i));
      values[i] = !std::isnan(v) ? static_cast<T>(v)
                  : factor       ? static_cast<T>(kMissingCode)
                                 : missing_value<T>();
    }
    return Column::own(field.type, std::move(values), field.levels);
  });
}

void write_sample(const SampleFile& file, const std::string& path, CancelFlag& cancel) {
  json descriptor = file.options;
  descriptor["file"] = path;
  descriptor["type"] = kind_by_ending(file.name);
  const auto schema = schema_of(file);
  SinkOptions options;
  options.overwrite = true;
  options.rows_per_block = file.rows_per_block;
  const auto sink = format_of(descriptor)->sink(descriptor, schema, options);
  for (std::int64_t first = 0; first < file.rows; first += kRowsPerChunk) {
    cancel.throw_if_raised();
    Chunk chunk;
    chunk.schema = schema;
    chunk.rows = static_cast<std::size_t>(std::min<std::int64_t>(kRowsPerChunk, file.rows - first));
    for (std::size_t i = 0; i < file.columns.size(); ++i)
      chunk.columns.push_back(values_of((*schema)[i], file.columns[i].value, first, chunk.rows));
    chunk.from.first_row = first;
    sink->write(chunk);
  }
  sink->finish();
}

/// The small files that scripts read as text of odd shapes.
const std::pair<const char*, const char*> kTexts[] = {
    {"hyphens.txt",
     "Name-Rank-SerialNumber\nAlder-Sgt-1408\nBirch-Cpl-52077\nHazel-Pvt-3316\n"
     "Rowan-Pvt-20951\n"},
    {"README.txt",
     "These files are generated. They have the names, columns and types that scripts for\n"
     "RevoScaleR expect, but their rows are made up: results differ from published ones.\n"
     "A folder of originals is named by the environment variable INSITU_SAMPLES.\n"},
};

std::string cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  std::string folder = cache && *cache == '/' ? cache : std::string();
  if (folder.empty()) {
    if (!home || *home != '/')
      throw DataError(
          "there is no folder for the sample data: set HOME, or name one by INSITU_SAMPLES");
    folder = std::string(home) + "/.cache";
  }
  return folder + "/insitu/SampleData-" + version();
}

}  // namespace

json sample_data_request(Call& call) {
  namespace fs = std::filesystem;
  auto folder = call.options.text("folder");
  if (folder.empty()) folder = cache_folder();
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure)
    throw DataError("the folder of the sample data cannot be made: " + folder + ": " +
                    failure.message() + "; name another one by INSITU_SAMPLES");
  int made = 0;
  for (const auto& file : sample_files()) {
    const auto path = folder + "/" + file.name;
    if (fs::exists(path, failure)) continue;
    write_sample(file, path, call.control.cancel);
    ++made;
  }
  for (const auto& [name, text] : kTexts) {
    const auto path = folder + "/" + name;
    if (fs::exists(path, failure)) continue;
    NewFile file(path);
    file.append(text);
    file.commit();
    ++made;
  }
  return {{"folder", folder}, {"made", made}};
}

}  // namespace insitu
