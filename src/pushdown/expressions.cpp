#include "pushdown/expressions.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "pushdown/dialect.hpp"

namespace insitu {

namespace {

constexpr std::size_t kDeepest = 200;
constexpr std::size_t kLongest = std::size_t{1} << 20;  ///< bytes of one expression

bool mentions_chunks(const Expression& e) {
  if (e.kind == Expression::Kind::kName) return is_chunk_variable(e.text);
  return std::ranges::any_of(e.arguments, [](const auto& argument) {
    return argument.value && mentions_chunks(*argument.value);
  });
}

Chunk one_row() {
  Chunk chunk;
  chunk.schema = std::make_shared<const Schema>();
  chunk.rows = 1;
  return chunk;
}

bool is_arithmetic_text(const std::string& f) { return f == "+" || f == "-" || f == "*"; }

}  // namespace

const std::vector<SqlExpressions::Entry>& SqlExpressions::table() {
  static const std::vector<Entry> kTable = {
      {"!", &SqlExpressions::negation},
      {"!=", &SqlExpressions::comparison},
      {"%%", &SqlExpressions::whole_quotient},
      {"%/%", &SqlExpressions::whole_quotient},
      {"%in%", &SqlExpressions::among},
      {"&", &SqlExpressions::both_or_either},
      {"(", &SqlExpressions::same},
      {"*", &SqlExpressions::arithmetic},
      {"+", &SqlExpressions::arithmetic},
      {"-", &SqlExpressions::arithmetic},
      {"/", &SqlExpressions::quotient},
      {"<", &SqlExpressions::comparison},
      {"<=", &SqlExpressions::comparison},
      {"==", &SqlExpressions::comparison},
      {">", &SqlExpressions::comparison},
      {">=", &SqlExpressions::comparison},
      {"I", &SqlExpressions::same},
      {"^", &SqlExpressions::power},
      {"abs", &SqlExpressions::mathematics},
      {"as.character", &SqlExpressions::conversion},
      {"as.double", &SqlExpressions::conversion},
      {"as.integer", &SqlExpressions::conversion},
      {"as.logical", &SqlExpressions::conversion},
      {"as.numeric", &SqlExpressions::conversion},
      {"atan", &SqlExpressions::mathematics},
      {"ceiling", &SqlExpressions::mathematics},
      {"complete.cases", &SqlExpressions::complete},
      {"cos", &SqlExpressions::mathematics},
      {"cut", &SqlExpressions::cut},
      {"exp", &SqlExpressions::mathematics},
      {"floor", &SqlExpressions::mathematics},
      {"identity", &SqlExpressions::same},
      {"ifelse", &SqlExpressions::choice},
      {"invisible", &SqlExpressions::same},
      {"is.element", &SqlExpressions::among},
      {"is.na", &SqlExpressions::is_missing},
      {"log", &SqlExpressions::mathematics},
      {"log10", &SqlExpressions::mathematics},
      {"paste", &SqlExpressions::pasted},
      {"paste0", &SqlExpressions::pasted},
      {"pmax", &SqlExpressions::smallest},
      {"pmin", &SqlExpressions::smallest},
      {"pow", &SqlExpressions::power},
      {"round", &SqlExpressions::mathematics},
      {"sign", &SqlExpressions::mathematics},
      {"sin", &SqlExpressions::mathematics},
      {"sqrt", &SqlExpressions::mathematics},
      {"startsWith", &SqlExpressions::part_of_text},
      {"substr", &SqlExpressions::part_of_text},
      {"trunc", &SqlExpressions::mathematics},
      {"xor", &SqlExpressions::exclusive},
      {"|", &SqlExpressions::both_or_either},
  };
  return kTable;
}

std::vector<std::string> SqlExpressions::functions() {
  std::vector<std::string> names;
  for (const auto& entry : table()) names.emplace_back(entry.name);
  return names;
}

void SqlExpressions::refuse(const Expression& e, const std::string& why) const {
  throw Unsupported("`" + deparse(e) + "` cannot be computed by " + std::string(name_of(dialect_)) +
                    (why.empty() ? "" : ": " + why));
}

Field SqlExpressions::field_of(const Expression& e) const {
  return result_field(e, rows_.schema(), &rows_.objects(), "expression");
}

SqlValue SqlExpressions::value(const Expression& e) {
  if (depth_ > kDeepest) refuse(e, "it is nested too deeply");
  const auto variables = variables_of(e);
  if (mentions_chunks(e)) refuse(e, "rows of a table have no numbers");
  if (std::ranges::none_of(variables,
                           [&](const auto& each) { return rows_.schema().find(each).has_value(); }))
    return constant(e);
  if (e.kind == Expression::Kind::kName) return name(e);
  if (e.kind != Expression::Kind::kCall) refuse(e);
  const auto entry = std::ranges::find_if(
      table(), [&](const Entry& each) { return std::string_view(each.name) == e.text; });
  if (entry == table().end()) refuse(e, "there is no counterpart of '" + e.text + "'");
  Arguments arguments;
  const bool names_its_own = e.text == "cut" || e.text == "paste";
  for (const auto& argument : e.arguments) {
    if (!argument.value) refuse(e);
    if (!argument.name.empty() && !names_its_own)
      refuse(e, "the argument '" + argument.name + "' is named");
    arguments.push_back(argument.value);
  }
  ++depth_;
  auto result = (this->*entry->write)(e, arguments);
  --depth_;
  if (result.sql.size() > kLongest) refuse(e, "its text would be longer than a megabyte");
  return result;
}

SqlValue SqlExpressions::name(const Expression& e) { return rows_.column(e.text); }

SqlValue SqlExpressions::constant(const Expression& e) {
  EvaluationScope scope;
  scope.objects = &rows_.objects();
  const auto column = evaluate(e, one_row(), scope, "expression");
  SqlValue value{.type = column.type(), .simple = true, .levels = column.levels()};
  if (column.is_missing(0)) {
    // A bare NULL has no type: CASE and comparisons of nothing but it are errors in some engines.
    value.sql = is_text(value)    ? sql_text("NULL", dialect_)
                : is_whole(value) ? sql_whole("NULL", dialect_)
                                  : sql_double("NULL", dialect_);
    value.simple = false;
  } else if (column.type() == Type::kString) {
    value.sql = quoted_text(column.string_at(0), dialect_);
    if (dialect_ == SqlDialect::kPostgres) value.sql = "CAST(" + value.sql + " AS text)";
  } else if (is_factor(column.type())) {
    value.sql = quoted_text(
        (*column.levels())[static_cast<std::size_t>(column.values<std::int32_t>()[0])], dialect_);
  } else if (column.type() == Type::kInt64) {
    value.sql = sql_whole(std::to_string(column.values<std::int64_t>()[0]), dialect_);
  } else if (is_whole(value)) {
    value.sql = sql_whole(std::to_string(static_cast<std::int64_t>(column.number_at(0))), dialect_);
  } else {
    value.sql = sql_number(column.number_at(0), dialect_);
  }
  return value;
}

Column SqlExpressions::items(const Expression& e) {
  for (const auto& name : variables_of(e))
    if (rows_.schema().find(name)) refuse(e, "it is no constant");
  if (e.kind == Expression::Kind::kName)
    if (const auto found = rows_.objects().find(e.text); found != rows_.objects().end())
      return found->second;
  EvaluationScope scope;
  scope.objects = &rows_.objects();
  if (!e.is_call("c")) return evaluate(e, one_row(), scope, "expression");
  bool texts = false, numbers = false;
  std::vector<Column> parts;
  for (const auto& argument : e.arguments) {
    if (!argument.value) refuse(e);
    // A part of several items, 1:3, is none of one row.
    if (argument.value->kind == Expression::Kind::kCall && argument.value->text != "-" &&
        argument.value->text != "(")
      refuse(e, "it is no list of single constants");
    parts.push_back(evaluate(*argument.value, one_row(), scope, "expression"));
    const auto type = parts.back().type();
    const bool missing = type == Type::kLogical && parts.back().is_missing(0);
    if (type == Type::kInt64 || is_factor(type)) refuse(e, "its items are of several types");
    if (!missing) (type == Type::kString ? texts : numbers) = true;
  }
  if (texts && numbers) refuse(e, "its items are of several types");
  StringBuilder strings;
  std::vector<double> doubles;
  for (const auto& part : parts) {
    if (!texts)
      doubles.push_back(part.type() == Type::kString ? std::nan("") : part.number_at(0));
    else if (part.is_missing(0))
      strings.append_missing();
    else
      strings.append(part.string_at(0));
  }
  return texts ? strings.finish() : Column::own(Type::kFloat64, std::move(doubles));
}

SqlValue SqlExpressions::made(std::string sql, Type type,
                              std::initializer_list<SqlValue> of) const {
  SqlValue value{.sql = std::move(sql), .type = type};
  for (const auto& each : of) value.layer = std::max(value.layer, each.layer);
  return value;
}

SqlValue SqlExpressions::test(std::string sql, std::initializer_list<SqlValue> of) const {
  auto value = made(std::move(sql), Type::kLogical, of);
  value.condition = true;
  return value;
}

SqlValue SqlExpressions::number(const Expression& e, const Expression& of) {
  const auto given = value(e);
  if (is_text(given) || given.type == Type::kDate || given.type == Type::kDateTime)
    refuse(of, "'" + deparse(e) + "' is no number");
  return as_double(given, dialect_);
}

/// The result of whole numbers of 32 bits: beyond them it is missing.
SqlValue SqlExpressions::whole(SqlValue value, const Expression& of) {
  if (value.type == Type::kInt64) {
    if (dialect_ == SqlDialect::kSqlite)
      refuse(of, "SQLite makes doubles of whole numbers beyond 64 bits");
    return value;
  }
  const auto named = twice(value);
  return made(
      "(CASE WHEN " + named.sql + " BETWEEN -2147483647 AND 2147483647 THEN " + named.sql + " END)",
      Type::kInt32, {named});
}

SqlValue SqlExpressions::to_type(const SqlValue& given, Type type, const Expression& of) {
  const bool text = type == Type::kString || is_factor(type);
  if (text != is_text(given)) refuse(of, "texts and numbers are mixed");
  auto value = as_stored(given, dialect_);
  if (!text && (type == Type::kFloat64 || type == Type::kFloat32))
    value = as_double(value, dialect_);
  if (value.type != type && (type == Type::kDate || type == Type::kDateTime ||
                             given.type == Type::kDate || given.type == Type::kDateTime))
    refuse(of, "times and numbers are mixed");
  value.type = type;
  return value;
}

SqlValue SqlExpressions::same(const Expression& e, const Arguments& a) {
  if (a.size() != 1) refuse(e);
  return value(*a[0]);
}

std::optional<SqlValue> SqlExpressions::open_arithmetic(const Expression& e) {
  if (e.is_call("(") && e.arguments.size() == 1 && e.arguments[0].value)
    return open_arithmetic(*e.arguments[0].value);
  if (e.kind != Expression::Kind::kCall || !is_arithmetic_text(e.text) || e.arguments.size() != 2)
    return std::nullopt;
  const auto variables = variables_of(e);
  if (depth_ > kDeepest || mentions_chunks(e) || field_of(e).type != Type::kFloat64 ||
      std::ranges::none_of(variables,
                           [&](const auto& each) { return rows_.schema().find(each).has_value(); }))
    return std::nullopt;
  ++depth_;
  const auto operand = [&](const Expression::Argument& argument) {
    if (!argument.value || !argument.name.empty()) refuse(e);
    if (auto open = open_arithmetic(*argument.value)) return *open;
    const auto given = as_stored(value(*argument.value), dialect_);
    if (is_text(given) || given.type == Type::kDate || given.type == Type::kDateTime) refuse(e);
    return as_double(given, dialect_);
  };
  const auto left = operand(e.arguments[0]), right = operand(e.arguments[1]);
  --depth_;
  return made("(" + left.sql + " " + e.text + " " + right.sql + ")", Type::kFloat64, {left, right});
}

SqlValue SqlExpressions::arithmetic(const Expression& e, const Arguments& a) {
  if (auto open = open_arithmetic(e)) {  // NaN goes through sums and products: it ends here
    open->sql = sql_without_nan(open->sql, dialect_);
    return *open;
  }
  const auto type = field_of(e).type;
  if (a.empty() || a.size() > 2 || !is_arithmetic_text(e.text)) refuse(e);
  const auto left = as_stored(value(*a[0]), dialect_);
  if (is_text(left) || left.type == Type::kDate || left.type == Type::kDateTime) refuse(e);
  const bool in_whole = type == Type::kInt32 || type == Type::kInt64;
  if (!in_whole && type != Type::kFloat64) refuse(e);
  const auto operand = [&](const SqlValue& value) {
    return in_whole ? sql_whole(value.sql, dialect_) : as_double(value, dialect_).sql;
  };
  if (a.size() == 1) {
    if (e.text == "+") return to_type(left, type, e);
    auto result = made("(-" + operand(left) + ")", type, {left});
    return in_whole && type == Type::kInt64 ? whole(result, e) : result;
  }
  const auto right = as_stored(value(*a[1]), dialect_);
  if (is_text(right) || right.type == Type::kDate || right.type == Type::kDateTime) refuse(e);
  auto result =
      made("(" + operand(left) + " " + e.text + " " + operand(right) + ")", type, {left, right});
  if (in_whole) return whole(result, e);
  result.sql = sql_without_nan(result.sql, dialect_);
  return result;
}

SqlValue SqlExpressions::quotient(const Expression& e, const Arguments& a) {
  if (a.size() != 2 || field_of(e).type != Type::kFloat64) refuse(e);
  const auto numerator = number(*a[0], e);
  const auto divisor = number(*a[1], e);
  const bool by_constant = a[1]->kind == Expression::Kind::kNumber && a[1]->number != 0;
  if (by_constant)
    return made(sql_without_nan("(" + numerator.sql + " / " + divisor.sql + ")", dialect_),
                Type::kFloat64, {numerator, divisor});
  const auto x = twice(numerator), y = twice(divisor);
  std::string sql;
  switch (dialect_) {
    case SqlDialect::kSqlServer:  // x / 0 is infinite, which is no number there: an error
      sql = "(CASE WHEN " + x.sql + " <> 0 OR " + y.sql + " <> 0 THEN " + x.sql + " / " + y.sql +
            " END)";
      break;
    case SqlDialect::kPostgres:
      sql = "(CASE WHEN " + y.sql + " <> 0 THEN " +
            sql_without_nan("(" + x.sql + " / " + y.sql + ")", dialect_) + " WHEN " + x.sql +
            " <> 0 THEN " + x.sql + " * (CASE WHEN CAST(" + y.sql +
            " AS text) = '-0' THEN '-Infinity' WHEN " + y.sql +
            " = 0 THEN 'Infinity' END)::float8 END)";
      break;
    case SqlDialect::kSqlite:  // of a zero only the arc tangent tells the sign
      sql = "(CASE WHEN " + y.sql + " <> 0 THEN " + x.sql + " / " + y.sql + " WHEN " + y.sql +
            " = 0 AND " + x.sql + " <> 0 THEN " + x.sql + " * (CASE WHEN ATAN2(" + y.sql +
            ", -1) < 0 THEN -9e999 ELSE 9e999 END) END)";
      break;
  }
  return made(std::move(sql), Type::kFloat64, {x, y});
}

SqlValue SqlExpressions::whole_quotient(const Expression& e, const Arguments& a) {
  if (a.size() != 2) refuse(e);
  const auto type = field_of(e).type;
  const auto operand = [&](const Expression& part) {
    if (part.kind == Expression::Kind::kNumber && std::fabs(part.number) < 0x1p31 &&
        std::floor(part.number) == part.number)
      return made(sql_whole(std::to_string(static_cast<std::int64_t>(part.number)), dialect_),
                  Type::kInt32, {});
    auto given = as_stored(value(part), dialect_);
    if (!is_whole(given) || given.type == Type::kInt64)
      refuse(e, "it is exact for whole numbers of 32 bits alone");
    return given;
  };
  // A divisor of 0 is missing for integers, and for numbers NaN or infinite.
  const auto x = twice(operand(*a[0])), y = twice(operand(*a[1]));
  if (type != Type::kInt32 && (a[1]->kind != Expression::Kind::kNumber || a[1]->number == 0))
    refuse(e, "the divisor is no constant");
  const auto rest = "(((" + x.sql + " % " + y.sql + ") + " + y.sql + ") % " + y.sql + ")";
  auto result = made(
      "(CASE WHEN " + y.sql + " <> 0 THEN " +
          (e.text == "%%" ? rest : "((" + x.sql + " - " + rest + ") / " + y.sql + ")") + " END)",
      Type::kInt32, {x, y});
  return type == Type::kFloat64 ? as_double(result, dialect_) : result;
}

SqlValue SqlExpressions::power(const Expression& e, const Arguments& a) {
  if (a.size() != 2 || field_of(e).type != Type::kFloat64) refuse(e);
  const auto x = twice(number(*a[0], e));
  if (a[1]->kind == Expression::Kind::kNumber && a[1]->number == 2)
    return made("(" + x.sql + " * " + x.sql + ")", Type::kFloat64, {x});
  const auto y = twice(number(*a[1], e));
  // Where both are finite; the rest is an error of the server, or a case of its own.
  std::string sql = "(CASE WHEN " + y.sql + " = 0 OR " + x.sql + " = 1 THEN 1e0 WHEN " + x.sql +
                    " < 0 AND " + x.sql + " >= -1.7976931348623157e308 AND " + y.sql +
                    " <> FLOOR(" + y.sql + ") THEN NULL ELSE POWER(" + x.sql + ", " + y.sql +
                    ") END)";
  return made(std::move(sql), Type::kFloat64, {x, y});
}

SqlValue SqlExpressions::comparison(const Expression& e, const Arguments& a) {
  if (a.size() != 2) refuse(e);
  const auto left = as_stored(value(*a[0]), dialect_), right = as_stored(value(*a[1]), dialect_);
  const std::string op = e.text == "==" ? "=" : e.text == "!=" ? "<>" : e.text;
  const bool equality = op == "=" || op == "<>";
  if (is_text(left) != is_text(right)) refuse(e, "texts and numbers are compared");
  if (is_text(left)) {
    if (!equality && (is_factor(left.type) || is_factor(right.type)))
      refuse(e, "the order of levels is not the server's");
    if (dialect_ != SqlDialect::kSqlServer)
      return test("(" + left.sql + " " + op + " " + right.sql + ")", {left, right});
    if (!equality) refuse(e, "it orders texts by units of UTF-16, and 'a' as 'a '");
    const auto x = twice(left), y = twice(right);
    // Spaces at the end count.
    const auto equal =
        "(" + x.sql + " = " + y.sql + " AND DATALENGTH(" + x.sql + ") = DATALENGTH(" + y.sql + "))";
    return test(op == "=" ? equal : "(NOT " + equal + ")", {x, y});
  }
  const auto is_time = [](const SqlValue& v) {
    return v.type == Type::kDate || v.type == Type::kDateTime;
  };
  if (is_time(left) || is_time(right)) {
    if (left.type != right.type) refuse(e, "a time is compared with what is none");
    return test("(" + left.sql + " " + op + " " + right.sql + ")", {left, right});
  }
  if (is_whole(left) && is_whole(right))
    return test("(" + left.sql + " " + op + " " + right.sql + ")", {left, right});
  // A whole number of 64 bits is compared with a double as it is: exact as a double where that is
  // a small constant.
  const auto small = [](const Expression& part) {
    return part.kind == Expression::Kind::kNumber && part.text.empty() &&
           std::fabs(part.number) < 0x1p53;
  };
  if ((left.type == Type::kInt64 && !small(*a[1])) || (right.type == Type::kInt64 && !small(*a[0])))
    refuse(e, "whole numbers of 64 bits are compared with doubles");
  return test(
      "(" + as_double(left, dialect_).sql + " " + op + " " + as_double(right, dialect_).sql + ")",
      {left, right});
}

SqlValue SqlExpressions::negation(const Expression& e, const Arguments& a) {
  if (a.size() != 1) refuse(e);
  const auto x = value(*a[0]);
  if (is_text(x)) refuse(e);
  const auto condition = as_condition(x, dialect_);
  return test("(NOT " + condition.sql + ")", {condition});
}

SqlValue SqlExpressions::both_or_either(const Expression& e, const Arguments& a) {
  if (a.size() != 2) refuse(e);
  const auto left = value(*a[0]), right = value(*a[1]);
  if (is_text(left) || is_text(right)) refuse(e);
  const auto x = as_condition(left, dialect_), y = as_condition(right, dialect_);
  return test("(" + x.sql + (e.text == "&" ? " AND " : " OR ") + y.sql + ")", {x, y});
}

SqlValue SqlExpressions::exclusive(const Expression& e, const Arguments& a) {
  if (a.size() != 2) refuse(e);
  const auto left = value(*a[0]), right = value(*a[1]);
  if (is_text(left) || is_text(right)) refuse(e);
  const auto x = twice(as_condition(left, dialect_)), y = twice(as_condition(right, dialect_));
  return test("(" + x.sql + " <> " + y.sql + ")", {x, y});
}

SqlValue SqlExpressions::choice(const Expression& e, const Arguments& a) {
  if (a.size() != 3) refuse(e);
  const auto type = field_of(e).type;
  const auto given = value(*a[0]);
  if (is_text(given)) refuse(e);
  const auto condition = as_condition(twice(given), dialect_);
  const auto yes = to_type(value(*a[1]), type, e), no = to_type(value(*a[2]), type, e);
  return made("(CASE WHEN " + condition.sql + " THEN " + yes.sql + " WHEN NOT " + condition.sql +
                  " THEN " + no.sql + " END)",
              type, {condition, yes, no});
}

SqlValue SqlExpressions::is_missing(const Expression& e, const Arguments& a) {
  if (a.size() != 1) refuse(e);
  const auto x = as_stored(value(*a[0]), dialect_);
  return test("(" + x.sql + " IS NULL)", {x});
}

SqlValue SqlExpressions::complete(const Expression& e, const Arguments& a) {
  if (a.empty()) refuse(e);
  auto all = test("", {});
  for (const auto& each : a) {
    const auto x = as_stored(value(*each), dialect_);
    all = test((all.sql.empty() ? "(" : all.sql + " AND ") + x.sql + " IS NOT NULL", {all, x});
  }
  all.sql += ")";
  return all;
}

SqlValue SqlExpressions::among(const Expression& e, const Arguments& a) {
  if (a.size() != 2) refuse(e);
  const auto x = twice(as_stored(value(*a[0]), dialect_));
  const auto set = items(*a[1]);
  const bool texts = set.type() == Type::kString || is_factor(set.type());
  if (texts != is_text(x)) refuse(e, "texts and numbers are compared");
  if (x.type == Type::kDate || x.type == Type::kDateTime || set.type() == Type::kDate ||
      set.type() == Type::kDateTime)
    refuse(e, "times are looked up");
  std::string list;
  bool missing = false;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set.is_missing(i)) {
      missing = true;
      continue;
    }
    std::string item;
    if (texts) {
      const auto text =
          set.type() == Type::kString
              ? std::string(set.string_at(i))
              : (*set.levels())[static_cast<std::size_t>(set.values<std::int32_t>()[i])];
      item = quoted_text(text, dialect_);
      if (dialect_ == SqlDialect::kSqlServer) {
        list += (list.empty() ? "(" : " OR (") + x.sql + " = " + item + " AND DATALENGTH(" + x.sql +
                ") = DATALENGTH(" + item + "))";
        continue;
      }
    } else if (is_whole(x)) {
      const double number = set.number_at(i);
      if (set.type() != Type::kInt64 &&
          (std::floor(number) != number || std::fabs(number) >= 0x1p53))
        continue;  // no whole number that a row may have, or one that is written another way
      item = set.type() == Type::kInt64 ? std::to_string(set.values<std::int64_t>()[i])
                                        : std::to_string(static_cast<std::int64_t>(number));
    } else {
      if (set.type() == Type::kInt64) refuse(e, "doubles are looked up among 64-bit numbers");
      item = sql_number(set.number_at(i), dialect_);
    }
    list += (list.empty() ? "" : ", ") + item;
  }
  const auto found = list.empty()                                  ? std::string("1 = 0")
                     : texts && dialect_ == SqlDialect::kSqlServer ? "(" + list + ")"
                                                                   : x.sql + " IN (" + list + ")";
  return test(missing ? "(" + x.sql + " IS NULL OR " + found + ")"
                      : "(" + x.sql + " IS NOT NULL AND " + found + ")",
              {x});
}

