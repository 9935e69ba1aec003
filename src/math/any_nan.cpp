#include "math/any_nan.hpp"

#include <cstdint>

#include "math/vector_width.hpp"

namespace insitu {

namespace {

INSITU_INLINE_BODY bool any_nan_body(const double* values, std::size_t size) {
  std::int64_t found = 0;  // as wide as what is compared: nothing is packed on the way
  for (std::size_t i = 0; i < size; ++i) found |= values[i] != values[i] ? -1 : 0;
  return found != 0;
}
INSITU_TARGET_512 bool any_nan_512(const double* values, std::size_t size) {
  return any_nan_body(values, size);
}
INSITU_TARGET_256 bool any_nan_256(const double* values, std::size_t size) {
  return any_nan_body(values, size);
}

}  // namespace

bool any_nan(std::span<const double> values) {
  switch (vector_width()) {
    case VectorWidth::k512:
      return any_nan_512(values.data(), values.size());
    case VectorWidth::k256:
      return any_nan_256(values.data(), values.size());
    case VectorWidth::kBaseline:
      break;
  }
  return any_nan_body(values.data(), values.size());
}

}  // namespace insitu
