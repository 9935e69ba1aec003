// Random expressions over random rows: what a server computes is what the engine computes.
#include "pushdown/expressions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "pushdown/dialect.hpp"
#include "unit/pushdown/connections.hpp"

namespace insitu {
namespace {

using testing::connections;

/// Columns of every type with missing, infinite and far values.
Chunk sample(std::size_t rows, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::vector<double> x, y;
  std::vector<std::int32_t> i, j, f;
  std::vector<std::int64_t> big;
  std::vector<std::uint8_t> l;
  StringBuilder s;
  const std::vector<double> special = {0.0, 1.0,  -1.0,     2.5,       3.5, 1e300, -7.25, 1e-9,
                                       0.5, -0.5, INFINITY, -INFINITY, NAN, 1e15,  42};
  const std::vector<std::string> texts = {"a", "A",  "b",    "",    " ",  "ä",
                                          "é", "a ", "it's", "\\n", "NA", "zz"};
  for (std::size_t row = 0; row < rows; ++row) {
    const auto number = [&] {
      return pick(3) ? static_cast<double>(static_cast<std::int64_t>(random() % 2000) - 1000) / 8
                     : special[pick(special.size())];
    };
    x.push_back(number());
    y.push_back(number());
    i.push_back(pick(8)   ? static_cast<std::int32_t>(pick(41)) - 20
                : pick(2) ? missing_value<std::int32_t>()
                          : 2147483647);
    j.push_back(pick(8) ? static_cast<std::int32_t>(pick(7)) - 3 : missing_value<std::int32_t>());
    f.push_back(pick(8) ? static_cast<std::int32_t>(pick(3)) : -1);
    big.push_back(pick(8) ? (std::int64_t{1} << 53) + static_cast<std::int64_t>(pick(5))
                          : missing_value<std::int64_t>());
    l.push_back(pick(8) ? static_cast<std::uint8_t>(pick(2)) : missing_value<std::uint8_t>());
    pick(8) ? s.append(texts[pick(texts.size())]) : s.append_missing();
  }
  Chunk chunk;
  chunk.rows = rows;
  const auto levels = make_levels({"low", "mid", "hi gh"});
  chunk.columns = {Column::own(Type::kFloat64, x),
                   Column::own(Type::kFloat64, y),
                   Column::own(Type::kInt32, i),
                   Column::own(Type::kInt32, j),
                   Column::own(Type::kInt64, big),
                   Column::own(Type::kLogical, l),
                   s.finish(),
                   Column::own(Type::kFactor, f, levels)};
  chunk.schema = std::make_shared<const Schema>(
      std::vector<Field>{{.name = "x"},
                         {.name = "y"},
                         {.name = "i", .type = Type::kInt32},
                         {.name = "j", .type = Type::kInt32},
                         {.name = "big", .type = Type::kInt64},
                         {.name = "l", .type = Type::kLogical},
                         {.name = "s", .type = Type::kString},
                         {.name = "f", .type = Type::kFactor, .levels = levels}});
  return chunk;
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}
  std::string number(int depth) {
    if (depth == 0)
      return one_of(
          {"x", "y", "i", "j", "x", "2", "0", "0.5", "3L", "-1", "NA", "1e3", "as.numeric(l)"});
    switch (pick(9)) {
      case 0:
      case 1:
        return "(" + number(depth - 1) + one_of({" + ", " - ", " * ", " / "}) + number(depth - 1) +
               ")";
      case 2:
        return one_of({"abs(", "sqrt(", "floor(", "ceiling(", "exp(", "log(", "sign(", "trunc(",
                       "round(", "atan(", "log10(", "-(", "as.integer(", "as.numeric("}) +
               number(depth - 1) + ")";
      case 3:
        return "ifelse(" + test(depth - 1) + ", " + number(depth - 1) + ", " + number(depth - 1) +
               ")";
      case 4:
        return one_of({"pmin(", "pmax("}) + number(depth - 1) + ", " + number(depth - 1) + ")";
      case 5:
        return "(" + one_of({"i", "j", "(i + j)"}) + one_of({" %% ", " %/% "}) +
               one_of({"j", "3L", "-2L", "7"}) + ")";
      case 6:
        return "(" + number(depth - 1) + "^" + one_of({"2", "0.5", "3", "0", "i"}) + ")";
      case 7:
        return "as.integer(f)";
      default:
        return number(depth - 1);
    }
  }
  std::string test(int depth) {
    if (depth == 0)
      return one_of({"l", "is.na(x)", "s == \"a\"", "f != \"mid\"", "TRUE", "NA", "big > 5",
                     "s %in% c(\"a\", \"it's\", NA)", "i %in% c(1, 2, 5.5)", "f %in% c(\"low\")",
                     "s < \"b\"", "startsWith(s, \"a\")", "big == big", "x %in% c(0.5, 1, NA)"});
    switch (pick(6)) {
      case 0:
        return "(" + test(depth - 1) + one_of({" & ", " | "}) + test(depth - 1) + ")";
      case 1:
        return "!(" + test(depth - 1) + ")";
      case 2:
        return "xor(" + test(depth - 1) + ", " + test(depth - 1) + ")";
      case 3:
        return "is.na(" + (pick(2) ? number(depth - 1) : text(depth - 1)) + ")";
      case 4:
        return "complete.cases(x, " + number(depth - 1) + ")";
      default:
        return "(" + number(depth - 1) + one_of({" < ", " <= ", " > ", " >= ", " == ", " != "}) +
               number(depth - 1) + ")";
    }
  }
  std::string text(int depth) {
    if (depth == 0)
      return one_of({"s", "as.character(f)", "\"it's\"", "as.character(i)", "as.character(l)"});
    switch (pick(4)) {
      case 0:
        return "paste0(" + text(depth - 1) + ", " + text(depth - 1) + ")";
      case 1:
        return "ifelse(" + test(depth - 1) + ", " + text(depth - 1) + ", \"no\")";
      case 2:
        return "substr(" + text(depth - 1) + ", 1, 2)";
      default:
        return "as.character(cut(x, c(-Inf, -1, 0, 2.5, 100), right = " +
               one_of({"TRUE", "FALSE"}) + "))";
    }
  }
  std::string any(int depth) {
    const auto kind = pick(3);
    return kind == 0 ? number(depth) : kind == 1 ? test(depth) : text(depth);
  }

