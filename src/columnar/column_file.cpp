#include "columnar/column_file.hpp"

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <set>
#include <system_error>

#include "base/error.hpp"
#include "base/find_worker.hpp"
#include "columnar/arrow_library.hpp"
#include "columnar/far_bytes.hpp"
#include "columnar/valid_text.hpp"
#include "data/native_file.hpp"

namespace insitu {

std::string_view format_name(ColumnFormat format) {
  return format == ColumnFormat::kParquet ? "Parquet" : "ORC";
}

namespace {

/// Messages of libraries, which may have lines and bytes of the file in them, as part of a
/// sentence.
std::string in_a_line(std::string text) {
  for (auto& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) c = ' ';
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

[[noreturn]] void fail(int code, const std::string& said, ColumnFormat format,
                       const std::string& path) {
  rethrow_failure_of_far_bytes();
  const auto reason = in_a_line(said);
  if (code == INSITU_ARROW_NO_MEMORY)
    throw DataError("there is not enough memory to read the file" +
                    (reason.empty() ? "" : " (" + reason + ")") + ": " + path);
  if (code == INSITU_ARROW_UNSUPPORTED)
    throw Unsupported("this Arrow cannot read the file (" + reason + "): " + path);
  if (code == INSITU_ARROW_IO) throw DataError("cannot read (" + reason + "): " + path);
  throw DataError("not a sound " + std::string(format_name(format)) + " file (" + reason +
                  "): " + path);
}

}  // namespace

struct ColumnFile::Handle {
  const ArrowLibrary& library;
  InsituArrowFile* file = nullptr;

  explicit Handle(const ArrowLibrary& loaded) : library(loaded) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { library.close(file); }
};

ColumnFile::ColumnFile(ColumnFormat format, std::string path, std::shared_ptr<RandomAccessFile> far)
    : format_(format), path_(std::move(path)), is_far_(far != nullptr) {
  const auto& library = arrow_library();
  std::optional<InsituArrowBytes> bytes;
  if (is_far_) {
    bytes = far_bytes(std::move(far));
  } else {
    bytes_ = open_native_file(path_)->size();  // its errors name what is wrong with a path
    std::error_code failure;
    changed_ = std::filesystem::last_write_time(path_, failure);
  }
  auto handle = std::make_shared<Handle>(library);
  const int kind = format == ColumnFormat::kParquet ? INSITU_ARROW_PARQUET : INSITU_ARROW_ORC;
  const auto check = [&](int code) {
    if (code != INSITU_ARROW_OK) fail(code, library.file_error(handle->file), format, path_);
  };
  // The decoder of ORC can crash on damaged files (docs/parquet.md): it has a process of its own.
  const auto worker = format == ColumnFormat::kOrc ? find_decoding_worker() : std::string();
  check(library.open(kind, path_.c_str(), bytes ? &*bytes : nullptr,
                     worker.empty() ? nullptr : worker.c_str(), &handle->file));
  struct OwnedSchema {
    ArrowSchema schema{};
    ~OwnedSchema() {
      if (schema.release) schema.release(&schema);
    }
  } owned;
  check(library.schema(handle->file, &owned.schema));
  try {
    columns_ = stored_columns(owned.schema);
  } catch (const DataError& damaged) {
    fail(INSITU_ARROW_BAD_DATA, damaged.what(), format, path_);
  }
  const auto groups = library.groups(handle->file);
  for (std::int64_t group = 0; group < groups; ++group) {
    group_rows_.push_back(library.group_rows(handle->file, group));
    if (group_rows_.back() < 0)
      fail(INSITU_ARROW_BAD_DATA, "a negative number of rows", format, path_);
    if (__builtin_add_overflow(rows_, group_rows_.back(), &rows_))
      fail(INSITU_ARROW_BAD_DATA, "more rows than can be counted", format, path_);
  }
  handle_ = std::move(handle);
}

ColumnFile::~ColumnFile() = default;

namespace {

/// Releases a stream of the Arrow C interface.
struct OwnedStream {
  ArrowArrayStream stream{};
  OwnedStream() = default;
  OwnedStream(const OwnedStream&) = delete;
  OwnedStream& operator=(const OwnedStream&) = delete;
  ~OwnedStream() {
    if (stream.release) stream.release(&stream);
  }
};

class StreamReader final : public GroupReader {
 public:
  /// `order[i]`: the place in the stream of the i-th column to give.
  StreamReader(std::unique_ptr<OwnedStream> stream, std::vector<StoredColumn> columns,
               std::vector<std::size_t> order, std::int64_t first_row, std::int64_t rows,
               ColumnFormat format, std::string path)
      : owned_(std::move(stream)),
        stream_(owned_->stream),
        order_(std::move(order)),
        row_(first_row),
        rows_left_(rows),
        format_(format),
        path_(std::move(path)) {
    ArrowSchema schema{};
    check(stream_.get_schema(&stream_, &schema));
    import_ = std::make_unique<BatchImport>(&schema, std::move(columns));
    std::vector<Field> fields;
    for (const auto place : order_) fields.push_back((*import_->schema())[place]);
    schema_ = std::make_shared<const Schema>(std::move(fields));
  }