SqlValue SqlExpressions::mathematics(const Expression& e, const Arguments& a) {
  if (a.size() != 1) refuse(e, "it has more than one argument");
  const auto type = field_of(e).type;
  const auto& f = e.text;
  const auto given = as_stored(value(*a[0]), dialect_);
  if (is_text(given) || given.type == Type::kDate || given.type == Type::kDateTime) refuse(e);
  if (type == Type::kInt32 && (f == "abs" || f == "sign" || f == "round" || f == "floor" ||
                               f == "ceiling" || f == "trunc")) {
    if (f == "abs") return made("ABS(" + given.sql + ")", type, {given});
    if (f == "sign") return made("SIGN(" + given.sql + ")", type, {given});
    return to_type(given, type, e);
  }
  if (type != Type::kFloat64) refuse(e);
  auto x = as_double(given, dialect_);
  const auto result = [&](std::string sql) { return made(std::move(sql), type, {x}); };
  const bool server = dialect_ == SqlDialect::kSqlServer;
  if (f == "abs" || f == "floor" || f == "ceiling")
    return result((f == "abs" ? "ABS(" : f == "floor" ? "FLOOR(" : "CEILING(") + x.sql + ")");
  if (f == "trunc") return result(server ? "ROUND(" + x.sql + ", 0, 1)" : "TRUNC(" + x.sql + ")");
  if (f == "atan") return result("ATAN(" + x.sql + ")");
  x = twice(x);
  const auto when = [&](const std::string& condition, const std::string& value) {
    return "(CASE WHEN " + x.sql + " " + condition + " THEN " + value + " END)";
  };
  if (f == "sign")
    return result("(CASE WHEN " + x.sql + " > 0 THEN 1e0 WHEN " + x.sql + " < 0 THEN -1e0 WHEN " +
                  x.sql + " = 0 THEN 0e0 END)");
  if (f == "sqrt") return result(when(">= 0", "SQRT(" + x.sql + ")"));
  if (f == "sin" || f == "cos")
    return result(when("BETWEEN -1e15 AND 1e15", (f == "sin" ? "SIN(" : "COS(") + x.sql + ")"));
  if (f == "exp") {
    // Beyond these the result is infinite or 0 whatever the last digits; some engines end there.
    const std::string above = server ? "EXP(" + x.sql + ")" : sql_number(INFINITY, dialect_);
    return result("(CASE WHEN " + x.sql + " > 7.0978e2 THEN " + above + " WHEN " + x.sql +
                  " < -7.083e2 THEN " + (server ? "EXP(" + x.sql + ")" : "0e0") + " ELSE EXP(" +
                  x.sql + ") END)");
  }
  if (f == "log" || f == "log10") {
    const std::string name = f == "log" ? (server ? "LOG(" : "LN(") : server ? "LOG10(" : "LOG(";
    if (server) return result(when(">= 0", name + x.sql + ")"));
    return result("(CASE WHEN " + x.sql + " > 0 THEN " + name + x.sql + ") WHEN " + x.sql +
                  " = 0 THEN " + sql_number(-INFINITY, dialect_) + " END)");
  }
  if (f == "round") {  // half to even
    const auto low = twice(result("FLOOR(" + x.sql + ")"));
    const auto l = low.sql;
    return made("(CASE WHEN " + x.sql + " - " + l + " < 5e-1 THEN " + l + " WHEN " + x.sql + " - " +
                    l + " > 5e-1 THEN " + l + " + 1 WHEN " + l + " - 2 * FLOOR(" + l +
                    " / 2e0) = 0 THEN " + l + " WHEN " + l + " IS NOT NULL THEN " + l + " + 1 END)",
                type, {x, low});
  }
  refuse(e);
}

