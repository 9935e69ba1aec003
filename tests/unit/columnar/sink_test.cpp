#include "base/find_worker.hpp"
#include "columnar_fixture.hpp"
#include "data/arrow.hpp"

namespace insitu {
namespace {

class ColumnarSinkTest : public ColumnarTest, public testing::WithParamInterface<ColumnFormat> {
 protected:
  ColumnFormat format() const { return GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Formats, ColumnarSinkTest,
                         testing::Values(ColumnFormat::kParquet, ColumnFormat::kOrc),
                         [](const auto& each) { return std::string(format_name(each.param)); });

/// Three rows of every type: two values and a missing one.
Chunk all_types() {
  std::vector<Field> fields;
  std::vector<Column> columns;
  const auto add = [&]<class T>(Type type, std::vector<T> values) {
    const auto levels = is_factor(type) ? make_levels({"low", "high"}) : nullptr;
    fields.push_back({.name = std::string(type_name(type)), .type = type, .levels = levels});
    if (type == Type::kDateTime) fields.back().time_zone = "Europe/Berlin";
    columns.push_back(Column::own(type, std::move(values), levels));
  };
  const double nan = missing_value<double>();
  add(Type::kLogical, std::vector<std::uint8_t>{1, 0, 0xff});
  add(Type::kInt16, std::vector<std::int16_t>{-32767, 32767, -32768});
  add(Type::kUInt16, std::vector<std::uint16_t>{0, 65534, 65535});
  add(Type::kInt32,
      std::vector<std::int32_t>{-2147483647, 2147483647, missing_value<std::int32_t>()});
  add(Type::kInt64, std::vector<std::int64_t>{-5, 1LL << 52, missing_value<std::int64_t>()});
  add(Type::kFloat32,
      std::vector<float>{0.1f, -std::numeric_limits<float>::infinity(), missing_value<float>()});
  add(Type::kFloat64, std::vector<double>{0.1, 5e-324, nan});
  add(Type::kFactor, std::vector<std::int32_t>{1, 0, kMissingCode});
  add(Type::kOrdered, std::vector<std::int32_t>{0, 1, kMissingCode});
  add(Type::kDate, std::vector<double>{-1, 19782, nan});
  add(Type::kDateTime, std::vector<double>{-1, 1709209800123457.0 / 1e6, nan});
  StringBuilder texts;
  texts.append("");
  texts.append("ä\n,\"");
  texts.append_missing();
  fields.push_back({.name = "character", .type = Type::kString});
  columns.push_back(texts.finish());
  return {std::make_shared<const Schema>(std::move(fields)), std::move(columns), 3, {}};
}

TEST_P(ColumnarSinkTest, EveryTypeComesBackAsItWas) {
  const auto rows = all_types();
  write(format(), path("a"), rows);
  const ColumnarSource source(format(), path("a"));
  EXPECT_TRUE(source.left_out().empty());
  ASSERT_EQ(source.schema()->names(), rows.schema->names());
  for (std::size_t c = 0; c < rows.columns.size(); ++c) {
    const auto& field = (*rows.schema)[c];
    SCOPED_TRACE(field.name);
    const auto expected = is_factor(field.type)         ? Type::kString
                          : field.type == Type::kUInt16 ? Type::kInt32
                                                        : field.type;
    EXPECT_EQ((*source.schema())[c].type, expected);
    const auto found = values(source, field.name);
    for (std::size_t i = 0; i < 3; ++i) {
      auto value = shown(rows.columns[c], i);
      if (is_factor(field.type) && value != "NA")
        value = "'" + (*field.levels)[static_cast<std::size_t>(std::stoi(value))] + "'";
      EXPECT_EQ(found.at(i), value);
    }
  }
}

// D4: the process that writes may outlive a killed caller, whose hidden file the next writer has
// collected.
TEST_P(ColumnarSinkTest, AFileThatIsGoneIsNotMadeAnew) {
  const auto& library = arrow_library();
  const auto collected = path("collected");
  for (const bool apart : {true, false}) {
    ArrowSchema columns{};
    schema_to_arrow(*counted(0, 1).schema, &columns);
    InsituArrowWriter* writer = nullptr;
    const auto kind = format() == ColumnFormat::kParquet ? INSITU_ARROW_PARQUET : INSITU_ARROW_ORC;
    EXPECT_NE(library.create(kind, collected.c_str(), &columns,
                             apart ? find_decoding_worker().c_str() : nullptr, &writer),
              0);
    library.destroy(writer);
    if (columns.release) columns.release(&columns);
    EXPECT_FALSE(std::filesystem::exists(collected));
  }
}

TEST_P(ColumnarSinkTest, TimesThatOthersCouldNotReadAreRefused) {
  const auto schema =
      std::make_shared<const Schema>(std::vector<Field>{{.name = "t", .type = Type::kDateTime}});
  const Chunk rows{schema, {Column::own(Type::kDateTime, std::vector<double>{-1 / 1e6})}, 1, {}};
  if (format() == ColumnFormat::kParquet) {
    write(format(), path("a"), rows);
    EXPECT_EQ(values(ColumnarSource(format(), path("a")), "t"),
              (std::vector<std::string>{shown(rows.columns[0], 0)}));
  } else {
    EXPECT_THROW(write(format(), path("a"), rows), DataError);
    EXPECT_FALSE(std::filesystem::exists(path("a")));
  }
}

TEST_P(ColumnarSinkTest, BlocksBecomeRowGroups) {
  const auto rows = counted(0, 1000);
  const auto target = sink(format(), path("a"), rows.schema, {.rows_per_block = 300});
  target->set_block_rows({10, 500});
  for (std::size_t begin = 0; begin < 1000; begin += 125) target->write(slice(rows, begin, 125));
  target->finish();
  const ColumnarSource source(format(), path("a"));
  EXPECT_EQ(source.row_count(), 1000);
  const auto chunks = source.read_chunks();
  if (format() == ColumnFormat::kParquet) {
    EXPECT_EQ(chunks, (std::vector<std::int64_t>{10, 500, 300, 190}));
  } else {
    EXPECT_EQ(chunks, (std::vector<std::int64_t>{1000}));  // stripes are cut by bytes
  }
  const auto found = values(source, "x");
  for (std::size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i], std::to_string(i));
}

TEST_P(ColumnarSinkTest, BlocksMayBeAnnouncedAsTheyCome) {
  const auto rows = counted(0, 60);
  const auto target = sink(format(), path("a"), rows.schema);
  target->set_block_rows({10});
  target->write(slice(rows, 0, 10));
  target->set_block_rows({10, 30});
  target->write(slice(rows, 10, 30));
  target->set_block_rows({10, 30, 20});
  target->write(slice(rows, 40, 20));
  target->finish();
  const ColumnarSource source(format(), path("a"));
  EXPECT_EQ(source.row_count(), 60);
  if (format() == ColumnFormat::kParquet) {
    EXPECT_EQ(source.read_chunks(), (std::vector<std::int64_t>{10, 30, 20}));
  }
}

TEST_P(ColumnarSinkTest, AFileWithoutRowsHasItsColumns) {
  const auto rows = all_types();
  sink(format(), path("a"), rows.schema)->finish();
  const ColumnarSource source(format(), path("a"));
  EXPECT_EQ(source.row_count(), 0);
  EXPECT_TRUE(source.splits().empty());
  EXPECT_EQ(source.schema()->names(), rows.schema->names());
}

TEST_P(ColumnarSinkTest, FactorsAsIndexesHaveOneListOfLevelsWhateverTheChunksCarry) {
  const auto schema =
      std::make_shared<const Schema>(std::vector<Field>{{.name = "f", .type = Type::kFactor}});
  const auto chunk = [&](std::vector<std::int32_t> codes, std::vector<std::string> levels) {
    const auto rows = codes.size();
    return Chunk{schema,
                 {Column::own(Type::kFactor, std::move(codes), make_levels(std::move(levels)))},
                 rows,
                 {}};
  };
  const auto target = sink(format(), path("a"), schema, {}, true);
  target->write(chunk({0, 1, kMissingCode}, {"b", "a"}));
  target->write(chunk({0, 1, 2}, {"a", "c", "b"}));
  target->finish();
  const ColumnarSource source(format(), path("a"));
  EXPECT_EQ(source.schema()->field("f").type, Type::kInt32);
  EXPECT_EQ(values(source, "f"), (std::vector<std::string>{"0", "1", "NA", "1", "2", "0"}));
}

TEST_P(ColumnarSinkTest, AnExistingFileIsReplacedOnlyWhenThatIsAllowedAndDone) {
  write(format(), path("a"), counted(0, 5));
  EXPECT_THROW(sink(format(), path("a"), counted(0, 1).schema), InvalidArgument);
  EXPECT_THROW(sink(format(), path("a"), counted(0, 1).schema, {.append = Append::kRows}),
               Unsupported);
  {
    const auto target = sink(format(), path("a"), counted(0, 1).schema, {.overwrite = true});
    target->write(counted(0, 1));  // and never finished
  }
  EXPECT_EQ(ColumnarSource(format(), path("a")).row_count(), 5);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  write(format(), path("a"), counted(0, 1), {.overwrite = true});
  EXPECT_EQ(ColumnarSource(format(), path("a")).row_count(), 1);
  std::filesystem::create_directory(path("folder"));
  EXPECT_THROW(sink(format(), path("folder"), counted(0, 1).schema, {.overwrite = true}),
               InvalidArgument);
}

TEST_P(ColumnarSinkTest, TheSameRowsGiveTheSameBytes) {
  const auto bytes = [&](const std::string& name) {
    std::ifstream in(path(name), std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  };
  const auto rows = counted(0, 5000);
  write(format(), path("a"), rows);
  const auto target = sink(format(), path("b"), rows.schema);
  for (std::size_t begin = 0; begin < 5000; begin += 1000) target->write(slice(rows, begin, 1000));
  target->finish();
  if (format() == ColumnFormat::kParquet) {
    EXPECT_EQ(bytes("a"), bytes("b"));
  }
  write(format(), path("c"), rows);
  EXPECT_EQ(bytes("a"), bytes("c"));
}

}  // namespace
}  // namespace insitu
