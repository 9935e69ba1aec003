#include "algorithms/cell_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/bytes.hpp"

namespace insitu {
namespace {

constexpr std::uint32_t kCells = 700'000, kWidth = 2;  // 11 MB: what rows touch is held

/// Cells that rows touch: some again and again, some missing.
std::vector<std::int32_t> cells_of(std::size_t rows, unsigned seed, std::uint32_t cells = kCells) {
  std::mt19937 random(seed);
  std::vector<std::int32_t> all;
  for (std::size_t i = 0; i < rows; ++i)
    all.push_back(random() % 50 == 0   ? -1
                  : i % 3 == 1         ? all.back()
                  : random() % 10 == 0 ? static_cast<std::int32_t>(random() % 5)
                                       : static_cast<std::int32_t>(random() % cells));
  return all;
}

void add(CellTable<double>& table, std::vector<double>& plain,
         const std::vector<std::int32_t>& cell, double value) {
  std::vector<std::int32_t> own;
  const auto* place = table.places(cell.data(), cell.size(), own);
  for (std::size_t i = 0; i < cell.size(); ++i) {
    if (place[i] < 0) {
      ASSERT_EQ(cell[i], -1);
      continue;
    }
    for (std::uint32_t k = 0; k < table.width(); ++k) {
      table.values()[static_cast<std::size_t>(place[i]) * table.width() + k] += value / (k + 3);
      plain[static_cast<std::size_t>(cell[i]) * table.width() + k] += value / (k + 3);
    }
    value *= 1.0001;
  }
}

void expect_same(const CellTable<double>& table, const std::vector<double>& plain) {
  std::size_t different = 0;
  for (std::size_t cell = 0; cell < table.cells(); ++cell)
    for (std::uint32_t k = 0; k < table.width(); ++k)
      different += table.value(cell, k) != plain[cell * table.width() + k];
  EXPECT_EQ(different, 0u);
}

TEST(CellTable, HoldsWhatRowsTouchAndAddsAsAPlainArrayDoes) {
  CellTable<double> table(kCells, kWidth);
  std::vector<double> plain(kCells * kWidth);
  for (unsigned chunk = 0; chunk < 4; ++chunk)
    add(table, plain, cells_of(30'000, chunk), chunk + 1);
  EXPECT_FALSE(table.dense());
  EXPECT_LT(save(table).size(), 90'000 * 20u);
  expect_same(table, plain);
  EXPECT_EQ(table.find(kCells - 1) != nullptr, plain[(kCells - 1) * kWidth] != 0);
}

TEST(CellTable, HoldsAllCellsWhenHalfAreTouchedOrTheyAreFew) {
  EXPECT_TRUE(CellTable<double>(1000, 2).dense());
  CellTable<double> table(kCells, kWidth);
  std::vector<double> plain(kCells * kWidth);
  for (unsigned chunk = 0; chunk < 30; ++chunk) add(table, plain, cells_of(30'000, chunk), 1);
  EXPECT_TRUE(table.dense());
  expect_same(table, plain);
}

TEST(CellTable, MergesAsPlainArraysDoWhateverIsHeld) {
  for (const unsigned chunks_here : {0u, 2u, 30u})
    for (const unsigned chunks_there : {0u, 3u, 31u}) {
      CellTable<double> here(kCells, kWidth), there(kCells, kWidth);
      std::vector<double> plain(kCells * kWidth), other(kCells * kWidth);
      for (unsigned i = 0; i < chunks_here; ++i) add(here, plain, cells_of(30'000, i), 1.5);
      for (unsigned i = 0; i < chunks_there; ++i) add(there, other, cells_of(30'000, i + 1), 0.1);
      auto loaded = load<CellTable<double>>(save(here));
      const auto plus = [](double* into, const double* from) {
        into[0] += from[0], into[1] += from[1];
      };
      here.merge(there, plus);
      loaded.merge(load<CellTable<double>>(save(there)), plus);
      for (std::size_t i = 0; i < plain.size(); ++i) plain[i] += other[i];
      expect_same(here, plain);
      EXPECT_EQ(save(loaded), save(here));
    }
}

// States of earlier versions hold cells in the order in which rows first touched them.
TEST(CellTable, ReadsCellsThatCameInAnyOrder) {
  CellTable<double> table(kCells, kWidth), next(kCells, kWidth);
  std::vector<double> plain(kCells * kWidth), other(kCells * kWidth);
  add(table, plain, cells_of(1000, 1), 1);
  add(next, other, cells_of(1000, 2), 2);
  const auto bytes = save(table);
  ByteReader reader(bytes);
  const auto head = std::string(reader.raw(13));
  auto keys = reader.get<std::vector<std::int32_t>>();
  auto values = reader.get<std::vector<double>>();
  std::ranges::reverse(keys);
  for (std::size_t i = 0; i < keys.size() / 2; ++i)
    std::swap_ranges(values.begin() + static_cast<std::ptrdiff_t>(kWidth * i),
                     values.begin() + static_cast<std::ptrdiff_t>(kWidth * (i + 1)),
                     values.end() - static_cast<std::ptrdiff_t>(kWidth * (i + 1)));
  ByteWriter writer;
  writer.append(head);
  writer.write(keys);
  writer.write(values);
  auto turned = load<CellTable<double>>(writer.take());
  expect_same(turned, plain);
  EXPECT_TRUE(turned.belongs_to(kCells, kWidth));
  const auto plus = [](double* into, const double* from) {
    into[0] += from[0], into[1] += from[1];
  };
  turned.merge(next, plus);
  table.merge(next, plus);
  EXPECT_EQ(save(turned), save(table));
  for (std::size_t i = 0; i < plain.size(); ++i) plain[i] += other[i];
  expect_same(turned, plain);
}

TEST(CellTable, OfAnotherSizeOrWithCellsThatCannotBeIsRefused) {
  CellTable<double> table(kCells, kWidth);
  std::vector<double> plain(kCells * kWidth);
  add(table, plain, cells_of(100, 1), 1);
  ASSERT_TRUE(table.belongs_to(kCells, kWidth));
  EXPECT_FALSE(table.belongs_to(kCells + 1, kWidth));
  EXPECT_FALSE(table.belongs_to(kCells, kWidth + 1));
  const auto none = [](double*, const double*) {};
  EXPECT_THROW(table.merge(CellTable<double>(kCells, 1), none), DataError);
  EXPECT_THROW(table.merge(CellTable<double>(kCells - 1, kWidth), none), DataError);
  // cells, width, whether all are held, then the cells behind their number
  constexpr std::size_t kFlag = 12, kKeys = 13 + 8;
  const auto changed = [&](std::size_t at, std::int32_t key) {
    auto bytes = save(table);
    std::memcpy(bytes.data() + at, &key, at == kFlag ? 1 : sizeof key);
    return load<CellTable<double>>(bytes);
  };
  std::int32_t second = 0;
  std::memcpy(&second, save(table).data() + kKeys + 4, sizeof second);
  for (const auto& bad :
       {changed(kKeys, -1), changed(kKeys, kCells), changed(kKeys, second), changed(kFlag, 1)})
    EXPECT_FALSE(bad.belongs_to(kCells, kWidth));
  EXPECT_THROW(table.merge(changed(kKeys, kCells), none), DataError);
}

}  // namespace
}  // namespace insitu
