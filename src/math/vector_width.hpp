#pragma once
// One body, compiled for several vector widths, chosen when the program runs. Only for loops whose
// every result is computed by the same operations in the same order whatever the width: the choice
// must not show in the bits.
// limit_vector_width() lets tests run the narrower ones.
//
//   void kernel(Args... args) { INSITU_BY_VECTOR_WIDTH(kernel_body, args...); }
//
// where kernel_body is an always-inline function.
#if defined(__x86_64__) && defined(__GNUC__)
#define INSITU_INLINE_BODY [[gnu::always_inline]] inline
#define INSITU_TARGET_512 \
  __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma,prefer-vector-width=512")))
#define INSITU_TARGET_256 __attribute__((target("avx2,fma")))
#else
#define INSITU_INLINE_BODY inline
#define INSITU_TARGET_512
#define INSITU_TARGET_256
#endif

#include <algorithm>
#include <atomic>

namespace insitu {

enum class VectorWidth { kBaseline, k256, k512 };

inline std::atomic<VectorWidth> widest_vectors{VectorWidth::k512};

/// For tests: no vectors wider than this from now on.
inline void limit_vector_width(VectorWidth width) { widest_vectors = width; }

/// The same for as long as the object lives.
class VectorWidthLimit {
 public:
  explicit VectorWidthLimit(VectorWidth width) : before_(widest_vectors) {
    limit_vector_width(width);
  }
  ~VectorWidthLimit() { limit_vector_width(before_); }
  VectorWidthLimit(const VectorWidthLimit&) = delete;
  VectorWidthLimit& operator=(const VectorWidthLimit&) = delete;

 private:
  VectorWidth before_;
};
inline constexpr VectorWidth kVectorWidths[] = {VectorWidth::kBaseline, VectorWidth::k256,
                                                VectorWidth::k512};

/// What this machine has, and a test allows; the baseline elsewhere than on x86-64.
inline VectorWidth vector_width() {
#if defined(__x86_64__) && defined(__GNUC__)
  static const VectorWidth width = [] {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
      return VectorWidth::k512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return VectorWidth::k256;
    return VectorWidth::kBaseline;
  }();
  return std::min(width, widest_vectors.load(std::memory_order_relaxed));
#else
  return VectorWidth::kBaseline;
#endif
}

}  // namespace insitu
