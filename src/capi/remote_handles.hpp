#pragma once
// Sources and targets that are open on another machine, to be read and written piece by piece: each
// has an engine there to itself from `open` to `close`, since what is open is kept by a process.
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "capi/facade.hpp"
#include "remote/remote_engine.hpp"

namespace insitu {

/// What `open` has replied there becomes what it replies here, and the engine is kept for it.
/// `key`: that of KeptEngines. Numbers of these handles are negative.
void keep_open_there(Reply&, bool writes, const std::string& key, std::unique_ptr<RemoteEngine>);

/// read_next, write_next and close of such a handle; nothing: the request is another one. Throws
/// as a call there does, InvalidArgument for a handle that is not open.
std::optional<Reply> run_on_open_there(Request&, nlohmann::json& document, const Callbacks&);

}  // namespace insitu
