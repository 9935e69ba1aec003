#pragma once
// Chunks from and to Arrow arrays. Where the layouts agree (numbers without nulls, strings,
// dictionary codes of int32 without nulls) the memory is shared, not copied; nulls are read into
// in-place missing values (type.hpp).
//
// Arrow to engine: b -> logical; c, s -> int16; C -> int16, S -> uint16, i -> int32, I, l -> int64,
// L -> float64 (in a stream: int64); e, f -> float32; g -> float64; decimals -> float64; u, U, vu
// -> string; dictionary of strings, numbers, logicals -> factor (ordered when flagged); tdD, tdm ->
// date; ts* -> datetime (float64 seconds, whole microseconds; zone kept); n -> logical, all
// missing. Engine to Arrow: the same types back; date -> tdD, datetime -> tsu:<zone>, factor ->
// dictionary(int32, utf8).
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/arrow_c.hpp"
#include "data/chunk.hpp"
#include "data/source.hpp"

namespace insitu {

/// Fields of an Arrow struct schema; the schema is only looked at. Throws DataError naming a column
/// of a type that has no counterpart. Field metadata keys "insitu.low", "insitu.high",
/// "insitu.description" are read.
std::vector<Field> fields_from_arrow(const ArrowSchema&);

/// Takes over `array` (a struct array of that schema): its release is called when the last column
/// is gone. A field of whole numbers may be wider than what is stored. Throws DataError for a value
/// that its field takes for a missing one or cannot hold, with column and row; `first_row`: the
/// batch's, counted from 0.
Chunk chunk_from_arrow(ArrowArray* array, const ArrowSchema&, SchemaPtr,
                       std::int64_t first_row = 0);

void schema_to_arrow(const Schema&, ArrowSchema* out);
/// The columns stay shared with the chunk where the layouts agree.
void chunk_to_arrow(const Chunk&, ArrowArray* out);

/// A stream that yields the chunks of `next` until it returns nothing; errors of `next` become the
/// stream's error text.
void export_stream(SchemaPtr, std::function<std::optional<Chunk>()> next, ArrowArrayStream* out);

/// Reads a whole stream (takes it over) into chunks. Factor columns of all chunks share one level
/// list. A column of whole numbers that holds the missing code of its type (an int32 of
/// -2147483648) becomes the next wider type; what int64 cannot hold (-2^63, or an unsigned number
/// from 2^63 on) is a DataError naming column and row.
std::pair<SchemaPtr, std::vector<Chunk>> import_stream(ArrowArrayStream* stream);

}  // namespace insitu
