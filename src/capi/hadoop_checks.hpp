#pragma once
// What the daemons of a Hadoop cluster are asked before a gateway is started
// (contexts/hadoop_mr/preflight.hpp): over HTTP, so that every refusal has words.

namespace insitu {

/// From now on they are asked.
void add_hadoop_checks();

}  // namespace insitu
