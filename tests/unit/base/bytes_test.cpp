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

struct Point {
  double x = 0;
  std::int64_t y = 0;
  static constexpr auto fields = std::tuple{&Point::x, &Point::y};
};
struct Segment {
  Point from, to;
  static constexpr auto fields = std::tuple{&Segment::from, &Segment::to};
};
struct Backwards {
  double x = 0;
  std::int64_t y = 0;
  static constexpr auto fields = std::tuple{&Backwards::y, &Backwards::x};
};
struct Gap {
  double x = 0;
  std::int32_t y = 0;
  static constexpr auto fields = std::tuple{&Gap::x, &Gap::y};
};
struct Hidden {
  std::int32_t x = 0, not_written = 7;
  static constexpr auto fields = std::tuple{&Hidden::x};
};
struct Flagged {
  bool flag = false;
  static constexpr auto fields = std::tuple{&Flagged::flag};
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

// The bytes of a vector are those of its items, whether they are copied at once or one by one.
template <class T>
void expect_items_one_by_one(const std::vector<T>& items) {
  insitu::ByteWriter writer;
  writer.write<std::uint64_t>(items.size());
  for (const auto& item : items)
    std::apply([&](auto... member) { (writer.write(item.*member), ...); }, T::fields);
  const auto bytes = insitu::save(items);
  EXPECT_EQ(bytes, writer.take());
  EXPECT_EQ(insitu::save(insitu::load<std::vector<T>>(bytes)), bytes);
  EXPECT_EQ(insitu::saved_size(items), bytes.size());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(insitu::load<std::vector<T>>(bytes.substr(0, size)), insitu::DataError) << size;
}

TEST(Bytes, StructsThatLieInMemoryAsTheyAreWrittenAreCopiedAtOnce) {
  EXPECT_TRUE(insitu::lies_as_written<Point>() && insitu::lies_as_written<Segment>());
  EXPECT_FALSE(insitu::lies_as_written<Backwards>());
  static_assert(!insitu::may_lie_as_written<Gap>() && !insitu::may_lie_as_written<Hidden>());
  static_assert(!insitu::may_lie_as_written<Flagged>() && !insitu::may_lie_as_written<Part>());
  static_assert(insitu::fixed_bytes<Part>() == 0 && insitu::fixed_bytes<Flagged>() == 1);
  static_assert(insitu::fixed_bytes<Gap>() == 12 && insitu::fixed_bytes<Segment>() == 32);
  expect_items_one_by_one<Point>({{1.5, -2}, {-0.0, 7}});
  expect_items_one_by_one<Segment>({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}});
  expect_items_one_by_one<Backwards>({{1.5, -2}, {2.5, 7}});
  expect_items_one_by_one<Gap>({{1.5, -2}, {2.5, 7}});
  expect_items_one_by_one<Hidden>({{1, 7}, {2, 7}});
  expect_items_one_by_one<Flagged>({{true}, {false}});
}

TEST(Bytes, TheSizeIsKnownWithoutTheBytes) {
  EXPECT_EQ(insitu::saved_size(kWhole), insitu::save(kWhole).size());
  EXPECT_EQ(insitu::saved_size(Whole{}), insitu::save(Whole{}).size());
  const std::vector<std::pair<int, double>> pairs(5);
  EXPECT_EQ(insitu::saved_size(pairs), insitu::save(pairs).size());
  EXPECT_EQ(insitu::saved_size(std::vector<bool>(9)), 8u + 9u);
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
