#pragma once
// How the faces name what the engine's messages mark (base/named.hpp).
#include <string_view>

#include "base/named.hpp"

namespace insitu {

/// The words of a face ("python"; any other is R, whose words the requests use) in messages of an
/// operation: "max_rows_by_columns" in one, "max_rows_by_cols" in another.
Words words_of_face(std::string_view face, std::string_view op);

}  // namespace insitu
