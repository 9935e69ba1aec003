#include "filesystems/hdfs/pages.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "filesystems/hdfs/fetchers.hpp"
#include "filesystems/hdfs/places.hpp"

namespace insitu {
namespace {

Pages::Page page(const std::string& text) { return std::make_shared<const std::string>(text); }

TEST(Pages, AreClaimedAheadUpToABudgetAndWhereNobodyElseHasThem) {
  Pages pages(20);
  EXPECT_EQ(pages.find_or_claim({0, 0}, 2).claimed, 2U);
  auto ahead = pages.claim_ahead({0, 0}, 16, 100, 4);
  EXPECT_EQ(ahead.first, 2U);
  EXPECT_EQ(ahead.count, 4U);
  EXPECT_EQ(pages.claim_ahead({0, 0}, 8, 100, 4).count, 0U);  // two are left in the window
  ahead = pages.claim_ahead({0, 0}, 8, 8, 4);                 // but the file ends with them
  EXPECT_EQ(ahead.first, 6U);
  EXPECT_EQ(ahead.count, 2U);
  EXPECT_EQ(pages.claim_ahead({1, 0}, 16, 100, 5).count, 0U);  // of 20, ten may be ahead
  EXPECT_EQ(pages.claim_ahead({1, 0}, 16, 100, 4).count, 4U);
  for (std::uint64_t i = 2; i < 6; ++i) pages.keep({0, i}, page("x"));
  EXPECT_EQ(pages.claim_ahead({2, 0}, 16, 100, 4).count, 0U);  // nobody has read one of them
  for (std::uint64_t i = 2; i < 6; ++i) EXPECT_TRUE(pages.find_or_claim({0, i}, 1).page);
  EXPECT_EQ(pages.claim_ahead({2, 0}, 16, 100, 4).count, 4U);
  pages.release({2, 0}, 4);
  pages.release({1, 0}, 4);
  EXPECT_EQ(pages.claim_ahead({3, 0}, 16, 100, 8).count, 8U);
}

TEST(Pages, ThatWereForgottenUnreadAreNoLongerAhead) {
  Pages pages(8);
  EXPECT_EQ(pages.claim_ahead({0, 0}, 16, 100, 4).count, 4U);
  for (std::uint64_t i = 0; i < 4; ++i) pages.keep({0, i}, page("x"));
  for (std::uint64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(pages.find_or_claim({1, i}, 1).claimed, 1U);
    pages.keep({1, i}, page("y"));
  }
  EXPECT_EQ(pages.claim_ahead({2, 0}, 16, 100, 4).count, 4U);
}

TEST(Pages, SayWhyTheyAreNotThereToWhoAsks) {
  Pages pages(20);
  EXPECT_EQ(pages.claim_ahead({0, 4}, 16, 100, 4).count, 4U);
  pages.keep({0, 4}, page("first"));
  pages.fail({0, 4}, 4, std::make_exception_ptr(std::runtime_error("disk")));
  EXPECT_EQ(*pages.find_or_claim({0, 4}, 4).page, "first");
  EXPECT_THROW(pages.find_or_claim({0, 5}, 4), std::runtime_error);
  EXPECT_EQ(pages.find_or_claim({0, 5}, 1).claimed, 1U);  // once more: tried once more
  EXPECT_THROW(pages.find_or_claim({0, 6}, 4), std::runtime_error);
}

TEST(Fetchers, AreAFewAndEndWithTheirOwner) {
  std::atomic<bool> broken_off = false;
  {
    Fetchers fetchers(1);
    EXPECT_TRUE(fetchers.start([&] {
      try {
        for (;;) {
          poll_current_call();
          std::this_thread::yield();
        }
      } catch (const Cancelled&) {
        broken_off = true;
      }
    }));
    EXPECT_FALSE(fetchers.start([] {}));
  }
  EXPECT_TRUE(broken_off);
  Fetchers again(1);
  std::atomic<int> done = 0;
  for (int i = 0; i < 50; ++i)
    while (!again.start([&] { ++done; })) std::this_thread::yield();
  while (done < 50) std::this_thread::yield();
}

TEST(HdfsPlaces, GiveTheAddressOfOtherBytesOfTheBlock) {
  EXPECT_EQ(with_range("http://h:1/webhdfs/v1/a?op=OPEN&length=3&token=x&offset=0", 7, 9),
            "http://h:1/webhdfs/v1/a?op=OPEN&length=9&token=x&offset=7");
  EXPECT_EQ(with_range("http://h/a?offset=1&offset=2&length=3", 7, 9), std::nullopt);
  EXPECT_EQ(with_range("http://h/a?op=OPEN&length=3", 7, 9), std::nullopt);
  EXPECT_EQ(with_range("http://h/offset=1&length=3", 7, 9), std::nullopt);
  HdfsPlaces places(100);
  places.keep(0, "http://h/a?offset=0&length=3");
  EXPECT_EQ(places.find(99, 5), "http://h/a?offset=99&length=5");
  EXPECT_EQ(places.find(100, 5), std::nullopt);
  places.forget(50);
  EXPECT_EQ(places.find(99, 5), std::nullopt);
  HdfsPlaces none(0);
  none.keep(0, "http://h/a?offset=0&length=3");
  EXPECT_EQ(none.find(0, 5), std::nullopt);
}

}  // namespace
}  // namespace insitu
