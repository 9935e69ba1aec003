// Any bytes as the saved states of a host that owns the loop: they are refused, or merge, are saved
// again and finish without harm. What is inside of one state is state_fuzz's.
#include <cmath>
#include <cstring>

#include "base/error.hpp"
#include "capi/hosted_analysis.hpp"
#include "data/arrow.hpp"
#include "fuzz_main.hpp"

namespace insitu {
namespace {

constexpr const char* kDocument =
    R"({"op":"lin_mod","formula":"y ~ x + f","levels":{"f":["a","b"]},"face":"python"})";

SchemaPtr schema() {
  return std::make_shared<const Schema>(
      std::vector<Field>{{.name = "y"}, {.name = "x"}, {.name = "f", .type = Type::kFactor}});
}

void fill(HostedAccumulator& states, std::uint64_t split) {
  constexpr std::size_t kRows = 12;
  std::vector<double> y, x;
  std::vector<std::int32_t> f;
  for (std::size_t i = 0; i < kRows; ++i) {
    x.push_back(std::sin(static_cast<double>(i + split)));
    y.push_back(static_cast<double>(i % 5));
    f.push_back(static_cast<std::int32_t>(i % 2));
  }
  const Chunk rows{
      schema(),
      {Column::own(Type::kFloat64, std::move(y)), Column::own(Type::kFloat64, std::move(x)),
       Column::own(Type::kFactor, std::move(f), make_levels({"a", "b"}))},
      kRows,
      {}};
  ArrowSchema fields{};
  ArrowArray array{};
  schema_to_arrow(*rows.schema, &fields);
  chunk_to_arrow(rows, &array);
  states.add(split, &fields, &array);
  fields.release(&fields);
}

HostedAnalysis& analysis() {
  static HostedAnalysis all(kDocument, schema());
  return all;
}

Bytes saved(std::initializer_list<std::uint64_t> splits) {
  HostedAccumulator states(analysis().pass());
  for (const auto split : splits) fill(states, split);
  return states.save();
}

constexpr std::string_view kStates = "hosted_states";

/// Of states that are good: a seed that is refused would try nothing.
Bytes content(std::initializer_list<std::uint64_t> splits) {
  const auto sealed = saved(splits);
  (void)HostedAccumulator::load(analysis().pass(), sealed);
  return Bytes(unseal(kStates, sealed));
}

}  // namespace

FuzzCorpus fuzz_corpus() {
  return {.seeds = {'\0' + content({}), '\0' + content({0}), '\0' + content({0, 1, 3}),
                    '\0' + content({5, 7, 6}), '\1' + saved({0, 1})},
          .tokens = {}};
}

}  // namespace insitu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace insitu;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    auto states = HostedAccumulator::load(analysis().pass(),
                                          data[0] % 2 ? Bytes(bytes) : seal(kStates, bytes));
    (void)states.save();
    HostedAccumulator own(analysis().pass());
    fill(own, 2);
    own.merge(states);
    (void)own.finish(3);
  } catch (const Error&) {
  }
  return 0;
}
