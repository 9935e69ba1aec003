#include "laws/cluster_laws.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "base/error.hpp"
#include "base/named.hpp"
#include "contexts/local.hpp"
#include "formula/rows/transforms.hpp"

namespace insitu::laws {

namespace {

/// A source as one thread here reads it, and as the cluster does.
struct Pair {
  std::string name;
  SourcePtr here, there;
};

/// First rows left out, and last ones: so that splits have other numbers.
SourcePtr middle_of(const SourcePtr& source) {
  Pipeline pipeline;
  pipeline.start_row = 25000;
  pipeline.row_limit = 90000;
  return transformed(source, pipeline);
}

/// Every source that a cluster can read; rows of the caller's memory are not.
std::vector<Pair> pairs(const SourceUnderTest& entry, const Chunk& data, const std::string& folder,
                        ComputeContext& context) {
  const auto here = entry.make(data, folder);
  if (entry.opened_by && context.tables()) {
    const auto there = entry.opened_by(folder, context, false);
    return {{entry.name, here, there},
            {entry.name + ", cached", here, entry.opened_by(folder, context, true)},
            {"the middle of " + entry.name, middle_of(here), middle_of(there)}};
  }
  if (here->row_holder()) return {};
  return {{entry.name, here, here},
          {"the middle of " + entry.name, middle_of(here), middle_of(here)}};
}

}  // namespace

const SourceUnderTest& file_source() {
  return *std::find_if(sources().begin(), sources().end(),
                       [](const auto& entry) { return entry.name == "RxXdfData"; });
}

void every_analysis_has_the_bits_of_one_thread(ComputeContext& context, bool each_of_all_sources) {
  const auto data = rows(150000);
  LocalContext reference(1);
  constexpr std::size_t kSample = 8;
  std::size_t compared = 0, place = 0;
  for (const auto& entry : sources()) {
    const Folder folder;
    for (const auto& pair : pairs(entry, data, folder.path, context)) {
      ++place;
      for (std::size_t i = 0; i < analyses().size(); ++i) {
        const auto& analysis = analyses()[i];
        if (!meets(analysis, pair.name)) continue;
        if (!each_of_all_sources && (i + place) % kSample != 0) continue;
        SCOPED_TRACE(analysis.name + " of " + pair.name);
        RunControl control;
        ASSERT_EQ(analysis.fit(pair.there, context, control).exact,
                  analysis.fit(pair.here, reference, control).exact);
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, each_of_all_sources ? 50u : 15u);
}

void rows_are_read_in_the_order_of_the_data(ComputeContext& context) {
  const auto data = rows(150000);
  LocalContext reference(1);
  const auto read = [](const SourcePtr& source, ComputeContext& by) {
    RunControl control;
    std::vector<double> y, f;
    by.read(
        *source, {.columns = std::vector<std::string>{"f", "y"}},
        [&](const Chunk& chunk) {
          y.resize(y.size() + chunk.rows), f.resize(f.size() + chunk.rows);
          chunk.column("y").numbers(y.data() + y.size() - chunk.rows);
          chunk.column("f").numbers(f.data() + f.size() - chunk.rows);
        },
        control);
    EXPECT_GE(y.size(), 90000u);
    return save(y) + save(f);
  };
  for (const auto& entry : sources()) {
    const Folder folder;
    for (const auto& pair : pairs(entry, data, folder.path, context)) {
      SCOPED_TRACE(pair.name);
      EXPECT_EQ(read(pair.there, context), read(pair.here, reference));
    }
  }
}

void a_failure_carries_the_message_of_one_thread(ComputeContext& context, std::size_t most) {
  auto data = rows(150000);
  std::vector<double> w(data.rows, 1.0);
  w[140000] = -1;
  data.columns[5] = Column::own(Type::kFloat64, std::move(w));
  LocalContext reference(1);
  for (const auto& entry : sources()) {
    const Folder folder;
    for (const auto& pair : pairs(entry, data, folder.path, context)) {
      if (pair.name.starts_with("the middle")) continue;  // the row is not in it
      for (const auto& analysis : analyses()) {
        if (analysis.name.find(" w") == std::string::npos) continue;
        if (most-- == 0) return;
        SCOPED_TRACE(analysis.name + " of " + pair.name);
        const auto failure = [&](const SourcePtr& source, ComputeContext& by) {
          RunControl control;
          try {
            analysis.fit(source, by, control);
            return std::string();
          } catch (const DataError& error) {
            return in_words_of_r(error.what());
          }
        };
        const auto expected = failure(pair.here, reference);
        EXPECT_NE(expected, "");
        EXPECT_EQ(failure(pair.there, context), expected);
      }
    }
  }
}

void a_cancelled_call_stops_and_the_next_one_works(ComputeContext& context) {
  const auto data = rows(150000);
  const Folder folder;
  const auto source = file_source().make(data, folder.path);
  const auto begin = std::chrono::steady_clock::now();
  RunControl control;
  auto asked = begin;
  control.callbacks.interrupted = [&] {
    const auto now = std::chrono::steady_clock::now();
    if (now - begin <= std::chrono::milliseconds(200)) return false;
    if (asked == begin) asked = now;
    return true;
  };
  EXPECT_THROW(
      {
        for (int round = 0; round < 10000; ++round)
          analyses().front().fit(source, context, control);
      },
      Cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(3));
  RunControl next;
  LocalContext reference(1);
  EXPECT_EQ(analyses().front().fit(source, context, next).exact,
            analyses().front().fit(source, reference, next).exact);
}

void rows_of_the_caller_are_refused(ComputeContext& context) {
  RunControl control;
  const auto frame = std::make_shared<FrameSource>(rows(10).schema, std::vector{rows(10)});
  try {
    analyses().front().fit(frame, context, control);
    FAIL();
  } catch (const Unsupported& refusal) {
    EXPECT_NE(in_words_of_r(refusal.what())
                  .find(context.name() + " cannot use a data frame of the caller"),
              std::string::npos);
  }
}

}  // namespace insitu::laws
