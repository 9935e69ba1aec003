#include "methods/figures.hpp"

#include <array>
#include <utility>

namespace insitu {

FigureMaker figure_of_op(std::string_view op) {
  static constexpr std::array<std::pair<std::string_view, FigureMaker>, 8> kMakers{{
      {"histogram", histogram_figure},
      {"roc", roc_figure},
      {"lorenz", lorenz_figure},
      {"lift", lift_figure},
      {"calibration", calibration_figure},
      {"lin_mod", step_figure},
      {"logit", step_figure},
      {"glm", step_figure},
  }};
  for (const auto& [name, maker] : kMakers)
    if (name == op) return maker;
  return nullptr;
}

}  // namespace insitu
