#include "base/bytes.hpp"

namespace insitu {

namespace {

constexpr std::uint32_t kMagic = 0x31534E49;  // "INS1"
constexpr std::uint16_t kFormatVersion = 1;
constexpr std::size_t kHead = 4 + 2 + 8 + 8 + 8;  // beside the kind

std::uint64_t mix(std::uint64_t h) {
  // Finaliser of MurmurHash3 (Appleby, public domain): every input bit reaches every output bit.
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33);
}

/// Reads the head of sealed bytes up to its kind.
std::string kind_in(ByteReader& reader) {
  if (reader.get<std::uint32_t>() != kMagic)
    throw DataError("bytes are not a sealed state, task or model");
  const auto version = reader.get<std::uint16_t>();
  if (version != kFormatVersion)
    throw DataError("bytes are of format version " + std::to_string(version) +
                    ", this build reads version " + std::to_string(kFormatVersion));
  return reader.get<std::string>();
}

}  // namespace

std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t h = 0x9e3779b97f4a7c15ULL ^ bytes.size();
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    h = std::rotl((h ^ word) * 0x9fb21c651e98df25ULL, 29);
  }
  std::uint64_t rest = 0;
  if (i < bytes.size()) std::memcpy(&rest, bytes.data() + i, bytes.size() - i);
  return mix(h ^ rest * 0x9fb21c651e98df25ULL);
}

Bytes seal(std::string_view kind, std::string_view content) {
  ByteWriter writer;
  writer.reserve(kHead + kind.size() + content.size());
  writer.write(kMagic);
  writer.write(kFormatVersion);
  writer.write(std::string(kind));
  writer.write(checksum(content));
  writer.write<std::uint64_t>(content.size());
  writer.append(content);
  return writer.take();
}

std::string sealed_kind(std::string_view sealed) {
  ByteReader reader(sealed);
  return kind_in(reader);
}

std::string_view unseal(std::string_view kind, std::string_view sealed) {
  ByteReader reader(sealed);
  const auto found = kind_in(reader);
  if (found != kind)
    throw DataError("bytes hold '" + found + "', expected '" + std::string(kind) + "'");
  const auto sum = reader.get<std::uint64_t>();
  const auto size = reader.get<std::uint64_t>();
  if (size != reader.remaining()) throw DataError("bytes are truncated or corrupt");
  const auto content = reader.raw(size);
  if (checksum(content) != sum) throw DataError("bytes are damaged: checksum differs");
  return content;
}

}  // namespace insitu
