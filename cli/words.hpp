#pragma once
// How the command line names what the engine's messages mark (base/named.hpp): missingValueString
// is --missing here.
#include <string>
#include <string_view>

namespace insitu::cli {

/// What stands here for an argument, function or class of the requests, with `value` where a
/// message gives one as R writes it: covCoef = TRUE is --covariance, append = "none" is
/// --append none.
std::string words_of_commands(std::string_view name, std::string_view value);

}  // namespace insitu::cli
