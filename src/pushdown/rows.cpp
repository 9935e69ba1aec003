#include "pushdown/rows.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "pushdown/dialect.hpp"
#include "pushdown/expressions.hpp"

namespace insitu {

namespace {

/// A whole number of the table. The one that stands for a missing value here ends the statement, as
/// it is an error where rows are read: counted as missing it would change figures silently.
std::string whole_number(const Field& field, const std::string& column, const std::string& missing,
                         SqlDialect dialect) {
  const auto value = sql_whole(column, dialect);
  const auto text = quoted_text("the column '" + field.name + "' holds ", dialect);
  const auto why = quoted_text(", which marks a missing value here", dialect);
  std::string failing;
  switch (dialect) {
    case SqlDialect::kPostgres:
      failing = "CAST(" + text + " || " + value + " || " + why + " AS bigint)";
      break;
    case SqlDialect::kSqlServer:
      failing = "CAST(CONCAT(" + text + ", " + value + ", " + why + ") AS bigint)";
      break;
    case SqlDialect::kSqlite:  // only this has no result there: "integer overflow"
      failing = "abs(" + value + " - " + missing + " - 9223372036854775807 - 1)";
      break;
  }
  return "CASE WHEN " + value + " = " + missing + " THEN " + failing + " ELSE " + value + " END";
}

/// Seconds since 1970 of a column of times, as seconds_of_ticks: a time that lies far from 1970,
/// where doubles have few digits, stays in its second.
std::string seconds_of(const std::string& column, SqlDialect dialect) {
  const bool server = dialect == SqlDialect::kSqlServer;
  const auto date = [&](const char* text) {
    return server ? "CAST('" + std::string(text) + "' AS datetime2)"
                  : "'" + std::string(text) + "'";
  };
  const auto number = std::string("EXTRACT(EPOCH FROM " + column + ")");
  const std::string near_by =
      server ? "CAST(DATEDIFF_BIG(microsecond, '19700101', " + column + ") AS float) / 1e6"
             : "CAST(" + number + " AS float8)";
  const std::string whole =
      server ? "DATEDIFF_BIG(second, '19700101', " + column + ")" : "FLOOR(" + number + ")";
  const std::string far = server ? "CAST(" + whole + " AS float) + DATEPART(microsecond, " +
                                       column + ") / CAST(1000000 AS float)"
                                 : near_by;
  const auto next = sql_double(whole + " + 1", dialect);
  // Half of the distance to the neighbours of `next` and less than all of it: the one below.
  const auto below = next + " - ABS(" + next + ") * " + quoted_number(0x1p-53, dialect);
  return "CASE WHEN " + column + " > " + date("15000101") + " AND " + column + " < " +
         date("25000101") + " THEN " + near_by + " WHEN FLOOR(" + far + ") > " +
         sql_double(whole, dialect) + " THEN " + below + " ELSE " + far + " END";
}

/// A column of the table as the engine reads it.
std::string as_read(const Field& field, const std::string& column, SqlDialect dialect) {
  const auto whole = [&](const char* missing) {
    return whole_number(field, column, missing, dialect);
  };
  switch (field.type) {
    case Type::kLogical:
      if (dialect == SqlDialect::kPostgres) return "CAST(CAST(" + column + " AS boolean) AS int)";
      return dialect == SqlDialect::kSqlServer ? "CAST(" + column + " AS int)" : column;
    case Type::kInt16:
      return whole("-32768");
    case Type::kUInt16:
      return whole("65535");
    case Type::kInt32:
      return whole("-2147483648");
    case Type::kInt64:  // -9223372036854775808 is, in most engines, no constant of 64 bits
      return whole("(-9223372036854775807 - 1)");
    case Type::kFloat32:
    case Type::kFloat64:
      return sql_without_nan(sql_double(column, dialect), dialect);
    case Type::kString:
    case Type::kFactor:
    case Type::kOrdered:
      return sql_text(column, dialect);
    case Type::kDate:
      if (dialect == SqlDialect::kPostgres)
        return "CAST(CAST(" + column + " AS date) - DATE '1970-01-01' AS float8)";
      if (dialect == SqlDialect::kSqlServer)
        return "CAST(DATEDIFF(day, '19700101', " + column + ") AS float)";
      break;
    case Type::kDateTime:
      if (dialect == SqlDialect::kSqlite) break;
      return seconds_of(column, dialect);
  }
  throw Unsupported("the column '" + field.name + "' (" + std::string(type_name(field.type)) +
                    ") is not computed with in " + std::string(name_of(dialect)));
}

std::string numbered(std::string letter, std::size_t number) {
  return letter.append(std::to_string(number));
}

}  // namespace

SqlRows::SqlRows(SqlDialect dialect, std::string from, SchemaPtr schema)
    : dialect_(dialect),
      from_(std::move(from)),
      source_(std::move(schema)),
      schema_(source_),
      layers_(1) {}

void SqlRows::require_usable(const std::string& name) const {
  if (const auto found = refused_.find(name); found != refused_.end())
    throw Unsupported("the column '" + name + "' " + found->second);
}

SqlValue SqlRows::column(const std::string& name) {
  if (const auto found = columns_.find(name); found != columns_.end()) return found->second;
  require_usable(name);
  const auto& field = schema_->field(name);
  auto& layer = layers_[0];
  const auto alias = quoted_name(numbered("c", ++names_), dialect_);
  auto read = "t." + quoted_name(name, dialect_);
  if (const auto way = ways_.find(name); way != ways_.end())
    read = "CAST(" + read + " AS " + way->second + ")";
  layer.push_back({as_read(field, read, dialect_), alias});
  SqlValue value{
      .sql = alias, .type = field.type, .simple = true, .layer = 1, .levels = field.levels};
  columns_[name] = value;
  return value;
}

std::string SqlRows::untouched(const std::string& name) {
  (void)schema_->index(name);
  if (replaced_.contains(name)) return "";
  require_usable(name);
  auto alias = quoted_name(numbered("c", ++names_), dialect_);
  layers_[0].push_back({"t." + quoted_name(name, dialect_), alias});
  return alias;
}

SqlValue SqlRows::named(const SqlValue& given) {
  if (given.simple) return given;
  const auto value = as_stored(given, dialect_);
  if (const auto found = computed_.find(value.sql); found != computed_.end()) return found->second;
  const auto layer = std::max<std::size_t>(value.layer, 1);
  if (layers_.size() <= layer) layers_.resize(layer + 1);
  const auto alias = quoted_name(numbered("e", ++names_), dialect_);
  layers_[layer].push_back({value.sql, alias});
  auto result = value;
  result.sql = alias;
  result.simple = true;
  result.layer = layer + 1;
  computed_[value.sql] = result;
  return result;
}

SqlValue SqlRows::value(const Expression& expression) {
  return SqlExpressions(*this).value(expression);
}

void SqlRows::transform(const std::string& name, const ExpressionPtr& expression) {
  replaced_.insert(name);
  std::vector<Field> fields = schema_->fields();
  const auto at = std::ranges::find(fields, name, &Field::name);
  if (!expression || expression->kind == Expression::Kind::kNull) {
    if (at != fields.end()) fields.erase(at);
    columns_.erase(name);
  } else {
    auto field = result_field(*expression, *schema_, &objects_, name);
    auto computed = named(value(*expression));
    computed.type = field.type;
    computed.levels = field.levels;
    columns_[name] = computed;
    if (at != fields.end())
      *at = std::move(field);
    else
      fields.push_back(std::move(field));
  }
  schema_ = std::make_shared<const Schema>(std::move(fields));
}

void SqlRows::set(const std::string& name, const SqlValue& value) {
  const auto computed = named(value);
  replaced_.insert(name);
  columns_[name] = computed;
  std::vector<Field> fields = schema_->fields();
  Field field{.name = name, .type = computed.type, .levels = computed.levels};
  if (const auto at = std::ranges::find(fields, name, &Field::name); at != fields.end())
    *at = std::move(field);
  else
    fields.push_back(std::move(field));
  schema_ = std::make_shared<const Schema>(std::move(fields));
}

void SqlRows::declare_levels(const std::string& name, const Levels& levels,
                             bool others_are_missing) {
  std::vector<Field> fields = schema_->fields();
  auto& field = fields[schema_->index(name)];
  auto known = column(name);
  if (others_are_missing) {
    replaced_.insert(name);
    auto test = known;
    test.simple = false;
    test.sql = "(CASE WHEN " + sql_is_one_of(known.sql, *levels, dialect_) + " THEN " + known.sql +
               " END)";
    known = named(test);
  }
  if (field.type == Type::kString) field.type = Type::kFactor;
  field.levels = levels;
  known.type = field.type;
  known.levels = levels;
  columns_[name] = known;
  schema_ = std::make_shared<const Schema>(std::move(fields));
}

void SqlRows::keep(const SqlValue& condition) {
  conditions_.push_back(as_condition(named(condition), dialect_).sql);
}

void SqlRows::keep_complete(const std::vector<std::string>& columns) {
  for (const auto& name : columns) {
    auto present = as_stored(column(name), dialect_);
    present.sql = "(" + present.sql + " IS NOT NULL)";
    present.type = Type::kLogical;
    present.condition = true;
    present.simple = false;
    keep(present);
  }
}

/// Which layers engines must not put into those that use them: each name that is used twice doubles
/// what an expression is then. Few are cut off, because rows are copied there.
std::vector<bool> SqlRows::cuts() const {
  constexpr std::size_t kMost = 4000;
  std::vector<bool> cut(layers_.size(), false);
  std::map<std::string, std::size_t, std::less<>> sizes;
  const char first = dialect_ == SqlDialect::kSqlServer ? '[' : '"';
  const char last = dialect_ == SqlDialect::kSqlServer ? ']' : '"';
  const auto size_of = [&](const std::string& sql) {
    auto size = sql.size();
    for (auto at = sql.find(first); at != std::string::npos;) {
      const auto end = sql.find(last, at + 1);
      if (end == std::string::npos) break;
      const auto used = sizes.find(std::string_view(sql).substr(at, end - at + 1));
      if (used != sizes.end()) size += used->second;
      at = sql.find(first, end + 1);
    }
    return size;
  };
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    for (const auto& [sql, name] : layers_[i])
      if (i > 0 && size_of(sql) > kMost && !cut[i - 1]) {
        cut[i - 1] = true;
        sizes.clear();
      }
    std::map<std::string, std::size_t, std::less<>> added;
    for (const auto& [sql, name] : layers_[i]) added[name] = size_of(sql);
    sizes.merge(added);
  }
  return cut;
}

