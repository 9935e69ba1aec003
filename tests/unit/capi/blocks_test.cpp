// B15: the blocks of an output are the pieces in which its input was read, with a selection too.
#include "unit/capi/request_fixture.hpp"

namespace insitu {
namespace {

class BlocksTest : public RequestTest {
 protected:
  static constexpr std::int64_t kRows = 150000;

  void SetUp() override {
    RequestTest::SetUp();
    std::string text = "id,keep\n";
    std::uint32_t seed = 7;
    for (std::int64_t i = 0; i < kRows; ++i) {
      seed = seed * 1664525u + 1013904223u;
      keep_.push_back(seed >> 16 & 1);
      text += std::to_string(i) + "," + (keep_.back() ? "1" : "0") + "\n";
    }
    source_ = text_source(write("a.csv", text));
  }
  /// Kept rows of each run of `block` rows.
  json expected(std::int64_t block) const {
    json counts = json::array();
    for (std::int64_t begin = 0; begin < kRows; begin += block) {
      std::int64_t count = 0;
      for (auto i = begin; i < std::min(kRows, begin + block); ++i)
        count += keep_[static_cast<std::size_t>(i)];
      if (count > 0) counts.push_back(count);
    }
    return counts;
  }
  json blocks(const std::string& name) {
    return run({{"op", "info"}, {"data", path(name)}, {"getBlockSizes", true}})["rowsPerBlock"];
  }

  std::vector<int> keep_;
  json source_;
};

TEST_F(BlocksTest, B15ASelectionKeepsTheBlocksOfTheInput) {
  const json contexts[] = {{{"type", "RxLocalSeq"}, {"numCoresToUse", 2}},
                           {{"type", "RxProcesses"}, {"numWorkers", 2}}};
  for (const auto& context : contexts)
    for (const std::int64_t size : {5000, 32768, 50000, 70001}) {
      run({{"op", "import"},
           {"context", context},
           {"inData", source_},
           {"outFile", path("b.xdf")},
           {"rowsPerRead", size},
           {"rowSelection", "keep == 1"},
           {"overwrite", true}});
      EXPECT_EQ(blocks("b.xdf"), expected(size)) << size << context;
      // The same from blocks of an .xdf.
      run({{"op", "import"},
           {"inData", source_},
           {"outFile", path("all.xdf")},
           {"rowsPerRead", size},
           {"overwrite", true}});
      run({{"op", "data_step"},
           {"context", context},
           {"inData", path("all.xdf")},
           {"outFile", path("c.xdf")},
           {"rowSelection", "keep == 1"},
           {"transforms", pairs({{"twice", "2 * id"}})},
           {"overwrite", true}});
      EXPECT_EQ(blocks("c.xdf"), expected(size)) << size << context;
    }
  EXPECT_EQ(rows(path("c.xdf")).numbers("id").front(),
            static_cast<double>(std::ranges::find(keep_, 1) - keep_.begin()));
}

TEST_F(BlocksTest, B15RowsLeftOutForMissingValuesToo) {
  run({{"op", "import"},
       {"inData", source_},
       {"outFile", path("b.xdf")},
       {"rowsPerRead", 40000},
       {"transforms", pairs({{"x", "ifelse(keep == 1, 1, NA)"}})},
       {"rowSelection", "id >= 10000"},
       {"removeMissings", true}});
  const auto found = blocks("b.xdf");
  ASSERT_EQ(found.size(), 4u);
  for (std::size_t b = 1; b < 4; ++b) EXPECT_EQ(found[b], expected(40000)[b]);
}

}  // namespace
}  // namespace insitu
