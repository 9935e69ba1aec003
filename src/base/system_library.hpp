#pragma once
// Libraries of the machine that are loaded when they are first needed, so that nobody needs them
// who asks for nothing that is theirs.
#include <string>

namespace insitu {

class SystemLibrary {
 public:
  /// Stays loaded as long as the process. Throws Unsupported with `missing` where there is none;
  /// `too_old` is thrown for a function that it lacks, whose name is added.
  SystemLibrary(const char* file, const std::string& missing, std::string too_old);

  template <class F>
  void look_up(const char* name, F& function) const {
    function = reinterpret_cast<F>(found(name));
  }

 private:
  void* found(const char* name) const;

  void* handle_;
  std::string too_old_;
};

}  // namespace insitu
