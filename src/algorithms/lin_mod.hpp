#pragma once
// Linear regression by least squares (rxLinMod): one pass over the data for weighted moments, a
// second one in double-double where digits are at risk. Handles factors, interactions, weights and
// several responses.
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/linear_fit.hpp"
#include "algorithms/model_moments.hpp"
#include "analysis/aggregates.hpp"
#include "analysis/analysis.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

struct LinMod {
  static constexpr std::string_view name = "lin_mod";
  static constexpr std::string_view meaning = "sums of squares and products of the columns";

  struct State {
    ModelMoments<double> moments;
    ModelMoments<DoubleDouble> precise;        ///< used instead in the second pass
    std::shared_ptr<const MomentShape> shape;  ///< what is summed; set by init, never sent
    static constexpr auto fields = std::tuple{&State::moments, &State::precise};
    void merge(const State& next) {
      moments.merge(next.moments);
      precise.merge(next.precise);
    }
  };

  ModelFrame frame;
  Coding coding;
  bool coefficient_covariance = false;
  bool data_covariance = false;
  bool double_double = false;  ///< sums are formed in double-double; update() decides
  static constexpr auto fields =
      std::tuple{&LinMod::frame, &LinMod::coding, &LinMod::coefficient_covariance,
                 &LinMod::data_covariance, &LinMod::double_double};

  std::vector<std::string> variables() const { return frame.source_columns(); }
  State init() const;
  /// Throws DataError for a state that is not of this model, or whose counts, cells or weights
  /// cannot be.
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  /// From sums in double, which is all that servers have.
  State aggregated(const AskAggregates&) const;
  /// The same for rows that are coded already.
  void accumulate(State&, const ModelRows&) const;
  /// Solves; true when a pass in double-double is to follow.
  bool update(const State&);
  LinearFit finalize(const State&) const;

  // Not fields: what is derived from them.
  MomentShapeCache shapes{};
  std::shared_ptr<const LinearFit> fit{};  ///< of update(), so that finalize need not solve again
};

}  // namespace insitu
