#include "pushdown/questions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>

#include "base/error.hpp"
#include "base/named.hpp"
#include "pushdown/dialect.hpp"
#include "pushdown/row_columns.hpp"

namespace insitu {

namespace {

/// SQL Server takes 4,096 columns of a SELECT, SQLite 2,000, PostgreSQL 1,664.
constexpr std::size_t kMostSums = 1000;

class Writer {
 public:
  Writer(SqlRows& rows, const AggregateQuestion& question)
      : rows_(rows), question_(question), dialect_(rows.dialect()) {
    for (const auto& [name, text] : question.computed)
      rows_.transform(name, parse_expression(text, name));
    for (const auto& variable : question.variables) variables_.push_back(variable_of(variable));
    if (!question.weight.empty()) {
      const auto weight = rows_.column(question.weight);
      if (is_text(weight)) throw Unsupported("the weights are texts");
      weight_ = rows_.named(as_double(weight, dialect_)).sql;
    }
    for (const auto& value : question.values) plain_.push_back(plain(value));
  }

  std::vector<std::string> statements() {
    std::vector<std::string> all;
    for (std::size_t from = 0; from == 0 || from < question_.sums.size(); from += kMostSums)
      all.push_back(statement(from, std::min(from + kMostSums, question_.sums.size())));
    return all;
  }

  /// How many cells have fewer rows.
  std::string small_cells(std::int64_t fewest) {
    const auto keys = cell_keys("");
    auto text = with() + "SELECT " + std::string(sql_count(dialect_)) + " FROM (SELECT " +
                std::string(sql_count(dialect_)) + " AS n" + source();
    if (!keys.empty()) text += " GROUP BY " + joined(keys);
    return text + " HAVING " + std::string(sql_count(dialect_)) + " BETWEEN 1 AND " +
           std::to_string(fewest - 1) + ") AS small";
  }

  std::string all_rows() {
    return rows_.with() + "SELECT " + std::string(sql_count(dialect_)) + rows_.from() +
           rows_.where();
  }

  /// Columns of an answer before the sums: labels or codes of `by`, rows, rows of all.
  std::size_t leading() const {
    std::size_t columns = 1 + (question_.complete ? 1 : 0) + (tells_bad_weights() ? 1 : 0);
    for (const auto v : question_.by) columns += padded(v) ? 2 : 1;
    return columns;
  }

  /// Weights of the data may be negative; those that were computed are as they are meant.
  bool tells_bad_weights() const {
    return !weight_.empty() && std::ranges::find(question_.computed, question_.weight,
                                                 &std::pair<std::string, std::string>::first) ==
                                   question_.computed.end();
  }

  /// SQL Server compares 'a' and 'a ' as equal: their lengths tell them apart.
  bool padded(std::uint32_t v) const {
    return dialect_ == SqlDialect::kSqlServer &&
           question_.variables[v].kind == RowVariable::Kind::kLevels;
  }

 private:
  std::string variable_of(const RowVariable& variable) {
    const auto named = row_column(rows_, variable);
    types_.push_back(named.type);
    return named.sql;
  }

  bool whole(const RowValue& value) const {
    return value.whole && value.factors.size() == 1 &&
           (types_[value.factors[0]] == Type::kInt64 || types_[value.factors[0]] == Type::kInt32 ||
            types_[value.factors[0]] == Type::kInt16 || types_[value.factors[0]] == Type::kUInt16 ||
            types_[value.factors[0]] == Type::kLogical);
  }

  /// A value as it is, not counted from anything; "" for 1.
  std::string plain(const RowValue& value) const {
    if (whole(value)) return variables_[value.factors[0]];
    std::string product;
    for (const auto v : value.factors)
      product += (product.empty() ? "" : " * ") + sql_double(variables_[v], dialect_);
    return value.factors.size() > 1 ? "(" + product + ")" : product;
  }

  std::string centre_name(std::size_t v) const {
    return "m." + quoted_name("m" + std::to_string(v), dialect_);
  }

  std::string counted(std::size_t v) const {
    const auto& value = question_.values[v];
    switch (value.from) {
      case RowValue::Centre::kNone:
        break;
      case RowValue::Centre::kGiven:
        return "(" + plain_[v] + " - " + sql_number(value.centre, dialect_) + ")";
      case RowValue::Centre::kMean:
      case RowValue::Centre::kCellMean:
        return sql_double("(" + plain_[v] + " - " + centre_name(v) + ")", dialect_);
    }
    return whole(value) ? sql_double(plain_[v], dialect_) : plain_[v];
  }