SqlValue SqlExpressions::smallest(const Expression& e, const Arguments& a) {
  if (a.size() < 2) refuse(e);
  const auto type = field_of(e).type;
  if (type == Type::kString || is_factor(type)) refuse(e);
  auto least = twice(to_type(value(*a[0]), type, e));
  for (std::size_t i = 1; i < a.size(); ++i) {
    const auto next = twice(to_type(value(*a[i]), type, e));
    least = twice(made("(CASE WHEN " + least.sql + (e.text == "pmin" ? " <= " : " >= ") + next.sql +
                           " THEN " + least.sql + " WHEN " + least.sql + " IS NOT NULL AND " +
                           next.sql + " IS NOT NULL THEN " + next.sql + " END)",
                       type, {least, next}));
  }
  return least;
}

SqlValue SqlExpressions::cut(const Expression& e, const Arguments& a) {
  const auto field = field_of(e);
  if (!is_factor(field.type) || !field.levels || a.size() < 2 || !e.arguments[0].name.empty() ||
      (!e.arguments[1].name.empty() && e.arguments[1].name != "breaks"))
    refuse(e);
  bool right = true, lowest = false;
  for (std::size_t i = 2; i < a.size(); ++i) {
    const auto& name = e.arguments[i].name;
    if (name == "labels" || name == "dig.lab" || name == "ordered_result") continue;
    if ((name != "right" && name != "include.lowest") || a[i]->kind != Expression::Kind::kLogical)
      refuse(e, "of its arguments only breaks, labels, right and include.lowest are known");
    (name == "right" ? right : lowest) = a[i]->number != 0;
  }
  const auto x = twice(number(*a[0], e));
  const auto given = items(*a[1]);
  std::vector<double> breaks(given.size());
  if (given.type() == Type::kString) refuse(e);
  given.numbers(breaks.data());
  std::ranges::sort(breaks);
  if (breaks.size() != field.levels->size() + 1) refuse(e);
  std::string sql = "(CASE";
  for (std::size_t i = 0; i + 1 < breaks.size(); ++i) {
    const bool first = i == 0, last = i + 2 == breaks.size();
    const bool low_in = !right || (lowest && first), high_in = right || (lowest && last);
    std::string bounds;
    const auto bound = [&](double at, const char* op, bool inside) {
      if (std::isinf(at) && (dialect_ == SqlDialect::kSqlServer)) return;
      bounds += (bounds.empty() ? "" : " AND ") + x.sql + " " + op + (inside ? "= " : " ") +
                sql_number(at, dialect_);
    };
    bound(breaks[i], ">", low_in);
    bound(breaks[i + 1], "<", high_in);
    if (bounds.empty()) bounds = x.sql + " IS NOT NULL";
    sql += " WHEN " + bounds + " THEN " + quoted_text((*field.levels)[i], dialect_);
  }
  auto result = made(sql + " END)", field.type, {x});
  result.levels = field.levels;
  return result;
}

