#include "jobs/job_store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "data/arrow.hpp"
#include "jobs/saved_rows.hpp"

namespace insitu {
namespace {

namespace fs = std::filesystem;

class JobStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "insitu-jobs-XXXXXX";
    root_ = ::mkdtemp(pattern.data());
    path_ = root_ + "/a/jobs";
  }
  void TearDown() override { fs::remove_all(root_); }

  static nlohmann::json description() {
    return {{"op", "summary"},     {"function", "rxSummary"}, {"face", "r"},
            {"label", "call"},     {"version", "0"},          {"context", nlohmann::json::object()},
            {"autoCleanup", true}, {"consoleOutput", false}};
  }
  Job add(Descriptor& lock) const {
    return JobStore(path_).add(
        description(), [](const PrivateFolder&) {}, lock);
  }

  std::string root_, path_;
};

TEST_F(JobStoreTest, IsQueuedWhileItsLockIsHeldAndFailedAfterwards) {
  Descriptor lock;
  const auto job = add(lock);
  EXPECT_TRUE(is_job_id(job.id()));
  EXPECT_EQ(job.look().status, JobStatus::kQueued);
  EXPECT_EQ(job.look().process, 0) << "the client is not to be ended with the job";
  lock = Descriptor();
  EXPECT_EQ(job.look().status, JobStatus::kFailed);
  EXPECT_NE(job.look().message.find("has not begun"), std::string::npos);
}

TEST_F(JobStoreTest, AskedToBeCanceledAndGoneIsCanceled) {
  Descriptor lock;
  const auto job = add(lock);
  job.ask_to_cancel();
  EXPECT_EQ(job.look().status, JobStatus::kQueued);
  lock = Descriptor();
  EXPECT_EQ(job.look().status, JobStatus::kCanceled);
}

TEST_F(JobStoreTest, AFinalStateStaysWhenTheLockIsFree) {
  for (const auto status : {JobStatus::kFinished, JobStatus::kFailed, JobStatus::kCanceled}) {
    Descriptor lock;
    const auto job = add(lock);
    job.set_state(status, "why");
    EXPECT_EQ(job.look().status, status);
    lock = Descriptor();
    EXPECT_EQ(job.look().status, status);
    EXPECT_EQ(job.look().message, "why");
  }
}

TEST_F(JobStoreTest, ListsInOrderAndRemoves) {
  Descriptor first, second;
  const auto a = add(first).id(), b = add(second).id();
  const JobStore store(path_);
  ASSERT_EQ(store.list().size(), 2U);
  EXPECT_EQ(store.list()[0].id, a);
  store.remove(a);
  ASSERT_EQ(store.list().size(), 1U);
  EXPECT_EQ(store.list()[0].id, b);
  EXPECT_FALSE(store.find(a));
  store.remove(b);
  EXPECT_TRUE(fs::is_empty(path_));
}

TEST_F(JobStoreTest, NothingOfAFailedSubmissionStays) {
  Descriptor lock;
  EXPECT_THROW(JobStore(path_).add(
                   description(), [](const PrivateFolder&) { throw DataError("full"); }, lock),
               DataError);
  EXPECT_TRUE(fs::is_empty(path_));
}

TEST_F(JobStoreTest, ModesArePrivate) {
  const auto before = ::umask(0);
  Descriptor lock;
  const auto job = add(lock);
  ::umask(before);
  for (const auto& entry : fs::recursive_directory_iterator(path_)) {
    struct stat status {};
    ASSERT_EQ(::lstat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0077, 0U) << entry.path();
  }
}

TEST_F(JobStoreTest, RefusesLinksAndWhatIsOpenToOthers) {
  Descriptor lock;
  const auto job = add(lock);
  const auto folder = path_ + "/" + job.id();
  ASSERT_EQ(::chmod(folder.c_str(), 0750), 0);
  EXPECT_THROW(JobStore(path_).find(job.id()), DataError);
  EXPECT_EQ(JobStore(path_).list()[0].status, JobStatus::kUndetermined);
  ASSERT_EQ(::chmod(folder.c_str(), 0700), 0);
  fs::rename(folder + "/state.json", root_ + "/state.json");
  fs::create_symlink(root_ + "/state.json", folder + "/state.json");
  EXPECT_EQ(job.look().status, JobStatus::kUndetermined);
  fs::rename(folder, root_ + "/moved");
  fs::create_directory_symlink(root_ + "/moved", folder);
  EXPECT_THROW(JobStore(path_).find(job.id()), DataError);
  JobStore(path_).remove(job.id());
  EXPECT_TRUE(fs::exists(root_ + "/moved/job.json")) << "a link is removed, not followed";
  ASSERT_EQ(::chmod(path_.c_str(), 0777), 0);
  EXPECT_THROW(JobStore(path_).list(), DataError);
}

