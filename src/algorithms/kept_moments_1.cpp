#include "algorithms/kept_moments_1.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace insitu {

namespace {

template <class Real>
struct Moments1 {
  std::int64_t rows = 0, weighted_rows = 0, missing_rows = 0;
  Real weight{};
  std::vector<double> origin;
  std::vector<Real> mean;
  std::vector<Real> offset;  ///< only where there are factors
  std::vector<Real> products;
  std::vector<CellTable<Real>> sums;
  std::vector<typename ModelMoments<Real>::PairSums> pairs;
  static constexpr auto fields = std::tuple{
      &Moments1::rows,   &Moments1::weighted_rows, &Moments1::missing_rows, &Moments1::weight,
      &Moments1::origin, &Moments1::mean,          &Moments1::offset,       &Moments1::products,
      &Moments1::sums,   &Moments1::pairs};

  ModelMoments<Real> now() && {
    if (mean.size() != origin.size() || (!offset.empty() && offset.size() != origin.size()))
      throw DataError("the state does not belong to this model");
    ModelMoments<Real> moments;
    moments.rows = rows;
    moments.weighted_rows = weighted_rows;
    moments.missing_rows = missing_rows;
    moments.weight = weight;
    if (offset.empty())
      for (std::size_t j = 0; j < origin.size(); ++j)
        offset.push_back((mean[j] - Real(origin[j])) * weight);
    moments.origin = std::move(origin);
    moments.offset = std::move(offset);
    moments.products = std::move(products);
    moments.sums = std::move(sums);
    moments.pairs = std::move(pairs);
    return moments;
  }
};

template <class Real>
struct Placed1 {
  Moments1<Real> total;
  bool placed = true;
  std::int64_t shift = 0;
  std::vector<typename PlacedMoments<Real>::Node> nodes;
  std::vector<Moments1<Real>> parts;
  static constexpr auto fields = std::tuple{&Placed1::total, &Placed1::placed, &Placed1::shift,
                                            &Placed1::nodes, &Placed1::parts};

  PlacedMoments<Real> now() && {
    PlacedMoments<Real> sums;
    sums.total = std::move(total).now();
    sums.placed = placed;
    sums.shift = shift;
    sums.nodes = std::move(nodes);
    for (auto& part : parts) sums.parts.push_back(std::move(part).now());
    return sums;
  }
};

struct Run1 {
  Placed1<double> sums;
  std::optional<Placed1<DoubleDouble>> precise;
  static constexpr auto fields = std::tuple{&Run1::sums, &Run1::precise};
};

struct Kept1 {
  std::uint32_t version = 1;
  ModelFrame frame;
  std::string pipeline;
  std::vector<Run1> runs;
  static constexpr auto fields =
      std::tuple{&Kept1::version, &Kept1::frame, &Kept1::pipeline, &Kept1::runs};
};

}  // namespace

KeptMoments kept_moments_of_format_1(std::string_view content) {
  auto old = insitu::load<Kept1>(content);
  KeptMoments kept;
  kept.frame = std::move(old.frame);
  kept.pipeline = std::move(old.pipeline);
  for (auto& run : old.runs) {
    auto& now = kept.runs.emplace_back();
    now.sums = std::move(run.sums).now();
    if (run.precise) now.precise = std::move(*run.precise).now();
  }
  return kept;
}

}  // namespace insitu
