#include "math/symmetric_eigen.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace insitu {

namespace {

constexpr int kMostSweeps = 60;       ///< converges quadratically: 6 to 10 are enough
constexpr double kTiny = 1e-8;        ///< an element of a vector that has no sign worth the name
constexpr double kConverged = 1e-17;  ///< of an element beside the diagonal, by its diagonal

/// Turns columns (or rows) i and j of a matrix: x, y become c x - s y, s x + c y.
void turn(double* x, double* y, std::size_t count, std::size_t step, double c, double s) {
  for (std::size_t k = 0; k < count; ++k) {
    const double a = x[k * step], b = y[k * step];
    x[k * step] = c * a - s * b;
    y[k * step] = s * a + c * b;
  }
}

}  // namespace

SymmetricEigen symmetric_eigen(std::vector<double> matrix, std::size_t p) {
  double* a = matrix.data();
  std::vector<double> vectors(p * p, 0.0);
  for (std::size_t i = 0; i < p; ++i) vectors[i * p + i] = 1;
  bool turned = true;
  for (int sweep = 0; turned && sweep < kMostSweeps; ++sweep) {
    turned = false;
    for (std::size_t i = 0; i + 1 < p; ++i)
      for (std::size_t j = i + 1; j < p; ++j) {
        const double beside = a[i * p + j];
        const double size = std::sqrt(std::fabs(a[i * p + i])) * std::sqrt(std::fabs(a[j * p + j]));
        if (beside == 0 || std::fabs(beside) <= kConverged * size) continue;
        turned = true;
        const double theta = (a[j * p + j] - a[i * p + i]) / (2 * beside);
        const double t = (theta < 0 ? -1 : 1) / (std::fabs(theta) + std::sqrt(1 + theta * theta));
        const double c = 1 / std::sqrt(1 + t * t), s = t * c;
        turn(a + i, a + j, p, p, c, s);
        turn(a + i * p, a + j * p, p, 1, c, s);
        a[i * p + j] = a[j * p + i] = 0;
        turn(vectors.data() + i * p, vectors.data() + j * p, p, 1, c, s);
      }
  }
  std::vector<std::size_t> order(p);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t x, std::size_t y) { return a[x * p + x] > a[y * p + y]; });
  SymmetricEigen result;
  for (const auto k : order) {
    result.values.push_back(a[k * p + k]);
    const double* vector = vectors.data() + k * p;
    const auto* first =
        std::find_if(vector, vector + p, [](double x) { return std::fabs(x) > kTiny; });
    const double sign = first != vector + p && *first < 0 ? -1 : 1;
    for (std::size_t i = 0; i < p; ++i) result.vectors.push_back(sign * vector[i]);
  }
  return result;
}

}  // namespace insitu
