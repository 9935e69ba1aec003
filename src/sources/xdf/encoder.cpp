#include "sources/xdf/encoder.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "base/utf8.hpp"

namespace insitu {

namespace {

constexpr std::size_t kOutputBytes = std::size_t{1} << 16;

/// Missing floating-point values are stored with all bits set, whatever NaN they are in memory.
template <class T>
struct StoredMissing;
template <>
struct StoredMissing<float> {
  using Bits = std::uint32_t;
};
template <>
struct StoredMissing<double> {
  using Bits = std::uint64_t;
};

template <class T>
bool has_other_nan(std::span<const T> values) {
  using Bits = typename StoredMissing<T>::Bits;
  bool other = false;
  for (const auto& value : values) {
    Bits bits;
    std::memcpy(&bits, &value, sizeof bits);
    other |= value != value && bits != std::numeric_limits<Bits>::max();
  }
  return other;
}

template <class T>
void normalise_nans(std::span<const T> values, std::string& out) {
  using Bits = typename StoredMissing<T>::Bits;
  out.resize(values.size() * sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Bits bits;
    std::memcpy(&bits, &values[i], sizeof bits);
    if (values[i] != values[i]) bits = std::numeric_limits<Bits>::max();
    std::memcpy(out.data() + i * sizeof bits, &bits, sizeof bits);
  }
}

/// Smallest and largest valid value. Returns false when all are missing.
template <class T>
bool range_of(std::span<const T> values, T& low, T& high) {
  T least = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                 : std::numeric_limits<T>::max();
  T most = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                : std::numeric_limits<T>::lowest();
  bool any = false;
  for (const auto value : values) {
    const bool valid = !is_missing_value(value);
    any |= valid;
    least = valid && value < least ? value : least;
    most = valid && value > most ? value : most;
  }
  low = least, high = most;
  return any;
}

}  // namespace

/// One zlib stream at a time with the settings of the original: stock zlib, one level, all else
/// default.
class XdfEncoder::Deflater {
 public:
  explicit Deflater(int level) {
    if (deflateInit(&stream_, level) != Z_OK) throw std::bad_alloc();
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void feed(const void* bytes, std::size_t size, std::string& out) {
    auto* next = static_cast<const Bytef*>(bytes);
    while (size > 0) {
      const auto piece =
          static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max() / 2));
      stream_.next_in = const_cast<Bytef*>(next);
      stream_.avail_in = piece;
      run(Z_NO_FLUSH, out);
      next += piece;
      size -= piece;
    }
  }
  void finish(std::string& out) {
    stream_.next_in = nullptr;
    stream_.avail_in = 0;
    run(Z_FINISH, out);
    deflateReset(&stream_);
  }

