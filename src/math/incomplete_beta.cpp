#include "math/incomplete_beta.hpp"

#include <algorithm>
#include <cmath>

#include "math/elementary.hpp"
#include "math/vector_width.hpp"

namespace insitu {

namespace {

constexpr DoubleDouble kLn2(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56);
constexpr DoubleDouble kHalfLog2Pi(0x1.d67f1c864beb5p-1, -0x1.65b5a1b7ff5dfp-55);

DoubleDouble scaled(DoubleDouble x, double power_of_two) {
  return {x.high * power_of_two, x.low * power_of_two};
}

/// exp(x) = value * 2^exponent; relative error below 2^-98.
struct Scaled {
  DoubleDouble value;
  int exponent = 0;
};
Scaled exp_scaled(DoubleDouble x) {
  const double k = std::nearbyint(x.high * (1 / kLn2.high));
  // expm1 of a 256th by Taylor's series, then squared eight times.
  const DoubleDouble r = scaled(x - kLn2 * DoubleDouble(k), 0x1p-8);
  DoubleDouble sum, term(1);
  for (int n = 1; n <= 11; ++n) {
    term = term * r / DoubleDouble(n);
    sum += term;
  }
  for (int i = 0; i < 8; ++i) sum = scaled(sum, 2) + sum * sum;
  return {DoubleDouble(1) + sum, static_cast<int>(k)};
}

/// log x. REQUIRES: x positive.
DoubleDouble log_dd(DoubleDouble x) {
  int exponent = 0;
  double m = std::frexp(x.high, &exponent);
  if (m < 0.7) m *= 2, --exponent;
  const DoubleDouble part(m, std::ldexp(x.low, -exponent));
  // One step of Newton doubles the digits of the logarithm in double.
  const double y = elementary::log(m);
  const auto back = exp_scaled(DoubleDouble(-y));
  const auto step = part * scaled(back.value, std::ldexp(1.0, back.exponent)) - DoubleDouble(1);
  return kLn2 * DoubleDouble(exponent) + (DoubleDouble(y) + (step - scaled(step * step, 0.5)));
}

/// log(1 + f) with all digits of a small f.
DoubleDouble log1p_dd(DoubleDouble f) {
  if (std::fabs(f.high) > 1e-3) return log_dd(DoubleDouble(1) + f);
  DoubleDouble sum, power = f;
  for (int n = 1; n <= 12; ++n) {
    sum += power / DoubleDouble(n);
    power = power * -f;
  }
  return sum;
}

/// Where the series of Stirling has 30 digits.
constexpr double kStirling = 32;

/// log gamma(z) - ((z - 1/2) log z - z + log(2 pi) / 2). REQUIRES: z >= kStirling.
DoubleDouble stirling_rest(DoubleDouble z) {
  // Bernoulli's numbers.
  static constexpr double kNumbers[][2] = {
      {1, 6},      {-1, 30},     {1, 42},      {-1, 30},       {5, 66},       {-691, 2730},
      {7, 6},      {-3617, 510}, {43867, 798}, {-174611, 330}, {854513, 138}, {-236364091, 2730},
      {8553103, 6}};
  const auto inverse = DoubleDouble(1) / z, square = inverse * inverse;
  auto power = inverse;
  DoubleDouble sum;
  double k = 2;
  for (const auto& [above, below] : kNumbers) {
    const auto term = power * DoubleDouble(above) / DoubleDouble(below * (k * (k - 1)));
    sum += term;
    if (std::fabs(term.high) < 1e-34) break;
    power = power * square;
    k += 2;
  }
  return sum;
}

DoubleDouble log_gamma(DoubleDouble z) {
  DoubleDouble product(1);
  while (z.high < kStirling) {
    product = product * z;
    z += DoubleDouble(1);
  }
  return (z - DoubleDouble(0.5)) * log_dd(z) - z + kHalfLog2Pi + stirling_rest(z) - log_dd(product);
}

/// log(gamma(a + b) / gamma(a)). The large parts of both do not appear: they would leave few
/// digits.
DoubleDouble log_gamma_ratio(double a, double b) {
  DoubleDouble from(a), product(1);
  while (from.high < kStirling) {  // gamma(a + b) / gamma(a), both a step further
    product = product * ((from + DoubleDouble(b)) / from);
    from += DoubleDouble(1);
  }
  const DoubleDouble to = from + DoubleDouble(b);
  return (from - DoubleDouble(0.5)) * log1p_dd(DoubleDouble(b) / from) +
         DoubleDouble(b) * (log_dd(to) - DoubleDouble(1)) +
         (stirling_rest(to) - stirling_rest(from)) - log_dd(product);
}

/// The sum of x^k (a + b) (a + b + 1) ... / ((a + 1) (a + 2) ...).
DoubleDouble series(DoubleDouble x, double a, double b) {
  DoubleDouble sum(1), term(1), above = two_sum(a, b), below = two_sum(a, 1);
  for (int k = 0; k < 100000; ++k) {
    term = term * (x * above) / below;
    sum += term;
    if (term.high < 0x1p-104 * sum.high) break;
    above += DoubleDouble(1);
    below += DoubleDouble(1);
  }
  return sum;
}

/// The continued fraction (Abramowitz & Stegun 26.5.8) by the method of Lentz.
DoubleDouble fraction(DoubleDouble x, double a, double b) {
  const DoubleDouble one(1), sum = two_sum(a, b);
  DoubleDouble c(1), d = one / (one - sum * x / two_sum(a, 1)), value = d;
  for (double m = 1; m < 1e7; ++m) {
    const DoubleDouble at = two_sum(a, 2 * m);
    const auto even = x * (DoubleDouble(m) * two_sum(b, -m)) / ((at - one) * at);
    d = one / (one + even * d);
    c = one + even / c;
    value = value * (d * c);
    const auto odd = -x * (two_sum(a, m) * (sum + DoubleDouble(m))) / (at * (at + one));
    d = one / (one + odd * d);
    c = one + odd / c;
    const auto step = d * c;
    value = value * step;
    if (std::fabs((step - one).high) < 0x1p-64) break;
  }
  return value;
}

double times_power(DoubleDouble x, int exponent) { return std::ldexp(x.high, exponent); }

INSITU_INLINE_BODY IncompleteBeta beta_body(DoubleDouble x, DoubleDouble y, double a, double b,
                                            bool upper, DoubleDouble log_of_beta) {
  const auto log_of = [](DoubleDouble part, DoubleDouble rest) {
    return part.high < 0.5 ? log_dd(part) : log1p_dd(-rest);
  };
  const auto front =
      exp_scaled(DoubleDouble(a) * log_of(x, y) + DoubleDouble(b) * log_of(y, x) - log_of_beta);
  IncompleteBeta result;
  result.front = times_power(front.value, front.exponent);
  // The series serves where few terms do, whichever tail is the smaller: the other one is above
  // 1e-8 there, so that a difference from 1 leaves it 20 digits and more. Else the fraction, which
  // wants to be on its side of the mean.
  const auto few = [&](DoubleDouble part, double p, double q) {
    return part.high <= 0.5 && (p + q) * part.high < 12 + p;
  };
  const bool by_series = few(x, a, b), by_other_series = !by_series && few(y, b, a);
  const bool swap = by_other_series || (!by_series && x.high > (a + 1) / (a + b + 2));
  if (swap) std::swap(x, y), std::swap(a, b);
  const auto sum = by_series || by_other_series ? series(x, a, b) : fraction(x, a, b);
  const auto tail = front.value * sum / DoubleDouble(a);
  if (swap == upper) {
    result.value = times_power(tail, front.exponent);
  } else {
    const double scale = std::ldexp(1.0, std::max(front.exponent, -1000));
    result.value = to_double(DoubleDouble(1) - scaled(tail, scale));
  }
  return result;
}

INSITU_TARGET_256 [[gnu::flatten]] IncompleteBeta beta_fused(DoubleDouble x, DoubleDouble y,
                                                             double a, double b, bool upper,
                                                             DoubleDouble log_of_beta) {
  return beta_body(x, y, a, b, upper, log_of_beta);
}

}  // namespace

DoubleDouble log_beta(double a, double b) {
  // All coefficients of a fit ask for the same one, and F statistics for it the other way round.
  thread_local struct {
    double large = 0, small = 0;
    DoubleDouble value;
  } last;
  const double large = std::max(a, b), small = std::min(a, b);
  if (last.large != large || last.small != small)
    last = {large, small, log_gamma(small) - log_gamma_ratio(large, small)};
  return last.value;
}

IncompleteBeta incomplete_beta(DoubleDouble x, DoubleDouble y, double a, double b, bool upper) {
  const auto log_of_beta = log_beta(a, b);
  return vector_width() == VectorWidth::kBaseline ? beta_body(x, y, a, b, upper, log_of_beta)
                                                  : beta_fused(x, y, a, b, upper, log_of_beta);
}

}  // namespace insitu
