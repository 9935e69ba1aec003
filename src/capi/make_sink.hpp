#pragma once
// From the documents that name a target (docs/requests.md) to the sink, and the checks that come
// before anything runs.
#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "base/file_lock.hpp"
#include "capi/call.hpp"
#include "data/sink.hpp"

namespace insitu {

/// A request's target and how it is to be written: outFile or outData, append, overwrite, blocks,
/// compression.
struct Target {
  nlohmann::json descriptor;
  SinkOptions options;

  const std::string& path() const { return path_; }
  const Format& format() const { return *format_; }
  std::unique_ptr<DataSink> open(const SchemaPtr&) const;

 private:
  friend Target target_of(const Call&, const char* key);
  std::string path_;
  const Format* format_ = nullptr;
};

/// Reads and checks the target: throws InvalidArgument when it exists and may be neither replaced
/// nor appended to, when its folder does not exist, or when the format cannot append. The target is
/// untouched.
Target target_of(const Call&, const char* key);

/// xdfCompressionLevel of a request. Throws InvalidArgument unless it is from -1 to 9.
int compression_level_of(const Options&);

/// Whether two paths are the same file.
bool same_file(const std::string& a, const std::string& b);

/// The right to change the file at `path` until it is let go (base/file_lock.hpp). Waits for other
/// writers, says so after a second, and can be interrupted.
std::unique_ptr<FileLock> lock_file(const Call&, const std::string& path);

/// The same for a request that changes what it reads: one that appends to its target, or whose
/// target is its input. To be called before either is read; null for other requests.
std::unique_ptr<FileLock> lock_changed_file(const Call&, const char* target_key,
                                            const char* input_key);

/// The version of the target, as the call has read it, for targets that the rows come from.
std::optional<FileIdentity> version_read(const Call&, const std::string& path);

}  // namespace insitu
