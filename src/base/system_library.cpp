#include "base/system_library.hpp"

#include <dlfcn.h>

#include <utility>

#include "base/error.hpp"

namespace insitu {

SystemLibrary::SystemLibrary(const char* file, const std::string& missing, std::string too_old)
    : handle_(::dlopen(file, RTLD_NOW | RTLD_LOCAL)), too_old_(std::move(too_old)) {
  if (!handle_) throw Unsupported(missing);
}

void* SystemLibrary::found(const char* name) const {
  auto* function = ::dlsym(handle_, name);
  if (!function) throw Unsupported(too_old_ + " (it has no " + name + ")");
  return function;
}

}  // namespace insitu