SqlValue SqlExpressions::conversion(const Expression& e, const Arguments& a) {
  if (a.size() != 1) refuse(e);
  const auto type = field_of(e).type;
  const auto x = as_stored(value(*a[0]), dialect_);
  if (x.type == Type::kDate || x.type == Type::kDateTime) refuse(e);
  if (e.text == "as.character") {
    if (is_text(x)) return made(x.sql, Type::kString, {x});
    if (x.type == Type::kLogical)
      return made(
          "(CASE WHEN " + x.sql + " <> 0 THEN 'TRUE' WHEN " + x.sql + " = 0 THEN 'FALSE' END)",
          Type::kString, {x});
    if (is_whole(x) && dialect_ != SqlDialect::kSqlServer)
      return made(sql_text(x.sql, dialect_), Type::kString, {x});
    refuse(e, "numbers are written in another way");
  }
  if (is_text(x)) {
    if (e.text == "as.logical" || !x.levels || x.levels->size() > 1000) refuse(e);
    const auto named = twice(x);  // codes of a factor
    std::string sql = "(CASE " + named.sql;
    if (dialect_ == SqlDialect::kSqlServer) refuse(e);
    for (std::size_t i = 0; i < x.levels->size(); ++i)
      sql += " WHEN " + quoted_text((*x.levels)[i], dialect_) + " THEN " + std::to_string(i + 1);
    return to_type(made(sql + " END)", Type::kInt32, {named}), type, e);
  }
  if (type == Type::kLogical)
    return made(as_stored(test("(" + x.sql + " <> 0)", {x}), dialect_).sql, type, {x});
  if (type == Type::kInt32 && !is_whole(x)) {
    const auto named = twice(x);
    const auto cut_off = dialect_ == SqlDialect::kSqlServer ? "ROUND(" + named.sql + ", 0, 1)"
                                                            : "TRUNC(" + named.sql + ")";
    return made("(CASE WHEN " + named.sql + " > -2147483648e0 AND " + named.sql +
                    " < 2147483648e0 THEN " + sql_whole(cut_off, dialect_) + " END)",
                type, {named});
  }
  if (type == Type::kInt32 && x.type == Type::kInt64) {
    const auto named = twice(x);
    return made("(CASE WHEN " + named.sql + " BETWEEN -2147483647 AND 2147483647 THEN " +
                    named.sql + " END)",
                type, {named});
  }
  if (type == Type::kInt64) return to_type(x, x.type, e);
  return to_type(x, type, e);
}

