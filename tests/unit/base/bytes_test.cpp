#include "base/bytes.hpp"

#include <gtest/gtest.h>

namespace {

struct Part {
  std::string name;
  std::vector<double> values;
  static constexpr auto fields = std::tuple{&Part::name, &Part::values};
};

struct Whole {
  int count = 0;
  bool flag = false;
  std::vector<Part> parts;
  std::map<std::string, std::int64_t> table;
  std::optional<double> maybe;
  static constexpr auto fields =
      std::tuple{&Whole::count, &Whole::flag, &Whole::parts, &Whole::table, &Whole::maybe};
};

const Whole kWhole{3, true, {{"a", {1, 2.5}}, {"b", {}}}, {{"x", -1}}, 0.5};

}  // namespace

TEST(Bytes, LoadIsTheInverseOfSave) {
  const auto bytes = insitu::save(kWhole);
  const auto copy = insitu::load<Whole>(bytes);
  EXPECT_EQ(insitu::save(copy), bytes);
  EXPECT_EQ(copy.parts[0].values[1], 2.5);
  EXPECT_EQ(copy.table.at("x"), -1);
}

TEST(Bytes, EveryTruncationIsAnError) {
  const auto bytes = insitu::save(kWhole);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(insitu::load<Whole>(bytes.substr(0, size)), insitu::DataError) << size;
}

TEST(Bytes, AHugeLengthDoesNotAllocate) {
  insitu::ByteWriter writer;
  writer.write<std::uint64_t>(1ULL << 60);
  EXPECT_THROW(insitu::load<std::vector<double>>(writer.take()), insitu::DataError);
}

TEST(Bytes, LeftOverBytesAreAnError) {
  EXPECT_THROW(insitu::load<Whole>(insitu::save(kWhole) + "x"), insitu::DataError);
}

TEST(Bytes, SealDetectsEveryFlippedBit) {
  const auto sealed = insitu::seal("state", "some content of a state");
  EXPECT_EQ(insitu::unseal("state", sealed), "some content of a state");
  for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
    auto damaged = sealed;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << (i % 8)));
    EXPECT_THROW(insitu::unseal("state", damaged), insitu::DataError) << i;
  }
  EXPECT_THROW(insitu::unseal("task", sealed), insitu::DataError);
}
