#include "row_function.hpp"

#include <memory>
#include <set>
#include <string>

#include "frames.hpp"
#include "held.hpp"
#include "text.hpp"
#include "vectors.hpp"

namespace insitu_r {

using insitu::Chunk;
using insitu::ChunkInfo;

namespace {

SEXP about(const ChunkInfo& info) {
  return guarded([&] {
    const char* names[] = {"startRow",     "chunkNum",     "numRows", "isTestChunk",
                           "isPrediction", "readFileName", ""};
    SEXP out = Rf_protect(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(out, 0, Rf_ScalarReal(static_cast<double>(info.start_row)));
    SET_VECTOR_ELT(out, 1, Rf_ScalarReal(static_cast<double>(info.chunk_number)));
    SET_VECTOR_ELT(out, 2, Rf_ScalarReal(static_cast<double>(info.rows)));
    SET_VECTOR_ELT(out, 3, Rf_ScalarLogical(info.test_chunk));
    SET_VECTOR_ELT(out, 4, Rf_ScalarLogical(info.prediction));
    SEXP name = Rf_protect(checked_char(info.file_name, "the name of a file"));
    SET_VECTOR_ELT(out, 5, Rf_ScalarString(name));
    Rf_unprotect(2);
    return out;
  });
}

}  // namespace

SEXP call(SEXP function, SEXP first, SEXP second) {
  return guarded([&] {
    SEXP code = Rf_protect(second ? Rf_lang3(function, first, second) : Rf_lang2(function, first));
    SEXP value = Rf_eval(code, R_GlobalEnv);
    Rf_unprotect(1);
    return value;
  });
}

void throw_user_error(SEXP value) {
  if (!inherits(value, "rxUserError")) return;
  const Kept text(item(value, 0));
  throw insitu::UserCodeError(one_text(text, "the message of an error"));
}

insitu::RowFunction row_function(SEXP callable) {
  struct Function {
    std::shared_ptr<const void> callable;
    KnownLevels levels;
    std::set<std::string> told;
  };
  const auto function = std::make_shared<Function>(Function{hold(callable), {}, {}});
  return [function](const Chunk& chunk, const ChunkInfo& info) -> Chunk {
    const Kept rows(list_of(chunk, function->levels, function->told));
    const Kept told(about(info));
    const Kept result(call(held_object(function->callable), rows, told));
    throw_user_error(result);
    Chunk out = chunk_of(result, Values::kCopied);
    out.from = chunk.from;
    return out;
  };
}

}  // namespace insitu_r
