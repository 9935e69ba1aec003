#pragma once
// Functions of the user on the rows of a chunk.
#include "formula/rows/transforms.hpp"
#include "guard.hpp"

namespace insitu_r {

/// Wraps an R function(list, info) -> list, which is kept until the last copy is gone; an error
/// comes back from it as an object of class rxUserError (R/transforms.R). What it returns is
/// copied.
insitu::RowFunction row_function(SEXP callable);

/// Calls an R function with up to two arguments. Not protected.
SEXP call(SEXP function, SEXP first, SEXP second = nullptr);

/// Throws UserCodeError, if `value` is an error that R code has caught.
void throw_user_error(SEXP value);

}  // namespace insitu_r
