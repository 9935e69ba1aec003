#pragma once
// Operations on the connection to another machine (remote/ssh_channel.hpp), for faces that have a
// program of their own there.
#include <nlohmann/json.hpp>

#include "capi/call.hpp"
#include "remote/ssh_target.hpp"

namespace insitu {

/// Of sshHostname, sshUsername and sshSwitches.
SshTarget ssh_target_of(const Options&);

nlohmann::json ssh_command_request(Call&);
nlohmann::json ssh_run_request(Call&);
nlohmann::json ssh_copy_request(Call&);
nlohmann::json ssh_failure_request(Call&);
nlohmann::json ssh_close_request(Call&);

}  // namespace insitu
