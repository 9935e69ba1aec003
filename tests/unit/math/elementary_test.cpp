#include "math/elementary.hpp"

#include <gtest/gtest.h>
#include <mpfr.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "math/vector_width.hpp"

namespace insitu {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr VectorWidth kWidths[] = {VectorWidth::k512, VectorWidth::k256, VectorWidth::kBaseline};

/// Any width during a test, the widest after it.
struct Widths : testing::Test {
  void TearDown() override { limit_vector_width(VectorWidth::k512); }
};
using ElementaryFunctions = Widths;

struct Judged {
  std::string name;
  double (*one)(double);
  void (*all)(const double*, double*, std::size_t);
  int (*truth)(mpfr_t, const mpfr_t, mpfr_rnd_t);
  double bound;  ///< in units in the last place, as elementary.hpp says
  std::vector<std::pair<double, double>> ranges;
  std::uint64_t digest;  ///< of the results' bits, on every machine
};

using Ranges = std::vector<std::pair<double, double>>;

/// log |gamma(x)|; not below -2, where the header promises an absolute error alone.
int log_gamma_truth(mpfr_t result, const mpfr_t x, mpfr_rnd_t direction) {
  int sign;
  return mpfr_lgamma(result, &sign, x, direction);
}

const std::vector<Judged>& judged() {
  static const std::vector<Judged> all{
      {"exp",
       elementary::exp,
       elementary::exp,
       mpfr_exp,
       0.65,
       {{-750, 715}, {-1, 1}, {-30, 30}, {-746, -700}},
       0xb246ced3961c8657},
      {"expm1",
       elementary::expm1,
       elementary::expm1,
       mpfr_expm1,
       0.58,
       {{-45, 715}, {-1, 1}, {-0.01, 0.01}},
       0xfabcb4bbf4c6a0d4},
      {"log",
       elementary::log,
       elementary::log,
       mpfr_log,
       0.55,
       {{0, 3}, {0.99, 1.01}, {0, 1e300}, {0, 1e-310}},
       0x14ca7becfa35bf0a},
      {"log1p",
       elementary::log1p,
       elementary::log1p,
       mpfr_log1p,
       0.55,
       {{-1, 3}, {-0.01, 0.01}, {-1, -0.999999}, {0, 1e300}},
       0x7b177efa6960041c},
      {"log2",
       elementary::log2,
       elementary::log2,
       mpfr_log2,
       0.55,
       {{0, 3}, {0.99, 1.01}, {0, 1e300}, {0, 1e-310}},
       0xd81f7acb046d0136},
      {"log10",
       elementary::log10,
       elementary::log10,
       mpfr_log10,
       0.55,
       {{0, 3}, {0.99, 1.01}, {0, 1e300}, {0, 1e-310}},
       0x14abab10108a1930},
      {"sin",
       elementary::sin,
       elementary::sin,
       mpfr_sin,
       0.57,
       {{-1, 1}, {-10, 10}, {-1e6, 1e6}, {0, 2e9}, {0, 1e15}, {0, 1e300}},
       0xd8d85e9d0f31f4a0},
      {"cos",
       elementary::cos,
       elementary::cos,
       mpfr_cos,
       0.57,
       {{-1, 1}, {-10, 10}, {-1e6, 1e6}, {0, 2e9}, {0, 1e15}, {0, 1e300}},
       0xf3c9aff75f34d502},
      {"tan",
       elementary::tan,
       elementary::tan,
       mpfr_tan,
       0.57,
       {{-1, 1}, {-10, 10}, {-1e6, 1e6}, {0, 2e9}, {0, 1e15}, {0, 1e300}},
       0xe582e34acc5bb74a},
      {"asin",
       elementary::asin,
       elementary::asin,
       mpfr_asin,
       0.52,
       {{-1, 1}, {-0.01, 0.01}, {0.99, 1}, {-1e-7, 1e-7}},
       0x9e4487eb94474e29},
      {"acos",
       elementary::acos,
       elementary::acos,
       mpfr_acos,
       0.52,
       {{-1, 1}, {-0.01, 0.01}, {0.99, 1}, {-1, -0.99}},
       0xd8945d207e62ed30},
      {"atan",
       elementary::atan,
       elementary::atan,
       mpfr_atan,
       0.52,
       {{-1, 1}, {-0.01, 0.01}, {-10, 10}, {0, 1e10}},
       0xacf63ccb270e245d},
      {"sinh",
       elementary::sinh,
       elementary::sinh,
       mpfr_sinh,
       0.65,
       {{-1, 1}, {-0.01, 0.01}, {-10, 10}, {-711, 711}, {-50, 50}},
       0xa2c50ab447161a5c},
      {"cosh",
       elementary::cosh,
       elementary::cosh,
       mpfr_cosh,
       0.65,
       {{-1, 1}, {-0.01, 0.01}, {-10, 10}, {-711, 711}, {-50, 50}},
       0x2fd2671dd86c86b7},
      {"tanh",
       elementary::tanh,
       elementary::tanh,
       mpfr_tanh,
       0.56,
       {{-1, 1}, {-0.01, 0.01}, {-10, 10}, {-25, 25}},
       0x199cb5a32dd14f38},
      {"asinh",
       elementary::asinh,
       elementary::asinh,
       mpfr_asinh,
       0.56,
       {{-1, 1}, {-0.01, 0.01}, {-10, 10}, {-1e10, 1e10}},
       0xa988f40b1a5a94d4},
      {"acosh",
       elementary::acosh,
       elementary::acosh,
       mpfr_acosh,
       0.56,
       {{1, 2}, {1, 1.01}, {1, 10}, {1, 1e10}},
       0x367f50dc188813c2},
      {"atanh",
       elementary::atanh,
       elementary::atanh,
       mpfr_atanh,
       0.56,
       {{-1, 1}, {-0.01, 0.01}, {0.99, 1}},
       0x23fff86082d4a5b9},
      {"cbrt",
       elementary::cbrt,
       elementary::cbrt,
       mpfr_cbrt,
       0.51,
       {{-1, 1}, {-10, 10}, {0, 1e300}, {0, 1e-310}},
       0xd3c55fa502e8bbf8},
      {"sqrt",
       elementary::sqrt,
       elementary::sqrt,
       mpfr_sqrt,
       0.5,
       {{0, 1}, {0, 1e300}, {0, 1e-310}, {-1, 4}},
       0x50edc9a7ac4c8189},
      {"erf",
       elementary::erf,
       elementary::erf,
       mpfr_erf,
       0.75,
       {{-1, 1}, {-0.01, 0.01}, {-7, 7}, {0.5, 3}},
       0x16a81c2ab1804800},
      {"erfc",
       elementary::erfc,
       elementary::erfc,
       mpfr_erfc,
       1.0,
       {{-1, 1}, {-0.01, 0.01}, {-7, 7}, {0, 28}, {25, 28}},
       0x7db94fa49172f243},
      {"lgamma",
       elementary::lgamma,
       elementary::lgamma,
       log_gamma_truth,
       0.95,
       {{0, 1}, {0.5, 3}, {0.9, 1.1}, {1.9, 2.1}, {3, 20}, {0, 1e5}, {0, 1e300}, {-2, 0}},
       0xf4f91d9c97e34c97},
      {"tgamma",
       elementary::tgamma,
       elementary::tgamma,
       mpfr_gamma,
       0.85,
       {{0, 1}, {0.5, 3}, {0.9, 1.1}, {0, 180}, {-2, 0}, {-10, 0}, {-190, 0}},
       0x7f87933d18f7f716},
  };
  return all;
}

bool thorough() {
  const char* all = std::getenv("INSITU_TEST_ALL");
  return all && std::string(all) == "yes";
}

/// The same numbers on every machine: distributions of the standard library need not give them.
class Arguments {
 public:
  double between(double low, double high) {
    return low + (high - low) * (static_cast<double>(random_() >> 11) * 0x1p-53);
  }
  double of_any_bits() { return std::bit_cast<double>(random_()); }
  /// Of one function: evenly over each of its ranges, and one in eight of any bits at all.
  std::vector<double> of(const Ranges& ranges, std::size_t count, bool any_bits) {
    std::vector<double> x(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& range = ranges[i % ranges.size()];
      x[i] = i % 8 == 7 && any_bits ? of_any_bits() : between(range.first, range.second);
    }
    return x;
  }

