#pragma once
// Who does the work of a compute context, as explanations and records of execution tell it
// (contexts/execution_record.hpp). A context that does not say it knows nothing of this.
#include <cstdint>
#include <string>

#include "analysis/compute_context.hpp"

namespace insitu {

struct Workforce {
  std::string kind;        ///< "threads of this process", "worker processes of this machine"
  std::int64_t count = 1;  ///< how many there may be at once; -1: not known yet
  std::int64_t lost = 0;   ///< of this call so far: work that was given out again
};

/// What a compute context is besides, if it tells who works.
class TellsWorkforce {
 public:
  virtual ~TellsWorkforce() = default;
  virtual Workforce workforce() const = 0;
};

inline Workforce workforce_of(const ComputeContext& context) {
  const auto* tells = dynamic_cast<const TellsWorkforce*>(&context);
  return tells ? tells->workforce() : Workforce{"workers of " + context.name(), -1, 0};
}

}  // namespace insitu
