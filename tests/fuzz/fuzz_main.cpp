#include "fuzz_main.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <new>

extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

constexpr long kRuns = 20000;
// An allocation may be in proportion to the input (DEFLATE gives 1032 bytes for one), and some
// small amount besides.
constexpr std::size_t kFreeBytes = std::size_t{16} << 20;
constexpr std::size_t kBytesPerInputByte = 1100;

const char* input_data = nullptr;
std::size_t input_size = 0;
std::string finding_path;
std::atomic<std::size_t> allocation_limit{static_cast<std::size_t>(-1)};

// Only functions that a signal handler may call.
void save_finding() {
  const int file = ::open(finding_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) return;
  (void)!::write(file, input_data, input_size);
  ::close(file);
  (void)!::write(2, "the input was written to ", 25);
  (void)!::write(2, finding_path.data(), finding_path.size());
  (void)!::write(2, "\n", 1);
}

void on_signal(int signal) {
  save_finding();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

[[noreturn]] void report(const char* what) {
  std::fprintf(stderr, "FINDING: %s\n", what);
  std::abort();
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::uint64_t next() {  // Marsaglia, Xorshift RNGs (2003)
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  std::size_t below(std::size_t n) { return n ? static_cast<std::size_t>(next() % n) : 0; }

 private:
  std::uint64_t state_;
};

void put_number(std::string& bytes, Random& random) {
  static constexpr std::int64_t kNumbers[] = {
      0,       1,          2,          -1,         -2,        127,
      128,     255,        256,        1000,       65535,     65536,
      1 << 20, 0x7fffffff, 0x80000000, 0xffffffff, 1ll << 40, 0x7fffffffffffffff};
  const auto number =
      static_cast<std::uint64_t>(kNumbers[random.below(std::size(kNumbers))]) + random.below(3) - 1;
  const std::size_t width = std::size_t{1} << random.below(4);
  if (bytes.size() < width) return;
  std::memcpy(bytes.data() + random.below(bytes.size() - width + 1), &number, width);
}

void mutate(std::string& bytes, const insitu::FuzzCorpus& corpus, Random& random) {
  const auto at = random.below(bytes.size() + 1);
  switch (random.below(corpus.tokens.empty() ? 7 : 9)) {
    case 0:
      if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
      break;
    case 1:
      if (at < bytes.size()) bytes[at] = static_cast<char>(random.next());
      break;
    case 2:
      put_number(bytes, random);
      break;
    case 3:
      bytes.resize(at);
      break;
    case 4:
      bytes.erase(at, random.below(64));
      break;
    case 5:
      bytes.insert(at, bytes.substr(random.below(bytes.size() + 1), random.below(64)));
      break;
    case 6: {
      const auto& other = corpus.seeds[random.below(corpus.seeds.size())];
      if (random.below(4) == 0)
        bytes.replace(at, std::string::npos, other.substr(random.below(other.size() + 1)));
      break;
    }
    default:
      bytes.insert(at, corpus.tokens[random.below(corpus.tokens.size())]);
  }
}

void run(const std::string& bytes) {
  input_data = bytes.data();
  input_size = bytes.size();
  allocation_limit = kFreeBytes + kBytesPerInputByte * bytes.size();
  try {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  } catch (const std::exception& error) {
    report(error.what());
  } catch (...) {
    report("an unknown exception");
  }
  allocation_limit = static_cast<std::size_t>(-1);
}

}  // namespace

// Allocations beyond the limit are findings even where the memory would be there. All forms are
// replaced, so that those of a sanitizer do not mix with these.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  if (size > allocation_limit.load(std::memory_order_relaxed)) {
    allocation_limit = static_cast<std::size_t>(-1);
    report("an allocation out of proportion to the input");
  }
  return std::malloc(size ? size : 1);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return operator new(size, std::nothrow);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

int main(int argc, char** argv) {
  const std::string program = argv[0];
  finding_path = program.substr(program.find_last_of('/') + 1) + ".finding";
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(save_finding);
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGILL})
    std::signal(signal, on_signal);

  long runs = kRuns;
  if (argc > 1) {
    char* end = nullptr;
    runs = std::strtol(argv[1], &end, 10);
    if (*end != '\0') {
      for (int i = 1; i < argc; ++i) {
        std::ifstream in(argv[i], std::ios::binary);
        if (!in) {
          std::fprintf(stderr, "cannot read: %s\n", argv[i]);
          return 1;
        }
        run({std::istreambuf_iterator<char>(in), {}});
      }
      return 0;
    }
  }
  const auto corpus = insitu::fuzz_corpus();
  if (corpus.seeds.empty()) {
    std::fprintf(stderr, "there are no seeds\n");
    return 1;
  }
  for (const auto& seed : corpus.seeds) run(seed);
  run("");
  for (long i = 0; i < runs; ++i) {
    Random random(static_cast<std::uint64_t>(i) + 1);
    for (int k = 0; k < 8; ++k) random.next();  // neighbouring seeds begin alike
    auto bytes = corpus.seeds[random.below(corpus.seeds.size())];
    for (auto changes = 1 + random.below(4); changes > 0; --changes) mutate(bytes, corpus, random);
    run(bytes);
  }
  std::printf("%zu seeds, %ld inputs, no finding\n", corpus.seeds.size(), runs);
  return 0;
}