  /// The mean that values are counted from.
  std::string mean(std::size_t v) const {
    const auto& value = question_.values[v];
    if (whole(value)) {
      const auto x = plain_[v];
      // Whole, and a double: so that differences are exact.
      switch (dialect_) {
        case SqlDialect::kSqlServer:
          return "CAST(CAST(AVG(CAST(" + x + " AS decimal(38, 0))) AS float) AS bigint)";
        case SqlDialect::kPostgres:
          return "CAST(CAST(ROUND(AVG(" + x + ")) AS float8) AS bigint)";
        case SqlDialect::kSqlite:
          return "CAST(ROUND(AVG(" + x + ")) AS INTEGER)";
      }
    }
    if (weight_.empty()) return "AVG(" + plain_[v] + ")";
    return "SUM(" + weight_ + " * " + plain_[v] + ") / NULLIF(SUM(CASE WHEN " + plain_[v] +
           " IS NOT NULL THEN " + weight_ + " END), 0)";
  }

  std::string sum(const RowSum& sum) const {
    std::string there, value;
    const auto require = [&](const std::string& condition) {
      there += (there.empty() ? "" : " AND ") + condition;
    };
    // Of complete rows all values are there.
    for (const auto v : sum.values)
      if (!plain_[v].empty() && !question_.complete) require(plain_[v] + " IS NOT NULL");
    if (sum.missing) there = there.empty() ? "1 = 0" : "NOT (" + there + ")";
    if (sum.with_weight && !question_.complete) require(weight_ + " IS NOT NULL");
    if (sum.nonzero) require(weight_ + " <> 0");
    const auto when = [&](const std::string& what) {
      return there.empty() ? what : "CASE WHEN " + there + " THEN " + what + " END";
    };
    switch (sum.of) {
      case RowSum::Of::kCount:
        return std::string(dialect_ == SqlDialect::kSqlServer ? "COUNT_BIG(" : "COUNT(") +
               when("1") + ")";
      case RowSum::Of::kCentre:
        return "MAX(" + centre_name(sum.values.at(0)) + ")";
      case RowSum::Of::kLow:
      case RowSum::Of::kHigh:
        return (sum.of == RowSum::Of::kLow ? "MIN(" : "MAX(") + when(plain_[sum.values.at(0)]) +
               ")";
      case RowSum::Of::kSum:
        break;
    }
    if (sum.weighted) value = weight_;
    if (!sum.missing)
      for (const auto v : sum.values)
        if (const auto one = counted(v); !one.empty()) value += (value.empty() ? "" : " * ") + one;
    if (value.empty()) value = "1e0";
    return "SUM(" + when(value) + ")";
  }

  static std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
  }

  std::vector<std::string> cell_keys(const std::string& of) const {
    std::vector<std::string> keys;
    for (const auto v : question_.by) {
      keys.push_back(of + variables_[v]);
      if (padded(v)) keys.push_back("DATALENGTH(" + of + variables_[v] + ")");
    }
    return keys;
  }

  /// " FROM ... WHERE ...": the rows that are summed.
  std::string source() const {
    std::set<std::string> there;
    if (question_.complete) {
      for (const auto& variable : variables_) there.insert(variable + " IS NOT NULL");
      if (!weight_.empty()) there.insert(weight_ + " IS NOT NULL");
    }
    const std::vector<std::string> conditions(there.begin(), there.end());
    return keeps_rows() ? kept() + SqlRows::joined_conditions(conditions)
                        : rows_.from() + rows_.where(conditions);
  }

  /// Columns that are computed for each row are computed once, and not for each of the SELECTs of a
  /// statement that read them. SQL Server has nothing for it within one.
  bool keeps_rows() const {
    return !question_.computed.empty() && dialect_ != SqlDialect::kSqlServer;
  }

  std::string kept() const { return " FROM " + quoted_name("insitu_rows", dialect_) + " AS t"; }

  std::string with() const {
    auto text = rows_.with();
    if (!keeps_rows()) return text;
    std::set<std::string> columns;
    const auto add = [&](const std::string& value) {
      if (value.starts_with('"')) columns.insert(value);  // else a constant
    };
    for (const auto& variable : variables_) add(variable);
    add(weight_);
    if (columns.empty()) columns.insert("1 AS c0");
    text.pop_back();
    return text + ", " + quoted_name("insitu_rows", dialect_) + " AS MATERIALIZED (SELECT " +
           joined({columns.begin(), columns.end()}) + rows_.from() + rows_.where() + ") ";
  }