SqlValue SqlExpressions::pasted(const Expression& e, const Arguments& a) {
  std::string between = e.text == "paste" ? " " : "";
  std::vector<SqlValue> parts;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!e.arguments[i].name.empty()) {
      if (e.arguments[i].name != "sep" || a[i]->kind != Expression::Kind::kString) refuse(e);
      between = a[i]->text;
      continue;
    }
    auto x = as_stored(value(*a[i]), dialect_);
    if (!is_text(x)) {
      if (!is_whole(x) || x.type == Type::kLogical || dialect_ == SqlDialect::kSqlServer)
        refuse(e, "numbers are written in another way");
      x.sql = sql_text(x.sql, dialect_);
    }
    x.sql = "COALESCE(" + x.sql + ", " + quoted_text("NA", dialect_) + ")";
    parts.push_back(x);
  }
  if (parts.empty() || dialect_ == SqlDialect::kSqlServer)
    refuse(e, "SQL Server cuts what is longer than 4000 characters");
  auto all = made(parts[0].sql, Type::kString, {parts[0]});
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (!between.empty()) all.sql = sql_joined(all.sql, quoted_text(between, dialect_), dialect_);
    all = made(sql_joined(all.sql, parts[i].sql, dialect_), Type::kString, {all, parts[i]});
  }
  return all;
}

