// The square root is one operation of IEEE 754, rounded correctly wherever it runs; arrays take the
// width of the machine's vectors.
#include <cmath>

#include "math/elementary.hpp"
#include "math/elementary/map.hpp"

namespace insitu::elementary {

namespace {

struct Sqrt {
  static bool core(double x, double& y) {
    y = std::sqrt(x);
    return true;
  }
  static double rare(double x) { return x; }
};

}  // namespace

INSITU_ELEMENTARY(sqrt, Sqrt)

}  // namespace insitu::elementary