std::string SqlRows::with() const {
  // Named one after the other rather than nested: parsers are not deep. What is named may be used
  // several times in a statement, and is not to be stored for that.
  std::string text = "WITH ", from = from_;
  const auto cut = cuts();
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (layers_[i].empty() && i > 0) continue;
    std::string columns = i == 0 ? "" : "t.*";
    for (const auto& [sql, name] : layers_[i])
      columns.append(columns.empty() ? "" : ", ").append(sql).append(" AS ").append(name);
    if (columns.empty()) columns = "1 AS " + quoted_name("c0", dialect_);
    const auto name = quoted_name("insitu_" + std::to_string(i), dialect_);
    text.append(i > 0 ? ", " : "").append(name).append(" AS ");
    if (dialect_ != SqlDialect::kSqlServer) text += "NOT MATERIALIZED ";
    // A limit that is none: engines compute what lies within it by itself.
    const bool limited = cut[i], server = dialect_ == SqlDialect::kSqlServer;
    text.append(limited && server ? "(SELECT TOP (9223372036854775807) " : "(SELECT ");
    text.append(columns).append(" FROM ").append(from).append(" AS t");
    if (limited && !server)
      text += dialect_ == SqlDialect::kPostgres ? " OFFSET 0" : " LIMIT -1 OFFSET 0";
    text += ")";
    from = name;
  }
  return text + " ";
}

