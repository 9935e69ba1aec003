#pragma once
// The elementary functions, with the same bits on every machine: each is one fixed sequence of
// IEEE 754 double operations (sums, products, quotients, roots, fused multiply-adds, all rounded to
// nearest), whatever the C library, the compiler, the instruction set and the vector width. The
// functions over arrays give, number by number, the bits of the functions of one number. Why not
// those of the C library: docs/decisions/008-elementary-functions.md.
//
// Errors are in units in the last place of the result: bounds that
// tests/unit/math/elementary_test.cpp checks against MPFR, with INSITU_TEST_ALL=yes on 10^7
// arguments of each; half a unit is the rounding itself. Infinities, signed zeros and arguments
// outside the domain give what C17, annex F says. A NaN comes out as it went in (R's NA stays NA);
// a NaN that a function makes has the bits of numeric_limits::quiet_NaN(). Nothing is thrown, errno
// is left alone.
//
// `in` and `out` may be the same array, and may not overlap otherwise.
#include <cstddef>

namespace insitu::elementary {

double exp(double x);    ///< 0.65 units
double expm1(double x);  ///< 0.58 units
double log(double x);    ///< 0.55 units
double log1p(double x);  ///< 0.55 units
double log2(double x);   ///< 0.55 units; whole for powers of 2
double log10(double x);  ///< 0.55 units; whole for powers of 10
/// x to the power of y, 0.80 units; exact where the result is a double.
double pow(double x, double y);

double sin(double x);              ///< 0.57 units, also of 1e300: reduced by all of its bits
double cos(double x);              ///< 0.57 units
double tan(double x);              ///< 0.57 units
double asin(double x);             ///< 0.52 units
double acos(double x);             ///< 0.52 units
double atan(double x);             ///< 0.52 units
double atan2(double y, double x);  ///< 0.52 units
double sinh(double x);             ///< 0.65 units
double cosh(double x);             ///< 0.65 units
double tanh(double x);             ///< 0.56 units
double asinh(double x);            ///< 0.56 units
double acosh(double x);            ///< 0.56 units
double atanh(double x);            ///< 0.56 units
double cbrt(double x);             ///< 0.51 units; exact for cubes
double sqrt(double x);             ///< 0.5 units

double erf(double x);   ///< 0.75 units
double erfc(double x);  ///< 1.00 units, also in the far tail
/// log |gamma(x)|, 0.95 units for x > -2. The zeros below -2 (near -2.457, -2.748, ...)
/// are met with an absolute error of 2^-60 times the logarithms that cancel there.
double lgamma(double x);
/// The gamma function, 0.85 units; factorials that are doubles are exact. Poles give what C says.
double tgamma(double x);
/// The sign of gamma(x).
int gamma_sign(double x);

void exp(const double* in, double* out, std::size_t n);
void expm1(const double* in, double* out, std::size_t n);
void log(const double* in, double* out, std::size_t n);
void log1p(const double* in, double* out, std::size_t n);
void log2(const double* in, double* out, std::size_t n);
void log10(const double* in, double* out, std::size_t n);
void sin(const double* in, double* out, std::size_t n);
void cos(const double* in, double* out, std::size_t n);
void tan(const double* in, double* out, std::size_t n);
void asin(const double* in, double* out, std::size_t n);
void acos(const double* in, double* out, std::size_t n);
void atan(const double* in, double* out, std::size_t n);
void sinh(const double* in, double* out, std::size_t n);
void cosh(const double* in, double* out, std::size_t n);
void tanh(const double* in, double* out, std::size_t n);
void asinh(const double* in, double* out, std::size_t n);
void acosh(const double* in, double* out, std::size_t n);
void atanh(const double* in, double* out, std::size_t n);
void cbrt(const double* in, double* out, std::size_t n);
void sqrt(const double* in, double* out, std::size_t n);
void erf(const double* in, double* out, std::size_t n);
void erfc(const double* in, double* out, std::size_t n);
void lgamma(const double* in, double* out, std::size_t n);
void tgamma(const double* in, double* out, std::size_t n);
void atan2(const double* y, const double* x, double* out, std::size_t n);
void pow(const double* x, const double* y, double* out, std::size_t n);

}  // namespace insitu::elementary
