#pragma once
// Serialisation. A struct is serialisable when it lists its members:
//
//   struct Moments {
//     double n = 0, mean = 0, m2 = 0;
//     static constexpr auto fields = std::tuple{&Moments::n, &Moments::mean, &Moments::m2};
//   };
//
// The list is the wire format: members in order, little-endian, containers with a 64-bit length in
// front. Readers treat bytes as hostile: a length is checked against what is left before anything
// is allocated. What leaves the process is sealed: magic, version, name of the content and a
// checksum in front (docs/state.md).
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/fixed_bytes.hpp"

namespace insitu {

static_assert(std::endian::native == std::endian::little,
              "the wire format is written as it lies in memory");

using Bytes = std::string;

/// Walks over what is written; `Sink::put(data, size)` takes the bytes.
template <class Sink>
class FieldWriter : public Sink {
 public:
  template <Scalar T>
  void write(T value) {
    this->put(&value, sizeof value);
  }
  void write(const std::string& text) {
    write<std::uint64_t>(text.size());
    this->put(text.data(), text.size());
  }
  template <class T>
  void write(const std::vector<T>& items) {
    write<std::uint64_t>(items.size());
    if constexpr (Sink::kCountsOnly && fixed_bytes<T>() > 0) {
      this->put(nullptr, items.size() * fixed_bytes<T>());
      return;
    }
    if constexpr (may_lie_as_written<T>())
      if (lies_as_written<T>()) return this->put(items.data(), items.size() * sizeof(T));
    for (const auto& item : items) write(static_cast<const T&>(item));
  }
  template <class K, class V>
  void write(const std::map<K, V>& items) {
    write<std::uint64_t>(items.size());
    for (const auto& [key, value] : items) write(key), write(value);
  }
  template <class A, class B>
  void write(const std::pair<A, B>& pair) {
    write(pair.first), write(pair.second);
  }
  template <class T>
  void write(const std::optional<T>& item) {
    write(item.has_value());
    if (item) write(*item);
  }
  template <HasFields T>
  void write(const T& object) {
    std::apply([&](auto... member) { (write(object.*member), ...); }, T::fields);
  }
};

class ByteSink {
 public:
  static constexpr bool kCountsOnly = false;
  void put(const void* data, std::size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
  }
  void append(std::string_view raw) { bytes_ += raw; }
  void reserve(std::size_t size) { bytes_.reserve(size); }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

class CountingSink {
 public:
  static constexpr bool kCountsOnly = true;
  void put(const void*, std::size_t size) { size_ += size; }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

using ByteWriter = FieldWriter<ByteSink>;

/// How many bytes save() makes, without making them: the time of a few steps for each vector,
/// whatever its length, where its items are of one size.
template <class T>
std::size_t saved_size(const T& object) {
  FieldWriter<CountingSink> counter;
  counter.write(object);
  return counter.size();
}

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  template <Scalar T>
  void read(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = *require(1) != 0;  // any other byte in a bool is undefined behaviour
    } else {
      std::memcpy(&value, require(sizeof value), sizeof value);
    }
  }
  void read(std::string& text) {
    const auto size = read_size(1);
    text.assign(require(size), size);
  }
  template <class T>
  void read(std::vector<T>& items) {
    auto size = read_size(std::max<std::size_t>(fixed_bytes<T>(), 1));
    if constexpr (may_lie_as_written<T>())
      if (lies_as_written<T>()) {
        items.resize(size);
        if (size) std::memcpy(items.data(), require(size * sizeof(T)), size * sizeof(T));
        return;
      }
    items.clear();
    for (; size > 0; --size) {
      T item{};
      read(item);
      items.push_back(std::move(item));
    }
  }
  template <class K, class V>
  void read(std::map<K, V>& items) {
    items.clear();
    for (auto size = read_size(1); size > 0; --size) {
      K key{};
      V value{};
      read(key), read(value);
      items.emplace(std::move(key), std::move(value));
    }
  }
  template <class A, class B>
  void read(std::pair<A, B>& pair) {
    read(pair.first), read(pair.second);
  }
  template <class T>
  void read(std::optional<T>& item) {
    bool present = false;
    read(present);
    item.reset();
    if (present) read(item.emplace());
  }
  template <HasFields T>
  void read(T& object) {
    std::apply([&](auto... member) { (read(object.*member), ...); }, T::fields);
  }

  template <class T>
  T get() {
    T value{};
    read(value);
    return value;
  }
  std::string_view raw(std::size_t size) { return {require(size), size}; }
  std::size_t remaining() const { return bytes_.size() - position_; }
  std::size_t position() const { return position_; }

 private:
  std::uint64_t read_size(std::size_t least_bytes_each) {
    std::uint64_t size = 0;
    read(size);
    if (size > remaining() / least_bytes_each) throw DataError("bytes are truncated or corrupt");
    return size;
  }
  const char* require(std::size_t size) {
    if (size > remaining()) throw DataError("bytes are truncated or corrupt");
    return bytes_.data() + std::exchange(position_, position_ + size);
  }

  std::string_view bytes_;
  std::size_t position_ = 0;
};

template <class T>
Bytes save(const T& object) {
  ByteWriter writer;
  writer.reserve(saved_size(object));
  writer.write(object);
  return writer.take();
}

/// REQUIRES: all of `bytes` is one T; left-over bytes are an error.
template <class T>
void load_into(T& object, std::string_view bytes) {
  ByteReader reader(bytes);
  reader.read(object);
  if (reader.remaining() != 0) throw DataError("bytes are longer than their content");
}

template <class T>
T load(std::string_view bytes) {
  T object{};
  load_into(object, bytes);
  return object;
}

/// A 64-bit checksum of the bytes; detects damage, not malice.
std::uint64_t checksum(std::string_view bytes);

/// Puts magic, format version, `kind` (for example the name of the analysis) and a checksum in
/// front of `content`.
Bytes seal(std::string_view kind, std::string_view content);

/// The kind of sealed bytes. Throws DataError for bytes that are not sealed.
std::string sealed_kind(std::string_view sealed);

/// The content of sealed bytes. Throws DataError when damaged, of another format version or of
/// another kind.
std::string_view unseal(std::string_view kind, std::string_view sealed);

}  // namespace insitu
