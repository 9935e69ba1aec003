#pragma once
// The signatures of the portable functions, for whoever writes calls of them.
#include <string>
#include <vector>

namespace insitu {

/// The parameters of a function of the subset in order, "..." among them. Throws InvalidArgument
/// for another name.
std::vector<std::string> portable_parameters(const std::string& function);

}  // namespace insitu
