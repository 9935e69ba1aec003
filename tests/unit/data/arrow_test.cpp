#include "data/arrow.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>

#include "base/error.hpp"
#include "data/frame_source.hpp"

namespace insitu {
namespace {

/// An Arrow array made by hand, whose release is counted.
struct Made {
  std::vector<std::vector<char>> buffers;
  std::vector<const void*> pointers;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
  ArrowArray dictionary{};
  int* released = nullptr;
};

template <class T>
std::vector<char> raw(std::vector<T> values) {
  std::vector<char> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}
std::vector<char> raw(std::string_view text) { return {text.begin(), text.end()}; }

void release(ArrowArray* array) {
  auto* made = static_cast<Made*>(array->private_data);
  for (auto& child : made->children)
    if (child.release) child.release(&child);
  if (made->dictionary.release) made->dictionary.release(&made->dictionary);
  if (made->released) ++*made->released;
  delete made;
  array->release = nullptr;
}

ArrowArray array(std::int64_t length, std::vector<std::vector<char>> buffers,
                 std::int64_t offset = 0, std::int64_t nulls = -1) {
  auto* made = new Made{.buffers = std::move(buffers)};
  for (auto& buffer : made->buffers)
    made->pointers.push_back(buffer.empty() ? nullptr : buffer.data());
  return {.length = length,
          .null_count = nulls,
          .offset = offset,
          .n_buffers = static_cast<std::int64_t>(made->pointers.size()),
          .n_children = 0,
          .buffers = made->pointers.data(),
          .children = nullptr,
          .dictionary = nullptr,
          .release = release,
          .private_data = made};
}

ArrowArray table(std::int64_t length, std::vector<ArrowArray> columns, int* released = nullptr,
                 std::int64_t offset = 0) {
  auto* made = new Made{.children = std::move(columns), .released = released};
  for (auto& child : made->children) made->child_pointers.push_back(&child);
  made->pointers = {nullptr};
  return {.length = length,
          .null_count = 0,
          .offset = offset,
          .n_buffers = 1,
          .n_children = static_cast<std::int64_t>(made->children.size()),
          .buffers = made->pointers.data(),
          .children = made->child_pointers.data(),
          .dictionary = nullptr,
          .release = release,
          .private_data = made};
}

ArrowArray with_dictionary(ArrowArray indices, ArrowArray values) {
  auto* made = static_cast<Made*>(indices.private_data);
  made->dictionary = values;
  indices.dictionary = &made->dictionary;
  return indices;
}

/// Schemas by hand: they own nothing and need no release.
struct SchemaOf {
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema> dictionaries;
  std::vector<ArrowSchema*> pointers;
  std::vector<std::string> names;
  ArrowSchema schema{};

