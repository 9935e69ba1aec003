#include "contexts/block_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "contexts/block.hpp"
#include "contexts/frame.hpp"
#include "data/schema_json.hpp"

namespace insitu {
namespace {

class BlockFile : public ::testing::Test {
 protected:
  BlockFile() {
    std::vector<Field> fields(2);
    fields[0].name = "x", fields[0].type = Type::kFloat64;
    fields[1].name = "i", fields[1].type = Type::kInt32;
    schema_ = std::make_shared<const Schema>(std::move(fields));
  }
  ~BlockFile() override { std::filesystem::remove(path_); }

  Bytes header() const {
    return encode_frame(
        FrameType::kData, 0,
        nlohmann::json{{"schema", nlohmann::json::parse(schema_to_json(*schema_))}}.dump());
  }
  Bytes block(std::vector<double> x) const {
    std::vector<std::int32_t> i(x.size(), 7);
    const auto rows = x.size();
    const Chunk chunk{
        schema_,
        {Column::own(Type::kFloat64, std::move(x)), Column::own(Type::kInt32, std::move(i))},
        rows,
        {}};
    return encode_frame(FrameType::kBlock, 0, "{}", encode_block(chunk, *schema_));
  }
  std::shared_ptr<const DataSource> file(const Bytes& bytes) const {
    std::ofstream(path_, std::ios::binary) << bytes;
    return block_file(path_);
  }
  static std::vector<double> all(const DataSource& source, const ReadOptions& options) {
    std::vector<double> values;
    for (const auto& split : source.splits()) {
      const auto reader = source.open(split, options);
      while (const auto chunk = reader->next()) {
        EXPECT_EQ(chunk->from.first_row, static_cast<std::int64_t>(values.size()));
        for (const auto value : chunk->column("x").values<double>()) values.push_back(value);
      }
    }
    return values;
  }

  SchemaPtr schema_;
  std::string path_ =
      std::filesystem::temp_directory_path() / ("insitu-block-file-" + std::to_string(::getpid()));
};

TEST_F(BlockFile, GivesTheRowsOfItsBlocksInOrder) {
  const auto source = file(header() + block({1, 2}) + encode_frame(FrameType::kBlock, 0, "{}") +
                           block({3}) + block({4, 5, 6}));
  EXPECT_EQ(source->schema()->names(), schema_->names());
  const std::vector<double> expected{1, 2, 3, 4, 5, 6};
  EXPECT_EQ(all(*source, {}), expected);
  EXPECT_EQ(all(*source, {.columns = std::vector<std::string>{"x"}}), expected);
  EXPECT_TRUE(all(*file(header()), {}).empty());
}

TEST_F(BlockFile, RefusesWhatIsNone) {
  EXPECT_THROW(block_file(path_ + ".none"), DataError);
  EXPECT_THROW(file(""), DataError);
  EXPECT_THROW(file(block({1})), DataError);
  EXPECT_THROW(file("neither a frame nor anything else"), DataError);
  EXPECT_THROW(all(*file(header() + header()), {}), DataError);
  const auto whole = header() + block({1, 2, 3});
  EXPECT_THROW(all(*file(whole.substr(0, whole.size() - 1)), {}), DataError);
}

}  // namespace
}  // namespace insitu