 private:
  void run(int flush, std::string& out) {
    do {
      poll_current_call();
      stream_.next_out = buffer_;
      stream_.avail_out = kOutputBytes;
      deflate(&stream_, flush);
      out.append(reinterpret_cast<const char*>(buffer_), kOutputBytes - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  Bytef buffer_[kOutputBytes];
};

XdfEncoder::XdfEncoder(Field field, const XdfEncoding& encoding)
    : field_(std::move(field)), encoding_(encoding) {
  if (!is_factor(field_.type) || !field_.levels) return;
  levels_ = *field_.levels;
  for (std::size_t i = 0; i < levels_.size(); ++i)
    codes_.emplace(levels_[i], static_cast<std::int32_t>(i));
}

XdfEncoder::~XdfEncoder() = default;
XdfEncoder::XdfEncoder(XdfEncoder&&) noexcept = default;

void XdfEncoder::append(const Column& column) {
  switch (field_.type) {
    case Type::kLogical:
      return append_numbers<std::uint8_t>(column);
    case Type::kInt16:
      return append_numbers<std::int16_t>(column);
    case Type::kUInt16:
      return append_numbers<std::uint16_t>(column);
    case Type::kInt32:
      return append_numbers<std::int32_t>(column);
    case Type::kInt64:
      return append_numbers<std::int64_t>(column);
    case Type::kFloat32:
      return append_numbers<float>(column);
    case Type::kFloat64:
    case Type::kDate:
    case Type::kDateTime:
      return append_numbers<double>(column);
    case Type::kString:
      return append_strings(column);
    case Type::kFactor:
    case Type::kOrdered:
      return append_codes(column);
  }
}

std::string XdfEncoder::finish_block() {
  std::string stored;
  if (encoding_.compression_level == 0) {
    stored = std::move(pending_);
  } else if (encoding_.streaming) {
    if (!deflater_) deflater_ = std::make_unique<Deflater>(encoding_.compression_level);
    deflater_->finish(pending_);
    stored = std::move(pending_);
  } else {
    auto deflater = std::make_unique<Deflater>(encoding_.compression_level);
    deflater->feed(pending_.data(), pending_.size(), stored);
    deflater->finish(stored);
  }
  pending_ = {};
  if (field_.type == Type::kString)
    write_xdf_value(static_cast<std::int64_t>(block_bytes_), stored);
  block_bytes_ = 0;
  return stored;
}

Field XdfEncoder::field() const {
  Field field = field_;
  if (is_factor(field.type)) field.levels = make_levels(levels_);
  if (encoding_.compute_range && field.type != Type::kString) {
    field.low = has_range_ ? std::optional(low_) : std::nullopt;
    field.high = has_range_ ? std::optional(high_) : std::nullopt;
  }
  return field;
}

void XdfEncoder::continue_from(const XdfColumn& column) {
  marks_missing_text_ = column.marks_missing_text;
  if (!column.field.low || !column.field.high) return;
  low_ = *column.field.low;
  high_ = *column.field.high;
  has_range_ = true;
}

void XdfEncoder::feed(const void* bytes, std::size_t size) {
  block_bytes_ += size;
  if (encoding_.compression_level == 0 || !encoding_.streaming) {
    pending_.append(static_cast<const char*>(bytes), size);
    return;
  }
  if (!deflater_) deflater_ = std::make_unique<Deflater>(encoding_.compression_level);
  deflater_->feed(bytes, size, pending_);
}

template <class T>
void XdfEncoder::append_numbers(const Column& column) {
  const auto values = column.values<T>();
  if (encoding_.compute_range) {
    T low, high;
    if (range_of(values, low, high)) {
      low_ = has_range_ ? std::min(low_, static_cast<double>(low)) : static_cast<double>(low);
      high_ = has_range_ ? std::max(high_, static_cast<double>(high)) : static_cast<double>(high);
      has_range_ = true;
    }
  }
  if constexpr (std::is_floating_point_v<T>) {
    if (has_other_nan(values)) {
      normalise_nans(values, scratch_);
      return feed(scratch_.data(), scratch_.size());
    }
  }
  feed(values.data(), values.size_bytes());
}

/// How the chunk's codes map to the column's; null: not at all.
const std::vector<std::int32_t>* XdfEncoder::recoding(const Column& column) {
  const auto& levels = column.levels();
  if (levels != chunk_levels_) {
    chunk_levels_ = levels;
    recoding_.clear();
    is_identity_ = true;
    // Levels that no row has are levels too: those of rows that were left out.
    for (std::size_t i = 0; levels && i < levels->size(); ++i) {
      const auto [known, is_new] =
          codes_.try_emplace((*levels)[i], static_cast<std::int32_t>(levels_.size()));
      if (is_new) levels_.push_back((*levels)[i]);
      recoding_.push_back(known->second);
      is_identity_ &= known->second == static_cast<std::int32_t>(i);
    }
  }
  return is_identity_ ? nullptr : &recoding_;
}

void XdfEncoder::note_levels(const Column& column) {
  if (is_factor(field_.type) && is_factor(column.type())) (void)recoding(column);
}

void XdfEncoder::append_codes(const Column& column) {
  const auto codes = column.values<std::int32_t>();
  const auto* map = recoding(column);
  if (!map) return feed(codes.data(), codes.size_bytes());
  scratch_.resize(codes.size_bytes());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    auto code = kMissingCode;
    if (codes[i] >= 0 && static_cast<std::size_t>(codes[i]) < recoding_.size())
      code = recoding_[static_cast<std::size_t>(codes[i])];
    std::memcpy(scratch_.data() + i * sizeof code, &code, sizeof code);
  }
  feed(scratch_.data(), scratch_.size());
}

void XdfEncoder::require_utf8(std::string_view text, std::uint64_t row) const {
  const auto at = find_invalid_utf8(text);
  if (at >= text.size()) return;
  // Two digits: what is no UTF-8 is 0x80 or more.
  const auto byte = hexadecimal_text(static_cast<unsigned char>(text[at]));
  throw DataError("a text of variable " + field_.name + " is not UTF-8 (row " +
                  std::to_string(row + 1) + " of those written, byte " + byte +
                  "): say `inputEncoding` where the text is read, or convert it"_named);
}

void XdfEncoder::append_strings(const Column& column) {
  const auto* offsets = column.string_offsets();
  const auto length = static_cast<std::size_t>(offsets[column.size()] - offsets[0]);
  const bool plain = is_ascii({column.string_bytes() + offsets[0], length});
  for (std::size_t i = 0; !plain && i < column.size(); ++i)
    if (column.string_valid(i)) require_utf8(column.string_at(i), rows_in_file_ + i);
  rows_in_file_ += column.size();
  for (std::size_t begin = 0; begin < column.size();) {
    scratch_.clear();
    std::size_t i = begin;
    for (; i < column.size() && scratch_.size() < (std::size_t{1} << 20); ++i) {
      if (!column.string_valid(i)) {
        marks_missing_text_ = true;
        write_xdf_string(std::string_view(&kXdfMissingText, 1), scratch_);
        continue;
      }
      const auto text = column.string_at(i);
      if (!text.empty() && text[0] == kXdfMissingText) {
        marks_missing_text_ = true;
        write_xdf_string(std::string(1, kXdfMissingText).append(text), scratch_);
      } else {
        write_xdf_string(text, scratch_);
      }
    }
    feed(scratch_.data(), scratch_.size());
    begin = i;
  }
}

}  // namespace insitu
