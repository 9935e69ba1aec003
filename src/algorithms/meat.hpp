#pragma once
// Sums of products of the scores of a fitted regression: the middle of the sandwich of robust
// covariances. The score of a row is x s, with s = w (y - mu) (d mu/d eta) / V(mu) (White 1980;
// MacKinnon & White 1985 for HC2 and HC3; Liang & Zeger 1986 and Cameron, Gelbach & Miller 2011 for
// clusters). One pass over the data of the fit.
//
// Without clusters the sum of x x' s^2 is that of second moments of the model's columns with s^2 as
// weights (model_moments.hpp): factors are not expanded. With clusters a state keeps the sum of the
// scores of each cluster that it has seen, a number for each column of the model that a row of the
// cluster touches: of a factor the levels that it has.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "algorithms/family.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/model_moments.hpp"
#include "analysis/analysis.hpp"

namespace insitu {

/// Bytes that the sums of clusters may take in a state.
inline constexpr std::size_t kMostClusterBytes = std::size_t{1} << 30;

/// The sum of the scores of a cluster: of the columns that it touches, the others are 0.
struct TouchedSums {
  std::vector<std::uint32_t> columns;  ///< rising
  std::vector<double> sums;            ///< as many
  static constexpr auto fields = std::tuple{&TouchedSums::columns, &TouchedSums::sums};
  void add(std::uint32_t column, double value);
  /// About what it takes in a map of clusters.
  std::size_t bytes() const { return 160 + 12 * sums.size(); }
};

struct MeatSums {
  /// p x p over the columns of the model, counted from their centres; 0 where dropped. Of two ways
  /// to group: that of the first, plus that of the second, minus that of both.
  std::vector<double> products;
  std::vector<std::int64_t> clusters;  ///< by way: how many
  std::int64_t missing_clusters = 0;   ///< rows whose cluster is not known: they are not summed
  std::int64_t exact_rows = 0;         ///< rows of leverage 1, which say nothing: not summed
};

struct Meat {
  static constexpr std::string_view name = "meat";
  static constexpr std::string_view meaning =
      "squares and products of the scores, for robust standard errors";

  /// What identifies a cluster: codes of levels, or the bits of numbers; 0 for a way without.
  using Cluster = std::pair<std::uint64_t, std::uint64_t>;
  using ClusterSums = std::map<Cluster, TouchedSums>;
  struct Prepared;  ///< what is derived from the model

  struct State {
    ModelMoments<double> moments;       ///< without clusters
    std::vector<ClusterSums> clusters;  ///< by way: the first, the second, both
    std::int64_t missing_clusters = 0, exact_rows = 0;
    std::shared_ptr<const Prepared> prepared;  ///< set by init, never sent
    static constexpr auto fields =
        std::tuple{&State::moments, &State::clusters, &State::missing_clusters, &State::exact_rows};
    void merge(const State& next);
  };

  LinearModel model;  ///< with the covariance where `leverage` is above 0
  Family family;
  std::optional<std::uint32_t> offset = {};  ///< position of its variable in the model's frame
  ModelFrame clusters;        ///< one or two terms of one variable each; none: rows are independent
  std::uint8_t leverage = 0;  ///< squares are divided by (1 - h)^leverage: 1 for HC2, 2 for HC3
  bool adjust = false;        ///< each way by G / (G - 1), G its clusters
  static constexpr auto fields = std::tuple{&Meat::model,    &Meat::family,   &Meat::offset,
                                            &Meat::clusters, &Meat::leverage, &Meat::adjust};

  std::vector<std::string> variables() const;
  State init() const;
  /// Throws DataError for a state that is not of this model, or whose counts cannot be.
  void check(const State&) const;
  /// Throws DataError for clusters whose sums take more than kMostClusterBytes.
  void accumulate(State&, const Chunk&) const;
  /// Throws DataError where there are fewer than two clusters.
  MeatSums finalize(const State&) const;
};

}  // namespace insitu
