#pragma once
// What ssh says when it cannot connect, in words that tell what to do.
#include <string>

#include "remote/ssh_target.hpp"

namespace insitu {

/// Throws WorkerError, or InvalidArgument for switches that ssh does not know.
[[noreturn]] void throw_ssh_failure(const SshTarget&, const std::string& said);

}  // namespace insitu