std::string SqlRows::from() const {
  auto last = layers_.size();
  while (last > 1 && layers_[last - 1].empty()) --last;
  return " FROM " + quoted_name("insitu_" + std::to_string(last - 1), dialect_) + " AS t";
}

std::string SqlRows::counted_from() const {
  return conditions_.empty() ? " FROM " + from_ + " AS t" : from() + where();
}

std::string SqlRows::where(const std::vector<std::string>& more) const {
  auto all = conditions_;
  all.insert(all.end(), more.begin(), more.end());
  return joined_conditions(all);
}

std::string SqlRows::joined_conditions(const std::vector<std::string>& conditions) {
  std::string text;
  for (const auto& each : conditions) text += (text.empty() ? " WHERE " : " AND ") + each;
  return text;
}

SqlValue as_condition(const SqlValue& value, SqlDialect) {
  if (value.condition) return value;
  auto result = value;
  result.sql = "(" + value.sql + " <> 0)";
  result.type = Type::kLogical;
  result.condition = true;
  result.simple = false;
  return result;
}

SqlValue as_stored(const SqlValue& value, SqlDialect dialect) {
  if (!value.condition) return value;
  auto result = value;
  if (dialect == SqlDialect::kPostgres)
    result.sql = "CAST(" + value.sql + " AS int)";
  else if (dialect == SqlDialect::kSqlServer)
    result.sql = "(CASE WHEN " + value.sql + " THEN 1 WHEN NOT " + value.sql + " THEN 0 END)";
  result.condition = false;
  result.simple = false;
  return result;
}

SqlValue as_double(const SqlValue& given, SqlDialect dialect) {
  auto value = as_stored(given, dialect);
  if (!is_whole(value)) return value;
  value.sql = sql_double(value.sql, dialect);
  value.type = Type::kFloat64;
  value.simple = false;
  return value;
}

bool is_text(const SqlValue& value) { return value.type == Type::kString || is_factor(value.type); }

bool is_whole(const SqlValue& value) {
  return value.type == Type::kLogical || value.type == Type::kInt16 ||
         value.type == Type::kUInt16 || value.type == Type::kInt32 || value.type == Type::kInt64;
}

}  // namespace insitu
