#pragma once
// The op "lin_mod" (docs/requests.md): checks the request, fits, and puts the result into a
// document.
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "analysis/compute_context.hpp"
#include "base/control.hpp"
#include "capi/facade.hpp"
#include "data/source.hpp"

namespace insitu {

/// `source`: the rows as the request's pipeline leaves them. Matrices of the reply are appended to
/// `arrays`. The reply lacks "printed". Throws InvalidArgument that names the argument, the value
/// and the way out.
nlohmann::json run_lin_mod(const nlohmann::json& request, std::shared_ptr<const DataSource> source,
                           ComputeContext&, RunControl&, std::vector<NumericArray>& arrays);

}  // namespace insitu
