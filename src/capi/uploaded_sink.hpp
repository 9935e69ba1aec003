#pragma once
// Targets in HDFS: written to this machine first, by the sink of their format, and sent when they
// are whole, so that nobody there sees half of them.
#include <functional>
#include <memory>
#include <string>

#include "data/sink.hpp"

namespace insitu {

/// Throws Unsupported for rows that are to be appended, and InvalidArgument for a target that is
/// there, unless it may be replaced. `shown`: what the target is called.
void require_hdfs_target(const std::string& path, const SinkOptions&, const std::string& shown);

/// `make` makes the sink of a path of this machine. Requires the same.
std::unique_ptr<DataSink> uploaded_sink(
    const std::string& path, const SinkOptions&,
    const std::function<std::unique_ptr<DataSink>(const std::string& local)>& make);

}  // namespace insitu
