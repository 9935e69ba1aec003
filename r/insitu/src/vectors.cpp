#include "vectors.hpp"

#include <cstring>
#include <string>

#include "text.hpp"

namespace insitu_r {

bool inherits(SEXP x, const char* name) {
  if (!Rf_isObject(x)) return false;
  return guarded([&] { return Rf_inherits(x, name); }) != FALSE;
}

SEXP attribute(SEXP x, SEXP symbol) {
  return guarded([&] { return Rf_getAttrib(x, symbol); });
}

SEXP attribute(SEXP x, const char* name) {
  return guarded([&] { return Rf_getAttrib(x, Rf_install(name)); });
}

SEXP item(SEXP list, R_xlen_t i) {
  return guarded([&] { return VECTOR_ELT(list, i); });
}

std::span<const int> integers(SEXP x) {
  return guarded([&] {
    const auto size = static_cast<std::size_t>(Rf_xlength(x));
    return std::span<const int>(TYPEOF(x) == LGLSXP ? LOGICAL_RO(x) : INTEGER_RO(x), size);
  });
}

std::span<const double> doubles(SEXP x) {
  return guarded(
      [&] { return std::span<const double>(REAL_RO(x), static_cast<std::size_t>(Rf_xlength(x))); });
}

std::span<const SEXP> strings(SEXP x) {
  return guarded([&] {
    return std::span<const SEXP>(STRING_PTR_RO(x), static_cast<std::size_t>(Rf_xlength(x)));
  });
}

bool is_one_text(SEXP x) {
  return TYPEOF(x) == STRSXP && Rf_xlength(x) == 1 && strings(x)[0] != NA_STRING;
}

std::string one_text(SEXP x, std::string_view what) {
  if (!is_one_text(x)) throw insitu::InvalidArgument(std::string(what) + " must be one text");
  return TextReader().read(strings(x)[0], what);
}

SEXP raw_of(std::string_view bytes) {
  SEXP raw = guarded([&] { return Rf_allocVector(RAWSXP, static_cast<R_xlen_t>(bytes.size())); });
  if (!bytes.empty()) std::memcpy(RAW(raw), bytes.data(), bytes.size());
  return raw;
}

std::string_view bytes_of(SEXP raw) {
  if (TYPEOF(raw) != RAWSXP) throw insitu::InvalidArgument("only a raw vector holds bytes");
  return {reinterpret_cast<const char*>(RAW(raw)), static_cast<std::size_t>(Rf_xlength(raw))};
}

}  // namespace insitu_r