  std::optional<Chunk> next() override {
    ArrowArray batch{};
    check(stream_.get_next(&stream_, &batch));
    if (!batch.release) {
      if (rows_left_ != 0) damaged("it has fewer rows than its footer says");
      return std::nullopt;
    }
    auto chunk = [&] {
      try {
        return import_->import(&batch, row_);
      } catch (const DataError& failure) {
        throw DataError(std::string(failure.what()) + ": " + path_);
      }
    }();
    for (std::size_t i = 0; i < chunk.columns.size(); ++i)
      if (chunk.columns[i].type() == Type::kString)
        check_texts(chunk.columns[i], (*chunk.schema)[i].name, row_, path_);
    row_ += static_cast<std::int64_t>(chunk.rows);
    rows_left_ -= static_cast<std::int64_t>(chunk.rows);
    if (rows_left_ < 0) damaged("it has more rows than its footer says");
    Chunk given{schema_, {}, chunk.rows, chunk.from};
    for (const auto place : order_) given.columns.push_back(chunk.columns[place]);
    return given;
  }

 private:
  [[noreturn]] void damaged(const std::string& reason) const {
    fail(INSITU_ARROW_BAD_DATA, reason, format_, path_);
  }
  void check(int code) {
    if (code == 0) return;
    const char* reason = stream_.get_last_error(&stream_);
    fail(code == ENOMEM   ? INSITU_ARROW_NO_MEMORY
         : code == ENOSYS ? INSITU_ARROW_UNSUPPORTED
                          : INSITU_ARROW_BAD_DATA,
         reason ? reason : "unknown error", format_, path_);
  }

  std::unique_ptr<OwnedStream> owned_;
  ArrowArrayStream& stream_;
  std::vector<std::size_t> order_;
  std::int64_t row_, rows_left_;  // of the file; of the group
  ColumnFormat format_;
  std::string path_;
  std::unique_ptr<BatchImport> import_;
  SchemaPtr schema_;
};

}  // namespace

std::unique_ptr<GroupReader> ColumnFile::read(std::size_t group,
                                              std::vector<StoredColumn> columns) const {
  if (!is_far_) {  // one that is far is looked at when its bytes are read
    std::error_code failure;
    const auto bytes = std::filesystem::file_size(path_, failure);
    const auto changed = std::filesystem::last_write_time(path_, failure);
    if (failure || bytes != bytes_ || changed != changed_)
      throw DataError("the file changed while it was read: " + path_);
  }

  // The library wants increasing positions.
  std::vector<std::size_t> by_position(columns.size());
  std::iota(by_position.begin(), by_position.end(), std::size_t{0});
  std::sort(by_position.begin(), by_position.end(), [&](std::size_t a, std::size_t b) {
    return columns[a].position < columns[b].position;
  });
  std::vector<StoredColumn> stored;
  std::vector<std::int32_t> positions;
  std::vector<std::size_t> order(columns.size());
  for (const auto at : by_position) {
    if (positions.empty() || positions.back() != columns[at].position) {
      positions.push_back(columns[at].position);
      stored.push_back(columns[at]);
    }
    order[at] = positions.size() - 1;
  }
  auto owned = std::make_unique<OwnedStream>();
  const auto code =
      handle_->library.read(handle_->file, static_cast<std::int64_t>(group), positions.data(),
                            static_cast<std::int32_t>(positions.size()),
                            static_cast<std::int64_t>(kRowsPerChunk), &owned->stream);
  if (code != INSITU_ARROW_OK) fail(code, "its rows cannot be asked for", format_, path_);
  const auto first_row =
      std::accumulate(group_rows_.begin(), group_rows_.begin() + static_cast<std::ptrdiff_t>(group),
                      std::int64_t{0});
  return std::make_unique<StreamReader>(std::move(owned), std::move(stored), std::move(order),
                                        first_row, group_rows_[group], format_, path_);
}

std::int64_t ColumnFile::stored_bytes(std::size_t group,
                                      const std::vector<StoredColumn>& columns) const {
  std::set<std::int32_t> positions;
  for (const auto& column : columns) positions.insert(column.position);
  std::int64_t bytes = 0;
  for (const auto position : positions) {
    const auto of_column =
        handle_->library.stored(handle_->file, static_cast<std::int64_t>(group), position);
    if (of_column < 0 || __builtin_add_overflow(bytes, of_column, &bytes)) return -1;
  }
  return bytes;
}

ColumnStatistics ColumnFile::statistics(std::size_t group, const StoredColumn& column) const {
  ColumnStatistics known;
  known.rows = group_rows_[group];
  OwnedStream owned;
  std::int64_t nulls = -1;
  if (handle_->library.statistics(handle_->file, static_cast<std::int64_t>(group), &column.position,
                                  1, &nulls, &owned.stream) != INSITU_ARROW_OK)
    return known;
  if (nulls >= 0 && nulls <= known.rows) known.nulls = nulls;
  // Bounds come as values of the column, so that they are read as its rows are.
  ArrowSchema schema{};
  ArrowArray batch{};
  if (owned.stream.get_schema(&owned.stream, &schema) != 0) return known;
  try {
    const BatchImport import(&schema, {column});
    if (owned.stream.get_next(&owned.stream, &batch) != 0 || !batch.release) return known;
    const auto chunk = import.import(&batch, 0);
    const auto& bounds = chunk.columns[0];
    if (!is_numeric(bounds.type()) || chunk.rows != 2) return known;
    // Whole numbers beyond 2^53 are not told apart as doubles.
    constexpr double kExact = 9007199254740992.0;
    const double low = bounds.number_at(0), high = bounds.number_at(1);
    if (!(low <= high)) return known;
    if (is_floating(bounds.type()) || (low > -kExact && high < kExact)) {
      known.range = {low, high};
      known.nulls_are_all = !is_floating(bounds.type());
    }
  } catch (const DataError&) {  // bounds that are no values of the column
  }
  return known;
}

}  // namespace insitu
