// Any bytes as a Parquet and as an ORC file: read in full or refused, never a crash. What is tested
// is the plugin's way through Arrow and what the engine makes of the batches; the decoders are
// Arrow's.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.hpp"
#include "columnar/arrow_library.hpp"
#include "columnar/columnar_options.hpp"
#include "columnar/columnar_sink.hpp"
#include "columnar/columnar_source.hpp"
#include "fuzz_main.hpp"
#include "touch.hpp"

namespace insitu {
namespace {

/// Bytes as a file of this process that needs no disk.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    if (::write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
      throw Error("a file in memory could not be written");
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  /// Other processes of this user find it there too: ORC is decoded in one.
  std::string path() const {
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(descriptor_);
  }

 private:
  int descriptor_;
};

void read_everything(ColumnFormat format, const std::string& path) {
  try {
    const ColumnarSource source(format, path);
    volatile double sum = 0;
    std::size_t pieces = 0;
    for (const auto& split : source.splits()) {
      const auto reader = source.open(split, {});
      while (const auto chunk = reader->next()) {
        sum = sum + touch(*chunk);
        if (++pieces > 16) return;  // half a million rows tell as much as all
      }
    }
  } catch (const Error&) {
  }
}

std::string written(ColumnFormat format, std::size_t rows) {
  const auto path =
      (std::filesystem::temp_directory_path() / ("insitu-fuzz-" + std::to_string(::getpid())))
          .string();
  std::vector<Field> fields;
  Chunk chunk{nullptr, {}, rows, {}};
  for (const auto type : {Type::kLogical, Type::kInt16, Type::kInt32, Type::kInt64, Type::kFloat32,
                          Type::kFloat64, Type::kDate, Type::kDateTime}) {
    fields.push_back({.name = std::string(type_name(type)), .type = type});
    chunk.columns.push_back(dispatch(type, [&]<class T>(T*) {
      std::vector<T> values(rows);
      for (std::size_t i = 0; i < rows; ++i)
        values[i] = i % 5 == 3 ? missing_value<T>() : static_cast<T>(i % 2);
      return Column::own(type, std::move(values));
    }));
  }
  StringBuilder texts;
  for (std::size_t i = 0; i < rows; ++i)
    i % 5 == 3 ? texts.append_missing() : texts.append("text" + std::to_string(i % 7));
  fields.push_back({.name = "text", .type = Type::kString});
  chunk.columns.push_back(texts.finish());
  chunk.schema = std::make_shared<const Schema>(std::move(fields));
  const auto sink = open_columnar_sink({format, path, false}, chunk.schema,
                                       {.overwrite = true, .rows_per_block = 50});
  sink->write(chunk);
  sink->finish();
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::filesystem::remove(path);
  const MemoryFile file(bytes);
  (void)ColumnarSource(format, file.path());  // throws when a seed is not valid
  return bytes;
}

}  // namespace

FuzzCorpus fuzz_corpus() {
  try {
    (void)arrow_library();
  } catch (const Unsupported& reason) {
    std::fprintf(stderr, "skipped: %s\n", reason.what());
    std::exit(77);
  }
  FuzzCorpus corpus;
  for (const auto format : {ColumnFormat::kParquet, ColumnFormat::kOrc})
    for (const std::size_t rows : {0u, 10u, 120u}) corpus.seeds.push_back(written(format, rows));
  return corpus;
}

}  // namespace insitu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const insitu::MemoryFile file({reinterpret_cast<const char*>(data), size});
  insitu::read_everything(insitu::ColumnFormat::kParquet, file.path());
  insitu::read_everything(insitu::ColumnFormat::kOrc, file.path());
  return 0;
}
