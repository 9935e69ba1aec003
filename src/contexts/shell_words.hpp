#pragma once
// Arguments of another program that come as one text.
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

/// Splits text as a shell would: blanks, single and double quotes, backslashes. Throws
/// InvalidArgument for a quotation mark that is not closed; `what` names the text in the message.
std::vector<std::string> shell_words(const std::string& text, std::string_view what);

}  // namespace insitu
