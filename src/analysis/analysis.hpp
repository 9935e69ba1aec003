#pragma once
// The heart: an analysis that needs the rows only once per pass, in pieces, in any place.
//
// An Analysis is an immutable description of one pass over the data plus a State: a plain value
// that summarises the rows seen so far. States of different rows merge, so the rows may be
// anywhere. The author writes these functions and nothing about threads, processes, clusters or
// databases:
//
//   init        an empty state: the identity of merge
//   accumulate  adds a chunk of rows to a state                    (on a worker)
//   merge       adds the state of the rows that follow             (on a worker or the master)
//   update      end of a pass: true if another one is needed       (on the master; optional)
//   finalize    the result                                         (on the master)
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "data/chunk.hpp"

namespace insitu {

template <class A>
concept Analysis = HasFields<A> && HasFields<typename A::State> &&
    requires(const A& analysis, typename A::State& state, const typename A::State& next,
             const Chunk& chunk) {
  { A::name } -> std::convertible_to<std::string_view>;
  { analysis.variables() } -> std::same_as<std::vector<std::string>>;
  { analysis.init() } -> std::same_as<typename A::State>;
  { analysis.accumulate(state, chunk) } -> std::same_as<void>;
  { state.merge(next) } -> std::same_as<void>;
  analysis.finalize(next);
};

template <class A>
concept IterativeAnalysis = Analysis<A> && requires(A& analysis, const typename A::State& state) {
  { analysis.update(state) } -> std::same_as<bool>;
};

}  // namespace insitu
