#pragma once
// What R can call. Each returns its value, or an object of class rxFailure (guard.hpp).
#include "guard.hpp"

namespace insitu_r {

/// A data frame as an Arrow stream in an external pointer, to be used once. Its vectors are held,
/// not copied, where the layouts agree, for as long as anything made of the stream uses them.
SEXP frame_stream(SEXP frame);

/// Runs a request: a list, a list of stream pointers, a named list of functions, progress function
/// or NULL; warnings go to the function `warn`.
SEXP run(SEXP document, SEXP streams, SEXP functions, SEXP progress, SEXP warn);

/// Serves one host over stdin and stdout, or the Unix socket at `socket` ("": none); `load` turns
/// (language, raw code) into a function(list, info). Over stdin and stdout each call is served by a
/// forked copy of this process, which calls `leave` (never fails) before it ends.
SEXP serve(SEXP load, SEXP socket, SEXP leave);

}  // namespace insitu_r
