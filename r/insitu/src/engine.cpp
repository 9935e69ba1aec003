// The native side of the R package: one routine that runs a request (capi/facade.hpp), one that
// serves as a worker, one that asks whether an expression is portable. Documents are built from R
// lists and read back into R lists here, so that no JSON is parsed in R; data frames cross as Arrow
// streams made from their vectors. R is called on the main thread only.
#include <R_ext/Print.h>
#include <R_ext/Visibility.h>

#include <algorithm>
#include <cmath>
#include <cpp11.hpp>
#include <cpp11/declarations.hpp>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "capi/facade.hpp"
#include "capi/serve.hpp"
#include "data/arrow.hpp"
#include "formula/evaluate.hpp"

using insitu::Chunk;
using insitu::ChunkInfo;
using insitu::Column;
using insitu::Field;
using insitu::Type;
using json = nlohmann::json;

namespace {

// ---- R to JSON
// -----------------------------------------------------------------------------------------------------

std::string utf8(SEXP text) { return Rf_translateCharUTF8(text); }

bool inherits(SEXP x, const char* name) { return Rf_inherits(x, name) != 0; }

json number_to_json(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  if (value == std::floor(value) && std::fabs(value) < 9e15)
    return static_cast<std::int64_t>(value);
  return value;
}

/// Named lists become objects, other lists and AsIs vectors arrays, vectors of length one scalars.
json to_json(SEXP x) {
  const auto length = Rf_xlength(x);
  const bool scalar = length == 1 && !inherits(x, "AsIs");
  const auto items = [&](auto&& item) {
    if (scalar) return json(item(0));
    json array = json::array();
    for (R_xlen_t i = 0; i < length; ++i) array.push_back(item(i));
    return array;
  };
  switch (TYPEOF(x)) {
    case NILSXP:
      return nullptr;
    case LGLSXP:
      return items([&](R_xlen_t i) {
        return LOGICAL(x)[i] == NA_LOGICAL ? json() : json(LOGICAL(x)[i] != 0);
      });
    case INTSXP:
      if (inherits(x, "factor")) {
        SEXP levels = Rf_getAttrib(x, R_LevelsSymbol);
        return items([&](R_xlen_t i) {
          return INTEGER(x)[i] == NA_INTEGER ? json()
                                             : json(utf8(STRING_ELT(levels, INTEGER(x)[i] - 1)));
        });
      }
      return items(
          [&](R_xlen_t i) { return INTEGER(x)[i] == NA_INTEGER ? json() : json(INTEGER(x)[i]); });
    case REALSXP:
      return items([&](R_xlen_t i) { return number_to_json(REAL(x)[i]); });
    case STRSXP:
      return items([&](R_xlen_t i) {
        return STRING_ELT(x, i) == NA_STRING ? json() : json(utf8(STRING_ELT(x, i)));
      });
    case VECSXP: {
      SEXP names = Rf_getAttrib(x, R_NamesSymbol);
      if (names != R_NilValue) {
        json object = json::object();
        for (R_xlen_t i = 0; i < length; ++i)
          object[utf8(STRING_ELT(names, i))] = to_json(VECTOR_ELT(x, i));
        return object;
      }
      json array = json::array();
      for (R_xlen_t i = 0; i < length; ++i) array.push_back(to_json(VECTOR_ELT(x, i)));
      return array;
    }
    default:
      cpp11::stop("cannot be passed to the engine: a value of type %s", Rf_type2char(TYPEOF(x)));
  }
}

SEXP string_sexp(std::string_view text) {
  return Rf_mkCharLenCE(text.data(), static_cast<int>(text.size()), CE_UTF8);
}

// ---- data frames to chunks and back
// ----------------------------------------------------------------------------------

// Columns look at the vectors' own memory without owning it: the request holds the frame (its
// stream's external pointer protects it), and R objects must not be released on a worker's thread.
const std::shared_ptr<const void> kHeldByRequest;

Column column_of(SEXP x, Field& field) {
  const auto n = static_cast<std::size_t>(Rf_xlength(x));
  const auto refuse = [&](const std::string& what) {
    cpp11::stop("variable '%s' has %s; convert it to a vector or factor first", field.name.c_str(),
                what.c_str());
  };
  if (Rf_getAttrib(x, R_DimSymbol) != R_NilValue) refuse("dimensions (a matrix column)");
  switch (TYPEOF(x)) {
    case LGLSXP: {
      field.type = Type::kLogical;
      std::vector<std::uint8_t> values(n);
      for (std::size_t i = 0; i < n; ++i) {
        const int v = LOGICAL(x)[i];
        values[i] = v == NA_LOGICAL ? 0xff : v != 0;
      }
      return Column::own(field.type, std::move(values));
    }
    case INTSXP: {
      if (inherits(x, "factor")) {
        field.type = inherits(x, "ordered") ? Type::kOrdered : Type::kFactor;
        SEXP labels = Rf_getAttrib(x, R_LevelsSymbol);
        std::vector<std::string> levels;
        for (R_xlen_t i = 0; i < Rf_xlength(labels); ++i)
          levels.push_back(utf8(STRING_ELT(labels, i)));
        field.levels = insitu::make_levels(std::move(levels));
        std::vector<std::int32_t> codes(n);
        for (std::size_t i = 0; i < n; ++i) {
          const int v = INTEGER(x)[i];
          codes[i] = v == NA_INTEGER ? insitu::kMissingCode : v - 1;
        }
        return Column::own(field.type, std::move(codes), field.levels);
      }
      if (inherits(x, "Date") || inherits(x, "POSIXct")) {
        field.type = inherits(x, "Date") ? Type::kDate : Type::kDateTime;
        std::vector<double> values(n);
        for (std::size_t i = 0; i < n; ++i)
          values[i] = INTEGER(x)[i] == NA_INTEGER ? insitu::missing_value<double>() : INTEGER(x)[i];
        return Column::own(field.type, std::move(values));
      }
      field.type = Type::kInt32;
      return Column(field.type, n, INTEGER(x), kHeldByRequest);
    }
    case REALSXP: {
      field.type = inherits(x, "Date")      ? Type::kDate
                   : inherits(x, "POSIXct") ? Type::kDateTime
                                            : Type::kFloat64;
      if (inherits(x, "integer64")) {
        field.type = Type::kInt64;
        return Column(field.type, n, REAL(x), kHeldByRequest);
      }
      if (field.type == Type::kDateTime) {
        SEXP zone = Rf_getAttrib(x, Rf_install("tzone"));
        if (TYPEOF(zone) == STRSXP && Rf_xlength(zone) > 0)
          field.time_zone = utf8(STRING_ELT(zone, 0));
      }
      return Column(field.type, n, REAL(x), kHeldByRequest);
    }
    case STRSXP: {
      field.type = Type::kString;
      insitu::StringBuilder builder;
      for (std::size_t i = 0; i < n; ++i) {
        SEXP text = STRING_ELT(x, static_cast<R_xlen_t>(i));
        text == NA_STRING ? builder.append_missing() : builder.append(utf8(text));
      }
      return builder.finish();
    }
    default:
      refuse(std::string("type ") + Rf_type2char(TYPEOF(x)));
  }
  return {};
}

// What a data frame made by the engine still knows of its columns: attribute ".rxVarInfo", a list
// by column name of description, range and storage. Taking rows or columns out of the frame drops
// it, as R does with unknown attributes.
const char* const kFrameInfo = ".rxVarInfo";

SEXP list_item(SEXP list, const std::string& name) {
  SEXP names = Rf_getAttrib(list, R_NamesSymbol);
  for (R_xlen_t i = 0; i < Rf_xlength(names); ++i)
    if (utf8(STRING_ELT(names, i)) == name) return VECTOR_ELT(list, i);
  return R_NilValue;
}

void apply_frame_info(SEXP entry, Field& field, Column& column) {
  if (TYPEOF(entry) != VECSXP) return;
  SEXP description = list_item(entry, "description");
  if (TYPEOF(description) == STRSXP && Rf_xlength(description) == 1)
    field.description = utf8(STRING_ELT(description, 0));
  SEXP storage = list_item(entry, "storage");
  if (TYPEOF(storage) == STRSXP && Rf_xlength(storage) == 1 &&
      utf8(STRING_ELT(storage, 0)) == "float32" && field.type == Type::kFloat64) {
    const auto values = column.values<double>();
    std::vector<float> narrow(values.begin(), values.end());
    // Changed values that need more digits stay doubles.
    for (std::size_t i = 0; i < narrow.size(); ++i)
      if (values[i] == values[i] && static_cast<double>(narrow[i]) != values[i]) return;
    field.type = Type::kFloat32;
    column = Column::own(field.type, std::move(narrow));
  }
  SEXP range = list_item(entry, "range");
  if (TYPEOF(range) == REALSXP && Rf_xlength(range) == 2 && field.type != Type::kString) {
    for (std::size_t i = 0; i < column.size(); ++i) {
      const double v = column.number_at(i);
      if (v < REAL(range)[0] || v > REAL(range)[1]) return;  // values were changed since
    }
    field.low = REAL(range)[0], field.high = REAL(range)[1];
  }
}

SEXP frame_info(const insitu::Schema& schema) {
  using namespace cpp11::literals;
  cpp11::writable::list info;
  cpp11::writable::strings names;
  for (const auto& field : schema.fields()) {
    const bool range = field.low && field.high && !insitu::is_factor(field.type);
    if (!range && field.description.empty() && field.type != Type::kFloat32) continue;
    cpp11::writable::list entry;
    if (!field.description.empty())
      entry.push_back("description"_nm = cpp11::r_string(string_sexp(field.description)));
    if (range) entry.push_back("range"_nm = cpp11::writable::doubles({*field.low, *field.high}));
    if (field.type == Type::kFloat32) entry.push_back("storage"_nm = "float32");
    info.push_back(static_cast<SEXP>(entry));
    names.push_back(cpp11::r_string(string_sexp(field.name)));
  }
  if (info.size() == 0) return R_NilValue;
  info.names() = names;
  return info;
}

Chunk chunk_of(SEXP frame) {
  SEXP names = Rf_getAttrib(frame, R_NamesSymbol);
  SEXP info = Rf_getAttrib(frame, Rf_install(kFrameInfo));
  std::vector<Field> fields;
  Chunk chunk;
  for (R_xlen_t i = 0; i < Rf_xlength(frame); ++i) {
    Field field;
    field.name = utf8(STRING_ELT(names, i));
    SEXP column = VECTOR_ELT(frame, i);
    SEXP description = Rf_getAttrib(column, Rf_install(".rxDescription"));
    if (TYPEOF(description) == STRSXP && Rf_xlength(description) == 1)
      field.description = utf8(STRING_ELT(description, 0));
    SEXP range = Rf_getAttrib(column, Rf_install(".rxLowHigh"));
    if (TYPEOF(range) == REALSXP && Rf_xlength(range) == 2)
      field.low = REAL(range)[0], field.high = REAL(range)[1];
    chunk.columns.push_back(column_of(column, field));
    if (TYPEOF(info) == VECSXP)
      apply_frame_info(list_item(info, field.name), field, chunk.columns.back());
    if (i == 0) chunk.rows = chunk.columns[0].size();
    if (chunk.columns.back().size() != chunk.rows)
      cpp11::stop("variable '%s' has %d values, others have %d", field.name.c_str(),
                  static_cast<int>(chunk.columns.back().size()), static_cast<int>(chunk.rows));
    fields.push_back(std::move(field));
  }
  chunk.schema = std::make_shared<const insitu::Schema>(std::move(fields));
  return chunk;
}

void finalize_stream(SEXP pointer) {
  auto* stream = static_cast<ArrowArrayStream*>(R_ExternalPtrAddr(pointer));
  if (!stream) return;
  if (stream->release) stream->release(stream);
  delete stream;
  R_ClearExternalPtr(pointer);
}

/// One column of all chunks as an R vector.
SEXP vector_of(const Field& field, const std::vector<Chunk>& chunks, std::size_t position) {
  R_xlen_t n = 0;
  for (const auto& chunk : chunks) n += static_cast<R_xlen_t>(chunk.rows);
  R_xlen_t at = 0;
  const auto each = [&](auto&& visit) {
    for (const auto& chunk : chunks)
      visit(chunk.columns[position]), at += static_cast<R_xlen_t>(chunk.rows);
  };
  switch (field.type) {
    case Type::kLogical: {
      cpp11::sexp out = Rf_allocVector(LGLSXP, n);
      each([&](const Column& c) {
        const auto v = c.values<std::uint8_t>();
        for (std::size_t i = 0; i < v.size(); ++i)
          LOGICAL(out)[at + i] = v[i] == 0xff ? NA_LOGICAL : v[i];
      });
      return out;
    }
    case Type::kInt32: {
      cpp11::sexp out = Rf_allocVector(INTSXP, n);
      each([&](const Column& c) {
        if (c.size())
          std::memcpy(INTEGER(out) + at, c.data(),
                      c.size() * sizeof(int));  // missing is INT_MIN in both
      });
      return out;
    }
    case Type::kInt16:
    case Type::kUInt16: {
      cpp11::sexp out = Rf_allocVector(INTSXP, n);
      each([&](const Column& c) {
        for (std::size_t i = 0; i < c.size(); ++i)
          INTEGER(out)[at + i] = c.is_missing(i) ? NA_INTEGER : static_cast<int>(c.number_at(i));
      });
      return out;
    }
    case Type::kFactor:
    case Type::kOrdered: {
      cpp11::sexp out = Rf_allocVector(INTSXP, n);
      each([&](const Column& c) {
        const auto v = c.values<std::int32_t>();
        for (std::size_t i = 0; i < v.size(); ++i)
          INTEGER(out)[at + i] = v[i] < 0 ? NA_INTEGER : v[i] + 1;
      });
      const std::size_t count = field.levels ? field.levels->size() : 0;
      cpp11::sexp levels = Rf_allocVector(STRSXP, static_cast<R_xlen_t>(count));
      for (std::size_t i = 0; i < count; ++i)
        SET_STRING_ELT(levels, static_cast<R_xlen_t>(i), string_sexp((*field.levels)[i]));
      Rf_setAttrib(out, R_LevelsSymbol, levels);
      cpp11::sexp kind = field.type == Type::kOrdered
                             ? cpp11::writable::strings({"ordered", "factor"})
                             : cpp11::writable::strings({"factor"});
      Rf_setAttrib(out, R_ClassSymbol, kind);
      return out;
    }
    case Type::kString: {
      cpp11::sexp out = Rf_allocVector(STRSXP, n);
      each([&](const Column& c) {
        for (std::size_t i = 0; i < c.size(); ++i)
          SET_STRING_ELT(out, at + static_cast<R_xlen_t>(i),
                         c.string_valid(i) ? string_sexp(c.string_at(i)) : NA_STRING);
      });
      return out;
    }
    case Type::kFloat32:
    case Type::kFloat64:
    case Type::kInt64:
    case Type::kDate:
    case Type::kDateTime:
      break;
  }
  cpp11::sexp out = Rf_allocVector(REALSXP, n);
  each([&](const Column& c) {
    c.numbers(REAL(out) + at);
    for (std::size_t i = 0; i < c.size(); ++i)
      if (std::isnan(REAL(out)[at + i])) REAL(out)[at + i] = NA_REAL;
  });
  if (field.type == Type::kDate)
    Rf_setAttrib(out, R_ClassSymbol, cpp11::writable::strings({"Date"}));
  if (field.type == Type::kDateTime) {
    Rf_setAttrib(out, R_ClassSymbol, cpp11::writable::strings({"POSIXct", "POSIXt"}));
    Rf_setAttrib(
        out, Rf_install("tzone"),
        cpp11::writable::strings({field.time_zone.empty() ? "GMT" : field.time_zone.c_str()}));
  }
  return out;
}

SEXP list_of(const insitu::SchemaPtr& schema, const std::vector<Chunk>& chunks, bool data_frame) {
  const auto p = static_cast<R_xlen_t>(schema->size());
  cpp11::sexp list = Rf_allocVector(VECSXP, p), names = Rf_allocVector(STRSXP, p);
  for (R_xlen_t i = 0; i < p; ++i) {
    SET_VECTOR_ELT(
        list, i,
        vector_of((*schema)[static_cast<std::size_t>(i)], chunks, static_cast<std::size_t>(i)));
    SET_STRING_ELT(names, i, string_sexp((*schema)[static_cast<std::size_t>(i)].name));
  }
  Rf_setAttrib(list, R_NamesSymbol, names);
  if (data_frame) {
    std::size_t rows = 0;
    for (const auto& chunk : chunks) rows += chunk.rows;
    Rf_setAttrib(list, R_ClassSymbol, cpp11::writable::strings({"data.frame"}));
    cpp11::sexp row_names = Rf_allocVector(INTSXP, 2);  // the compact form: NA, -rows
    INTEGER(row_names)[0] = NA_INTEGER;
    INTEGER(row_names)[1] = -static_cast<int>(rows);
    Rf_setAttrib(list, R_RowNamesSymbol, row_names);
    const cpp11::sexp info = frame_info(*schema);
    if (info != R_NilValue) Rf_setAttrib(list, Rf_install(kFrameInfo), info);
  }
  return list;
}

// ---- JSON to R
// -----------------------------------------------------------------------------------------------------

struct ReplyReader {
  insitu::Reply& reply;

