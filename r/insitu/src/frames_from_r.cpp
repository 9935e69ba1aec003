#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>

#include "frames.hpp"
#include "held.hpp"
#include "text.hpp"
#include "vectors.hpp"

namespace insitu_r {

namespace {

[[noreturn]] void refuse(const Field& field, const std::string& what) {
  throw insitu::DataError("variable '" + field.name + "' has " + what);
}

class ColumnMaker {
 public:
  explicit ColumnMaker(Values values) : values_(values) {}

  Column make(SEXP x, Field& field) {
    if (attribute(x, R_DimSymbol) != R_NilValue)
      refuse(field, "dimensions (a matrix column); convert it to a vector or factor first");
    switch (TYPEOF(x)) {
      case LGLSXP:
        return logicals(x, field);
      case INTSXP:
        if (inherits(x, "factor")) return factor(x, field);
        return whole_numbers(x, field);
      case REALSXP:
        return numbers(x, field);
      case STRSXP:
        return texts(x, field);
      default:
        refuse(field, std::string("type ") + Rf_type2char(TYPEOF(x)) +
                          "; convert it to a vector or factor first");
    }
  }

 private:
  template <class T>
  Column column(SEXP x, Type type, std::span<const T> values) const {
    if (values_ == Values::kCopied)
      return Column::own(type, std::vector<T>(values.begin(), values.end()));
    return Column(type, values.size(), values.data(), hold(x));
  }

  static Column logicals(SEXP x, Field& field) {
    field.type = Type::kLogical;
    std::vector<std::uint8_t> values;
    for (const int v : integers(x))
      values.push_back(v == NA_LOGICAL ? insitu::missing_value<std::uint8_t>() : v != 0);
    return Column::own(field.type, std::move(values));
  }

  Column factor(SEXP x, Field& field) {
    field.type = inherits(x, "ordered") ? Type::kOrdered : Type::kFactor;
    const Kept labels(attribute(x, R_LevelsSymbol));
    std::vector<std::string> levels;
    if (TYPEOF(labels) == STRSXP)
      for (SEXP label : strings(labels))
        levels.push_back(label == NA_STRING
                             ? "NA"
                             : reader_.read(label, "a level of variable '" + field.name + "'"));
    if (std::count(levels.begin(), levels.end(), "NA") > 1)
      refuse(field,
             "both NA and the text \"NA\" among its levels, which would be one level here: rename "
             "one with levels()");
    const auto count = static_cast<int>(levels.size());
    field.levels = insitu::make_levels(std::move(levels));
    const auto values = integers(x);
    std::vector<std::int32_t> codes;
    codes.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const int v = values[i];
      if (v != NA_INTEGER && (v < 1 || v > count))
        refuse(field, "in row " + std::to_string(i + 1) + " the factor code " + std::to_string(v) +
                          " but " + std::to_string(count) +
                          " levels: it is a broken factor; make it anew with factor()");
      codes.push_back(v == NA_INTEGER ? insitu::kMissingCode : v - 1);
    }
    return Column::own(field.type, std::move(codes), field.levels);
  }

  Column whole_numbers(SEXP x, Field& field) {
    const auto values = integers(x);
    const bool date = inherits(x, "Date"), time = inherits(x, "POSIXct");
    if (!date && !time) {
      field.type = Type::kInt32;
      return column(x, field.type, values);
    }
    field.type = date ? Type::kDate : Type::kDateTime;
    if (time) field.time_zone = time_zone(x);
    std::vector<double> out;
    for (const int v : values) out.push_back(v == NA_INTEGER ? insitu::missing_value<double>() : v);
    return Column::own(field.type, std::move(out));
  }

  Column numbers(SEXP x, Field& field) {
    const auto values = doubles(x);
    if (inherits(x, "integer64")) {
      field.type = Type::kInt64;
      return column(x, field.type,
                    std::span<const std::int64_t>(
                        reinterpret_cast<const std::int64_t*>(values.data()), values.size()));
    }
    field.type = inherits(x, "Date")      ? Type::kDate
                 : inherits(x, "POSIXct") ? Type::kDateTime
                                          : Type::kFloat64;
    if (field.type == Type::kDateTime) field.time_zone = time_zone(x);
    return column(x, field.type, values);
  }

  std::string time_zone(SEXP x) {
    const Kept zone(attribute(x, "tzone"));
    if (TYPEOF(zone) != STRSXP || Rf_xlength(zone) == 0) return {};
    return reader_.read(strings(zone)[0], "the time zone");
  }

