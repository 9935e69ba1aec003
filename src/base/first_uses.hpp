#pragma once
// First uses of variables that a function makes when it is called for the first time. A copy of the
// process that is forked while a thread makes one would wait for that thread, which it does not
// have, as soon as it calls the function itself. The compiler's own calls around the making, those
// in libraries of headers too, are led here by the linker (--wrap, CMakeLists.txt); whoever links
// without that gets undefined symbols.
#include <chrono>

namespace insitu::first_uses {

/// A fork waits no longer: what another thread makes may wait for what the forking one holds, an
/// interpreter's lock for example.
constexpr std::chrono::milliseconds kLongest{1000};

/// Keeps the other threads from beginning to make a variable, if none is in the middle of that.
/// What the calling thread makes itself does not count. Whoever was told true opens again.
bool close_if_idle();

/// The same, whatever the others do.
void close_anyway();

void open();

/// In a copy, which has only the thread that made it.
void open_in_copy();

}  // namespace insitu::first_uses
