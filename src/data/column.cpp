#include "data/column.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/error.hpp"

namespace insitu {

Column Column::strings(std::size_t length, const std::int32_t* offsets, const char* bytes,
                       const std::uint8_t* validity, std::size_t validity_offset,
                       std::shared_ptr<const void> owner) {
  Column column(Type::kString, length, bytes, std::move(owner));
  column.offsets_ = offsets;
  column.validity_ = validity;
  column.validity_offset_ = validity_offset;
  return column;
}

bool Column::is_missing(std::size_t i) const {
  if (type_ == Type::kString) return !string_valid(i);
  if (is_factor(type_)) return values<std::int32_t>()[i] < 0;
  return dispatch(type_, [&]<class T>(T*) { return is_missing_value(values<T>()[i]); });
}

double Column::number_at(std::size_t i) const {
  if (is_factor(type_)) {
    const auto code = values<std::int32_t>()[i];
    return code < 0 ? missing_value<double>() : code;
  }
  return dispatch(type_, [&]<class T>(T*) {
    const T value = values<T>()[i];
    return is_missing_value(value) ? missing_value<double>() : static_cast<double>(value);
  });
}

void Column::numbers(double* out) const {
  if (type_ == Type::kString) throw InvalidArgument("a character column has no numbers");
  if (is_factor(type_)) {
    const auto codes = values<std::int32_t>();
    for (std::size_t i = 0; i < length_; ++i)
      out[i] = codes[i] < 0 ? missing_value<double>() : codes[i];
    return;
  }
  dispatch(type_, [&]<class T>(T*) {
    const auto in = values<T>();
    if constexpr (std::is_same_v<T, double>) {
      if (length_) std::memcpy(out, in.data(), length_ * sizeof(double));
    } else {
      for (std::size_t i = 0; i < length_; ++i)
        out[i] = is_missing_value(in[i]) ? missing_value<double>() : static_cast<double>(in[i]);
    }
  });
}

Column Column::slice(std::size_t begin, std::size_t length) const {
  assert(begin + length <= length_);
  Column part = *this;
  part.length_ = length;
  if (type_ == Type::kString) {
    part.offsets_ = offsets_ + begin;
    part.validity_offset_ = validity_offset_ + begin;
  } else {
    part.values_ =
        static_cast<const char*>(values_) + begin * static_cast<std::size_t>(type_width(type_));
  }
  return part;
}

Column Column::take(std::span<const std::uint32_t> rows) const {
  if (type_ == Type::kString) {
    StringBuilder builder;
    for (const auto row : rows)
      string_valid(row) ? builder.append(string_at(row)) : builder.append_missing();
    return builder.finish();
  }
  return dispatch(type_, [&]<class T>(T*) {
    const auto in = values<T>();
    std::vector<T> out(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) out[i] = in[rows[i]];
    return own(type_, std::move(out), levels_);
  });
}

void StringBuilder::append(std::string_view text) {
  if (bytes_.size() + text.size() >
      static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    throw DataError("strings of one chunk pass 2 GiB; read fewer rows at once");
  bytes_ += text;
  if (!validity_.empty()) {
    const auto row = size();
    if (row / 8 >= validity_.size()) validity_.push_back(0);
    validity_[row >> 3] |= static_cast<std::uint8_t>(1u << (row & 7));
  }
  offsets_.push_back(static_cast<std::int32_t>(bytes_.size()));
}

void StringBuilder::append_missing() {
  const auto row = size();
  if (validity_.empty()) {
    validity_.assign(row / 8 + 1, 0xff);
    validity_[row >> 3] = static_cast<std::uint8_t>((1u << (row & 7)) - 1);
  } else if (row / 8 >= validity_.size()) {
    validity_.push_back(0);
  }
  offsets_.push_back(static_cast<std::int32_t>(bytes_.size()));
}

Column StringBuilder::finish() {
  struct Owner {
    std::vector<std::int32_t> offsets;
    std::string bytes;
    std::vector<std::uint8_t> validity;
  };
  const auto rows = size();
  auto owner =
      std::make_shared<Owner>(Owner{std::move(offsets_), std::move(bytes_), std::move(validity_)});
  offsets_ = {0};
  bytes_.clear();
  validity_.clear();
  const auto* validity = owner->validity.empty() ? nullptr : owner->validity.data();
  return Column::strings(rows, owner->offsets.data(), owner->bytes.data(), validity, 0, owner);
}

Column concatenate(std::span<const Column> parts) {
  assert(!parts.empty());
  if (parts.size() == 1) return parts[0];
  const auto type = parts[0].type();
  if (type == Type::kString) {
    StringBuilder builder;
    for (const auto& part : parts)
      for (std::size_t i = 0; i < part.size(); ++i)
        part.string_valid(i) ? builder.append(part.string_at(i)) : builder.append_missing();
    return builder.finish();
  }
  return dispatch(type, [&]<class T>(T*) {
    std::vector<T> out;
    std::size_t total = 0;
    for (const auto& part : parts) total += part.size();
    out.reserve(total);
    for (const auto& part : parts) {
      const auto in = part.values<T>();
      out.insert(out.end(), in.begin(), in.end());
    }
    return Column::own(type, std::move(out), parts[0].levels());
  });
}

}  // namespace insitu