  Column texts(SEXP x, Field& field) {
    field.type = Type::kString;
    insitu::StringBuilder builder;
    const auto all = strings(x);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i] == NA_STRING) {
        builder.append_missing();
        continue;
      }
      const auto text = reader_.read(all[i]);
      if (!text) refuse(field, "in row " + std::to_string(i + 1) + " " + why_no_text(all[i]));
      builder.append(*text);
    }
    return builder.finish();
  }

  Values values_;
  TextReader reader_;
};

// What a data frame made by the engine still knows of its columns: attribute ".rxVarInfo", a list
// by column name of description, range and storage. Taking rows or columns out of the frame drops
// it, as R does with unknown attributes.
class FrameInfo {
 public:
  explicit FrameInfo(SEXP info) : info_(info) {
    if (TYPEOF(info) != VECSXP) return;
    const Kept names(attribute(info, R_NamesSymbol));
    if (TYPEOF(names) != STRSXP) return;
    TextReader reader;
    R_xlen_t at = 0;
    for (SEXP name : strings(names)) places_.emplace(reader.read(name, "a variable's name"), at++);
  }

  void apply(Field& field, Column& column) const {
    const auto found = places_.find(field.name);
    if (found == places_.end()) return;
    const Kept entry(item(info_, found->second));
    if (TYPEOF(entry) != VECSXP) return;
    const Kept names(attribute(entry, R_NamesSymbol));
    if (TYPEOF(names) != STRSXP) return;
    const auto member = [&](const char* name) -> SEXP {
      R_xlen_t at = 0;
      for (SEXP each : strings(names)) {
        if (std::string_view(R_CHAR(each)) == name) return item(entry, at);
        ++at;
      }
      return R_NilValue;
    };
    if (SEXP text = member("description"); is_one_text(text))
      field.description = one_text(text, "a description");
    if (SEXP text = member("storage"); field.type == Type::kFloat64 && is_one_text(text) &&
                                       one_text(text, "storage") == "float32" &&
                                       !narrow(field, column))
      return;
    SEXP range = member("range");
    if (TYPEOF(range) != REALSXP || Rf_xlength(range) != 2 || field.type == Type::kString) return;
    const auto bounds = doubles(range);
    for (std::size_t i = 0; i < column.size(); ++i) {
      const double v = column.number_at(i);
      if (v < bounds[0] || v > bounds[1]) return;  // values were changed since
    }
    field.low = bounds[0], field.high = bounds[1];
  }

 private:
  /// Changed values that need more digits stay doubles.
  static bool narrow(Field& field, Column& column) {
    const auto values = column.values<double>();
    std::vector<float> narrow(values.begin(), values.end());
    for (std::size_t i = 0; i < narrow.size(); ++i)
      if (values[i] == values[i] && static_cast<double>(narrow[i]) != values[i]) return false;
    field.type = Type::kFloat32;
    column = Column::own(field.type, std::move(narrow));
    return true;
  }

  SEXP info_;
  std::unordered_map<std::string, R_xlen_t> places_;
};

}  // namespace

Chunk chunk_of(SEXP frame, Values values) {
  if (TYPEOF(frame) != VECSXP)
    throw insitu::DataError("a data frame or a list of variables is needed, not a value of type " +
                            std::string(Rf_type2char(TYPEOF(frame))));
  const auto count = Rf_xlength(frame);
  const Kept names(attribute(frame, R_NamesSymbol));
  if (count > 0 && TYPEOF(names) != STRSXP)
    throw insitu::DataError("the variables of a data frame or list need names");
  const Kept info(attribute(frame, ".rxVarInfo"));
  const FrameInfo known(info);
  ColumnMaker maker(values);
  TextReader reader;
  std::vector<Field> fields;
  Chunk chunk;
  for (R_xlen_t i = 0; i < count; ++i) {
    Field field;
    field.name = reader.read(strings(names)[static_cast<std::size_t>(i)], "a variable's name");
    const Kept column(item(frame, i));
    if (SEXP text = attribute(column, ".rxDescription"); is_one_text(text))
      field.description = one_text(text, "a description");
    if (SEXP range = attribute(column, ".rxLowHigh");
        TYPEOF(range) == REALSXP && Rf_xlength(range) == 2)
      field.low = doubles(range)[0], field.high = doubles(range)[1];
    chunk.columns.push_back(maker.make(column, field));
    known.apply(field, chunk.columns.back());
    if (i == 0) chunk.rows = chunk.columns[0].size();
    if (chunk.columns.back().size() != chunk.rows)
      refuse(field, std::to_string(chunk.columns.back().size()) + " values, others have " +
                        std::to_string(chunk.rows));
    fields.push_back(std::move(field));
  }
  chunk.schema = std::make_shared<const insitu::Schema>(std::move(fields));
  return chunk;
}

}  // namespace insitu_r
