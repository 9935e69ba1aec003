#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "frames.hpp"
#include "held.hpp"
#include "row_function.hpp"
#include "text.hpp"
#include "vectors.hpp"

namespace insitu_r {

namespace {

/// One column of chunks that follow each other.
class VectorMaker {
 public:
  VectorMaker(const Field& field, const std::vector<Chunk>& chunks, std::size_t position,
              bool integer64)
      : field_(field), chunks_(chunks), position_(position), integer64_(integer64) {
    for (const auto& chunk : chunks) rows_ += static_cast<R_xlen_t>(chunk.rows);
  }

  SEXP make(KnownLevels& levels) const {
    switch (field_.type) {
      case Type::kLogical:
        return filled<std::uint8_t>(LGLSXP, [](std::uint8_t v) {
          return v == insitu::missing_value<std::uint8_t>() ? NA_LOGICAL : v;
        });
      case Type::kInt32:  // missing is INT_MIN in both
        return filled<std::int32_t>(INTSXP, [](std::int32_t v) { return v; });
      case Type::kInt16:
        return filled<std::int16_t>(INTSXP, whole<std::int16_t>);
      case Type::kUInt16:
        return filled<std::uint16_t>(INTSXP, whole<std::uint16_t>);
      case Type::kFactor:
      case Type::kOrdered:
        return factor(levels);
      case Type::kString:
        return texts();
      case Type::kInt64:
        if (integer64_) return integer64();
        break;
      case Type::kFloat32:
      case Type::kFloat64:
      case Type::kDate:
      case Type::kDateTime:
        break;
    }
    return numbers();
  }

 private:
  template <class T>
  static int whole(T value) {
    return insitu::is_missing_value(value) ? NA_INTEGER : value;
  }

  void each(auto&& visit) const {
    R_xlen_t at = 0;
    for (const auto& chunk : chunks_) {
      visit(chunk.columns[position_], at);
      at += static_cast<R_xlen_t>(chunk.rows);
    }
  }

  template <class T>
  SEXP filled(SEXPTYPE type, auto&& convert) const {
    const Kept out([&] { return Rf_allocVector(type, rows_); });
    int* to = type == LGLSXP ? LOGICAL(out) : INTEGER(out);
    each([&](const Column& column, R_xlen_t at) {
      for (const T value : column.template values<T>()) to[at++] = convert(value);
    });
    return out;
  }

  SEXP factor(KnownLevels& known) const {
    const Kept out(
        filled<std::int32_t>(INTSXP, [](std::int32_t v) { return v < 0 ? NA_INTEGER : v + 1; }));
    // Codes speak of the column's levels; the schema of a source may not declare any.
    const auto& own = chunks_.empty() ? field_.levels : chunks_.front().columns[position_].levels();
    SEXP levels = known.of(field_, own ? own : field_.levels);
    guarded([&] {
      Rf_setAttrib(out, R_LevelsSymbol, levels);
      const bool ordered = field_.type == Type::kOrdered;
      SEXP kind = Rf_protect(Rf_allocVector(STRSXP, ordered ? 2 : 1));
      if (ordered) SET_STRING_ELT(kind, 0, Rf_mkChar("ordered"));
      SET_STRING_ELT(kind, ordered ? 1 : 0, Rf_mkChar("factor"));
      Rf_setAttrib(out, R_ClassSymbol, kind);
      Rf_unprotect(1);
    });
    return out;
  }

  SEXP texts() const {
    const Kept out([&] { return Rf_allocVector(STRSXP, rows_); });
    each([&](const Column& column, R_xlen_t at) {
      guarded([&] {
        for (std::size_t i = 0; i < column.size(); ++i, ++at) {
          if (!column.string_valid(i)) {
            SET_STRING_ELT(out, at, NA_STRING);
            continue;
          }
          const auto text = column.string_at(i);
          if (const auto why = why_not_for_r(text))
            throw insitu::DataError("variable '" + field_.name + "' has in row " +
                                    std::to_string(at + 1) + " " + *why +
                                    "; leave the variable out with varsToDrop, or write the data "
                                    "to a file");
          SET_STRING_ELT(out, at, char_of(text));
        }
      });
    });
    return out;
  }

  /// Package bit64's class: the 64 bits lie in a vector of doubles. Its NA is the smallest number,
  /// as here.
  SEXP integer64() const {
    const Kept out([&] { return Rf_allocVector(REALSXP, rows_); });
    double* to = REAL(out);
    each([&](const Column& column, R_xlen_t at) {
      const auto in = column.values<std::int64_t>();
      if (!in.empty()) std::memcpy(to + at, in.data(), in.size_bytes());
    });
    guarded([&] {
      SEXP kind = Rf_protect(Rf_mkString("integer64"));
      Rf_setAttrib(out, R_ClassSymbol, kind);
      Rf_unprotect(1);
    });
    return out;
  }

