#pragma once
// Moments as they are kept (rxMoments, keepMoments of rxLinMod): the frame, and what was summed
// over one or more runs of rows. Any sub-model is fitted from them without the data (rxRefit), and
// those of other rows are added (rxCombine). The bytes are sealed and versioned (docs/state.md).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/keep_moments.hpp"
#include "base/bytes.hpp"
#include "formula/model/formula.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

struct KeptMoments {
  static constexpr std::string_view kKind = "kept_moments";
  static constexpr std::uint32_t kVersion = 2;  ///< 1: kept_moments_1.hpp

  std::uint32_t version = kVersion;
  ModelFrame frame;
  std::string pipeline;            ///< as LinearModel::pipeline
  std::vector<MomentsOfRun> runs;  ///< in the order of the rows; what follows one run is part of it

  static constexpr auto fields = std::tuple{&KeptMoments::version, &KeptMoments::frame,
                                            &KeptMoments::pipeline, &KeptMoments::runs};

  /// Sealed bytes.
  Bytes save() const;
  /// Throws DataError for bytes that are damaged, of another kind or version, or that contradict
  /// themselves.
  static KeptMoments load(std::string_view sealed);

  /// Of all rows: the runs merged in their order.
  ModelMoments<double> total() const;
  /// The same in double-double; nothing unless every run has them.
  std::optional<ModelMoments<DoubleDouble>> precise() const;
};

/// The moments of the rows of `a`, then of those of `b`. Runs that follow each other become one, as
/// one pass over both sums it, to the bit; others stay side by side, which loses nothing and is
/// merged where a fit wants it, so the sum does not depend on what is added first. Levels of
/// factors are united, those of `a` first. Throws InvalidArgument for moments of other formulas,
/// weights, transforms, or factors made of numbers with other bounds.
KeptMoments combined(KeptMoments a, const KeptMoments& b);

/// The moments of a formula within kept ones.
struct SubModel {
  ModelFrame frame;
  ModelMoments<double> moments;
  std::optional<ModelMoments<DoubleDouble>> precise;
};

/// Its terms are among those of the kept formula (or its responses), with the same or another order
/// of their variables; its responses are numbers among them. Throws InvalidArgument that names what
/// is not there.
SubModel sub_model(const KeptMoments&, const Formula&);

}  // namespace insitu
