// Seconds of ticks are rounded once, and have the bits that insitu-jvm gives them.
#include "data/time_ticks.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace insitu {
namespace {

/// The nearest double that lies in the same second.
double exact(std::int64_t ticks, int digits) {
  const auto size =
      ticks < 0 ? -static_cast<std::uint64_t>(ticks) : static_cast<std::uint64_t>(ticks);
  const auto text = (ticks < 0 ? "-" : "") + std::to_string(size) + "e-" + std::to_string(digits);
  const double nearest = std::strtod(text.c_str(), nullptr);
  std::int64_t per_second = 1;
  for (int i = 0; i < digits; ++i) per_second *= 10;
  const auto second = static_cast<double>(floor_divided(ticks, per_second));
  return digits > 0 && std::floor(nearest) > second ? std::nextafter(nearest, -HUGE_VAL) : nearest;
}

// A13
TEST(TimeTicks, SecondsAreRoundedOnceAndHaveTheBitsOfTheJvm) {
  std::uint64_t state = 1, sum = 0;
  for (int i = 0; i < 200'000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const auto ticks = static_cast<std::int64_t>(state) >> (i % 40);  // of all sizes
    const double seconds = seconds_of_ticks(ticks, 1000000);
    ASSERT_EQ(seconds, exact(ticks, 6)) << ticks;
    ASSERT_EQ(seconds_of_ticks(ticks, 1000), exact(ticks, 3)) << ticks;
    ASSERT_EQ(seconds_of_ticks(ticks, 1), exact(ticks, 0)) << ticks;
    sum = (sum ^ std::bit_cast<std::uint64_t>(seconds)) * 1099511628211U;
  }
  EXPECT_EQ(sum,
            0xe02f3caa14f6248cU);  // as hosts/jvm/tests/org/insitu/spark/SecondsTest.java has it
}

}  // namespace
}  // namespace insitu
