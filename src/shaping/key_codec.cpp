#include "shaping/key_codec.hpp"

#include <algorithm>
#include <bit>
#include <type_traits>

#include "base/error.hpp"

namespace insitu {

namespace {

// A value is a byte (0; 1: missing) and, of fixed width even where it is missing, the value; a text
// that is there ends with 0 0, and a 0 within it is 0 255.
constexpr char kPresent = 0, kMissing = 1;
constexpr char kEscaped = static_cast<char>(0xff);

/// Numbers as unsigned ones of the same order.
template <class T>
auto in_order(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr Bits kSign = Bits{1} << (8 * sizeof(T) - 1);
    const auto bits = std::bit_cast<Bits>(value == 0 ? T{0} : value);
    return bits & kSign ? static_cast<Bits>(~bits) : static_cast<Bits>(bits | kSign);
  } else if constexpr (std::is_signed_v<T>) {
    using Bits = std::make_unsigned_t<T>;
    return static_cast<Bits>(static_cast<Bits>(value) ^ (Bits{1} << (8 * sizeof(T) - 1)));
  } else {
    return value;
  }
}

template <class T>
T from_order(decltype(in_order(T{})) bits) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = decltype(bits);
    constexpr Bits kSign = Bits{1} << (8 * sizeof(T) - 1);
    return std::bit_cast<T>(bits & kSign ? static_cast<Bits>(bits & ~kSign)
                                         : static_cast<Bits>(~bits));
  } else if constexpr (std::is_signed_v<T>) {
    using Bits = decltype(bits);
    return static_cast<T>(bits ^ (Bits{1} << (8 * sizeof(T) - 1)));
  } else {
    return bits;
  }
}

template <class T>
void put(char* to, T value) {
  auto bits = in_order(value);
  for (auto at = to + sizeof bits; at != to; bits = static_cast<decltype(bits)>(bits >> 8))
    *--at = static_cast<char>(bits & 0xff);
}

template <class T>
T get(std::string_view from) {
  decltype(in_order(T{})) bits = 0;
  for (const char c : from)
    bits = static_cast<decltype(bits)>(bits << 8 | static_cast<unsigned char>(c));
  return from_order<T>(bits);
}

[[noreturn]] void damaged() { throw DataError("the keys of the groups are damaged"); }

std::size_t encoded_size(std::string_view text) {
  return text.size() + static_cast<std::size_t>(std::ranges::count(text, '\0')) + 2;
}

char* put_text(char* to, std::string_view text) {
  for (const char c : text) {
    *to++ = c;
    if (c == '\0') *to++ = kEscaped;
  }
  *to++ = '\0';
  *to++ = '\0';
  return to;
}

/// Reads keys, a variable after the other.
class Reader {
 public:
  explicit Reader(const std::vector<std::string>& keys) : keys_(keys), places_(keys.size(), 0) {}

  bool missing(std::size_t key) {
    const char first = take(key, 1)[0];
    if (first != kPresent && first != kMissing) damaged();
    return first == kMissing;
  }
  std::string_view take(std::size_t key, std::size_t bytes) {
    auto& place = places_[key];
    if (keys_[key].size() - place < bytes) damaged();
    place += bytes;
    return std::string_view(keys_[key]).substr(place - bytes, bytes);
  }
  std::string text(std::size_t key) {
    std::string text;
    for (;;) {
      const char c = take(key, 1)[0];
      if (c != '\0') {
        text += c;
        continue;
      }
      const char next = take(key, 1)[0];
      if (next == '\0') return text;
      if (next != kEscaped) damaged();
      text += '\0';
    }
  }
  void end() const {
    for (std::size_t i = 0; i < keys_.size(); ++i)
      if (places_[i] != keys_[i].size()) damaged();
  }
  std::size_t size() const { return keys_.size(); }

 private:
  const std::vector<std::string>& keys_;
  std::vector<std::size_t> places_;
};

Column decoded_texts(Reader& reader) {
  StringBuilder texts;
  for (std::size_t i = 0; i < reader.size(); ++i)
    reader.missing(i) ? texts.append_missing() : texts.append(reader.text(i));
  return texts.finish();
}