  std::string statement(std::size_t first, std::size_t last) {
    const auto keys = cell_keys("");
    // The means first, by a SELECT over the same rows: one statement, one snapshot.
    std::string means;
    bool by_cell = false;
    for (std::size_t v = 0; v < question_.values.size(); ++v) {
      const auto from = question_.values[v].from;
      if (from != RowValue::Centre::kMean && from != RowValue::Centre::kCellMean) continue;
      by_cell = by_cell || (from == RowValue::Centre::kCellMean && !keys.empty());
      means += (means.empty() ? "" : ", ") + mean(v) + " AS " +
               quoted_name("m" + std::to_string(v), dialect_);
    }
    auto text = with() + "SELECT ";
    for (const auto& key : keys) text += key + ", ";
    text += std::string(sql_count(dialect_)) + " AS n";
    if (question_.complete)
      text += ", (SELECT " + std::string(sql_count(dialect_)) +
              (keeps_rows() ? kept() : rows_.counted_from()) + ") AS n_all";
    if (tells_bad_weights())
      text += ", (SELECT COUNT(CASE WHEN " + weight_ + " < 0 OR " + weight_ +
              " > 1.7976931348623157e308" +
              (question_.whole_weights ? " OR " + weight_ + " <> FLOOR(" + weight_ + ")" : "") +
              " THEN 1 END)" + (keeps_rows() ? kept() : rows_.from() + rows_.where()) +
              ") AS n_bad";
    for (std::size_t i = first; i < last; ++i)
      text +=
          ", " + sum(question_.sums[i]) + " AS " + quoted_name("s" + std::to_string(i), dialect_);
    if (means.empty()) {
      text += source();
    } else if (!by_cell) {
      text +=
          " FROM (SELECT *" + source() + ") AS r CROSS JOIN (SELECT " + means + source() + ") AS m";
    } else {
      std::string selected, on;
      std::size_t k = 0;
      for (const auto& key : keys) {
        const auto name = quoted_name("k" + std::to_string(k++), dialect_);
        selected += key + " AS " + name + ", ";
        on += (on.empty() ? "" : " AND ") + key + " = m." + name;
      }
      text += " FROM (SELECT *" + source() + ") AS r LEFT JOIN (SELECT " + selected + means +
              source() + " GROUP BY " + joined(keys) + ") AS m ON " + on;
    }
    if (!keys.empty()) text += " GROUP BY " + joined(keys);
    return text;
  }

  SqlRows& rows_;
  const AggregateQuestion& question_;
  SqlDialect dialect_;
  std::vector<std::string> variables_, plain_;
  std::vector<Type> types_;
  std::string weight_;
};

/// Counts may come as any numbers; engines and drivers differ.
std::int64_t count_at(const Column& column, std::size_t row) {
  if (column.type() == Type::kString)
    throw DataError("an answer has texts where numbers should be");
  if (column.is_missing(row)) return 0;
  if (column.type() == Type::kInt64) return column.values<std::int64_t>()[row];
  const double count = column.number_at(row);
  return std::fabs(count) < 0x1p63 ? std::llround(count) : 0;
}

/// The code of a group's key.
class Codes {
 public:
  explicit Codes(const RowVariable& variable) : variable_(variable) {
    for (std::size_t i = 0; i < variable.levels.size(); ++i)
      positions_.emplace(variable.levels[i], static_cast<std::int32_t>(i));
  }
  std::int32_t of(const Column& column, std::size_t row) const {
    if (column.is_missing(row)) return -1;
    if (variable_.kind == RowVariable::Kind::kRange)
      return static_cast<std::int32_t>(count_at(column, row));
    if (column.type() != Type::kString)
      throw DataError("the labels of `" + variable_.text + "` are no texts");
    const std::string label(column.string_at(row));
    if (const auto found = positions_.find(label); found != positions_.end()) return found->second;
    if (variable_.others >= 0 || !variable_.unknown_is_error) return variable_.others;
    throw DataError("the rows have changed: the variable `" + variable_.text +
                    "` has the new level '" + label + "'");
  }

 private:
  const RowVariable& variable_;
  std::unordered_map<std::string, std::int32_t> positions_;
};

std::int64_t bytes_of(const Column& column) {
  if (column.type() == Type::kString)
    return column.size() ? column.string_offsets()[column.size()] - column.string_offsets()[0] : 0;
  return static_cast<std::int64_t>(column.size()) * type_width(column.type());
}

}  // namespace

