#pragma once
// Requests whose context is RxRemote: the whole request runs on another machine (docs/remote.md).
#include <nlohmann/json.hpp>
#include <optional>

#include "capi/facade.hpp"

namespace insitu {

/// Whether the request names such a context.
bool is_remote(const nlohmann::json& document);

/// The reply from there, names in it marked (base/named.hpp). Nothing: the operation needs no data
/// (print, vif ...) and is for this process; `document` then names no context. Takes the streams of
/// the request. Throws Unsupported for what a context of another machine cannot do, WorkerError for
/// a connection that cannot be made or is lost, and what the engine there throws.
std::optional<Reply> run_there(Request&, nlohmann::json& document, const Callbacks&);

}  // namespace insitu
