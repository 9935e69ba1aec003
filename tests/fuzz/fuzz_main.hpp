#pragma once
// What a fuzz target defines: one function that takes any bytes, and what to begin with. The target
// lets insitu::Error end an input; whatever else flies, crashes, or allocates out of proportion is
// a finding.
//
// fuzz_main.cpp runs targets without clang: `fuzz_xdf` runs a fixed number of inputs that follow
// from the seeds alone, `fuzz_xdf 100000` that many, `fuzz_xdf file...` those files. The input of a
// finding is written to <target>.finding. With -fsanitize=fuzzer a target links without
// fuzz_main.cpp.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace insitu {

struct FuzzCorpus {
  std::vector<std::string> seeds;   ///< valid inputs, small ones
  std::vector<std::string> tokens;  ///< pieces to put in, for languages; may be empty
};

FuzzCorpus fuzz_corpus();

}  // namespace insitu