 private:
  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  std::string one_of(const std::vector<std::string>& all) { return all[pick(all.size())]; }
  std::mt19937_64 random_;
};

/// What the server says, as texts: numbers by 17 digits.
std::vector<testing::Cell> asked(SqlConnection& connection, SqlRows& rows, const SqlValue& given) {
  const auto value = as_stored(given, rows.dialect());
  SqlRows& ordered = rows;
  const auto id = ordered.column("rx_id");
  RunControl control;
  std::vector<testing::Cell> cells;
  connection.query(
      {rows.with() + "SELECT " + value.sql + rows.from() + rows.where() + " ORDER BY " + id.sql},
      [&](const Chunk& chunk) {
        const auto& column = chunk.columns[0];
        for (std::size_t i = 0; i < chunk.rows; ++i) {
          if (column.is_missing(i)) {
            cells.emplace_back();
          } else if (column.type() == Type::kString) {
            cells.emplace_back(column.string_at(i));
          } else {
            char text[64];
            std::snprintf(text, sizeof text, "%.17g", column.number_at(i));
            cells.emplace_back(text);
          }
        }
      },
      control);
  return cells;
}

SchemaPtr with_id(const Schema& schema) {
  auto fields = schema.fields();
  fields.push_back({.name = "rx_id", .type = Type::kInt32});
  return std::make_shared<const Schema>(std::move(fields));
}

/// Whether a step or a comparison may go the other way by the last digit of a function, which is
/// the server's own (docs/in-the-database.md): ceiling(log10(1e-9)).
bool by_last_digits(const std::string& text) {
  const auto has = [&](std::initializer_list<const char*> parts) {
    return std::ranges::any_of(
        parts, [&](const char* part) { return text.find(part) != std::string::npos; });
  };
  return has({"log", "exp(", "atan(", "sqrt(", "^"}) &&
         has({"floor(", "ceiling(", "trunc(", "round(", "as.integer(", "<", ">", "=="});
}

bool near(double a, double b) {
  return a == b || std::fabs(a - b) <= 1e-12 * std::max(std::fabs(a), std::fabs(b));
}

TEST(Expressions, ServersComputeWhatTheEngineComputes) {
  const auto data = sample(400, 7);
  const auto schema = with_id(*data.schema);
  const char* all = std::getenv("INSITU_TEST_ALL");  // empty in the normal run
  const int count = all && *all ? 20'000 : 1'200;
  for (const auto& connection : connections()) {
    testing::write_table(*connection, "rows", data);
    std::size_t computed = 0, refused = 0, failed = 0;
    Generator generator(11);
    for (int k = 0; k < count; ++k) {
      const auto text = generator.any(1 + k % 4);
      const auto expression = parse_expression(text, "test");
      Column expected;
      try {
        expected = evaluate(*expression, data, {}, "test");
      } catch (const InvalidArgument&) {
        continue;
      }
      SqlRows rows(connection->dialect(), quoted_name("rows", connection->dialect()), schema);
      std::vector<testing::Cell> cells;
      try {
        const auto value = rows.value(*expression);
        cells = asked(*connection, rows, value);
      } catch (const Unsupported&) {
        ++refused;
        continue;
      } catch (const DataError& error) {
        // Numbers out of range end a statement in PostgreSQL; rows are read then.
        const std::string why = error.what();
        ASSERT_TRUE(why.find("out of range") != std::string::npos ||
                    why.find("overflow") != std::string::npos ||
                    why.find("underflow") != std::string::npos ||
                    why.find("undefined") != std::string::npos ||
                    why.find("complex") != std::string::npos)
            << text << "\n"
            << why;
        ++failed;
        continue;
      }
      ASSERT_EQ(cells.size(), data.rows) << text;
      ++computed;
      for (std::size_t i = 0; i < data.rows; ++i) {
        const auto where = text + " in row " + std::to_string(i) + " of " + connection->engine();
        ASSERT_EQ(cells[i].has_value(), !expected.is_missing(i))
            << where << " " << cells[i].value_or("NULL");
        if (!cells[i]) continue;
        if (expected.type() == Type::kString)
          ASSERT_EQ(*cells[i], std::string(expected.string_at(i))) << where;
        else if (!by_last_digits(text))
          ASSERT_TRUE(near(std::strtod(cells[i]->c_str(), nullptr), expected.number_at(i)))
              << where << ": " << *cells[i] << " and " << expected.number_at(i);
      }
    }
    RecordProperty("computed_" + std::string(name_of(connection->dialect())),
                   static_cast<int>(computed));
    std::printf("%s: %zu computed, %zu refused, %zu ended by the server\n",
                connection->engine().c_str(), computed, refused, failed);
    EXPECT_GT(computed, static_cast<std::size_t>(count) / 3);
  }
}

TEST(Expressions, WhatHasNoCounterpartIsRefusedByName) {
  const auto schema = with_id(*sample(1, 1).schema);
  for (const auto* text : {"gsub(\"a\", \"b\", s)", "toupper(s)", "gamma(x)", "big + 1L == 3"}) {
    SqlRows rows(SqlDialect::kSqlite, "\"t\"", schema);
    EXPECT_THROW(rows.value(*parse_expression(text, "test")), Unsupported) << text;
  }
  SqlRows rows(SqlDialect::kSqlServer, "[t]", schema);
  EXPECT_THROW(rows.value(*parse_expression("s < \"b\"", "test")), Unsupported);
}

TEST(Expressions, EveryFunctionIsTranslatedOrRefused) {
  const auto known = SqlExpressions::functions();
  const auto portable = portable_functions();
  for (const auto& name : known)
    EXPECT_TRUE(name == "(" || std::ranges::find(portable, name) != portable.end()) << name;
}

}  // namespace
}  // namespace insitu
