#pragma once
// The functions of an extension, found by their names in its library.
#include <dlfcn.h>

#include <stdexcept>
#include <string>

#include "extension_abi.h"

namespace insitu::exthost {

struct Functions {
  explicit Functions(const std::string& library) {
    handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) throw std::runtime_error(dlerror());
    const auto find = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
      if (!function) throw std::runtime_error(std::string("the library does not export ") + name);
    };
    find(version, "GetInterfaceVersion"), find(init, "Init"), find(init_session, "InitSession");
    find(init_column, "InitColumn"), find(init_param, "InitParam"), find(execute, "Execute");
    find(result_column, "GetResultColumn"), find(results, "GetResults");
    find(output, "GetOutputParam"), find(telemetry, "GetTelemetryResults");
    find(cleanup_session, "CleanupSession"), find(cleanup, "Cleanup");
  }

  void* handle = nullptr;
  decltype(&GetInterfaceVersion) version = nullptr;
  decltype(&Init) init = nullptr;
  decltype(&InitSession) init_session = nullptr;
  decltype(&InitColumn) init_column = nullptr;
  decltype(&InitParam) init_param = nullptr;
  decltype(&Execute) execute = nullptr;
  decltype(&GetResultColumn) result_column = nullptr;
  decltype(&GetResults) results = nullptr;
  decltype(&GetOutputParam) output = nullptr;
  decltype(&GetTelemetryResults) telemetry = nullptr;
  decltype(&CleanupSession) cleanup_session = nullptr;
  decltype(&Cleanup) cleanup = nullptr;
};

/// A string that is gone after the call: whoever keeps the pointer reads rubbish.
class Lent {
 public:
  explicit Lent(std::string text) : text_(std::move(text)) {}
  ~Lent() { text_.assign(text_.size(), '\xA5'); }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
  SQLCHAR* data() { return reinterpret_cast<SQLCHAR*>(text_.data()); }
  template <class T = SQLULEN>
  T size() const {
    return static_cast<T>(text_.size());
  }

 private:
  std::string text_;
};

}  // namespace insitu::exthost
