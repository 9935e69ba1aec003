#pragma once
// The operations "import" and "data_step": rows from a source, through the pipeline, to a file or
// back to the caller.
#include "capi/call.hpp"

namespace insitu {

nlohmann::json import_request(Call&);
nlohmann::json data_step_request(Call&);
/// "source_of_path": the descriptor of what a path names (file_kind.hpp), as "import" reads it.
nlohmann::json source_of_path_request(Call&);

/// The columns that a step writes: those of the input that are kept, then what the pipeline adds or
/// changes, in the order of `piped`. Throws InvalidArgument for names that `input` does not have
/// (did you mean).
std::vector<std::string> columns_to_write(const Schema& input, const Schema& piped,
                                          const std::vector<std::string>& keep,
                                          const std::vector<std::string>& drop,
                                          const std::vector<std::string>& assigned);

}  // namespace insitu
