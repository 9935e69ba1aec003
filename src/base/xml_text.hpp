#pragma once

#include <string>
#include <string_view>

namespace insitu {

/// `text` as the content of an element or, between double quotes, of an attribute of XML 1.0
/// (https://www.w3.org/TR/xml/, sections 2.2 and 2.4). Tabs and line ends are references, so that
/// attributes keep them. Control characters, which XML 1.0 cannot hold, are left out: ask
/// `xml_can_hold` where that would lose a name.
std::string xml_text(std::string_view text);

/// False where `text` has a character that XML 1.0 cannot hold.
bool xml_can_hold(std::string_view text);

}  // namespace insitu
