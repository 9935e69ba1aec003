#include "contexts/ordered_work.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <random>
#include <set>
#include <thread>

namespace insitu {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

TEST(OrderedWork, CollectsInOrderWhateverThePace) {
  for (const int threads : {1, 2, 3, 8}) {
    for (const std::size_t window : {1u, 2u, 5u, 100u}) {
      std::vector<int> results(200, 0);
      std::size_t expected = 0;
      RunControl control;
      OrderedWork job{.count = results.size(), .threads = threads, .window = window};
      job.work = [&](std::size_t i) {
        if (i % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
        results[i] = static_cast<int>(i * i);
      };
      job.collect = [&](std::size_t i) {
        EXPECT_EQ(i, expected++);
        EXPECT_EQ(results[i], static_cast<int>(i * i));
      };
      ordered_work(job, control);
      EXPECT_EQ(expected, results.size());
    }
  }
}

TEST(OrderedWork, NothingStartsBeyondTheWindow) {
  std::mutex mutex;
  std::size_t collected = 0, furthest = 0;
  RunControl control;
  OrderedWork job{.count = 100, .threads = 4, .window = 3};
  job.work = [&](std::size_t i) {
    const std::lock_guard lock(mutex);
    furthest = std::max(furthest, i);
    EXPECT_LT(i, collected + 3 + 1);
  };
  job.collect = [&](std::size_t i) {
    const std::lock_guard lock(mutex);
    collected = i;
  };
  ordered_work(job, control);
  EXPECT_EQ(furthest, 99u);
}

TEST(OrderedWork, TheWindowMayChangeOnTheWay) {
  RunControl control;
  OrderedWork job{.count = 500, .threads = 4};
  std::size_t done = 0;
  job.work = [](std::size_t) {};
  job.collect = [&](std::size_t i) {
    ++done;
    job.window = 1 + i % 9;
  };
  ordered_work(job, control);
  EXPECT_EQ(done, 500u);
}

TEST(OrderedWork, TheFailureOfTheLowestNumberIsThrownAfterWhatComesBeforeIt) {
  for (int round = 0; round < 50; ++round) {
    std::vector<std::size_t> collected;
    RunControl control;
    OrderedWork job{.count = 100, .threads = 4, .window = 10};
    job.work = [&](std::size_t i) {
      if (i == 40) std::this_thread::sleep_for(milliseconds(1));
      if (i == 40 || i == 41 || i == 45) throw DataError("piece " + std::to_string(i));
    };
    job.collect = [&](std::size_t i) { collected.push_back(i); };
    try {
      ordered_work(job, control);
      FAIL();
    } catch (const DataError& failure) {
      EXPECT_STREQ(failure.what(), "piece 40");
    }
    EXPECT_EQ(collected.size(), 40u);
    EXPECT_FALSE(control.cancel.raised());
  }
}

TEST(OrderedWork, AFailureOfTheCollectorStopsEverything) {
  RunControl control;
  std::atomic<int> started = 0;
  OrderedWork job{.count = 1000, .threads = 3, .window = 5};
  job.work = [&](std::size_t) { ++started; };
  job.collect = [&](std::size_t i) {
    if (i == 3) throw DataError("disk full");
  };
  EXPECT_THROW(ordered_work(job, control), DataError);
  EXPECT_LE(started, 9);
}

TEST(OrderedWork, InterruptsArePolledWhetherPiecesAreSlowOrFast) {
  for (const auto pause : {milliseconds(0), milliseconds(30)}) {
    RunControl control;
    const auto begin = Clock::now();
    auto last = begin;
    Clock::duration longest{};
    control.callbacks.interrupted = [&] {
      longest = std::max(longest, Clock::now() - last);
      last = Clock::now();
      return last - begin > milliseconds(400);
    };
    OrderedWork job{.count = 100000000, .threads = 2, .window = 4};
    job.work = [&](std::size_t) {
      std::this_thread::sleep_for(pause);
      control.cancel.throw_if_raised();
    };
    job.collect = [](std::size_t) {};
    job.count = 2000000;
    EXPECT_THROW(ordered_work(job, control), Cancelled);
    EXPECT_LT(longest, milliseconds(600));  // 50 here; a loaded machine adds its own
    EXPECT_LT(Clock::now() - begin, milliseconds(1200));
  }
}

TEST(OrderedWork, WhoWaitsIsToldSo) {
  RunControl control;
  int told = 0;
  OrderedWork job{.count = 1, .threads = 1};
  job.work = [](std::size_t) { std::this_thread::sleep_for(milliseconds(300)); };
  job.collect = [](std::size_t) {};
  job.while_waiting = [&] { ++told; };
  ordered_work(job, control);
  EXPECT_GE(told, 2);
}

TEST(OrderedWork, EveryCallbackRunsOnTheCallingThread) {
  const auto caller = std::this_thread::get_id();
  RunControl control;
  control.callbacks.interrupted = [&] {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    return false;
  };
  std::mutex mutex;
  std::set<std::thread::id> workers;
  OrderedWork job{.count = 50, .threads = 2, .window = 8};
  job.work = [&](std::size_t) {
    std::this_thread::sleep_for(milliseconds(3));
    const std::lock_guard lock(mutex);
    workers.insert(std::this_thread::get_id());
  };
  job.collect = [&](std::size_t) { EXPECT_EQ(std::this_thread::get_id(), caller); };
  ordered_work(job, control);
  EXPECT_FALSE(workers.contains(caller));
  EXPECT_LE(workers.size(), 2u);
}

TEST(OrderedWork, ManyShortCallsAreInterruptedToo) {
  RunControl control;
  control.callbacks.interrupted = [] { return true; };
  OrderedWork job{.count = 1, .threads = 1};
  job.work = [](std::size_t) {};
  job.collect = [](std::size_t) {};
  EXPECT_THROW(ordered_work(job, control), Cancelled);
}

}  // namespace
}  // namespace insitu
