#pragma once
// How a function of src/math/elementary is compiled: one body for single numbers and for arrays,
// for each vector width (vector_width.hpp). A function is a struct with
//
//   static bool core(double x, double& y);   // straight-line: same operations for every argument;
//                                            // false where y is not the answer
//   static double rare(double x);            // the arguments for which core says false
//
// core is what compilers vectorise; because every operation in it is rounded as IEEE 754 says and
// none is contracted, a lane of a vector has the bits of the single number.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "math/vector_width.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#define INSITU_FLATTEN [[gnu::flatten]]
#else
#define INSITU_FLATTEN
#endif

namespace insitu::elementary {

/// Rows per round: fits the nearest cache; a remainder is computed number by number.
inline constexpr std::size_t kRound = 64;

template <class F>
INSITU_INLINE_BODY double one_body(double x) {
  double y;
  return F::core(x, y) ? y : F::rare(x);
}

template <class F>
INSITU_INLINE_BODY double one_body(double a, double b) {
  double y;
  return F::core(a, b, y) ? y : F::rare(a, b);
}

template <class F>
INSITU_INLINE_BODY void map_body(const double* in, double* out, std::size_t n) {
  std::size_t begin = 0;
  for (; begin + kRound <= n; begin += kRound) {
    alignas(64) double x[kRound], y[kRound];
    alignas(64) std::int64_t is_rare[kRound];
    std::memcpy(x, in + begin, sizeof x);
    std::int64_t any = 0;
    for (std::size_t i = 0; i < kRound; ++i) {
      double value;
      is_rare[i] = F::core(x[i], value) ? 0 : 1;
      any |= is_rare[i];
      y[i] = value;
    }
    if (any)
      for (std::size_t i = 0; i < kRound; ++i)
        if (is_rare[i]) y[i] = F::rare(x[i]);
    std::memcpy(out + begin, y, sizeof y);
  }
  for (; begin < n; ++begin) out[begin] = one_body<F>(in[begin]);
}

template <class F>
INSITU_INLINE_BODY void map_body(const double* left, const double* right, double* out,
                                 std::size_t n) {
  std::size_t begin = 0;
  for (; begin + kRound <= n; begin += kRound) {
    alignas(64) double a[kRound], b[kRound], y[kRound];
    alignas(64) std::int64_t is_rare[kRound];
    std::memcpy(a, left + begin, sizeof a);
    std::memcpy(b, right + begin, sizeof b);
    std::int64_t any = 0;
    for (std::size_t i = 0; i < kRound; ++i) {
      double value;
      is_rare[i] = F::core(a[i], b[i], value) ? 0 : 1;
      any |= is_rare[i];
      y[i] = value;
    }
    if (any)
      for (std::size_t i = 0; i < kRound; ++i)
        if (is_rare[i]) y[i] = F::rare(a[i], b[i]);
    std::memcpy(out + begin, y, sizeof y);
  }
  for (; begin < n; ++begin) out[begin] = one_body<F>(left[begin], right[begin]);
}

}  // namespace insitu::elementary

/// Defines insitu::elementary::name(x) and name(in, out, n) from the struct F.
#define INSITU_ELEMENTARY(name, F)                                                                 \
  namespace {                                                                                      \
  INSITU_TARGET_512 INSITU_FLATTEN void name##_512(const double* in, double* out, std::size_t n) { \
    map_body<F>(in, out, n);                                                                       \
  }                                                                                                \
  INSITU_TARGET_256 INSITU_FLATTEN void name##_256(const double* in, double* out, std::size_t n) { \
    map_body<F>(in, out, n);                                                                       \
  }                                                                                                \
  INSITU_TARGET_256 INSITU_FLATTEN double name##_fused(double x) { return one_body<F>(x); }        \
  INSITU_FLATTEN double name##_plain(double x) { return one_body<F>(x); }                          \
  }                                                                                                \
  double name(double x) {                                                                          \
    return vector_width() == VectorWidth::kBaseline ? name##_plain(x) : name##_fused(x);           \
  }                                                                                                \
  void name(const double* in, double* out, std::size_t n) {                                        \
    switch (vector_width()) {                                                                      \
      case VectorWidth::k512:                                                                      \
        return name##_512(in, out, n);                                                             \
      case VectorWidth::k256:                                                                      \
        return name##_256(in, out, n);                                                             \
      case VectorWidth::kBaseline:                                                                 \
        return map_body<F>(in, out, n);                                                            \
    }                                                                                              \
  }

/// The same for functions of two numbers.
#define INSITU_ELEMENTARY_2(name, F)                                                              \
  namespace {                                                                                     \
  INSITU_TARGET_512 INSITU_FLATTEN void name##_512(const double* a, const double* b, double* out, \
                                                   std::size_t n) {                               \
    map_body<F>(a, b, out, n);                                                                    \
  }                                                                                               \
  INSITU_TARGET_256 INSITU_FLATTEN void name##_256(const double* a, const double* b, double* out, \
                                                   std::size_t n) {                               \
    map_body<F>(a, b, out, n);                                                                    \
  }                                                                                               \
  INSITU_TARGET_256 INSITU_FLATTEN double name##_fused(double a, double b) {                      \
    return one_body<F>(a, b);                                                                     \
  }                                                                                               \
  INSITU_FLATTEN double name##_plain(double a, double b) { return one_body<F>(a, b); }            \
  }                                                                                               \
  double name(double a, double b) {                                                               \
    return vector_width() == VectorWidth::kBaseline ? name##_plain(a, b) : name##_fused(a, b);    \
  }                                                                                               \
  void name(const double* a, const double* b, double* out, std::size_t n) {                       \
    switch (vector_width()) {                                                                     \
      case VectorWidth::k512:                                                                     \
        return name##_512(a, b, out, n);                                                          \
      case VectorWidth::k256:                                                                     \
        return name##_256(a, b, out, n);                                                          \
      case VectorWidth::kBaseline:                                                                \
        return map_body<F>(a, b, out, n);                                                         \
    }                                                                                             \
  }
