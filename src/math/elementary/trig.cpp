// sin, cos and tan: trig_core.hpp.
#include "math/elementary.hpp"
#include "math/elementary/map.hpp"
#include "math/elementary/trig_core.hpp"

namespace insitu::elementary {

namespace {

__extension__ typedef unsigned __int128 Wide;

/// 2/pi: 64 zero bits, then 1280 bits behind the point.
constexpr std::uint64_t kTwoOverPi[] = {0,
                                        0xa2f9836e4e441529,
                                        0xfc2757d1f534ddc0,
                                        0xdb6295993c439041,
                                        0xfe5163abdebbc561,
                                        0xb7246e3a424dd2e0,
                                        0x06492eea09d1921c,
                                        0xfe1deb1cb129a73e,
                                        0xe88235f52ebb4484,
                                        0xe99c7026b45f7e41,
                                        0x3991d639835339f4,
                                        0x9c845f8bbdf9283b,
                                        0x1ff897ffde05980f,
                                        0xef2f118b5a0a6d1f,
                                        0x6d367ecf27cb09b7,
                                        0x4f463f669e5fea2d,
                                        0x7527bac7ebe5f17b,
                                        0x3d0739f78a5292ea,
                                        0x6bfb5fb11f8d5d08,
                                        0x56033046fc7b6bab,
                                        0xf0cfbc209af4361d};

/// Below this, sin x = tan x = x within 0.03 units.
constexpr double kTiny = 0x1p-28;

}  // namespace

Turn turn_of_large(double x) {
  const std::uint64_t bits = bits_of(x) & ~(std::uint64_t{1} << 63);
  const std::uint64_t whole = (bits & ((std::uint64_t{1} << 52) - 1)) | (std::uint64_t{1} << 52);
  // |x| = whole * 2^exponent. Bits of 2/pi whose product with x is a multiple of 4 are left out.
  const auto position = static_cast<std::size_t>((bits >> 52) - 1075 + 62);
  const std::size_t word = position / 64, shift = position % 64;
  std::uint64_t window[4];
  for (std::size_t i = 0; i < 4; ++i) {
    window[i] = kTwoOverPi[word + i] << shift;
    if (shift) window[i] |= kTwoOverPi[word + i + 1] >> (64 - shift);
  }
  Wide carry = 0;
  for (std::size_t i = 4; i-- > 0;) {
    carry += static_cast<Wide>(whole) * window[i];
    window[i] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  std::uint64_t quadrant = window[0] >> 62;
  std::uint64_t fraction[3];
  for (std::size_t i = 0; i < 3; ++i) fraction[i] = window[i] << 2 | window[i + 1] >> 62;
  const bool above_half = fraction[0] >> 63;
  if (above_half) {  // the nearer multiple of pi/2 lies above
    ++quadrant;
    for (auto& part : fraction) part = ~part;  // 2^-192 does not count
  }
  const int zeros = fraction[0] ? std::countl_zero(fraction[0]) : 64;
  if (zeros == 64) fraction[0] = fraction[1], fraction[1] = fraction[2], fraction[2] = 0;
  const int more = std::countl_zero(fraction[0] | 1);
  if (more) {
    fraction[0] = fraction[0] << more | fraction[1] >> (64 - more);
    fraction[1] = fraction[1] << more | fraction[2] >> (64 - more);
  }
  const int down = zeros == 64 ? 64 + more : more;
  const double unit = power_of_two(-53 - down);
  const DoubleDouble part(
      static_cast<double>(fraction[0] >> 11) * unit,
      static_cast<double>(fraction[0] << 53 | fraction[1] >> 11) * 0x1p-64 * unit);
  auto r = part * DoubleDouble(0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54);
  const bool negative = std::signbit(x);
  if (above_half != negative) r = -r;
  return {negative ? ~quadrant + 1 : quadrant, r};
}

namespace {

struct Sin {
  static bool core(double x, double& y) {
    y = sin_of_turn(turn_of(x));
    const double size = std::fabs(x);
    return (size >= kTiny) & (size < kDirectTurn);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    if (std::fabs(x) < kTiny) return x;
    return std::fabs(x) > kLargest ? kNaN : sin_of_turn(turn_of_large(x));
  }
};

struct Cos {
  static double of(Turn turn) {
    ++turn.quadrant;
    return sin_of_turn(turn);
  }
  static bool core(double x, double& y) {
    y = of(turn_of(x));
    return std::fabs(x) < kDirectTurn;
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    return std::fabs(x) > kLargest ? kNaN : of(turn_of_large(x));
  }
};

struct Tan {
  static bool core(double x, double& y) {
    y = tan_of_turn(turn_of(x));
    const double size = std::fabs(x);
    return (size >= kTiny) & (size < kDirectTurn);
  }
  [[gnu::noinline]] static double rare(double x) {
    if (x != x) return same_nan(x);
    if (std::fabs(x) < kTiny) return x;
    return std::fabs(x) > kLargest ? kNaN : tan_of_turn(turn_of_large(x));
  }
};

}  // namespace

INSITU_ELEMENTARY(sin, Sin)
INSITU_ELEMENTARY(cos, Cos)
INSITU_ELEMENTARY(tan, Tan)

}  // namespace insitu::elementary
