#pragma once
// The formats that are read through Arrow: one row each in registry.cpp. Not in
// sources/registry.hpp: what links that one alone, such as insitu-worker, neither has nor needs
// Arrow. Sources warn of columns that cannot be used and are left out.
#include <span>

#include "sources/format.hpp"

namespace insitu {

std::span<const Format> columnar_formats();

}  // namespace insitu
