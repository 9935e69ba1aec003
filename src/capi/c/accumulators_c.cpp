// Accumulators of insitu.h, over capi/hosted_analysis.hpp.
#include <insitu/insitu.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "capi/border.hpp"
#include "capi/c/guarded.hpp"
#include "capi/hosted_analysis.hpp"
#include "data/arrow.hpp"

/// A pass alone has no analysis: who made it ends it.
struct insitu_analysis {
  explicit insitu_analysis(insitu::HostedAnalysis whole) : analysis(std::move(whole)) {}
  explicit insitu_analysis(std::shared_ptr<const insitu::HostedPass> alone)
      : only(std::move(alone)) {}

  const std::shared_ptr<const insitu::HostedPass>& pass() const {
    return analysis ? analysis->pass() : only;
  }
  insitu::HostedAnalysis& whole() {
    if (!analysis)
      throw insitu::InvalidArgument(
          "this is a pass alone: whoever made it ends it and knows what follows");
    return *analysis;
  }

  std::optional<insitu::HostedAnalysis> analysis;
  std::shared_ptr<const insitu::HostedPass> only;
};

struct insitu_accumulator {
  insitu::HostedAccumulator states;
};

struct insitu_bytes {
  insitu::Bytes bytes;
};

namespace {

using insitu::c::guarded;
using insitu::c::require;

/// Failures in the words of the analysis's face.
template <class F>
auto worded(const insitu::HostedPass& pass, F&& f) {
  try {
    return f();
  } catch (...) {
    insitu::rethrow_in(pass.words);
  }
}

std::string_view view(const void* data, size_t size) {
  if (size) require(data, "data");
  return {static_cast<const char*>(data), size};
}

}  // namespace

insitu_analysis* insitu_analysis_new(const char* document, const ArrowSchema* schema) {
  return guarded<insitu_analysis*>(nullptr, [&] {
    require(document, "document"), require(schema, "schema");
    return new insitu_analysis(insitu::HostedAnalysis(
        document, std::make_shared<const insitu::Schema>(insitu::fields_from_arrow(*schema))));
  });
}

int insitu_analysis_pass(const insitu_analysis* analysis) {
  return analysis ? analysis->pass()->number : 0;
}

int insitu_analysis_schema(const insitu_analysis* analysis, ArrowSchema* out) {
  return guarded(1, [&] {
    require(analysis, "analysis"), require(out, "out");
    insitu::schema_to_arrow(*analysis->pass()->schema, out);
    return 0;
  });
}

insitu_bytes* insitu_analysis_save(const insitu_analysis* analysis) {
  return guarded<insitu_bytes*>(nullptr, [&] {
    require(analysis, "analysis");
    if (!analysis->analysis)
      throw insitu::InvalidArgument("this is a pass alone, which is as it came");
    return new insitu_bytes{analysis->analysis->save()};
  });
}

insitu_analysis* insitu_analysis_load(const void* data, size_t size) {
  return guarded<insitu_analysis*>(nullptr, [&] {
    const auto sealed = view(data, size);
    return insitu::sealed_kind(sealed) == insitu::kHostedPass
               ? new insitu_analysis(insitu::load_hosted_pass(sealed))
               : new insitu_analysis(insitu::HostedAnalysis::load(sealed));
  });
}

int insitu_analysis_finish(insitu_analysis* analysis, insitu_accumulator* accumulator,
                           uint64_t splits, const insitu_callbacks* callbacks,
                           insitu_reply** reply) {
  return guarded(1, [&] {
    require(analysis, "analysis"), require(accumulator, "accumulator"), require(reply, "reply");
    *reply = nullptr;
    auto made = std::make_unique<insitu_reply>();
    auto found = worded(*analysis->pass(), [&] {
      return analysis->whole().finish(accumulator->states, splits,
                                      insitu::c::callbacks_of(callbacks, nullptr));
    });
    if (!found) return 0;
    made->reply = std::move(*found);
    *reply = made.release();
    return 0;
  });
}

void insitu_analysis_free(insitu_analysis* analysis) { delete analysis; }

insitu_accumulator* insitu_accumulator_new(const insitu_analysis* analysis) {
  return guarded<insitu_accumulator*>(nullptr, [&] {
    require(analysis, "analysis");
    return new insitu_accumulator{insitu::HostedAccumulator(analysis->pass())};
  });
}

int insitu_accumulator_add(insitu_accumulator* accumulator, uint64_t split,
                           const ArrowSchema* schema, ArrowArray* rows) {
  return guarded(1, [&] {
    require(rows, "rows");
    if (!accumulator) {
      if (rows->release) rows->release(rows);
      require(accumulator, "accumulator");
    }
    if (!rows->release) throw insitu::InvalidArgument("the rows have been released");
    worded(accumulator->states.pass(), [&] { accumulator->states.add(split, schema, rows); });
    return 0;
  });
}

int insitu_accumulator_merge(insitu_accumulator* accumulator, insitu_accumulator* next) {
  return guarded(1, [&] {
    require(accumulator, "accumulator"), require(next, "next");
    worded(accumulator->states.pass(), [&] { accumulator->states.merge(next->states); });
    return 0;
  });
}

int insitu_accumulator_append(insitu_accumulator* accumulator, insitu_accumulator* next) {
  return guarded(1, [&] {
    require(accumulator, "accumulator"), require(next, "next");
    worded(accumulator->states.pass(), [&] { accumulator->states.append(next->states); });
    return 0;
  });
}

int insitu_accumulator_splits(insitu_accumulator* accumulator, uint64_t* splits) {
  return guarded(1, [&] {
    require(accumulator, "accumulator"), require(splits, "splits");
    worded(accumulator->states.pass(), [&] { *splits = accumulator->states.splits(); });
    return 0;
  });
}

int insitu_accumulator_fill(insitu_accumulator* accumulator, uint64_t splits) {
  return guarded(1, [&] {
    require(accumulator, "accumulator");
    worded(accumulator->states.pass(), [&] { accumulator->states.fill(splits); });
    return 0;
  });
}

insitu_bytes* insitu_accumulator_save(insitu_accumulator* accumulator) {
  return guarded<insitu_bytes*>(nullptr, [&] {
    require(accumulator, "accumulator");
    return worded(accumulator->states.pass(),
                  [&] { return new insitu_bytes{accumulator->states.save()}; });
  });
}

insitu_accumulator* insitu_accumulator_load(const insitu_analysis* analysis, const void* data,
                                            size_t size) {
  return guarded<insitu_accumulator*>(nullptr, [&] {
    require(analysis, "analysis");
    const auto& pass = analysis->pass();
    return worded(*pass, [&] {
      return new insitu_accumulator{insitu::HostedAccumulator::load(pass, view(data, size))};
    });
  });
}

void insitu_accumulator_free(insitu_accumulator* accumulator) { delete accumulator; }

const void* insitu_bytes_data(const insitu_bytes* bytes, size_t* size) {
  if (size) *size = bytes ? bytes->bytes.size() : 0;
  return bytes ? bytes->bytes.data() : nullptr;
}

void insitu_bytes_free(insitu_bytes* bytes) { delete bytes; }