Column decoded_codes(Reader& reader, const Field& field) {
  std::vector<std::int32_t> codes(reader.size(), kMissingCode);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const bool missing = reader.missing(i);
    const auto code = get<std::int32_t>(reader.take(i, sizeof(std::int32_t)));
    if (missing) continue;
    if (code < 0 || static_cast<std::size_t>(code) >= field.levels->size()) damaged();
    codes[i] = code;
  }
  return Column::own(field.type, std::move(codes), field.levels);
}

Column decoded_numbers(Reader& reader, Type type) {
  return dispatch(type, [&]<class T>(T*) {
    std::vector<T> values(reader.size(), missing_value<T>());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool missing = reader.missing(i);
      const auto value = get<T>(reader.take(i, sizeof(T)));
      if (!missing) values[i] = value;
    }
    return Column::own(type, std::move(values));
  });
}

void check_codes(const Column& column, const Field& field) {
  for (const auto code : column.values<std::int32_t>())
    if (code >= 0 && static_cast<std::size_t>(code) >= field.levels->size())
      throw DataError("variable '" + field.name + "' holds the code " + std::to_string(code) +
                      " but has only " + std::to_string(field.levels->size()) + " levels");
}

}  // namespace

KeyCodec::KeyCodec(const Schema& schema, const std::vector<std::string>& columns) {
  if (columns.empty())
    throw InvalidArgument("no variables are named to group the rows by: name at least one");
  for (const auto& name : columns) {
    if (std::ranges::find(fields_, name, &Field::name) != fields_.end())
      throw InvalidArgument("the variable '" + name + "' is named twice among the keys");
    const auto& field = schema.field(name);
    if (is_factor(field.type) && !field.levels)
      throw DataError("variable '" + name + "' is a factor without levels");
    fields_.push_back(field);
  }
}

EncodedKeys KeyCodec::encode(const Chunk& chunk) const {
  std::vector<const Column*> columns;
  std::size_t fixed = 0;
  bool has_texts = false;
  for (const auto& field : fields_) {
    const auto& column = chunk.column(field.name);
    if (column.type() != field.type)
      throw DataError("variable '" + field.name + "' changes its type between rows");
    if (is_factor(field.type)) check_codes(column, field);
    columns.push_back(&column);
    fixed += 1 + static_cast<std::size_t>(type_width(field.type));
    has_texts |= field.type == Type::kString;
  }
  EncodedKeys keys;
  auto& begins = keys.begins_;
  begins.resize(chunk.rows + 1);
  for (std::size_t row = 0, at = 0; row < chunk.rows; ++row) {
    begins[row] = at;
    at += fixed;
    if (has_texts)
      for (const auto* column : columns)
        if (column->type() == Type::kString && column->string_valid(row))
          at += encoded_size(column->string_at(row));
    begins[row + 1] = at;
  }
  keys.bytes_.assign(begins[chunk.rows], '\0');
  std::vector<std::size_t> places(begins.begin(), begins.end() - 1);
  for (const auto* column : columns) {
    if (column->type() == Type::kString) {
      for (std::size_t row = 0; row < chunk.rows; ++row) {
        char* to = keys.bytes_.data() + places[row];
        const bool valid = column->string_valid(row);
        *to++ = valid ? kPresent : kMissing;
        if (valid) to = put_text(to, column->string_at(row));
        places[row] = static_cast<std::size_t>(to - keys.bytes_.data());
      }
      continue;
    }
    const bool codes = is_factor(column->type());
    dispatch(column->type(), [&]<class T>(T*) {
      const auto values = column->values<T>();
      for (std::size_t row = 0; row < chunk.rows; ++row) {
        char* to = keys.bytes_.data() + places[row];
        const bool missing = codes ? values[row] < T{0} : is_missing_value(values[row]);
        *to = missing ? kMissing : kPresent;
        put(to + 1, missing ? T{0} : values[row]);
        places[row] += 1 + sizeof(T);
      }
    });
  }
  return keys;
}

Chunk KeyCodec::decode(const std::vector<std::string>& keys) const {
  Reader reader(keys);
  Chunk chunk;
  chunk.schema = std::make_shared<const Schema>(fields_);
  chunk.rows = keys.size();
  for (const auto& field : fields_) {
    if (field.type == Type::kString)
      chunk.columns.push_back(decoded_texts(reader));
    else if (is_factor(field.type))
      chunk.columns.push_back(decoded_codes(reader, field));
    else
      chunk.columns.push_back(decoded_numbers(reader, field.type));
  }
  reader.end();
  return chunk;
}

}  // namespace insitu
