#include "math/cross_product.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "math/vector_width.hpp"

namespace insitu {
namespace {

std::vector<double> random_tile(std::size_t columns, std::size_t rows, unsigned seed) {
  std::vector<double> tile(columns * kTileRows);
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  for (std::size_t j = 0; j < columns; ++j)
    for (std::size_t i = 0; i < rows; ++i) tile[j * kTileRows + i] = normal(random);
  return tile;
}

/// The sum that the header promises: eight lanes, products rounded, lanes added in pairs.
double promised(const double* a, const double* b, std::size_t rows) {
  volatile double lane[kLanes] = {};
  for (std::size_t i = 0; i < rows; ++i) {
    volatile double product = a[i] * b[i];
    lane[i % kLanes] = lane[i % kLanes] + product;
  }
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

// At every width that this machine has the bits are those of the plain loop.
class CrossProduct : public testing::TestWithParam<VectorWidth> {
  VectorWidthLimit limit_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Widths, CrossProduct, testing::ValuesIn(kVectorWidths));

TEST_P(CrossProduct, BitsAreThoseOfThePlainLoop) {
  for (const std::size_t columns : {1, 2, 3, 4, 5, 8, 13, 22})
    for (const std::size_t rows : {8, 64, 256}) {
      const auto left = random_tile(columns, rows, 1), right = random_tile(columns, rows, 2);
      std::vector<double> packed(packed_size(columns), 0.25);
      add_tile_products(left.data(), right.data(), columns, rows, packed.data());
      for (std::size_t i = 0; i < columns; ++i)
        for (std::size_t j = 0; j <= i; ++j)
          EXPECT_EQ(packed[packed_index(i, j)], 0.25 + promised(left.data() + i * kTileRows,
                                                                right.data() + j * kTileRows, rows))
              << columns << " columns, " << rows << " rows, " << i << " " << j;
    }
}

TEST_P(CrossProduct, SumsAndCentredValuesMayBeginAnywhere) {
  std::vector<double> values(1000 + kLanes), weights(values.size(), 0.5), out(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  for (std::size_t from = 0; from < kLanes; ++from) {
    const std::span<const double> part(values.data() + from, 1000);
    const double sum = 999 * 500 + 1000.0 * static_cast<double>(from);
    EXPECT_EQ(lane_sum(part), sum);
    EXPECT_EQ(lane_sum(part, {weights.data() + kLanes - from, 1000}), sum / 2);
    centre(part, 3, out.data() + from);
    EXPECT_EQ(out[from + 999], part[999] - 3);
  }
}

TEST_P(CrossProduct, DoubleDoubleKeepsThirtyDigits) {
  // 1e16 + 1 - 1e16 - 1 and products that cancel: sums in double lose them.
  std::vector<double> high(kTileRows), low(kTileRows), other_high(kTileRows), other_low(kTileRows);
  for (std::size_t i = 0; i < kTileRows; ++i) {
    high[i] = i % 2 ? 1e16 + 2.0 * static_cast<double>(i) : -1e16;
    low[i] = 0.125;
    other_high[i] = 1;
  }
  DoubleDouble sum;
  add_tile_products({high.data(), low.data()}, {other_high.data(), other_low.data()}, 1, kTileRows,
                    &sum);
  double expected = 0.125 * kTileRows;
  for (std::size_t i = 1; i < kTileRows; i += 2) expected += 2.0 * static_cast<double>(i);
  EXPECT_EQ(to_double(sum), expected);
}

TEST_P(CrossProduct, DoubleDoubleAddsAsThePlainLoopDoes) {
  constexpr std::size_t kColumns = 5;
  const auto high = random_tile(kColumns, kTileRows, 4);
  auto low = random_tile(kColumns, kTileRows, 5);
  for (auto& value : low) value *= 1e-18;
  std::vector<DoubleDouble> packed(packed_size(kColumns));
  add_tile_products({high.data(), low.data()}, {high.data(), low.data()}, kColumns, kTileRows,
                    packed.data());
  for (std::size_t i = 0; i < kColumns; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      DoubleDouble lane[kLanes];
      for (std::size_t row = 0; row < kTileRows; ++row) {
        const std::size_t a = i * kTileRows + row, b = j * kTileRows + row;
        lane[row % kLanes] += DoubleDouble(high[a], low[a]) * DoubleDouble(high[b], low[b]);
      }
      const auto sum =
          ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
      EXPECT_TRUE(packed[packed_index(i, j)] == sum) << i << " " << j;
    }
}

TEST(LaneSum, WeightsOfOneChangeNothing) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (const std::size_t size : {0, 1, 7, 8, 4095, 4096, 10001}) {
    std::vector<double> values(size), ones(size, 1.0);
    for (auto& value : values) value = uniform(random);
    EXPECT_EQ(lane_sum(values), lane_sum(values, ones)) << size;
  }
}

}  // namespace
}  // namespace insitu