  explicit SchemaOf(const std::vector<std::pair<const char*, const char*>>& formats,
                    std::int64_t flags = 2) {
    children.resize(formats.size());
    dictionaries.resize(formats.size());
    names.resize(formats.size());
    for (std::size_t i = 0; i < formats.size(); ++i) {
      names[i] = "c" + std::to_string(i);
      children[i] = {.format = formats[i].first,
                     .name = names[i].c_str(),
                     .metadata = nullptr,
                     .flags = flags,
                     .n_children = 0,
                     .children = nullptr,
                     .dictionary = nullptr,
                     .release = nullptr,
                     .private_data = nullptr};
      if (formats[i].second) {
        dictionaries[i] = {.format = formats[i].second,
                           .name = "",
                           .metadata = nullptr,
                           .flags = 2,
                           .n_children = 0,
                           .children = nullptr,
                           .dictionary = nullptr,
                           .release = nullptr,
                           .private_data = nullptr};
        children[i].dictionary = &dictionaries[i];
      }
      pointers.push_back(&children[i]);
    }
    schema = {.format = "+s",
              .name = "",
              .metadata = nullptr,
              .flags = 0,
              .n_children = static_cast<std::int64_t>(children.size()),
              .children = pointers.data(),
              .dictionary = nullptr,
              .release = nullptr,
              .private_data = nullptr};
  }
  SchemaOf(const SchemaOf&) = delete;
  SchemaOf& operator=(const SchemaOf&) = delete;
};

Chunk import_one(const char* format, ArrowArray column, std::int64_t rows,
                 const char* dictionary = nullptr, std::int64_t flags = 2) {
  const SchemaOf schema({{format, dictionary}}, flags);
  auto batch = table(rows, {column});
  return chunk_from_arrow(&batch, schema.schema,
                          std::make_shared<const Schema>(fields_from_arrow(schema.schema)));
}

std::vector<double> numbers(const Column& column) {
  std::vector<double> out(column.size());
  column.numbers(out.data());
  return out;
}

void expect_numbers(const Column& column, const std::vector<double>& expected) {
  const auto found = numbers(column);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_TRUE(found[i] == expected[i] || (std::isnan(found[i]) && std::isnan(expected[i])))
        << i << ": " << found[i] << " != " << expected[i];
}

const double kMissing = missing_value<double>();

/// Validity 1, 0, 1, 1 from bit 1 on (bit 0 belongs to a row before the slice).
const std::vector<char> kSecondMissing = {static_cast<char>(0b11010)};

template <class T>
void expect_integers(const char* format, Type type) {
  const auto chunk =
      import_one(format, array(4, {kSecondMissing, raw(std::vector<T>{99, 1, 2, 3, 4})}, 1), 4);
  EXPECT_EQ(chunk.columns[0].type(), type) << format;
  expect_numbers(chunk.columns[0], {1, kMissing, 3, 4});
}

TEST(Arrow, EveryNumberTypeIsReadWithNullsAndOffset) {
  expect_integers<std::int8_t>("c", Type::kInt16);
  expect_integers<std::uint8_t>("C", Type::kInt16);
  expect_integers<std::int16_t>("s", Type::kInt16);
  expect_integers<std::uint16_t>("S", Type::kUInt16);
  expect_integers<std::int32_t>("i", Type::kInt32);
  expect_integers<std::uint32_t>("I", Type::kInt64);
  expect_integers<std::int64_t>("l", Type::kInt64);
  expect_integers<std::uint64_t>("L", Type::kFloat64);
  expect_integers<float>("f", Type::kFloat32);
  expect_integers<double>("g", Type::kFloat64);
  expect_integers<std::int32_t>("tdD", Type::kDate);
}

TEST(Arrow, HalfFloatsAreReadExactly) {
  const auto chunk = import_one(
      "e",
      array(6,
            {{}, raw(std::vector<std::uint16_t>{0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x7e00})}),
      6);
  expect_numbers(chunk.columns[0], {1, -2, 0x1p-24, 65504, INFINITY, kMissing});
}

TEST(Arrow, BitsBecomeLogicals) {
  const auto chunk =
      import_one("b", array(4, {kSecondMissing, {static_cast<char>(0b01110)}}, 1), 4);
  EXPECT_EQ(chunk.columns[0].type(), Type::kLogical);
  expect_numbers(chunk.columns[0], {1, kMissing, 1, 0});
}

TEST(Arrow, ANullColumnIsAllMissing) {
  const auto chunk = import_one("n", array(3, {}), 3);
  EXPECT_EQ(chunk.columns[0].type(), Type::kLogical);
  expect_numbers(chunk.columns[0], {kMissing, kMissing, kMissing});
}

TEST(Arrow, TimesOfEveryUnitBecomeSeconds) {
  for (const auto& [format, unit] :
       {std::pair{"tss:", 1LL}, {"tsm:", 1000LL}, {"tsu:", 1000000LL}, {"tsn:", 1000000000LL}}) {
    const auto chunk =
        import_one(format, array(2, {{}, raw(std::vector<std::int64_t>{5 * unit, -3 * unit})}), 2);
    EXPECT_EQ(chunk.columns[0].type(), Type::kDateTime);
    expect_numbers(chunk.columns[0], {5, -3});
  }
  const SchemaOf schema({{"tsu:Europe/Paris", nullptr}});
  EXPECT_EQ(fields_from_arrow(schema.schema)[0].time_zone, "Europe/Paris");
  const auto fraction =
      import_one("tsn:", array(1, {{}, raw(std::vector<std::int64_t>{1700000000500000000})}), 1);
  expect_numbers(fraction.columns[0], {1700000000.5});
}

TEST(Arrow, MillisecondDatesBecomeDays) {
  const auto chunk =
      import_one("tdm", array(2, {{}, raw(std::vector<std::int64_t>{86400000, -86400000})}), 2);
  EXPECT_EQ(chunk.columns[0].type(), Type::kDate);
  expect_numbers(chunk.columns[0], {1, -1});
}

TEST(Arrow, DecimalsAreRoundedCorrectly) {
  const auto one = import_one(
      "d:10,2", array(3, {{}, raw(std::vector<std::int64_t>{12345, 0, -1, -1, 0, 1})}), 3);
  expect_numbers(one.columns[0], {123.45, -0.01, 184467440737095516.16});
  const auto wide =
      import_one("d:76,1,256", array(1, {{}, raw(std::vector<std::int64_t>{-15, -1, -1, -1})}), 1);
  expect_numbers(wide.columns[0], {-1.5});
  const auto narrow =
      import_one("d:5,1,32", array(2, {{}, raw(std::vector<std::int32_t>{-15, 7})}), 2);
  expect_numbers(narrow.columns[0], {-1.5, 0.7});
}

void expect_texts(const Column& column) {
  ASSERT_EQ(column.type(), Type::kString);
  EXPECT_EQ(column.string_at(0), "a");
  EXPECT_TRUE(column.is_missing(1));
  EXPECT_EQ(column.string_at(2), "");
  EXPECT_FALSE(column.is_missing(2));
  EXPECT_EQ(column.string_at(3), "longer than twelve");
}

TEST(Arrow, StringsOfThreeLayoutsReadTheSame) {
  expect_texts(import_one("u",
                          array(4,
                                {kSecondMissing, raw(std::vector<std::int32_t>{0, 1, 2, 3, 3, 21}),
                                 raw("xa?longer than twelve")},
                                1),
                          4)
                   .columns[0]);
  expect_texts(import_one("U",
                          array(4,
                                {kSecondMissing, raw(std::vector<std::int64_t>{0, 1, 2, 3, 3, 21}),
                                 raw("xa?longer than twelve")},
                                1),
                          4)
                   .columns[0]);
  std::vector<std::int32_t> views = {1, 'x', 0, 0, 1, 'a', 0,  0, 0, 0,
                                     0, 0,   0, 0, 0, 0,   18, 0, 0, 1};
  expect_texts(import_one("vu",
                          array(4,
                                {kSecondMissing, raw(views), raw("?longer than twelve"),
                                 raw(std::vector<std::int64_t>{19})},
                                1),
                          4)
                   .columns[0]);
}

template <class T>
void expect_codes(const char* format) {
  auto indices = array(4, {kSecondMissing, raw(std::vector<T>{0, 1, 0, 0, 1})}, 1);
  const auto chunk = import_one(
      format,
      with_dictionary(indices, array(2, {{}, raw(std::vector<std::int32_t>{0, 1, 3}), raw("abb")})),
      4, "u");
  const auto& column = chunk.columns[0];
  ASSERT_EQ(column.type(), Type::kFactor) << format;
  EXPECT_EQ(*column.levels(), (std::vector<std::string>{"a", "bb"}));
  expect_numbers(column, {1, kMissing, 0, 1});
}

TEST(Arrow, DictionariesOfEveryIndexTypeBecomeFactors) {
  expect_codes<std::int8_t>("c");
  expect_codes<std::uint8_t>("C");
  expect_codes<std::int16_t>("s");
  expect_codes<std::uint16_t>("S");
  expect_codes<std::int32_t>("i");
  expect_codes<std::uint32_t>("I");
  expect_codes<std::int64_t>("l");
  expect_codes<std::uint64_t>("L");
}

TEST(Arrow, AMissingOrDoubledLevelIsNoLevel) {
  auto indices = array(4, {{}, raw(std::vector<std::int8_t>{0, 1, 2, 3})});
  auto values = array(
      4, {{static_cast<char>(0b1101)}, raw(std::vector<std::int64_t>{0, 1, 1, 2, 3}), raw("aba")});
  const auto chunk =
      import_one("c", with_dictionary(indices, values), 4, "U", ARROW_FLAG_DICTIONARY_ORDERED);
  EXPECT_EQ(chunk.columns[0].type(), Type::kOrdered);
  EXPECT_EQ(*chunk.columns[0].levels(), (std::vector<std::string>{"a", "b"}));
  expect_numbers(chunk.columns[0], {0, kMissing, 1, 0});
}

TEST(Arrow, NumbersWithoutNullsAndStringsAreNotCopied) {
  auto column = array(3, {{}, raw(std::vector<double>{1, 2, 3})}, 1);
  const auto* values = static_cast<const double*>(column.buffers[1]);
  column.length = 2;
  const auto chunk = import_one("g", column, 2);
  EXPECT_EQ(chunk.columns[0].data(), values + 1);
  ArrowArray out;
  chunk_to_arrow(chunk, &out);
  EXPECT_EQ(out.children[0]->buffers[1], values + 1);
  out.release(&out);
}

TEST(Arrow, TheArrayIsReleasedOnceAndOnlyWithItsLastColumn) {
  int released = 0;
  const SchemaOf schema({{"g", nullptr}, {"i", nullptr}});
  Column kept;
  {
    auto batch = table(2,
                       {array(2, {{}, raw(std::vector<double>{1, 2})}),
                        array(2, {{}, raw(std::vector<std::int32_t>{1, 2})})},
                       &released);
    auto chunk = chunk_from_arrow(&batch, schema.schema,
                                  std::make_shared<const Schema>(fields_from_arrow(schema.schema)));
    EXPECT_EQ(batch.release, nullptr);
    kept = chunk.columns[1].slice(1, 1);
  }
  EXPECT_EQ(released, 0);
  kept = {};
  EXPECT_EQ(released, 1);
}

TEST(Arrow, RowsOfASlicedTableAreThoseOfTheSlice) {
  const SchemaOf schema({{"i", nullptr}});
  auto batch =
      table(2, {array(5, {{}, raw(std::vector<std::int32_t>{0, 1, 2, 3, 4, 5})}, 1)}, nullptr, 2);
  const auto chunk = chunk_from_arrow(
      &batch, schema.schema, std::make_shared<const Schema>(fields_from_arrow(schema.schema)));
  expect_numbers(chunk.columns[0], {3, 4});
}

TEST(Arrow, DamagedArraysAreRefused) {
  const auto refuse = [](const char* format, ArrowArray column, std::int64_t rows,
                         const char* dictionary = nullptr) {
    EXPECT_THROW(import_one(format, column, rows, dictionary), DataError) << format;
  };
  refuse("i", array(-1, {{}, raw(std::vector<std::int32_t>{1})}), 1);
  refuse("i", array(1, {{}, raw(std::vector<std::int32_t>{1})}), 2);
  refuse("i", array(1, {{}, raw(std::vector<std::int32_t>{1})}, -1), 1);
  refuse("i", array(1, {{}}), 1);
  refuse("i", array(1, {{}, {}}), 1);
  refuse("u", array(2, {{}, raw(std::vector<std::int32_t>{0, 5, 2}), raw("abcdef")}), 2);
  refuse("u", array(1, {{}, raw(std::vector<std::int32_t>{-4, 2}), raw("abcdef")}), 1);
  refuse("u", array(1, {{}, raw(std::vector<std::int32_t>{0, 2}), {}}), 1);
  refuse("U", array(1, {{}, raw(std::vector<std::int64_t>{0, 1LL << 40}), raw("abcdef")}), 1);
  refuse("vu",
         array(1, {{},
                   raw(std::vector<std::int32_t>{13, 0, 1, 0}),
                   raw("0123456789abcdef"),
                   raw(std::vector<std::int64_t>{16})}),
         1);
  refuse("vu",
         array(1, {{},
                   raw(std::vector<std::int32_t>{13, 0, 0, 9}),
                   raw("0123456789abcdef"),
                   raw(std::vector<std::int64_t>{16})}),
         1);
  refuse(
      "vu",
      array(1,
            {{}, raw(std::vector<std::int32_t>{-1, 0, 0, 0}), raw(std::vector<std::int64_t>{16})}),
      1);
  const auto one_level = [] {
    return array(1, {{}, raw(std::vector<std::int32_t>{0, 1}), raw("a")});
  };
  refuse("i", with_dictionary(array(1, {{}, raw(std::vector<std::int32_t>{1})}), one_level()), 1,
         "u");
  refuse("c", with_dictionary(array(1, {{}, raw(std::vector<std::int8_t>{-1})}), one_level()), 1,
         "u");
  refuse("i", array(1, {{}, raw(std::vector<std::int32_t>{0})}), 1, "u");
}

TEST(Arrow, TypesWithoutCounterpartAreNamed) {
  for (const auto* format : {"z", "+l", "ttu", "tiM", "w:4", "d:x", "tsq:", "+us:0"}) {
    const SchemaOf schema({{format, nullptr}});
    try {
      fields_from_arrow(schema.schema);
      FAIL() << format;
    } catch (const DataError& failure) {
      EXPECT_NE(std::string(failure.what()).find("'c0'"), std::string::npos);
      EXPECT_NE(std::string(failure.what()).find(format), std::string::npos);
    }
  }
  const SchemaOf number({{"i", nullptr}});
  EXPECT_THROW(fields_from_arrow(number.children[0]), DataError);
}

/// One column of every type, with a missing value in the middle.
Chunk every_type() {
  std::vector<Field> fields;
  std::vector<Column> columns;
  const auto levels = make_levels({"low", "high"});
  const auto add = [&](Column column, Field field) {
    field.name = "v" + std::to_string(fields.size());
    field.type = column.type();
    field.levels = column.levels();
    fields.push_back(std::move(field));
    columns.push_back(std::move(column));
  };
  add(Column::own<std::uint8_t>(Type::kLogical, {1, 0xff, 0}), {});
  add(Column::own<std::int16_t>(Type::kInt16, {1, missing_value<std::int16_t>(), -3}), {});
  add(Column::own<std::uint16_t>(Type::kUInt16, {1, 65535, 3}), {});
  add(Column::own<std::int32_t>(Type::kInt32, {1, missing_value<std::int32_t>(), 3}),
      {.low = -1.5, .high = 3});
  add(Column::own<std::int64_t>(Type::kInt64, {1LL << 60, missing_value<std::int64_t>(), 3}), {});
  add(Column::own<float>(Type::kFloat32, {0.1f, NAN, 3}), {});
  add(Column::own<double>(Type::kFloat64, {0.1, NAN, 3}), {.description = "tenths"});
  StringBuilder builder;
  builder.append("é");
  builder.append_missing();
  builder.append("");
  add(builder.finish(), {});
  add(Column::own<std::int32_t>(Type::kFactor, {1, -1, 0}, levels), {});
  add(Column::own<std::int32_t>(Type::kOrdered, {0, -1, 1}, levels), {});
  add(Column::own<double>(Type::kDate, {19000, NAN, -1}), {});
  add(Column::own<double>(Type::kDateTime, {1.7e9 + 0.25, NAN, -0.5}),
      {.time_zone = "Asia/Shanghai"});
  return {std::make_shared<const Schema>(std::move(fields)), std::move(columns), 3, {}};
}

void expect_same(const Chunk& a, const Chunk& b) {
  ASSERT_EQ(a.schema->size(), b.schema->size());
  ASSERT_EQ(a.rows, b.rows);
  for (std::size_t c = 0; c < a.columns.size(); ++c) {
    const auto &x = a.columns[c], &y = b.columns[c];
    EXPECT_EQ((*a.schema)[c].name, (*b.schema)[c].name);
    EXPECT_EQ((*a.schema)[c].low, (*b.schema)[c].low);
    EXPECT_EQ((*a.schema)[c].high, (*b.schema)[c].high);
    EXPECT_EQ((*a.schema)[c].description, (*b.schema)[c].description);
    EXPECT_EQ((*a.schema)[c].time_zone, (*b.schema)[c].time_zone);
    ASSERT_EQ(x.type(), y.type()) << c;
    if (is_factor(x.type())) {
      EXPECT_EQ(*x.levels(), *y.levels());
    }
    for (std::size_t i = 0; i < a.rows; ++i) {
      ASSERT_EQ(x.is_missing(i), y.is_missing(i)) << c << ", " << i;
      if (x.is_missing(i)) continue;
      if (x.type() == Type::kString)
        EXPECT_EQ(x.string_at(i), y.string_at(i));
      else
        EXPECT_EQ(x.number_at(i), y.number_at(i)) << c << ", " << i;
    }
  }
}

TEST(Arrow, AStreamOfEveryTypeComesBackTheSame) {
  const auto chunk = every_type();
  int left = 2;
  ArrowArrayStream stream;
  export_stream(
      chunk.schema,
      [&]() -> std::optional<Chunk> {
        if (left-- == 0) return std::nullopt;
        return chunk;
      },
      &stream);
  const auto [schema, chunks] = import_stream(&stream);
  EXPECT_EQ(stream.release, nullptr);
  ASSERT_EQ(chunks.size(), 2u);
  expect_same(chunk, chunks[0]);
  expect_same(chunk, chunks[1]);
  EXPECT_EQ(chunks[1].from.first_row, 3);
}

TEST(Arrow, AnEmptyTableKeepsItsColumns) {
  const auto chunk = every_type();
  ArrowArrayStream stream;
  bool given = false;
  export_stream(
      chunk.schema,
      [&]() -> std::optional<Chunk> {
        if (std::exchange(given, true)) return std::nullopt;
        return slice(chunk, 0, 0);
      },
      &stream);
  const auto [schema, chunks] = import_stream(&stream);
  EXPECT_EQ(schema->names(), chunk.schema->names());
  EXPECT_EQ(FrameSource(schema, chunks).row_count(), 0);
}

TEST(Arrow, ExportedColumnsOutliveTheTableTheyWereMovedFrom) {
  ArrowArray out;
  chunk_to_arrow(every_type(), &out);
  ArrowArray moved = *out.children[3];
  out.children[3]->release = nullptr;
  out.release(&out);
  EXPECT_EQ(static_cast<const std::int32_t*>(moved.buffers[1])[2], 3);
  moved.release(&moved);
}

TEST(Arrow, AFailureBecomesTheStreamsErrorText) {
  ArrowArrayStream stream;
  export_stream(
      every_type().schema, []() -> std::optional<Chunk> { throw DataError("line 7 is bad"); },
      &stream);
  try {
    import_stream(&stream);
    FAIL();
  } catch (const DataError& failure) {
    EXPECT_NE(std::string(failure.what()).find("line 7 is bad"), std::string::npos);
  }
}

TEST(Arrow, LevelsOfAllBatchesFormOneList) {
  const auto schema =
      std::make_shared<const Schema>(std::vector<Field>{{.name = "f", .type = Type::kFactor}});
  std::vector<Chunk> parts;
  for (const auto& levels : {make_levels({"b", "a"}), make_levels({"c", "a"})})
    parts.push_back({schema, {Column::own<std::int32_t>(Type::kFactor, {0, 1}, levels)}, 2, {}});
  std::size_t next = 0;
  ArrowArrayStream stream;
  export_stream(
      schema,
      [&]() -> std::optional<Chunk> {
        if (next == parts.size()) return std::nullopt;
        return parts[next++];
      },
      &stream);
  const auto [found, chunks] = import_stream(&stream);
  EXPECT_EQ(*(*found)[0].levels, (std::vector<std::string>{"b", "a", "c"}));
  expect_numbers(chunks[0].columns[0], {0, 1});
  expect_numbers(chunks[1].columns[0], {2, 1});
  EXPECT_EQ(chunks[0].columns[0].levels(), chunks[1].columns[0].levels());
}

/// A stream of hand-made batches under a hand-made schema, which must outlive it.
struct HandMadeStream {
  const SchemaOf& schema;
  std::vector<ArrowArray> batches;
  std::size_t next = 0;
};

ArrowArrayStream stream_of(HandMadeStream& made) {
  return {.get_schema = [](ArrowArrayStream* stream, ArrowSchema* out) -> int {
            *out = static_cast<HandMadeStream*>(stream->private_data)->schema.schema;
            out->release = [](ArrowSchema* schema) { schema->release = nullptr; };
            return 0;
          },
          .get_next = [](ArrowArrayStream* stream, ArrowArray* out) -> int {
            auto& self = *static_cast<HandMadeStream*>(stream->private_data);
            *out = self.next < self.batches.size() ? self.batches[self.next++] : ArrowArray{};
            return 0;
          },
          .get_last_error = [](ArrowArrayStream*) -> const char* { return "none"; },
          .release = [](ArrowArrayStream* stream) { stream->release = nullptr; },
          .private_data = &made};
}

template <class T>
std::pair<SchemaPtr, std::vector<Chunk>> import_values(const char* format,
                                                       std::vector<std::vector<T>> batches,
                                                       std::vector<char> validity = {}) {
  const SchemaOf schema({{format, nullptr}});
  HandMadeStream made{schema, {}};
  for (auto& values : batches) {
    const auto rows = static_cast<std::int64_t>(values.size());
    made.batches.push_back(table(rows, {array(rows, {validity, raw(std::move(values))})}));
  }
  auto stream = stream_of(made);
  return import_stream(&stream);
}

template <class T>
void expect_widened(const char* format, std::vector<T> values, Type type,
                    const std::vector<double>& expected) {
  const auto [schema, chunks] = import_values<T>(format, {{1, 2}, std::move(values)});
  EXPECT_EQ((*schema)[0].type, type) << format;
  ASSERT_EQ(chunks.size(), 2u);
  EXPECT_EQ(chunks[0].columns[0].type(), type) << format;  // all pieces have one type
  expect_numbers(chunks[0].columns[0], {1, 2});
  expect_numbers(chunks[1].columns[0], expected);
}

// A13
TEST(Arrow, ExtremesOfAStreamAreValuesOfAWiderType) {
  expect_widened<std::int16_t>("s", {-32768, 7}, Type::kInt32, {-32768, 7});
  expect_widened<std::int16_t>("s", {-32767, 7}, Type::kInt16, {-32767, 7});
  expect_widened<std::uint16_t>("S", {65535}, Type::kInt32, {65535});
  expect_widened<std::uint16_t>("S", {65534}, Type::kUInt16, {65534});
  expect_widened<std::int32_t>("i", {INT32_MIN, 7}, Type::kInt64, {-2147483648.0, 7});
  expect_widened<std::int32_t>("i", {INT32_MAX, 7}, Type::kInt32, {2147483647.0, 7});
  expect_widened<std::uint32_t>("I", {UINT32_MAX}, Type::kInt64, {4294967295.0});
  expect_widened<std::uint64_t>("L", {1ULL << 62}, Type::kInt64, {0x1p62});
  expect_widened<std::int8_t>("c", {-128}, Type::kInt16, {-128});
  expect_widened<std::uint8_t>("C", {255}, Type::kInt16, {255});
}

TEST(Arrow, AMissingValueIsNoExtreme) {
  const auto [schema, chunks] =
      import_values<std::int32_t>("i", {{INT32_MIN, 5}}, {static_cast<char>(0b10)});
  EXPECT_EQ((*schema)[0].type, Type::kInt32);
  expect_numbers(chunks[0].columns[0], {kMissing, 5});
}

TEST(Arrow, NumbersBeyondSignedSixtyFourBitsAreToldWithColumnAndRow) {
  const auto expect_told = [](auto batches, const char* format, const char* words) {
    try {
      import_values(format, std::move(batches));
      ADD_FAILURE() << format;
    } catch (const DataError& failure) {
      EXPECT_NE(std::string(failure.what()).find("column 'c0' holds in row 4"), std::string::npos)
          << failure.what();
      EXPECT_NE(std::string(failure.what()).find(words), std::string::npos) << failure.what();
    }
  };
  expect_told(std::vector<std::vector<std::int64_t>>{{1, 2, 3}, {INT64_MIN}}, "l",
              "-9223372036854775808");
  expect_told(std::vector<std::vector<std::uint64_t>>{{1, 2, 3}, {1ULL << 63}}, "L",
              "above 9223372036854775807");
}

// A13, A28
TEST(Arrow, TimesAreCutTowardsThePast) {
  const auto seconds = [](const char* format, std::int64_t ticks) {
    const auto chunk = import_one(format, array(1, {{}, raw(std::vector<std::int64_t>{ticks})}), 1);
    return numbers(chunk.columns[0])[0];
  };
  EXPECT_EQ(seconds("tsn:", -1), -1e-6);
  EXPECT_EQ(seconds("tsn:", 999), 0);
  EXPECT_EQ(seconds("tsn:", -473385600000000001), -473385600.000001);
  EXPECT_EQ(seconds("tsm:", -1), -0.001);
  // The last microsecond of the year 9999 stays in it.
  EXPECT_LT(seconds("tsu:", 253402300799999999), 253402300800.0);
  EXPECT_GE(seconds("tsu:", 253402300799999999), 253402300799.0);
}

TEST(Arrow, MicrosecondsComeBackAsTheyWere) {
  std::vector<std::int64_t> micros;
  for (std::int64_t i = 0; i < 4000; ++i)  // to the year 2242, and as far before 1970
    micros.push_back((i - 2000) * 4294967296123LL + i * 7919);
  const auto rows = static_cast<std::int64_t>(micros.size());
  const auto chunk = import_one("tsu:", array(rows, {{}, raw(micros)}), rows);
  ArrowArray out;
  chunk_to_arrow(chunk, &out);
  const auto* back = static_cast<const std::int64_t*>(out.children[0]->buffers[1]);
  for (std::size_t i = 0; i < micros.size(); ++i) ASSERT_EQ(back[i], micros[i]) << i;
  out.release(&out);
}

TEST(Arrow, NumbersAndLogicalsInADictionaryAreLevelNames) {
  const auto levels = [](const char* values, std::vector<std::vector<char>> buffers) {
    const auto chunk =
        import_one("i",
                   with_dictionary(array(2, {{}, raw(std::vector<std::int32_t>{1, 0})}),
                                   array(2, std::move(buffers))),
                   2, values);
    return *chunk.columns[0].levels();
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(levels("l", {{}, raw(std::vector<std::int64_t>{9007199254740993, 9007199254740992})}),
            (Names{"9007199254740993", "9007199254740992"}));
  EXPECT_EQ(levels("i", {{}, raw(std::vector<std::int32_t>{INT32_MIN, 3})}),
            (Names{"-2147483648", "3"}));
  EXPECT_EQ(levels("f", {{}, raw(std::vector<float>{0.1f, 2})}), (Names{"0.1", "2"}));
  EXPECT_EQ(levels("b", {{}, {0b10}}), (Names{"FALSE", "TRUE"}));
}

}  // namespace
}  // namespace insitu
