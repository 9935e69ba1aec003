#include "jobs/saved_rows.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "base/error.hpp"
#include "contexts/block.hpp"
#include "data/arrow.hpp"
#include "data/schema_json.hpp"

namespace insitu {

namespace {

constexpr std::size_t kRowsOfBlock = 1 << 19;
constexpr const char* kSchema = "job schema";
constexpr const char* kBlock = "job rows";

void write_record(int file, std::string_view bytes, const std::string& shown) {
  const std::uint64_t size = bytes.size();
  write_all(file, {reinterpret_cast<const char*>(&size), sizeof size}, shown);
  write_all(file, bytes, shown);
}

class RowsFile {
 public:
  RowsFile(Descriptor file, std::string shown) : file_(std::move(file)), shown_(std::move(shown)) {
    schema_ = schema_from_json(unseal(kSchema, record()));
  }

  const SchemaPtr& schema() const { return schema_; }

  std::optional<Chunk> next() {
    if (ended_) return std::nullopt;
    const auto sealed = record();
    if (sealed.empty()) {
      ended_ = true;
      return std::nullopt;
    }
    auto chunk = decode_block(Bytes(unseal(kBlock, sealed)), schema_);
    if (chunk.columns.size() != schema_->size()) damaged();
    for (std::size_t i = 0; i < chunk.columns.size(); ++i)
      if ((*chunk.schema)[i].type != (*schema_)[i].type ||
          (*chunk.schema)[i].name != (*schema_)[i].name)
        damaged();
    return chunk;
  }

 private:
  [[noreturn]] void damaged() const {
    throw DataError("rows of a job are truncated or corrupt: " + shown_);
  }

  void read(char* to, std::size_t size) {
    while (size > 0) {
      const auto count = ::read(file_.get(), to, size);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) damaged();
      to += count, size -= static_cast<std::size_t>(count);
    }
  }

  Bytes record() {
    std::uint64_t size = 0;
    read(reinterpret_cast<char*>(&size), sizeof size);
    struct stat status {};
    const auto at = ::lseek(file_.get(), 0, SEEK_CUR);
    if (::fstat(file_.get(), &status) != 0 || at < 0 ||
        size > static_cast<std::uint64_t>(std::max<off_t>(status.st_size - at, 0)))
      damaged();
    Bytes bytes(size, '\0');
    read(bytes.data(), bytes.size());
    return bytes;
  }

  Descriptor file_;
  std::string shown_;
  SchemaPtr schema_;
  bool ended_ = false;
};

}  // namespace

void save_rows(const PrivateFolder& folder, const std::string& name, const Schema& schema,
               const std::vector<Chunk>& chunks) {
  const auto shown = folder.path() + "/" + name;
  const Descriptor file(folder.create(name));
  write_record(file.get(), seal(kSchema, schema_to_json(schema)), shown);
  for (const auto& chunk : chunks)
    for (std::size_t begin = 0; begin < chunk.rows; begin += kRowsOfBlock) {
      const auto piece = slice(chunk, begin, std::min(kRowsOfBlock, chunk.rows - begin));
      write_record(file.get(), seal(kBlock, encode_block(piece, schema)), shown);
    }
  write_record(file.get(), "", shown);
}

void stream_rows(const PrivateFolder& folder, const std::string& name, ArrowArrayStream* out) {
  const auto shown = folder.path() + "/" + name;
  Descriptor file(folder.open(name));
  if (!file) throw DataError("rows of a job are missing: " + shown);
  const auto rows = std::make_shared<RowsFile>(std::move(file), shown);
  export_stream(
      rows->schema(), [rows] { return rows->next(); }, out);
}

}  // namespace insitu
