#pragma once
// The pictures of replies, by method; report/svg.hpp draws them.
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "report/figure.hpp"

namespace insitu {

/// `reply`: its document with arrays in place. Throws InvalidArgument for one that has no picture.
using FigureMaker = Figure (*)(const nlohmann::json& reply);

/// What draws the replies of a method ("histogram"); null: it has no picture.
FigureMaker figure_of_op(std::string_view op);

Figure histogram_figure(const nlohmann::json& reply);
Figure roc_figure(const nlohmann::json& reply);
Figure lorenz_figure(const nlohmann::json& reply);
Figure lift_figure(const nlohmann::json& reply);  ///< the cumulative gain
Figure calibration_figure(const nlohmann::json& reply);
/// The coefficients of a model over the steps of its selection.
Figure step_figure(const nlohmann::json& reply);

}  // namespace insitu
