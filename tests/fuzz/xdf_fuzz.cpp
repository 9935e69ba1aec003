// Any bytes as an .xdf file, and as the metadata of a composite set: they are read in full or
// refused.
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "fuzz_main.hpp"
#include "sources/xdf/info.hpp"
#include "sources/xdf/sink.hpp"
#include "sources/xdf/source.hpp"
#include "touch.hpp"

namespace insitu {
namespace {

class MemoryFile final : public RandomAccessFile {
 public:
  explicit MemoryFile(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= bytes_.size()) return 0;
    const auto part = bytes_.substr(offset, out.size());
    std::memcpy(out.data(), part.data(), part.size());
    return part.size();
  }

 private:
  std::string_view bytes_;
};

/// "file", and a composite set "set" whose metadata are the same bytes and whose parts are too.
class MemoryFiles final : public FileSystem {
 public:
  explicit MemoryFiles(std::string_view bytes) : bytes_(bytes) {}
  std::shared_ptr<RandomAccessFile> open(const std::string&) const override {
    return std::make_shared<MemoryFile>(bytes_);
  }
  bool exists(const std::string&) const override { return true; }
  bool is_directory(const std::string& path) const override {
    return path == "set" || path == "set/metadata";
  }
  std::vector<std::string> list(const std::string&) const override {
    return {"set/metadata/set.xdfm"};
  }

 private:
  std::string_view bytes_;
};

void read_everything(const std::string& path, const FileSystemPtr& files) {
  try {
    (void)xdf_info(path, *files);
    const XdfSource source({{"type", "RxXdfData"}, {"file", path}}, files);
    volatile double sum = 0;
    std::size_t pieces = 0;
    for (const auto& split : source.splits()) {
      if (++pieces > 4) break;  // a few hundred thousand rows tell as much as all
      const auto reader = source.open(split, {});
      while (const auto chunk = reader->next()) sum = sum + touch(*chunk);
    }
  } catch (const Error&) {
  }
}

SchemaPtr schema_of_all_types() {
  std::vector<Field> fields;
  for (int t = 0; t < kTypeCount; ++t) {
    Field field;
    field.type = static_cast<Type>(t);
    field.name = type_name(field.type);
    field.description = "described";
    if (is_factor(field.type)) field.levels = make_levels({"a", "b", "c"});
    if (field.type == Type::kDateTime) field.time_zone = "UTC";
    if (field.type == Type::kInt32) field.value_codes = {"1"}, field.value_labels = {"one"};
    fields.push_back(field);
  }
  return std::make_shared<const Schema>(std::move(fields));
}

Chunk rows_of(const SchemaPtr& schema, std::size_t rows) {
  Chunk chunk{schema, {}, rows, {}};
  for (const auto& field : schema->fields()) {
    if (field.type == Type::kString) {
      StringBuilder builder;
      for (std::size_t i = 0; i < rows; ++i)
        i % 5 == 3 ? builder.append_missing() : builder.append("text" + std::to_string(i));
      chunk.columns.push_back(builder.finish());
      continue;
    }
    chunk.columns.push_back(dispatch(field.type, [&]<class T>(T*) {
      std::vector<T> values(rows);
      for (std::size_t i = 0; i < rows; ++i)
        values[i] = static_cast<T>(field.type == Type::kLogical ? i % 2 : i % 3);
      return Column::own(field.type, std::move(values), field.levels);
    }));
  }
  return chunk;
}

std::string written(std::size_t rows, std::int64_t rows_per_block, int level) {
  const auto path =
      (std::filesystem::temp_directory_path() / ("insitu-fuzz-" + std::to_string(::getpid())))
          .string();
  const auto schema = schema_of_all_types();
  XdfWriteOptions options;
  options.sink = {.overwrite = true, .rows_per_block = rows_per_block, .compression_level = level};
  options.description = "seed";
  const auto sink = open_xdf_sink(path, schema, options);
  if (rows) sink->write(rows_of(schema, rows));
  sink->finish();
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::filesystem::remove(path);
  return bytes;
}

template <class T>
T number_at(const std::string& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// The same file in the old layout: the header in front, other versions, one number more at the
/// end.
std::string front_layout(const std::string& bytes) {
  const auto footer = bytes.size() - number_at<std::uint64_t>(bytes, bytes.size() - 16);
  const auto description = number_at<std::uint32_t>(bytes, footer + 8);
  const auto counts = footer + 12 + description;
  const auto at = number_at<std::uint64_t>(bytes, counts);
  std::string out = bytes.substr(0, 4);
  write_xdf_value(3.1f, out);
  out += bytes.substr(counts, 32);
  out.resize(260, '\0');
  out += bytes.substr(260, at - 260);
  write_xdf_value(3.0f, out);
  write_xdf_string("seed", out);
  out += bytes.substr(at + 4, footer - at - 4);
  write_xdf_value(std::int32_t{1}, out);
  return out;
}

}  // namespace

FuzzCorpus fuzz_corpus() {
  FuzzCorpus corpus;
  corpus.seeds = {written(10, 4, 1), written(10, 4, 0), written(0, 4, 1), written(3000, 1000, 1)};
  corpus.seeds.push_back(front_layout(corpus.seeds[0]));
  corpus.seeds.push_back(front_layout(corpus.seeds[1]));
  for (const auto& seed : corpus.seeds) {
    const auto files = std::make_shared<const MemoryFiles>(seed);
    (void)XdfSource({{"type", "RxXdfData"}, {"file", "file"}},
                    files);  // throws when a seed is not valid
  }
  return corpus;
}

}  // namespace insitu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto files = std::make_shared<const insitu::MemoryFiles>(bytes);
  insitu::read_everything("file", files);
  insitu::read_everything("set", files);
  return 0;
}
