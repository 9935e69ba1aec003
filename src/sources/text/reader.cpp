#include "sources/text/reader.hpp"

#include <algorithm>
#include <utility>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "sources/encoding.hpp"
#include "sources/text/tokenizer.hpp"

namespace insitu {

namespace {

/// Records cut into fields before columns are parsed: few enough that their positions stay in the
/// nearest cache, and that a text of very many columns costs little more than its bytes.
constexpr std::size_t kRowsAtOnce = 512;
constexpr std::size_t kSpansAtOnce = std::size_t{1} << 18;
/// From so many columns on the lines are counted, so that no more room is made than they need.
constexpr std::size_t kManyColumns = 64;

constexpr std::size_t kAllocateUnasked = std::size_t{64} << 20;

/// The text of a range: where it lies in memory, or read.
class RangeText {
 public:
  RangeText(const RandomAccessFile& file, const std::string& path, TextRange range,
            const TextDialect& dialect) {
    const auto length = static_cast<std::size_t>(range.end - range.begin);
    // Gzip learns its size by inflating everything: a worker asks only before it allocates much.
    const bool ask = length > kAllocateUnasked || !file.mapped().empty();
    if (range.end < range.begin || (ask && range.end > file.size()))
      throw DataError("the file became shorter while it was read: " + path);
    if (const auto mapped = file.mapped(); !mapped.empty()) {
      text_ = mapped.substr(static_cast<std::size_t>(range.begin), length);
    } else {
      owned_ = std::unique_ptr<char[]>(new char[length]);
      const auto got = file.read_at(range.begin, std::span<char>(owned_.get(), length));
      if (got != length) throw DataError("the file became shorter while it was read: " + path);
      text_ = {owned_.get(), length};
    }
    if (dialect.encoding.empty()) return;
    try {
      decoded_ = utf8_from(dialect.encoding, text_);
    } catch (const InvalidText& bad) {
      throw DataError(
          "invalid " + dialect.encoding + " text: " + path + ", line " +
          std::to_string(line_number(file, dialect, range.begin, text_.substr(0, bad.at))) + ": " +
          bad.bytes + "; name the encoding of the file by `inputEncoding`"_named);
    }
    text_ = decoded_;
    owned_.reset();
  }
  std::string_view view() const { return text_; }

 private:
  std::unique_ptr<char[]> owned_;
  std::string decoded_;
  std::string_view text_;
};

class TextRangeReader final : public ChunkReader {
 public:
  TextRangeReader(std::shared_ptr<const TextPlan> plan, std::shared_ptr<RandomAccessFile> file,
                  std::string path, TextRange range, std::uint64_t split,
                  const std::vector<std::size_t>& columns)
      : plan_(std::move(plan)),
        file_(std::move(file)),
        path_(std::move(path)),
        range_(range),
        text_(*file_, path_, range, plan_->layout.dialect),
        split_(split),
        wanted_(columns) {
    std::vector<Field> fields;
    // Fields that nobody wants share the last slot.
    slots_.assign(plan_->layout.names.size(), columns.size());
    bool all = columns.size() == plan_->columns.size();
    for (std::size_t s = 0; s < columns.size(); ++s) {
      all &= columns[s] == s;
      const auto& column = plan_->columns[columns[s]];
      readers_.push_back(make_text_column_reader(column, plan_->meaning));
      slots_[column.position] = s;
      if (s % 4096 == 0) poll_current_call();
    }
    if (!all)
      for (const auto column : columns) fields.push_back(plan_->columns[column].field);
    schema_ = all ? plan_->schema : std::make_shared<const Schema>(std::move(fields));
    rows_at_once_ = std::clamp<std::size_t>(kSpansAtOnce / (columns.size() + 1), 1, kRowsAtOnce);
    spans_.resize((columns.size() + 1) * rows_at_once_);
    if (columns.size() >= kManyColumns) {
      LineEnds ends;
      ends.add(text_.view());
      capacity_ = std::min<std::size_t>(capacity_, static_cast<std::size_t>(ends.characters()) + 1);
    }
    if (plan_->layout.fixed.empty())
      tokenizer_ = std::make_unique<TextTokenizer>(plan_->layout.dialect, text_.view(), slots_);
    else
      rest_ = text_.view();
  }

  std::optional<Chunk> next() override {
    if (done_) return std::nullopt;
    for (auto& reader : readers_) reader->begin(capacity_);
    std::size_t rows = 0;
    while (rows < kRowsPerChunk) {
      const auto wanted = std::min(rows_at_once_, kRowsPerChunk - rows);
      const auto got = tokenizer_ ? next_delimited(wanted) : next_fixed(wanted);
      for (std::size_t s = 0; s < readers_.size(); ++s) append(s, got);
      if (readers_.size() >= kManyColumns) poll_current_call();
      rows += got;
      if (got < wanted) {
        done_ = true;
        break;
      }
    }
    if (rows == 0 && chunk_ > 0) return std::nullopt;
    Chunk chunk{schema_, {}, rows, {split_, chunk_++, -1, static_cast<std::int64_t>(rows)}};
    for (auto& reader : readers_) chunk.columns.push_back(reader->finish());
    return chunk;
  }

