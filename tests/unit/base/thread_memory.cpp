// A library of which every thread has some memory of its own (start_thread_test.cpp).
namespace {
thread_local char memory[64];
}

extern "C" __attribute__((visibility("default"))) char* insitu_memory_of_thread() { return memory; }
