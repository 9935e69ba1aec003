#include "math/elastic_net.hpp"

#include <algorithm>
#include <cmath>

namespace insitu {

namespace {

constexpr double kStill = 1e-13;
constexpr int kMostRounds = 100'000;

}  // namespace

bool elastic_net(const std::vector<double>& correlations, const std::vector<double>& with_y,
                 const ElasticNetPenalty& penalty, std::vector<double>& b) {
  const std::size_t p = b.size();
  std::vector<double> rest = with_y;  // r - R b
  for (std::size_t j = 0; j < p; ++j)
    if (b[j] != 0)
      for (std::size_t k = 0; k < p; ++k) rest[k] -= correlations[j * p + k] * b[j];
  const auto move = [&](std::size_t j) {
    const double pull = rest[j] + b[j];
    const double size = std::fabs(pull) - penalty.absolute;
    const double next = size > 0 ? std::copysign(size, pull) / (1 + penalty.square) : 0.0;
    const double step = next - b[j];
    if (step == 0) return 0.0;
    b[j] = next;
    for (std::size_t k = 0; k < p; ++k) rest[k] -= correlations[j * p + k] * step;
    return std::fabs(step);
  };
  for (int round = 0; round < kMostRounds;) {
    double moved = 0;
    for (std::size_t j = 0; j < p; ++j) moved = std::max(moved, move(j));
    ++round;
    if (moved < kStill) return true;
    // Those that are in settle among themselves before the others are looked at again.
    for (moved = 1; moved >= kStill && round < kMostRounds; ++round) {
      moved = 0;
      for (std::size_t j = 0; j < p; ++j)
        if (b[j] != 0) moved = std::max(moved, move(j));
    }
  }
  return false;
}

}  // namespace insitu
