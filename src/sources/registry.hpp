#pragma once
// The formats that need nothing but the engine itself: one row each in registry.cpp. What needs
// more stands in columnar/registry.hpp; capi/formats.hpp has all.
#include <span>

#include "sources/format.hpp"

namespace insitu {

/// What every process of the engine reads and writes, insitu-worker too.
std::span<const Format> stored_formats();

}  // namespace insitu
