#pragma once
// Names of tables as users write them: t, dbo.t, [my db]..[t], "a.b".t.
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

/// From the outside in; what stands in brackets, quotation marks or backticks is one name. Throws
/// InvalidArgument for what is no name.
std::vector<std::string> table_path(std::string_view written);

}  // namespace insitu
