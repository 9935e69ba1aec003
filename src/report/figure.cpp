#include "report/figure.hpp"

#include <algorithm>
#include <cmath>

namespace insitu {

void Figure::cover(FigureAxis& axis, const std::vector<double>& values) {
  double low = INFINITY, high = -INFINITY;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (low > high) {
    low = 0;
    high = 1;
  }
  double beyond = 0.04 * (high - low);
  if (!(beyond > 0)) beyond = low == 0 ? 0.5 : 0.1 * std::abs(low);
  axis.low = low - beyond;
  axis.high = high + beyond;
}

}  // namespace insitu
