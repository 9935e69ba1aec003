#include "sources/xdf/part_set.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "base/error.hpp"
#include "fixture.hpp"
#include "sources/xdf/sink.hpp"

namespace insitu {
namespace {

class XdfPartSetTest : public XdfTest {
 protected:
  static constexpr std::size_t kRows = 70;

  /// Columns whose range, mark or levels only some blocks tell.
  static Chunk rows() {
    std::vector<std::int32_t> whole(kRows, 5), codes(kRows, 1);
    std::vector<double> real(kRows, 0.0), missing(kRows, missing_value<double>());
    StringBuilder texts;
    for (std::size_t i = 0; i < kRows; ++i) {
      if (i >= 20 && i < 40) whole[i] = std::numeric_limits<std::int32_t>::max();
      if (i % 3 == 0) real[i] = -0.0;
      if (i == 69) codes[i] = 2, missing[i] = 1;
      if (i == 45)
        texts.append_missing();
      else
        texts.append("t" + std::to_string(i));
    }
    std::vector<Field> fields(5);
    const Type types[] = {Type::kInt32, Type::kFloat64, Type::kFloat64, Type::kFactor,
                          Type::kString};
    for (std::size_t c = 0; c < fields.size(); ++c) {
      fields[c].name = "v" + std::to_string(c);
      fields[c].type = types[c];
    }
    fields[3].levels = make_levels({"a", "b", "c"});
    std::vector<Column> columns = {
        Column::own(Type::kInt32, std::move(whole)), Column::own(Type::kFloat64, std::move(real)),
        Column::own(Type::kFloat64, std::move(missing)),
        Column::own(Type::kFactor, std::move(codes), fields[3].levels), texts.finish()};
    return {std::make_shared<const Schema>(std::move(fields)), std::move(columns), kRows, {}};
  }

  static std::map<std::string, std::string> contents(const std::string& folder) {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      all[std::filesystem::relative(entry.path(), folder).string()] = {
          std::istreambuf_iterator<char>(file), {}};
    }
    return all;
  }

  /// A set of parts that are written one by one, the last one first.
  static std::map<std::string, std::string> in_parts(const PartSet& set, const Chunk& rows,
                                                     const std::vector<std::int64_t>& blocks) {
    std::map<std::string, std::string> all;
    const auto parts = set.plan(blocks);
    std::vector<Bytes> reports(parts.size());
    for (auto p = parts.size(); p-- > 0;) {
      auto& bytes = all[set.part_folder() + "/" + parts[p].name];
      const auto writer = set.open(parts[p], [&](std::string_view more) { bytes.append(more); });
      const auto begin = static_cast<std::size_t>(parts[p].first_row);
      const auto end = begin + static_cast<std::size_t>(parts[p].rows());
      for (auto row = begin; row < end; row += 3)
        writer->write(slice(rows, row, std::min<std::size_t>(3, end - row)));
      reports[p] = writer->finish();
    }
    for (auto& file : set.finish(parts, reports)) all[file.path] = std::move(file.bytes);
    return all;
  }
};

TEST_F(XdfPartSetTest, PartsThatAreWrittenApartAreThoseOfASink) {
  const auto all = rows();
  const nlohmann::json descriptor = {{"type", "RxXdfData"},
                                     {"file", path("set")},
                                     {"createCompositeSet", true},
                                     {"blocksPerCompositeFile", 2}};
  for (const bool computes : {true, false}) {
    SinkOptions options{.overwrite = true, .compute_low_high = computes};
    const std::vector<std::int64_t> blocks = {20, 1, 19, 20, 10};
    const auto sink = make_xdf_sink(descriptor, all.schema, options);
    sink->set_block_rows(blocks);
    sink->write(all);
    sink->finish();
    const auto set = make_xdf_part_set(descriptor, all.schema, options, true);
    ASSERT_TRUE(set);
    EXPECT_EQ(in_parts(*set, all, blocks), contents(path("set")));
  }
}

TEST_F(XdfPartSetTest, NoRowsAreASetToo) {
  const auto all = rows();
  const nlohmann::json descriptor = {
      {"type", "RxXdfData"}, {"file", path("none")}, {"createCompositeSet", true}};
  make_xdf_sink(descriptor, all.schema, {})->finish();
  const auto set = make_xdf_part_set(descriptor, all.schema, {}, false);
  EXPECT_EQ(in_parts(*set, all, {}), contents(path("none")));
}

TEST_F(XdfPartSetTest, ReportsThatDoNotFitAreRefused) {
  const auto all = rows();
  const nlohmann::json descriptor = {
      {"type", "RxXdfData"}, {"file", path("set")}, {"createCompositeSet", true}};
  const auto set = make_xdf_part_set(descriptor, all.schema, {}, false);
  const auto parts = set->plan({kRows});
  const auto writer = set->open(parts[0], [](std::string_view) {});
  writer->write(slice(all, 0, 60));  // fewer than were planned
  auto report = writer->finish();
  EXPECT_THROW((void)set->finish(parts, {report}), DataError);
  report[report.size() / 2] ^= 1;
  EXPECT_THROW((void)set->finish(parts, {report}), DataError);
  EXPECT_FALSE(
      make_xdf_part_set({{"type", "RxXdfData"}, {"file", path("one.xdf")}}, all.schema, {}, false));
}

}  // namespace
}  // namespace insitu
