#pragma once
// What a program that is started now would be given by this process: two that were started under
// the same conditions cannot be told apart by what they find.
#include <initializer_list>
#include <string>
#include <string_view>

namespace insitu {

/// Environment, working folder, user, limits and file mask of this process, and the version of the
/// program's file (without '/': looked for in PATH), as a text to compare. `variables`: what the
/// names of the variables begin with that matter; none: all of them do.
std::string start_conditions_of(const std::string& program,
                                std::initializer_list<std::string_view> variables = {});

/// Which file a program (without '/': looked for in PATH) is, and its version; "": there is none.
std::string version_of_program(const std::string& program);

}  // namespace insitu