  SEXP numbers() const {
    const Kept out([&] { return Rf_allocVector(REALSXP, rows_); });
    double* to = REAL(out);
    each([&](const Column& column, R_xlen_t at) { column.numbers(to + at); });
    for (R_xlen_t i = 0; i < rows_; ++i)
      if (std::isnan(to[i])) to[i] = NA_REAL;
    if (field_.type == Type::kDate)
      guarded([&] {
        SEXP kind = Rf_protect(Rf_mkString("Date"));
        Rf_setAttrib(out, R_ClassSymbol, kind);
        Rf_unprotect(1);
      });
    if (field_.type == Type::kDateTime)
      guarded([&] {
        SEXP kind = Rf_protect(Rf_allocVector(STRSXP, 2));
        SET_STRING_ELT(kind, 0, Rf_mkChar("POSIXct"));
        SET_STRING_ELT(kind, 1, Rf_mkChar("POSIXt"));
        Rf_setAttrib(out, R_ClassSymbol, kind);
        SEXP zone =
            Rf_protect(Rf_mkString(field_.time_zone.empty() ? "GMT" : field_.time_zone.c_str()));
        Rf_setAttrib(out, Rf_install("tzone"), zone);
        Rf_unprotect(2);
      });
    return out;
  }

  const Field& field_;
  const std::vector<Chunk>& chunks_;
  std::size_t position_;
  bool integer64_;
  R_xlen_t rows_ = 0;
};

/// Whether a double holds the number.
bool is_exact(std::int64_t value) {
  if (value == 0 || insitu::is_missing_value(value)) return true;
  const auto bits = static_cast<std::uint64_t>(value < 0 ? -value : value);
  return 64 - std::countl_zero(bits) - std::countr_zero(bits) <=
         std::numeric_limits<double>::digits;
}

SEXP names_as_texts(const std::vector<std::string>& names) {
  return guarded([&] {
    SEXP out = Rf_protect(Rf_allocVector(STRSXP, static_cast<R_xlen_t>(names.size())));
    for (std::size_t i = 0; i < names.size(); ++i)
      SET_STRING_ELT(out, static_cast<R_xlen_t>(i), checked_char(names[i], "a variable's name"));
    Rf_unprotect(1);
    return out;
  });
}

/// The int64 variables, and those of them that hold a number which a double does not.
struct WholeNumbers {
  std::vector<std::string> all, inexact;

  WholeNumbers(const insitu::Schema& schema, const std::vector<Chunk>& chunks) {
    for (std::size_t i = 0; i < schema.size(); ++i) {
      if (schema[i].type != Type::kInt64) continue;
      all.push_back(schema[i].name);
      if (std::any_of(chunks.begin(), chunks.end(), [&](const Chunk& chunk) {
            const auto values = chunk.columns[i].values<std::int64_t>();
            return !std::all_of(values.begin(), values.end(), is_exact);
          }))
        inexact.push_back(schema[i].name);
    }
  }