TEST_F(JobStoreTest, DamagedFilesAreUndetermined) {
  Descriptor lock;
  const auto job = add(lock);
  const auto file = path_ + "/" + job.id() + "/state.json";
  for (
      const std::string text :
      {"", "{", "[]", "null", R"({"format": 2})", R"({"format": 1})", R"({"format": "1"})",
       R"({"format":1,"status":"well","message":"","processes":"","changed":1,"process":1})",
       R"({"format":1,"status":"running","message":"","processes":"","changed":1,"process":-5})",
       R"({"format":1,"status":"running","message":"","processes":"","changed":1,"process":1e300})",
       R"({"format":1,"status":7,"message":"","processes":"","changed":1,"process":1})"}) {
    std::ofstream(file) << text;
    EXPECT_EQ(job.look().status, JobStatus::kUndetermined) << text;
  }
  std::ofstream(file) << std::string(100'000, '[');
  EXPECT_EQ(job.look().status, JobStatus::kUndetermined);
  std::ofstream(file) << std::string(2 << 20, ' ');
  EXPECT_NE(job.look().message.find("larger than"), std::string::npos);
}

TEST_F(JobStoreTest, NamesOfJobs) {
  EXPECT_TRUE(is_job_id("rxJob_1461"));
  for (const auto* name : {"", "rxJob_", "rxJob_1a", "../rxJob_1", "rxJob_1/..", "RxJob_1"})
    EXPECT_FALSE(is_job_id(name)) << name;
  EXPECT_THROW(JobStore(path_).find("../x"), InvalidArgument);
  EXPECT_THROW(JobStore("jobs"), InvalidArgument);
}

class SavedRowsTest : public JobStoreTest {
 protected:
  static std::vector<Chunk> chunks(const SchemaPtr& schema) {
    std::vector<Chunk> all;
    for (const double base : {0.0, 10.0}) {
      Chunk chunk{schema, {}, 3, {}};
      chunk.columns.push_back(
          Column::own(Type::kFloat64, std::vector<double>{base, base + 0.1, base + 0.2}));
      chunk.columns.push_back(
          Column::own(Type::kFactor, std::vector<std::int32_t>{0, 1, 0}, (*schema)[1].levels));
      all.push_back(std::move(chunk));
    }
    return all;
  }
  static SchemaPtr schema() {
    Field x{.name = "x", .type = Type::kFloat64}, f{.name = "f", .type = Type::kFactor};
    f.levels = make_levels({"a", "b"});
    return std::make_shared<const Schema>(std::vector<Field>{x, f});
  }
};

TEST_F(SavedRowsTest, ComeBackAndAreCheckedToTheirEnd) {
  const auto folder = PrivateFolder::make(path_);
  const auto saved = schema();
  save_rows(folder, "a.rows", *saved, chunks(saved));
  ArrowArrayStream stream{};
  stream_rows(folder, "a.rows", &stream);
  const auto [found, rows] = import_stream(&stream);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].columns[0].number_at(1), 10.1);
  EXPECT_EQ(*(*found)[1].levels, (std::vector<std::string>{"a", "b"}));

  const auto bytes = *folder.read("a.rows", 1 << 20);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::ofstream(path_ + "/b.rows", std::ios::binary) << bytes.substr(0, size);
    EXPECT_THROW(
        {
          ArrowArrayStream cut{};
          stream_rows(folder, "b.rows", &cut);
          (void)import_stream(&cut);
        },
        Error)
        << size;
  }
  auto huge = bytes;
  huge.replace(0, 8, std::string(7, '\xff') + "\x7f");
  folder.write("c.rows", huge);
  ArrowArrayStream never{};
  EXPECT_THROW(stream_rows(folder, "c.rows", &never), DataError);
}

}  // namespace
}  // namespace insitu
