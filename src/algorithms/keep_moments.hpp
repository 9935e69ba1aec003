#pragma once
// One pass that keeps the moments of a model (rxMoments, keepMoments of rxLinMod), and a second one
// in double-double where digits are at risk: what rxLinMod sums, and where in the data.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/linear_fit.hpp"
#include "algorithms/placed_moments.hpp"
#include "analysis/analysis.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

/// What was summed over a run of rows.
struct MomentsOfRun {
  PlacedMoments<double> sums;
  std::optional<PlacedMoments<DoubleDouble>> precise;  ///< the same in double-double
  static constexpr auto fields = std::tuple{&MomentsOfRun::sums, &MomentsOfRun::precise};
};

struct KeepMoments {
  static constexpr std::string_view name = "moments";
  static constexpr std::string_view meaning =
      "sums of squares and products of the columns, kept by place";

  struct State {
    PlacedMoments<double> sums;
    PlacedMoments<DoubleDouble> precise;       ///< used instead in the second pass
    std::shared_ptr<const MomentShape> shape;  ///< what is summed; set by init, never sent
    static constexpr auto fields = std::tuple{&State::sums, &State::precise};
    void merge(const State& next) {
      sums.merge(next.sums);
      precise.merge(next.precise);
    }
  };

  ModelFrame frame;            ///< with or without responses; REQUIRES a number among its columns
  Coding coding;               ///< of the fit by which digits are judged
  bool wants_precise = false;  ///< a pass in double-double, whatever the digits
  bool double_double = false;  ///< that pass; update() decides
  static constexpr auto fields =
      std::tuple{&KeepMoments::frame, &KeepMoments::coding, &KeepMoments::wants_precise,
                 &KeepMoments::double_double};

  std::vector<std::string> variables() const { return frame.source_columns(); }
  State init() const;
  /// Throws DataError for a state that is not of this model, or whose counts, cells, weights or
  /// places cannot be.
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  bool update(const State&);
  MomentsOfRun finalize(const State&) const;

  // Not fields: what is derived from them.
  MomentShapeCache shapes{};
  std::shared_ptr<const PlacedMoments<double>> first{};  ///< of the pass in double
};

/// The fit of the frame from moments of its shape, as rxLinMod makes it: in double, or from
/// `precise` where digits are at risk. Where they are and `precise` is null, digits_at_risk of the
/// result is true.
LinearFit fit_moments(const ModelFrame&, const FitOptions&, const ModelMoments<double>&,
                      const ModelMoments<DoubleDouble>* precise);

}  // namespace insitu
