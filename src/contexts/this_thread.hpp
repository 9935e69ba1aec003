#pragma once
// Passes on the calling thread, one split after the other: for many small calls, each of which is
// faster than a thread is started. The tree is that of every context, so the bits are the same.
#include "analysis/compute_context.hpp"

namespace insitu {

class ThisThreadContext final : public ComputeContext {
 public:
  std::string name() const override { return "RxLocalSeq"; }
  Capabilities capabilities() const override {
    return {.runs_r_functions = true, .runs_python_functions = true};
  }
  std::unique_ptr<Accumulator> run(const Pass&, const DataSource&, RunControl&) override;
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>& consume,
            RunControl&) override;
};

}  // namespace insitu
