#include "sources/text/tokenizer.hpp"

#include <algorithm>
#include <utility>

#include "base/current_call.hpp"

namespace insitu {

namespace {

constexpr std::size_t kBlocksBetweenPolls = (std::size_t{4} << 20) / kTextBlock;

}  // namespace

TextTokenizer::TextTokenizer(const TextDialect& dialect, std::string_view region,
                             std::vector<std::size_t> slots)
    : dialect_(dialect),
      end_(region.data() + region.size()),
      slots_(std::move(slots)),
      record_(region.data()),
      field_begin_(region.data()),
      block_(region.data()),
      slow_(dialect.combine_delimiters) {
  if (!slow_) start_block();
}

void TextTokenizer::fail(const char* record) const {
  RecordWalker walker(dialect_, {record, static_cast<std::size_t>(end_ - record)});
  std::vector<FieldSpan> fields;
  const bool whole = walker.next(fields);
  throw BadRecord{record, fields.size(), !whole && walker.unclosed()};
}

/// Reads the masks of the block at `block_`, or turns to reading field by field when its quotes are
/// irregular.
void TextTokenizer::start_block() {
  const auto left = static_cast<std::size_t>(end_ - block_);
  TextMasks masks;
  if (left >= kTextBlock) {
    masks = text_masks(block_, dialect_);
  } else {
    char padded[kTextBlock];
    std::memset(padded, 0, sizeof padded);
    if (left) std::memcpy(padded, block_, left);
    masks = text_masks(padded, dialect_);
    const auto valid = (std::uint64_t{1} << left) - 1;
    masks.quotes &= valid, masks.delimiters &= valid, masks.newlines &= valid;
  }
  bool regular = true;
  const auto inside = parity_.next(masks, regular);
  if (!regular) {
    slow_ = true;
    slow_until_ = left > kTextBlock ? block_ + kTextBlock : end_;
    return;
  }
  ends_ = (masks.delimiters | masks.newlines) & ~inside;
  newlines_ = masks.newlines;
}

std::size_t TextTokenizer::next(FieldSpan* spans, std::size_t stride, std::size_t rows) {
  std::size_t done = 0;
  while (done < rows) {
    const auto before = done;
    const bool was_slow = slow_;
    done += slow_ ? next_slow(spans + done, stride, rows - done)
                  : next_fast(spans + done, stride, rows - done);
    if (done == before && slow_ == was_slow) break;  // the end
  }
  return done;
}

std::size_t TextTokenizer::next_fast(FieldSpan* spans, std::size_t stride, std::size_t rows) {
  const auto count = slots_.size();
  const auto* slots = slots_.data();
  std::size_t row = 0;
  const char* field_begin = field_begin_;
  std::size_t field = field_;
  std::uint64_t ends = ends_;
  const auto keep = [&] { field_begin_ = field_begin, field_ = field, ends_ = ends; };
  for (;;) {
    while (ends) {
      const auto bit = std::countr_zero(ends);
      const char* stop = block_ + bit;
      ends &= ends - 1;
      FieldSpan& span = spans[slots[field] * stride + row];
      span = {field_begin, stop};
      if (!(newlines_ >> bit & 1)) {
        field_begin = stop + 1;
        if (++field == count) fail(record_);
        continue;
      }
      span.end = dialect_.without_carriages(field_begin, stop);
      if (field + 1 == count && (count > 1 || span.begin != span.end))
        ++row;
      else if (field > 0 || span.begin != span.end)
        fail(record_);
      field = 0;
      field_begin = record_ = stop + 1;
      if (row == rows) {
        keep();
        return row;
      }
    }
    if (end_ - block_ <= static_cast<std::ptrdiff_t>(kTextBlock)) break;
    block_ += kTextBlock;
    ends_ = 0;
    if (++blocks_ % kBlocksBetweenPolls == 0) poll_current_call();
    start_block();
    if (slow_) return row;
    ends = ends_;
  }
  // The last record need not have a line end.
  block_ = end_;
  if (parity_.inside()) fail(record_);
  if (record_ < end_) {
    FieldSpan& span = spans[slots[field] * stride + row];
    span = {field_begin, end_};
    span.end = dialect_.without_carriages(field_begin, end_);
    if (field + 1 == count && (count > 1 || span.begin != span.end))
      ++row;
    else if (field > 0 || span.begin != span.end)
      fail(record_);
  }
  record_ = field_begin = end_;
  field = 0;
  ends = 0;
  keep();
  return row;
}

std::size_t TextTokenizer::next_slow(FieldSpan* spans, std::size_t stride, std::size_t rows) {
  const auto count = slots_.size();
  RecordWalker walker(dialect_, {record_, static_cast<std::size_t>(end_ - record_)});
  const char* const from = record_;
  std::size_t row = 0;
  while (row < rows && (!slow_until_ || record_ < slow_until_)) {
    if (!walker.next(scratch_)) {
      if (walker.unclosed()) throw BadRecord{from + walker.record_begin(), 0, true};
      record_ = end_;
      break;
    }
    if (scratch_.size() != count)
      throw BadRecord{from + walker.record_begin(), scratch_.size(), false};
    for (std::size_t f = 0; f < count; ++f) spans[slots_[f] * stride + row] = scratch_[f];
    ++row;
    record_ = from + walker.position();
  }
  if (slow_until_ && record_ >= slow_until_) {
    slow_ = false;
    parity_ = QuoteParity(false);
    block_ = field_begin_ = record_;
    field_ = 0;
    ends_ = 0;
    start_block();
  }
  return row;
}

}  // namespace insitu