  SEXP array(std::size_t position) {
    const auto& a = reply.arrays.at(position);
    cpp11::sexp out = Rf_allocVector(REALSXP, static_cast<R_xlen_t>(a.values.size()));
    for (std::size_t i = 0; i < a.values.size(); ++i)
      REAL(out)[i] = std::isnan(a.values[i]) ? NA_REAL : a.values[i];
    if (a.shape.size() == 2) {
      cpp11::sexp dim = Rf_allocVector(INTSXP, 2);
      INTEGER(dim)[0] = static_cast<int>(a.shape[0]);
      INTEGER(dim)[1] = static_cast<int>(a.shape[1]);
      Rf_setAttrib(out, R_DimSymbol, dim);
    }
    return out;
  }

  SEXP frame(std::size_t position) {
    auto [schema, chunks] = insitu::import_stream(&reply.frames.at(position));
    return list_of(schema, chunks, true);
  }

  static bool all(const json& array, auto&& holds) {
    for (const auto& item : array)
      if (!item.is_null() && !holds(item)) return false;
    return true;
  }

  SEXP read(const json& value) {
    if (value.is_null()) return R_NilValue;
    if (value.is_boolean()) return Rf_ScalarLogical(value.get<bool>());
    if (value.is_number()) return Rf_ScalarReal(value.get<double>());
    if (value.is_string()) return Rf_ScalarString(string_sexp(value.get_ref<const std::string&>()));
    if (value.is_object()) {
      if (value.size() == 1 && value.contains("$array"))
        return array(value["$array"].get<std::size_t>());
      if (value.size() == 1 && value.contains("$frame"))
        return frame(value["$frame"].get<std::size_t>());
      cpp11::sexp list = Rf_allocVector(VECSXP, static_cast<R_xlen_t>(value.size()));
      cpp11::sexp names = Rf_allocVector(STRSXP, static_cast<R_xlen_t>(value.size()));
      R_xlen_t i = 0;
      for (const auto& [key, item] : value.items()) {
        SET_VECTOR_ELT(list, i, read(item));
        SET_STRING_ELT(names, i++, string_sexp(key));
      }
      Rf_setAttrib(list, R_NamesSymbol, names);
      return list;
    }
    const auto n = static_cast<R_xlen_t>(value.size());
    const auto infinite = [](const json& item) {
      return item.is_string() && (item == "Inf" || item == "-Inf");
    };
    bool some_number = false;
    for (const auto& item : value) some_number |= item.is_number();
    if (some_number &&
        all(value, [&](const json& item) { return item.is_number() || infinite(item); })) {
      cpp11::sexp out = Rf_allocVector(REALSXP, n);
      for (R_xlen_t i = 0; i < n; ++i) {
        const auto& item = value[static_cast<std::size_t>(i)];
        REAL(out)
        [i] = item.is_null()     ? NA_REAL
              : item.is_number() ? item.get<double>()
              : item == "Inf"    ? R_PosInf
                                 : R_NegInf;
      }
      return out;
    }
    if (n > 0 && all(value, [](const json& item) { return item.is_string(); })) {
      cpp11::sexp out = Rf_allocVector(STRSXP, n);
      for (R_xlen_t i = 0; i < n; ++i) {
        const auto& item = value[static_cast<std::size_t>(i)];
        SET_STRING_ELT(
            out, i, item.is_null() ? NA_STRING : string_sexp(item.get_ref<const std::string&>()));
      }
      return out;
    }
    if (n > 0 && all(value, [](const json& item) { return item.is_boolean(); })) {
      cpp11::sexp out = Rf_allocVector(LGLSXP, n);
      for (R_xlen_t i = 0; i < n; ++i)
        LOGICAL(out)[i] = value[static_cast<std::size_t>(i)].get<bool>();
      return out;
    }
    cpp11::sexp out = Rf_allocVector(VECSXP, n);
    for (R_xlen_t i = 0; i < n; ++i)
      SET_VECTOR_ELT(out, i, read(value[static_cast<std::size_t>(i)]));
    return out;
  }
};

// ---- calling back
// ----------------------------------------------------------------------------------------------------

/// Wraps an R function(list, info) -> list; an error comes back as an object of class rxUserError
/// (R/transforms.R).
insitu::RowFunction row_function(SEXP callable) {
  const auto held = std::make_shared<cpp11::function>(callable);
  return [held](const Chunk& chunk, const ChunkInfo& info) -> Chunk {
    using namespace cpp11::literals;
    const cpp11::sexp rows = list_of(chunk.schema, {chunk}, false);
    cpp11::writable::list about(
        {"startRow"_nm = static_cast<double>(info.start_row),
         "chunkNum"_nm = static_cast<double>(info.chunk_number),
         "numRows"_nm = static_cast<double>(info.rows), "isTestChunk"_nm = info.test_chunk,
         "isPrediction"_nm = info.prediction, "readFileName"_nm = info.file_name});
    const cpp11::sexp result = (*held)(rows, about);
    if (inherits(result, "rxUserError"))
      throw insitu::UserCodeError(utf8(STRING_ELT(VECTOR_ELT(result, 0), 0)));
    Chunk out = chunk_of(result);
    out.from = chunk.from;
    return out;
  };
}

bool user_interrupted() {
  return R_ToplevelExec([](void*) { R_CheckUserInterrupt(); }, nullptr) == FALSE;
}

bool only_known_functions(const insitu::Expression& expression,
                          const std::vector<std::string>& known) {
  if (expression.kind != insitu::Expression::Kind::kCall) return true;
  if (!std::binary_search(known.begin(), known.end(), expression.text)) return false;
  for (const auto& argument : expression.arguments)
    if (argument.value && !only_known_functions(*argument.value, known)) return false;
  return true;
}

SEXP failure(insitu::ErrorCode code, const char* text) {
  using namespace cpp11::literals;
  cpp11::writable::list out(
      {"code"_nm = static_cast<int>(code), "message"_nm = cpp11::r_string(string_sexp(text))});
  out.attr("class") = "rxFailure";
  return out;
}

}  // namespace

