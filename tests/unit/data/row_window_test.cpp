#include "data/row_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "data/frame_source.hpp"

namespace insitu {
namespace {

const auto kSchema = std::make_shared<const Schema>(
    std::vector<Field>{{.name = "x", .type = Type::kFloat64}, {.name = "i", .type = Type::kInt32}});

FrameSource numbers(std::int32_t begin, std::size_t count) {
  std::vector<double> x(count);
  std::vector<std::int32_t> i(count);
  std::iota(x.begin(), x.end(), begin);
  std::iota(i.begin(), i.end(), begin);
  return {kSchema,
          {{kSchema,
            {Column::own(Type::kFloat64, std::move(x)), Column::own(Type::kInt32, std::move(i))},
            count,
            {}}}};
}

/// Gives any rows, cut from the first one on, and counts the columns that it is asked for.
class Counted final : public DataSource {
 public:
  explicit Counted(std::size_t rows) : rows_(numbers(0, rows)) {}
  SchemaPtr schema() const override { return rows_.schema(); }
  std::vector<Split> splits() const override { return rows_.splits(); }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    columns += options.columns ? options.columns->size() : schema()->size();
    return rows_.open(split, options);
  }
  Recipe recipe() const override { return rows_.recipe(); }
  std::string description() const override { return "counted"; }
  mutable std::size_t columns = 0;

 private:
  FrameSource rows_;
};

void expect_same(const DataSource& found, const DataSource& expected, const ReadOptions& options) {
  ASSERT_EQ(found.row_count(), expected.row_count());
  const auto splits = expected.splits(), ours = found.splits();
  ASSERT_EQ(ours.size(), splits.size());
  for (std::size_t s = 0; s < splits.size(); ++s) {
    const auto one = found.open(ours[s], options), other = expected.open(splits[s], options);
    for (;;) {
      const auto mine = one->next(), theirs = other->next();
      ASSERT_EQ(mine.has_value(), theirs.has_value());
      if (!mine) break;
      ASSERT_EQ(mine->rows, theirs->rows);
      EXPECT_EQ(mine->schema->names(), theirs->schema->names());
      EXPECT_EQ(mine->from.split, theirs->from.split);
      EXPECT_EQ(mine->from.chunk_in_split, theirs->from.chunk_in_split);
      EXPECT_EQ(mine->from.first_row, theirs->from.first_row);
      EXPECT_EQ(mine->from.source_rows, theirs->from.source_rows);
      EXPECT_TRUE(std::ranges::equal(mine->column("x").values<double>(),
                                     theirs->column("x").values<double>()));
    }
  }
}

TEST(RowWindow, HasTheChunksOfTheSameRowsInMemory) {
  const auto all = std::make_shared<const Counted>(200'000);
  for (const std::size_t rows : {1, 40'000, 150'001}) {
    const auto expected = numbers(777, rows);
    const auto kept = std::make_shared<KeptRows>(all, 700, rows + 100);
    for (const auto& options : {ReadOptions{}, ReadOptions{.columns = {{"x"}}}}) {
      expect_same(*row_window(all, 777, rows), expected, options);
      expect_same(*kept->part(77, rows), expected, options);
    }
  }
}

TEST(KeptRows, ReadsOnceWhatIsUsed) {
  const auto all = std::make_shared<const Counted>(1000);
  const auto kept = std::make_shared<KeptRows>(all, 0, 1000);
  const ReadOptions x{.columns = {{"x"}}};
  for (std::uint64_t begin = 0; begin < 1000; begin += 10)
    expect_same(*kept->part(begin, 10), numbers(static_cast<std::int32_t>(begin), 10), x);
  EXPECT_EQ(all->columns, 1u);
  expect_same(*kept->part(5, 10), numbers(5, 10), {});
  EXPECT_EQ(all->columns, 2u);
}

TEST(KeptRows, SaysWhereRowsAreMissing) {
  const auto all = std::make_shared<const Counted>(10);
  const auto kept = std::make_shared<KeptRows>(all, 5, 10);
  const auto part = kept->part(0, 10);
  for (int i = 0; i < 2; ++i) EXPECT_THROW(part->open(part->splits().front(), {}), DataError);
}

}  // namespace
}  // namespace insitu