std::vector<std::string> question_statements(SqlRows& rows, const AggregateQuestion& question) {
  return Writer(rows, question).statements();
}

AggregateAnswer ask_question(SqlConnection& connection, SqlRows& rows,
                             const AggregateQuestion& question, const AskOptions& options,
                             SqlTraffic& traffic, RunControl& control) {
  Writer writer(rows, question);
  const auto run = [&](const std::string& text, const std::function<void(const Chunk&)>& use) {
    if (options.statements) options.statements->push_back(text);
    ++traffic.statements;
    connection.query(
        {text},
        [&](const Chunk& chunk) {
          traffic.rows += static_cast<std::int64_t>(chunk.rows);
          for (const auto& column : chunk.columns) traffic.bytes += bytes_of(column);
          use(chunk);
        },
        control);
  };
  if (options.min_group_size > 1) {
    std::int64_t small = 0;
    run(writer.small_cells(options.min_group_size), [&](const Chunk& chunk) {
      if (chunk.rows > 0) small = count_at(chunk.columns.at(0), 0);
    });
    if (small > 0)
      throw InvalidArgument("`minGroupSize`: "_named + std::to_string(small) +
                            " groups have fewer than " + std::to_string(options.min_group_size) +
                            " rows, so that their sums are not told; take coarser factors or "
                            "select rows");
  }
  AggregateAnswer answer;
  bool told_all = false;
  std::vector<Codes> codes;
  for (const auto v : question.by) codes.emplace_back(question.variables[v]);
  std::map<std::pair<std::vector<std::int32_t>, std::vector<std::string>>, std::size_t> places;
  const auto changed = [] {
    return DataError("the rows have changed while they were summed: run the call again");
  };
  const auto statements = writer.statements();
  for (std::size_t part = 0; part < statements.size(); ++part) {
    std::vector<AggregateAnswer::Cell> cells;
    std::int64_t all = 0;
    run(statements[part], [&](const Chunk& chunk) {
      const auto leading = writer.leading();
      if (chunk.columns.size() < leading) throw DataError("an answer has too few columns");
      for (std::size_t row = 0; row < chunk.rows; ++row) {
        auto& cell = cells.emplace_back();
        std::size_t at = 0;
        for (std::size_t k = 0; k < question.by.size(); ++k) {
          const auto& column = chunk.columns[at++];
          if (writer.padded(question.by[k])) ++at;
          if (question.distinct_labels) {
            cell.codes.push_back(column.is_missing(row) ? -1 : 0);
            cell.labels.emplace_back(column.is_missing(row) ? "" : column.string_at(row));
          } else {
            cell.codes.push_back(codes[k].of(column, row));
          }
        }
        cell.rows = count_at(chunk.columns[at++], row);
        if (question.complete) all = count_at(chunk.columns[at++], row), told_all = true;
        if (writer.tells_bad_weights()) answer.bad_weights = count_at(chunk.columns[at++], row);
        for (; at < chunk.columns.size(); ++at) {
          const auto& column = chunk.columns[at];
          cell.counts.push_back(count_at(column, row));
          cell.sums.push_back(column.number_at(row));
        }
      }
    });
    // Codes that several labels share (others) are one cell.
    std::vector<std::size_t> seen;
    for (auto& cell : cells) {
      const auto key = std::pair(cell.codes, cell.labels);
      const auto [place, is_new] = places.emplace(key, answer.cells.size());
      if (is_new) {
        if (part > 0) throw changed();
        answer.cells.push_back(std::move(cell));
        continue;
      }
      auto& into = answer.cells[place->second];
      if (part == 0) throw Unsupported("labels outside of the levels are told apart by the server");
      if (into.rows != cell.rows) throw changed();
      into.sums.insert(into.sums.end(), cell.sums.begin(), cell.sums.end());
      into.counts.insert(into.counts.end(), cell.counts.begin(), cell.counts.end());
      seen.push_back(place->second);
    }
    if (part > 0 && (seen.size() != answer.cells.size() || all != answer.all_rows)) throw changed();
    if (part == 0) answer.all_rows = all;
  }
  if (question.complete && !told_all)
    run(writer.all_rows(),
        [&](const Chunk& chunk) { answer.all_rows = count_at(chunk.columns.at(0), 0); });
  std::ranges::sort(answer.cells, {},
                    [](const auto& cell) { return std::pair(cell.codes, cell.labels); });
  return answer;
}

}  // namespace insitu
