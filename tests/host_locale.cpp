// Linked into every test: with INSITU_TEST_LOCALE set the process takes the locale of its
// environment, as R and Python do for their users, and tests must come out the same. LOCPATH names
// the folder where the build made that locale.
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

const bool taken = [] {
  if (!std::getenv("INSITU_TEST_LOCALE")) return false;
  if (!std::setlocale(LC_ALL, "") || std::strcmp(std::localeconv()->decimal_point, ",") != 0) {
    std::fputs("the locale of this test does not write a comma\n", stderr);
    std::exit(1);
  }
  return true;
}();

}  // namespace