 private:
  std::mt19937_64 random_{20};
};

/// |result - truth| in units in the last place of the rounded truth.
double units(double result, mpfr_t truth) {
  const double rounded = mpfr_get_d(truth, MPFR_RNDN);
  if (std::isnan(result) || std::isnan(rounded))
    return std::isnan(result) == std::isnan(rounded) ? 0 : kInfinity;
  if (std::isinf(result) || std::isinf(rounded)) return result == rounded ? 0 : kInfinity;
  const int exponent = rounded == 0 ? -1074 : std::max(std::ilogb(rounded) - 52, -1074);
  mpfr_t rest;
  mpfr_init2(rest, 200);
  mpfr_sub_d(rest, truth, result, MPFR_RNDN);
  mpfr_mul_2si(rest, rest, -exponent, MPFR_RNDN);
  const double error = std::fabs(mpfr_get_d(rest, MPFR_RNDN));
  mpfr_clear(rest);
  return error;
}

std::uint64_t digest(const std::vector<double>& values) {  // FNV-1a
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const double value : values)
    hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x100000001b3;
  return hash;
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

TEST_F(ElementaryFunctions, AreAsNearToTheTruthAsTheHeaderSays) {
  mpfr_t argument, truth;
  mpfr_init2(argument, 53);
  mpfr_init2(truth, 160);
  for (const auto& f : judged()) {
    const std::size_t count = thorough() ? 10'000'000 : 20'000;
    const auto x = Arguments().of(f.ranges, count, f.truth != log_gamma_truth);
    std::vector<double> y(count);
    f.all(x.data(), y.data(), count);
    double worst = 0, where = 0;
    for (std::size_t i = 0; i < count; ++i) {
      mpfr_set_d(argument, x[i], MPFR_RNDN);
      f.truth(truth, argument, MPFR_RNDN);
      const double error = units(y[i], truth);
      if (error > worst) worst = error, where = x[i];
    }
    EXPECT_LE(worst, f.bound) << f.name << " of " << where;
    if (thorough()) std::printf("%-7s %.4f units, at %a\n", f.name.c_str(), worst, where);
  }
  mpfr_clears(argument, truth, nullptr);
}

TEST_F(ElementaryFunctions, HaveTheSameBitsAtEveryWidthAndOnEveryMachine) {
  for (const auto& f : judged()) {
    const auto x = Arguments().of(f.ranges, 5003, true);  // no multiple of anything
    for (const auto width : kWidths) {
      limit_vector_width(width);
      std::vector<double> y(x.size()), in_place = x;
      f.all(x.data(), y.data(), x.size());
      EXPECT_EQ(digest(y), f.digest) << f.name << std::hex << " 0x" << digest(y);
      f.all(in_place.data(), in_place.data(), x.size());
      EXPECT_EQ(digest(in_place), f.digest) << f.name;
      for (auto& value : in_place) value = 0;
      for (std::size_t i = 0; i < x.size(); ++i) in_place[i] = f.one(x[i]);
      EXPECT_EQ(digest(in_place), f.digest) << f.name;
    }
  }
}

/// Below -2 log |gamma| has zeros between whole numbers, where logarithms cancel.
TEST_F(ElementaryFunctions, LogGammaBelowMinusTwoHasASmallAbsoluteError) {
  Arguments arguments;
  mpfr_t argument, truth;
  mpfr_init2(argument, 53);
  mpfr_init2(truth, 160);
  for (int i = 0; i < 20'000; ++i) {
    const double x = arguments.between(i % 2 ? -5 : -200, -2), result = elementary::lgamma(x);
    mpfr_set_d(argument, x, MPFR_RNDN);
    log_gamma_truth(truth, argument, MPFR_RNDN);
    mpfr_sub_d(truth, truth, result, MPFR_RNDN);
    const double size = std::fabs(x * std::log(-x)) + 10;
    EXPECT_LE(std::fabs(mpfr_get_d(truth, MPFR_RNDN)),
              0x1p-53 * 0.6 * 2 * std::fabs(result) + 0x1p-60 * size)
        << x;
  }
  mpfr_clears(argument, truth, nullptr);
}

/// R's NA and any other payload come back; what a function makes is one NaN.
TEST_F(ElementaryFunctions, KeepThePayloadOfNaN) {
  const double na = std::bit_cast<double>(std::uint64_t{0x7ff80000000007a2});
  for (const auto& f : judged()) {
    EXPECT_TRUE(same_bits(f.one(na), na)) << f.name;
    EXPECT_TRUE(same_bits(f.one(-na), -na)) << f.name;
    std::vector<double> x(200, 0.75);
    x[77] = x[199] = na;
    f.all(x.data(), x.data(), x.size());
    EXPECT_TRUE(same_bits(x[77], na) && same_bits(x[199], na)) << f.name;
  }
  EXPECT_TRUE(same_bits(elementary::log(-1), kNaN));
}

struct Case {
  double argument, result;
};

void expect_cases(double f(double), std::vector<Case> cases) {
  for (const auto& [x, y] : cases)
    EXPECT_TRUE(std::isnan(y) ? std::isnan(f(x)) : same_bits(f(x), y)) << x << " gives " << f(x);
}

TEST_F(ElementaryFunctions, SayWhatTheStandardSaysAtTheEdges) {
  using namespace elementary;
  for (const auto width : kWidths) {
    limit_vector_width(width);
    // edges of the exponential family
    expect_cases(exp, {{0, 1},
                       {-0.0, 1},
                       {kInfinity, kInfinity},
                       {-kInfinity, 0},
                       {710, kInfinity},
                       {-746, 0},
                       {-745.13, 0x1p-1074},
                       {1, 0x1.5bf0a8b145769p+1}});
    expect_cases(expm1, {{0, 0},
                         {-0.0, -0.0},
                         {kInfinity, kInfinity},
                         {-kInfinity, -1},
                         {-100, -1},
                         {5e-324, 5e-324},
                         {710, kInfinity}});
    expect_cases(log, {{1, 0},
                       {0, -kInfinity},
                       {-0.0, -kInfinity},
                       {kInfinity, kInfinity},
                       {-1, kNaN},
                       {-kInfinity, kNaN},
                       {0x1p-1074, -0x1.74385446d71c3p+9}});
    expect_cases(log1p, {{0, 0},
                         {-0.0, -0.0},
                         {-1, -kInfinity},
                         {-2, kNaN},
                         {5e-324, 5e-324},
                         {kInfinity, kInfinity}});
    for (int k = -1074; k < 1024; ++k) EXPECT_EQ(log2(std::ldexp(1, k)), k);
    double ten = 1;
    for (int k = 0; k <= 22; ++k, ten *= 10) EXPECT_EQ(log10(ten), k);
    expect_cases(
        erf,
        {{0, 0}, {-0.0, -0.0}, {kInfinity, 1}, {-kInfinity, -1}, {7, 1}, {0x1p-1074, 0x1p-1074}});
    expect_cases(erfc, {{0, 1}, {-0.0, 1}, {kInfinity, 0}, {-kInfinity, 2}, {30, 0}, {-9, 2}});
    expect_cases(sqrt, {{0, 0}, {-0.0, -0.0}, {kInfinity, kInfinity}, {-1, kNaN}, {4, 2}});
    expect_cases(lgamma, {{1, 0},
                          {2, 0},
                          {0, kInfinity},
                          {-0.0, kInfinity},
                          {-3, kInfinity},
                          {kInfinity, kInfinity},
                          {-kInfinity, kInfinity},
                          {1e308, kInfinity}});
    expect_cases(tgamma, {{0, kInfinity},
                          {-0.0, -kInfinity},
                          {-1, kNaN},
                          {-kInfinity, kNaN},
                          {kInfinity, kInfinity},
                          {172, kInfinity},
                          {-200.5, -0.0},
                          {-201.5, 0}});
    double factorial = 1;  // the last that is a double is 22!
    for (int n = 1; n <= 23; factorial *= n, ++n) EXPECT_EQ(tgamma(n), factorial);
    EXPECT_EQ(gamma_sign(-0.5), -1);
    EXPECT_EQ(gamma_sign(-1.5), 1);
    // edges of trigonometry
    expect_cases(sin, {{0, 0},
                       {-0.0, -0.0},
                       {5e-324, 5e-324},
                       {kInfinity, kNaN},
                       {0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53}});
    expect_cases(cos, {{0, 1}, {-0.0, 1}, {5e-324, 1}, {-kInfinity, kNaN}});
    expect_cases(tan, {{0, 0}, {-0.0, -0.0}, {-5e-324, -5e-324}, {kInfinity, kNaN}});
    const double half_pi = 0x1.921fb54442d18p+0, pi = 2 * half_pi;
    expect_cases(asin, {{0, 0}, {-0.0, -0.0}, {1, half_pi}, {-1, -half_pi}, {1.1, kNaN}});
    expect_cases(acos, {{1, 0}, {-1, pi}, {0, half_pi}, {-0.0, half_pi}, {-1.1, kNaN}});
    expect_cases(atan, {{0, 0},
                        {-0.0, -0.0},
                        {kInfinity, half_pi},
                        {-kInfinity, -half_pi},
                        {1e200, half_pi},
                        {1, half_pi / 2}});
    // edges of the hyperbolic functions
    expect_cases(
        sinh,
        {{0, 0}, {-0.0, -0.0}, {-5e-324, -5e-324}, {-kInfinity, -kInfinity}, {711, kInfinity}});
    expect_cases(cosh, {{0, 1}, {-0.0, 1}, {-kInfinity, kInfinity}, {-711, kInfinity}});
    expect_cases(tanh, {{0, 0}, {-0.0, -0.0}, {kInfinity, 1}, {-50, -1}});
    expect_cases(asinh, {{0, 0}, {-0.0, -0.0}, {-kInfinity, -kInfinity}});
    expect_cases(acosh, {{1, 0}, {0.5, kNaN}, {kInfinity, kInfinity}});
    expect_cases(atanh, {{0, 0}, {-0.0, -0.0}, {1, kInfinity}, {-1, -kInfinity}, {2, kNaN}});
    expect_cases(cbrt, {{0, 0}, {-0.0, -0.0}, {-kInfinity, -kInfinity}, {0x1p-1074, 0x1p-358}});
    for (double root = 1; root < 1 << 17; ++root) EXPECT_EQ(cbrt(root * root * -root), -root);
  }
}

/// Functions of two numbers: pow over the whole range of results, atan2 in every direction.
struct Pairs {
  std::vector<double> a, b;
};

Pairs powers(std::size_t count) {
  Arguments arguments;
  Pairs pairs;
  const double spread[] = {700, 7, 0.07, 1e-4};
  for (std::size_t i = 0; i < count; ++i) {
    const double x = i % 8 == 7 ? arguments.of_any_bits()
                                : elementary::exp(arguments.between(-1, 1) * spread[i % 4]);
    const double limit = x > 0 && x != 1 ? 750 / std::fabs(elementary::log(x)) : 10;
    pairs.a.push_back(x);
    pairs.b.push_back(i % 8 == 3 ? std::floor(arguments.between(-40, 40))
                                 : arguments.between(-limit, limit));
  }
  return pairs;
}

Pairs directions(std::size_t count) {
  Arguments arguments;
  Pairs pairs;
  for (std::size_t i = 0; i < count; ++i) {
    const bool wild = i % 8 == 7;
    pairs.a.push_back(wild ? arguments.of_any_bits() : arguments.between(-1, 1));
    pairs.b.push_back(wild ? arguments.of_any_bits() : arguments.between(-1, 1));
  }
  return pairs;
}

struct JudgedPair {
  std::string name;
  double (*one)(double, double);
  void (*all)(const double*, const double*, double*, std::size_t);
  int (*truth)(mpfr_t, const mpfr_t, const mpfr_t, mpfr_rnd_t);
  double bound;
  Pairs (*pairs)(std::size_t);
  std::uint64_t digest;
};

const JudgedPair kJudgedPairs[] = {
    {"pow", elementary::pow, elementary::pow, mpfr_pow, 0.80, powers, 0x9145b948a883e9c0},
    {"atan2", elementary::atan2, elementary::atan2, mpfr_atan2, 0.52, directions,
     0x77347a4b28e0f99f},
};

TEST_F(ElementaryFunctions, OfTwoNumbersAreAsNearToTheTruthAsTheHeaderSays) {
  mpfr_t first, second, truth;
  mpfr_init2(first, 53);
  mpfr_init2(second, 53);
  mpfr_init2(truth, 160);
  for (const auto& f : kJudgedPairs) {
    const std::size_t count = thorough() ? 10'000'000 : 20'000;
    const auto [a, b] = f.pairs(count);
    std::vector<double> y(count);
    f.all(a.data(), b.data(), y.data(), count);
    double worst = 0;
    std::size_t where = 0;
    for (std::size_t i = 0; i < count; ++i) {
      mpfr_set_d(first, a[i], MPFR_RNDN);
      mpfr_set_d(second, b[i], MPFR_RNDN);
      f.truth(truth, first, second, MPFR_RNDN);
      const double error = units(y[i], truth);
      if (error > worst) worst = error, where = i;
    }
    EXPECT_LE(worst, f.bound) << f.name << " of " << a[where] << " and " << b[where];
    if (thorough())
      std::printf("%-7s %.4f units, at %a, %a\n", f.name.c_str(), worst, a[where], b[where]);
  }
  mpfr_clears(first, second, truth, nullptr);
}

TEST_F(ElementaryFunctions, OfTwoNumbersHaveTheSameBitsAtEveryWidthAndOnEveryMachine) {
  for (const auto& f : kJudgedPairs) {
    const auto [a, b] = f.pairs(5003);
    for (const auto width : kWidths) {
      limit_vector_width(width);
      std::vector<double> y(a.size()), single(a.size());
      f.all(a.data(), b.data(), y.data(), a.size());
      for (std::size_t i = 0; i < a.size(); ++i) single[i] = f.one(a[i], b[i]);
      EXPECT_EQ(digest(y), f.digest) << f.name << std::hex << " 0x" << digest(y);
      EXPECT_EQ(digest(single), f.digest) << f.name;
    }
  }
}

TEST_F(ElementaryFunctions, PowersThatAreDoublesAreExact) {
  for (const auto width : kWidths) {
    limit_vector_width(width);
    for (int base = 2; base < 300; ++base) {
      double power = 1;
      for (int n = 0; power < 0x1p53; ++n, power *= base) {
        EXPECT_EQ(elementary::pow(base, n), power);
        EXPECT_EQ(elementary::pow(-base, n), n % 2 ? -power : power);
        if (n % 2 == 0) {
          EXPECT_EQ(elementary::pow(power, 0.5), std::sqrt(power));
        }
      }
    }
    for (int k = -1074; k < 1024; ++k) EXPECT_EQ(elementary::pow(2, k), std::ldexp(1, k));
  }
}

struct PowerCase {
  double x, y, result;
};

TEST_F(ElementaryFunctions, PowSaysWhatTheStandardSaysAtTheEdges) {
  constexpr double kBig = 0x1p1023, kTiny = 0x1p-1074;
  const PowerCase cases[] = {{kNaN, 0, 1},
                             {1, kNaN, 1},
                             {kNaN, 1, kNaN},
                             {2, kNaN, kNaN},
                             {0, -1, kInfinity},
                             {-0.0, -1, -kInfinity},
                             {-0.0, -3, -kInfinity},
                             {-0.0, -2, kInfinity},
                             {0, -0.5, kInfinity},
                             {-0.0, -kInfinity, kInfinity},
                             {-0.0, 3, -0.0},
                             {0, 3, 0},
                             {-0.0, 2, 0},
                             {-0.0, 0.5, 0},
                             {-1, kInfinity, 1},
                             {-1, -kInfinity, 1},
                             {-2, 0.5, kNaN},
                             {-8, 1.0 / 3, kNaN},
                             {0.5, -kInfinity, kInfinity},
                             {2, -kInfinity, 0},
                             {0.5, kInfinity, 0},
                             {-2, kInfinity, kInfinity},
                             {-kInfinity, -3, -0.0},
                             {-kInfinity, -2, 0},
                             {-kInfinity, 3, -kInfinity},
                             {-kInfinity, 2, kInfinity},
                             {kInfinity, -1, 0},
                             {kInfinity, 0.5, kInfinity},
                             {kBig, 2, kInfinity},
                             {-kBig, 3, -kInfinity},
                             {kTiny, 2, 0},
                             {-kTiny, 3, -0.0},
                             {kTiny, 1, kTiny},
                             {kTiny, -1, kInfinity},
                             {kBig, 1, kBig},
                             {-2, 0x1p53, kInfinity},
                             {-0.5, 0x1p60, 0},
                             {-1, 0x1.fffffffffffffp52, -1},
                             {-1, 0x1p53, 1},
                             {2, kTiny, 1},
                             {0.5, -kTiny, 1},
                             {1 + 0x1p-52, 0x1p1000, kInfinity},
                             {1 - 0x1p-53, 0x1p1000, 0},
                             {2, -1075.5, 0},
                             {4, 0.5, 2},
                             {4, -0.5, 0.5}};
  for (const auto width : kWidths) {
    limit_vector_width(width);
    for (const auto& [x, y, result] : cases) {
      const double value = elementary::pow(x, y);
      EXPECT_TRUE(std::isnan(result) ? std::isnan(value) : same_bits(value, result))
          << x << " to the power of " << y << " gives " << value;
    }
  }
}

TEST_F(ElementaryFunctions, Atan2KnowsTheQuadrants) {
  const double pi = 0x1.921fb54442d18p+1;
  const double tiny = 0x1p-1074, big = 0x1p1023;
  const PowerCase cases[] = {// y, x, angle
                             {0, 0, 0},
                             {-0.0, 0, -0.0},
                             {0, -0.0, pi},
                             {-0.0, -0.0, -pi},
                             {0, 5, 0},
                             {-0.0, 5, -0.0},
                             {0, -5, pi},
                             {-0.0, -5, -pi},
                             {1, 0, pi / 2},
                             {-1, -0.0, -pi / 2},
                             {1, 1, pi / 4},
                             {-1, 1, -pi / 4},
                             {1, -1, 0x1.2d97c7f3321d2p+1},
                             {-1, -1, -0x1.2d97c7f3321d2p+1},
                             {kInfinity, kInfinity, pi / 4},
                             {kInfinity, -kInfinity, 0x1.2d97c7f3321d2p+1},
                             {-kInfinity, 3, -pi / 2},
                             {3, kInfinity, 0},
                             {-3, kInfinity, -0.0},
                             {3, -kInfinity, pi},
                             {tiny, tiny, pi / 4},
                             {tiny, -tiny, 0x1.2d97c7f3321d2p+1},
                             {big, big, pi / 4},
                             {tiny, big, 0},
                             {-tiny, big, -0.0},
                             {tiny, -big, pi},
                             {big, tiny, pi / 2},
                             {0x1p-600, 1, 0x1p-600},
                             {kNaN, 1, kNaN},
                             {1, kNaN, kNaN}};
  for (const auto width : kWidths) {
    limit_vector_width(width);
    for (const auto& [y, x, angle] : cases) {
      const double value = elementary::atan2(y, x);
      EXPECT_TRUE(std::isnan(angle) ? std::isnan(value) : same_bits(value, angle))
          << y << ", " << x << " gives " << value;
    }
  }
}

}  // namespace
}  // namespace insitu
