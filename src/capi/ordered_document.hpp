#pragma once
// The text of a reply. Tables keep the order of their columns: labels first, then statistics as
// they are printed.
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace insitu {

std::string ordered_document_text(const nlohmann::json& reply);

}  // namespace insitu
