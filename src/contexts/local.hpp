#pragma once
// This machine, this process: threads that take split numbers from a counter. One thread is the
// reference for every other context.
#include "analysis/compute_context.hpp"
#include "analysis/workforce.hpp"

namespace insitu {

class LocalContext final : public ComputeContext, public TellsWorkforce {
 public:
  /// `threads` workers; 0 or less, or more than there are: all cores of this machine. `name`:
  /// "RxLocalSeq" and kin.
  explicit LocalContext(int threads = 0, std::string name = "RxLocalSeq");
  /// Exactly this many threads, even if the machine has fewer cores: answers do not depend on it.
  static LocalContext with_threads(int threads);

  std::string name() const override { return name_; }
  Capabilities capabilities() const override;
  int threads() const { return threads_; }
  Workforce workforce() const override { return {"threads of this process", threads_, 0}; }

  std::unique_ptr<Accumulator> run(const Pass&, const DataSource&, RunControl&) override;
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>& consume,
            RunControl&) override;

 private:
  int threads_;
  std::string name_;
};

}  // namespace insitu
