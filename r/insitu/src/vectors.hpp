#pragma once
// Looking into R's vectors. The values of a compact vector (1:n) or of one that a package computes
// come into being when they are asked for, so even looking is guarded.
#include <span>
#include <string_view>

#include "guard.hpp"

namespace insitu_r {

bool inherits(SEXP x, const char* name);
/// R_NilValue where there is none. Lives as long as `x`.
SEXP attribute(SEXP x, SEXP symbol);
SEXP attribute(SEXP x, const char* name);
/// Item i of a list.
SEXP item(SEXP list, R_xlen_t i);

/// The values of a vector; valid as long as it lives and nobody writes into it.
std::span<const int> integers(SEXP);  ///< of logicals too
std::span<const double> doubles(SEXP);
std::span<const SEXP> strings(SEXP);

/// Whether `x` is a character vector of one text that is not missing.
bool is_one_text(SEXP x);
/// Its text. Throws InvalidArgument that names `what`, if it is no such vector.
std::string one_text(SEXP x, std::string_view what);

/// A new raw vector; protect it.
SEXP raw_of(std::string_view bytes);
/// The bytes of a raw vector. Throws InvalidArgument for something else.
std::string_view bytes_of(SEXP raw);

}  // namespace insitu_r