extern "C" {

/// A data frame as an Arrow stream in an external pointer; its memory stays shared where the
/// layouts agree.
SEXP insitu_frame_stream(SEXP frame) {
  BEGIN_CPP11
  auto chunk = std::make_shared<Chunk>(chunk_of(frame));
  auto* stream = new ArrowArrayStream{};
  auto done = std::make_shared<bool>(false);
  insitu::export_stream(
      chunk->schema,
      [chunk, done]() -> std::optional<Chunk> {
        if (std::exchange(*done, true)) return std::nullopt;
        return *chunk;
      },
      stream);
  cpp11::sexp pointer = R_MakeExternalPtr(stream, R_NilValue, frame);
  R_RegisterCFinalizerEx(pointer, finalize_stream, TRUE);
  return pointer;
  END_CPP11
}

/// Runs a request: a list, a list of stream pointers, a named list of functions, progress function
/// or NULL, warnings by `warn`.
SEXP insitu_run(SEXP document, SEXP streams, SEXP functions, SEXP progress, SEXP warn) {
  BEGIN_CPP11
  insitu::Request request;
  request.document = to_json(document).dump();
  for (R_xlen_t i = 0; i < Rf_xlength(streams); ++i) {
    auto* stream = static_cast<ArrowArrayStream*>(R_ExternalPtrAddr(VECTOR_ELT(streams, i)));
    if (!stream) cpp11::stop("a data frame of the request was used before");
    request.streams.push_back(stream);
  }
  SEXP names = Rf_getAttrib(functions, R_NamesSymbol);
  for (R_xlen_t i = 0; i < Rf_xlength(functions); ++i)
    request.functions[utf8(STRING_ELT(names, i))] = row_function(VECTOR_ELT(functions, i));

  insitu::Callbacks callbacks;
  callbacks.interrupted = user_interrupted;
  callbacks.output = [](const std::string& text) {
    Rprintf("%s%s", text.c_str(), !text.empty() && text.back() == '\n' ? "" : "\n");
  };
  const cpp11::function warn_function(warn);
  callbacks.warning = [&](const std::string& text) {
    warn_function(cpp11::r_string(string_sexp(text)));
  };
  if (progress != R_NilValue) {
    const cpp11::function report(progress);
    callbacks.progress = [report](const insitu::Progress& p) {
      report(static_cast<double>(p.rows_processed), static_cast<double>(p.rows_total), p.seconds,
             static_cast<double>(p.resident_bytes), p.finished);
    };
  }
  try {
    auto reply = insitu::run(std::move(request), callbacks);
    ReplyReader reader{reply};
    return reader.read(json::parse(reply.document));
  } catch (const insitu::Error& error) {
    return failure(error.code(), error.what());
  }
  END_CPP11
}

/// Serves one host over stdin and stdout, or the Unix socket at `socket` ("": none); `load` turns
/// (language, raw code) into a function(list, info).
SEXP insitu_serve(SEXP load, SEXP socket) {
  BEGIN_CPP11
  const cpp11::function loader(load);
  try {
    insitu::serve_worker(
        [&](const std::string& language, const insitu::Bytes& code) {
          cpp11::sexp raw = Rf_allocVector(RAWSXP, static_cast<R_xlen_t>(code.size()));
          if (!code.empty()) std::memcpy(RAW(raw), code.data(), code.size());
          const cpp11::sexp function = loader(cpp11::r_string(language), raw);
          if (inherits(function, "rxUserError"))
            throw insitu::UserCodeError(utf8(STRING_ELT(VECTOR_ELT(function, 0), 0)));
          return row_function(function);
        },
        "R", utf8(STRING_ELT(socket, 0)));
    return R_NilValue;
  } catch (const insitu::Error& error) {
    return failure(error.code(), error.what());
  }
  END_CPP11
}

/// Whether all functions of an expression (its text) are ones the engine knows; else R must
/// evaluate it.
SEXP insitu_is_portable(SEXP text) {
  BEGIN_CPP11
  try {
    static const auto known = insitu::portable_functions();
    return Rf_ScalarLogical(only_known_functions(
        *insitu::parse_expression(utf8(STRING_ELT(text, 0)), "expression"), known));
  } catch (const insitu::Error&) {
    return Rf_ScalarLogical(FALSE);
  }
  END_CPP11
}

SEXP insitu_version() {
  BEGIN_CPP11
  return Rf_mkString(insitu::version().c_str());
  END_CPP11
}

static const R_CallMethodDef kRoutines[] = {
    {"insitu_frame_stream", (DL_FUNC)&insitu_frame_stream, 1},
    {"insitu_run", (DL_FUNC)&insitu_run, 5},
    {"insitu_serve", (DL_FUNC)&insitu_serve, 2},
    {"insitu_is_portable", (DL_FUNC)&insitu_is_portable, 1},
    {"insitu_version", (DL_FUNC)&insitu_version, 0},
    {nullptr, nullptr, 0}};

void attribute_visible R_init_insitu(DllInfo* dll) {
  R_registerRoutines(dll, nullptr, kRoutines, nullptr, nullptr);
  R_useDynamicSymbols(dll, FALSE);
}
}
