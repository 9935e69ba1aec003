#pragma once
// A fitted generalized linear model as it is kept, and its predictions: those of a linear model on
// the scale of the link, and the link's inverse of them. The bytes are sealed and versioned
// (docs/model.md).
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "algorithms/family.hpp"
#include "algorithms/glm.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/model.hpp"

namespace insitu {

struct GlmModel {
  static constexpr std::string_view kKind = "glm_model";
  static constexpr std::uint32_t kVersion = 1;
  static constexpr std::uint32_t kUserVersion = 3;  ///< ends with linear.robust and `user`

  std::uint32_t version = kVersion;
  LinearModel linear;  ///< on the scale of the link; sigma: the root of the dispersion
  FamilyParts family;
  bool has_offset = false;
  std::uint32_t offset = 0;  ///< its position in the frame's variables
  bool normal = false;       ///< intervals are those of the normal distribution, not of t
  static constexpr auto fields =
      std::tuple{&GlmModel::version,    &GlmModel::linear, &GlmModel::family,
                 &GlmModel::has_offset, &GlmModel::offset, &GlmModel::normal};
  UserFamily user;  ///< of a family of a user's, in models of kUserVersion behind the fields

  Family whole_family() const;

  Bytes save() const;
  /// Throws DataError for bytes that are damaged, of another kind or version, or that contradict
  /// themselves.
  static GlmModel load(std::string_view sealed);
};

/// The code of a family of a user's is left out: the model object of its language keeps it.
GlmModel make_glm_model(const Glm&, const GlmFit&, std::string pipeline);

std::shared_ptr<const Model> load_glm_model(std::string_view sealed);

}  // namespace insitu