SqlValue SqlExpressions::part_of_text(const Expression& e, const Arguments& a) {
  if (dialect_ == SqlDialect::kSqlServer) refuse(e, "it counts characters in units of UTF-16");
  const auto x = value(*a[0]);
  if (!is_text(x)) refuse(e);
  if (e.text == "startsWith") {
    if (a.size() != 2 || a[1]->kind != Expression::Kind::kString || a[1]->text.empty() ||
        is_factor(x.type))
      refuse(e);
    std::size_t characters = 0;
    for (const char c : a[1]->text) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return test("(SUBSTR(" + x.sql + ", 1, " + std::to_string(characters) +
                    ") = " + quoted_text(a[1]->text, dialect_) + ")",
                {x});
  }
  const auto position = [&](const Expression& part) {
    if ((part.kind != Expression::Kind::kNumber && part.kind != Expression::Kind::kInteger) ||
        std::floor(part.number) != part.number || std::fabs(part.number) > 1e6 || part.number < 1)
      refuse(e, "a position is no constant above 0");
    return static_cast<std::int64_t>(part.number);
  };
  if (a.size() != 3) refuse(e);
  const auto first = position(*a[1]), last = position(*a[2]);
  if (last < first) refuse(e);
  return made("SUBSTR(" + x.sql + ", " + std::to_string(first) + ", " +
                  std::to_string(last - first + 1) + ")",
              Type::kString, {x});
}

}  // namespace insitu