  /// Calls the package's function of that name with both lists of names; gives what comes back.
  std::vector<std::string> ask(const char* function) const {
    std::vector<std::string> chosen;
    if (all.empty()) return chosen;
    const Kept one(names_as_texts(all)), other(names_as_texts(inexact));
    const Kept found([&] {
      SEXP package = Rf_protect(Rf_mkString("insitu"));
      SEXP space = Rf_protect(R_FindNamespace(package));
      SEXP value = Rf_findFun(Rf_install(function), space);
      Rf_unprotect(2);
      return value;
    });
    const Kept answer(call(found, one, other));
    for (SEXP name : strings(answer)) chosen.push_back(TextReader().read(name, "a name"));
    return chosen;
  }
};

/// What the frame shall still know of its columns (".rxVarInfo"); R_NilValue: nothing.
SEXP info_of(const insitu::Schema& schema) {
  std::vector<const Field*> told;
  const auto has_range = [](const Field& field) {
    return field.low && field.high && !insitu::is_factor(field.type);
  };
  for (const auto& field : schema.fields())
    if (has_range(field) || !field.description.empty() || field.type == Type::kFloat32)
      told.push_back(&field);
  if (told.empty()) return R_NilValue;
  const auto n = static_cast<R_xlen_t>(told.size());
  const Kept info([&] { return Rf_allocVector(VECSXP, n); });
  guarded([&] {
    SEXP names = Rf_protect(Rf_allocVector(STRSXP, n));
    for (R_xlen_t i = 0; i < n; ++i) {
      const auto& field = *told[static_cast<std::size_t>(i)];
      const bool description = !field.description.empty(), range = has_range(field),
                 narrow = field.type == Type::kFloat32;
      SEXP entry = Rf_protect(Rf_allocVector(VECSXP, description + range + narrow));
      SEXP keys = Rf_protect(Rf_allocVector(STRSXP, description + range + narrow));
      Rf_setAttrib(entry, R_NamesSymbol, keys);
      int at = 0;
      if (description) {
        SET_STRING_ELT(keys, at, Rf_mkChar("description"));
        SEXP text = Rf_protect(checked_char(field.description, "a description"));
        SET_VECTOR_ELT(entry, at++, Rf_ScalarString(text));
        Rf_unprotect(1);
      }
      if (range) {
        SET_STRING_ELT(keys, at, Rf_mkChar("range"));
        SEXP bounds = Rf_allocVector(REALSXP, 2);
        REAL(bounds)[0] = *field.low, REAL(bounds)[1] = *field.high;
        SET_VECTOR_ELT(entry, at++, bounds);
      }
      if (narrow) {
        SET_STRING_ELT(keys, at, Rf_mkChar("storage"));
        SET_VECTOR_ELT(entry, at, Rf_mkString("float32"));
      }
      Rf_setAttrib(entry, R_NamesSymbol, keys);
      SET_VECTOR_ELT(info, i, entry);
      SET_STRING_ELT(names, i, checked_char(field.name, "a variable's name"));
      Rf_unprotect(2);
    }
    Rf_setAttrib(info, R_NamesSymbol, names);
    Rf_unprotect(1);
  });
  return info;
}

SEXP columns_of(const insitu::SchemaPtr& schema, const std::vector<Chunk>& chunks,
                const std::vector<std::string>& integer64, KnownLevels& levels) {
  const auto p = static_cast<R_xlen_t>(schema->size());
  const Kept list([&] { return Rf_allocVector(VECSXP, p); });
  const Kept names([&] { return Rf_allocVector(STRSXP, p); });
  for (R_xlen_t i = 0; i < p; ++i) {
    const auto& field = (*schema)[static_cast<std::size_t>(i)];
    const bool wide = std::find(integer64.begin(), integer64.end(), field.name) != integer64.end();
    SET_VECTOR_ELT(list, i,
                   VectorMaker(field, chunks, static_cast<std::size_t>(i), wide).make(levels));
    guarded([&] { SET_STRING_ELT(names, i, checked_char(field.name, "a variable's name")); });
  }
  guarded([&] { Rf_setAttrib(list, R_NamesSymbol, names); });
  return list;
}

}  // namespace

SEXP KnownLevels::of(const Field& field, const insitu::Levels& levels) {
  auto& entry = known_[field.name];
  if (entry.second && entry.first == levels) return held_object(entry.second);
  const auto n = static_cast<R_xlen_t>(levels ? levels->size() : 0);
  const Kept names([&] { return Rf_allocVector(STRSXP, n); });
  guarded([&] {
    for (R_xlen_t i = 0; i < n; ++i) {
      const auto& name = (*levels)[static_cast<std::size_t>(i)];
      if (const auto why = why_not_for_r(name))
        throw insitu::DataError("variable '" + field.name + "' has as level " +
                                std::to_string(i + 1) + " " + *why +
                                "; leave the variable out with varsToDrop, or write the data to a "
                                "file");
      SET_STRING_ELT(names, i, char_of(name));
    }
  });
  entry = {levels, hold(names)};
  return names;
}

SEXP frame_of(const insitu::SchemaPtr& schema, const std::vector<Chunk>& chunks) {
  std::size_t rows = 0;
  for (const auto& chunk : chunks) rows += chunk.rows;
  if (rows > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw insitu::DataError("a data frame of R holds at most 2147483647 rows, the result has " +
                            std::to_string(rows) + ": write it to a file with outFile");
  KnownLevels levels;
  const auto integer64 = WholeNumbers(*schema, chunks).ask(".rxInteger64");
  const Kept frame(columns_of(schema, chunks, integer64, levels));
  const Kept info(info_of(*schema));
  guarded([&] {
    SEXP kind = Rf_protect(Rf_mkString("data.frame"));
    Rf_setAttrib(frame, R_ClassSymbol, kind);
    SEXP row_names = Rf_protect(Rf_allocVector(INTSXP, 2));  // the compact form: NA, -rows
    INTEGER(row_names)[0] = NA_INTEGER;
    INTEGER(row_names)[1] = -static_cast<int>(rows);
    Rf_setAttrib(frame, R_RowNamesSymbol, row_names);
    if (info != R_NilValue) Rf_setAttrib(frame, Rf_install(".rxVarInfo"), info);
    Rf_unprotect(2);
  });
  return frame;
}

SEXP list_of(const Chunk& chunk, KnownLevels& levels, std::set<std::string>& told) {
  WholeNumbers numbers(*chunk.schema, {chunk});
  std::erase_if(numbers.inexact, [&](const std::string& name) { return told.contains(name); });
  if (!numbers.inexact.empty()) {
    told.insert(numbers.inexact.begin(), numbers.inexact.end());
    numbers.ask(".rxTellLostDigits");
  }
  return columns_of(chunk.schema, {chunk}, {}, levels);
}

}  // namespace insitu_r
