#pragma once
// Which program of ours runs on another machine.
#include <string>

#include "remote/ssh_channel.hpp"

namespace insitu {

/// The path of a program there that is of this build: insitu-worker in PATH, else the copy in
/// ~/.cache/insitu/<its SHA-256>, which is made where it is missing. `channel` is connected. Throws
/// WorkerError that says what is in the way: another system, nowhere to write to, no program here.
std::string program_there(SshChannel& channel, RunControl&);

}  // namespace insitu
