#pragma once
// The laws of contexts that need a cluster: what is asked of one is asked of all of them. Each is
// the body of a test.
#include "laws/analyses.hpp"
#include "laws/sources.hpp"

namespace insitu::laws {

/// An .xdf.
const SourceUnderTest& file_source();

/// Of every source that a cluster can read; rows of the caller's memory are not. Where a job takes
/// long, an eighth of the pairs of a source and an analysis stands for all.
void every_analysis_has_the_bits_of_one_thread(ComputeContext&, bool each_of_all_sources);
void rows_are_read_in_the_order_of_the_data(ComputeContext&);
/// In so many analyses at most.
void a_failure_carries_the_message_of_one_thread(ComputeContext&, std::size_t most);
void a_cancelled_call_stops_and_the_next_one_works(ComputeContext&);
void rows_of_the_caller_are_refused(ComputeContext&);

}  // namespace insitu::laws
