#pragma once
// The one rule for errors at the border (docs/requests.md): every failure is an Error with a
// sentence in the words of the face.
#include "base/named.hpp"

namespace insitu {

/// Call it where an exception is caught. Throws that failure as Error or its kind; a value of the
/// wrong kind in a document and memory that cannot be had become sentences.
[[noreturn]] void rethrow_in(const Words&);

}  // namespace insitu
