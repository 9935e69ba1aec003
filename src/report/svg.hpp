#pragma once
// A picture as SVG 1.1: text that any browser, editor or converter shows.
#include <string>

#include "report/figure.hpp"

namespace insitu {

/// The document. Its bytes follow from the figure alone: no dates, no locale, no names of fonts
/// but the generic one.
std::string svg(const Figure&);

}  // namespace insitu