 private:
  std::int64_t line_of(const char* at) const {
    const auto begin = text_.view().data();
    return line_number(*file_, plan_->layout.dialect, range_.begin,
                       {begin, static_cast<std::size_t>(at - begin)});
  }

  std::size_t next_delimited(std::size_t rows) {
    try {
      return tokenizer_->next(spans_.data(), rows_at_once_, rows);
    } catch (const BadRecord& bad) {
      const auto place = path_ + ", line " + std::to_string(line_of(bad.at));
      if (bad.unclosed_quote)
        throw DataError("a quoted field is not closed before the end of the file: " + place +
                        " (another `quoteMark`?)"_named);
      const auto wanted = plan_->layout.names.size();
      throw DataError("a record has " + std::to_string(bad.fields) +
                      (bad.fields == 1 ? " field" : " fields") + " instead of " +
                      std::to_string(wanted) + ": " + place + ", column " +
                      std::to_string(std::min(bad.fields, wanted) + 1) +
                      (bad.fields < wanted ? " (" + plan_->layout.names[bad.fields] + ") is missing"
                                           : " is one too many") +
                      " (another delimiter or `quoteMark`?)"_named);
    }
  }

  /// Lines cut by position; blanks around a field are padding.
  std::size_t next_fixed(std::size_t rows) {
    const auto& layout = plan_->layout;
    std::size_t row = 0;
    while (row < rows && !rest_.empty()) {
      const auto& dialect = layout.dialect;
      const auto stop = std::min(
          dialect.newline == '\r' ? rest_.find_first_of("\r\n") : rest_.find(dialect.newline),
          rest_.size());
      const char* const begin = rest_.data();
      const std::string_view line(
          begin, static_cast<std::size_t>(dialect.without_carriages(begin, begin + stop) - begin));
      rest_.remove_prefix(std::min(stop + 1, rest_.size()));
      if (line.empty()) continue;
      for (std::size_t f = 0; f < slots_.size(); ++f) {
        if (slots_[f] == readers_.size()) continue;
        const auto& place = layout.fixed[f];
        auto field = place.start < line.size() ? line.substr(place.start, place.width)
                                               : line.substr(line.size());
        while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
        while (!field.empty() && field.back() == ' ') field.remove_suffix(1);
        spans_[slots_[f] * rows_at_once_ + row] = {field.data(), field.data() + field.size()};
      }
      ++row;
    }
    return row;
  }

  void append(std::size_t slot, std::size_t rows) {
    const FieldSpan* spans = spans_.data() + slot * rows_at_once_;
    try {
      readers_[slot]->append(spans, rows);
    } catch (const BadField& bad) {
      const auto& column = plan_->columns[wanted_[slot]];
      throw DataError("a value is not " + bad.wanted + ": " + path_ + ", line " +
                      std::to_string(line_of(spans[bad.row].begin)) + ", column " +
                      std::to_string(column.position + 1) + " (" + column.field.name + "): \"" +
                      printable(bad.value) + "\"; " + way_out(column));
    }
  }

  static std::string way_out(const TextColumn& column) {
    switch (column.field.type) {
      case Type::kString:
      case Type::kFactor:
      case Type::kOrdered:
        return "name the encoding of the file by `inputEncoding`, for example latin1 or windows-1252"_named;
      case Type::kDate:
        return "set `readDateFormat`, `missingValueString`, or read it as character by `colClasses`"_named;
      case Type::kDateTime:
        return "set `readPOSIXctFormat`, `missingValueString`, or read it as character by `colClasses`"_named;
      default:
        return "if it is the missing code set `missingValueString`, else set the type by `colClasses` "_named
               "or raise `rowsToSniff`"_named;
    }
  }

  std::shared_ptr<const TextPlan> plan_;
  std::shared_ptr<RandomAccessFile> file_;
  std::string path_;
  TextRange range_;
  RangeText text_;
  std::uint64_t split_, chunk_ = 0;
  std::vector<std::size_t> wanted_, slots_;
  std::vector<std::unique_ptr<TextColumnReader>> readers_;
  SchemaPtr schema_;
  std::size_t rows_at_once_ = kRowsAtOnce, capacity_ = kRowsPerChunk;
  std::vector<FieldSpan> spans_;
  std::unique_ptr<TextTokenizer> tokenizer_;
  std::string_view rest_;  // fixed format: lines not yet read
  bool done_ = false;
};

}  // namespace

std::unique_ptr<ChunkReader> read_text(std::shared_ptr<const TextPlan> plan,
                                       std::shared_ptr<RandomAccessFile> file, std::string path,
                                       TextRange range, std::uint64_t split,
                                       const std::vector<std::size_t>& columns) {
  return std::make_unique<TextRangeReader>(std::move(plan), std::move(file), std::move(path), range,
                                           split, columns);
}

}  // namespace insitu
