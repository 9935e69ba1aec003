#include "capi/make_sink.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/formats.hpp"
#include "capi/opened_sources.hpp"
#include "capi/uploaded_sink.hpp"
#include "filesystems/hdfs/name_node.hpp"
#include "filesystems/routed.hpp"

namespace insitu {

using nlohmann::json;

namespace {

std::optional<bool> composite_set_of(const Options& options) {
  if (!options.has("createCompositeSet")) return std::nullopt;
  return options.flag("createCompositeSet", false);
}

}  // namespace

std::unique_ptr<DataSink> Target::open(const SchemaPtr& schema) const {
  if (format_->is_table)
    throw Unsupported(
        named(format_->type) +
        " can be written in the `RxSpark` compute context only; set it, or give another "_named
        "`outFile`");
  if (is_hdfs_path(path_))
    return uploaded_sink(path_, options, [&](const std::string& local) {
      auto here = descriptor;
      here["file"] = local;
      return format_->sink(here, schema, options);
    });
  if (is_remote_path(path_))
    throw Unsupported("this compute context writes " + descriptor.value("type", std::string()) +
                      " to files of this machine and of HDFS, not to " + path_ +
                      "; write `RxParquetData` there with `RxSpark`, or copy the file"_named);
  return format_->sink(descriptor, schema, options);
}

int compression_level_of(const Options& options) {
  const auto level = options.whole("xdfCompressionLevel", 1);
  if (level < -1 || level > 9)
    throw InvalidArgument("`xdfCompressionLevel` must be from -1 to 9, not "_named +
                          std::to_string(level));
  return static_cast<int>(level);
}

Target target_of(const Call& call, const char* key) {
  const auto& options = call.options;
  Target target;
  target.descriptor = target_descriptor_of(options.value(key), key, composite_set_of(options));
  if (target.descriptor.value("type", std::string()) == "frame")
    throw InvalidArgument(named(key) +
                          " cannot be a data frame: leave it out and the rows come back as one");
  if (target.descriptor.value("createPartitionSet", json()) == true)
    throw InvalidArgument(
        named(key) +
        ": a partitioned set is written by `rxPartition`; leave `createPartitionSet` out"_named);
  target.path_ = Options(target.descriptor, key).text("file");
  target.format_ = format_of(target.descriptor);
  const bool is_file = !target.format_ || target.format_->has_key("file");
  if (!target.format_ || !target.format_->is_table) {
    if (is_file && target.path_.empty()) throw InvalidArgument(named(key) + " has no file");
    target.format_ = &call.sources.format(Options(target.descriptor, key).text("type"));
  }
  const auto& format = *target.format_;
  for (const auto* each : {"createCompositeSet", "blocksPerCompositeFile"})
    if (options.has(each) && format.has_key(each) &&
        (!target.descriptor.contains(each) || target.descriptor[each].is_null()))
      target.descriptor[each] = options.value(each);

  const auto append = options.choice("append", "none", {"none", "rows", "cols"});
  target.options.append = append == "rows"   ? Append::kRows
                          : append == "cols" ? Append::kColumns
                                             : Append::kNone;
  target.options.overwrite = options.flag("overwrite", false);
  target.options.compute_low_high = options.flag("computeLowHigh", true);
  target.options.compression_level = compression_level_of(options);

  if (format.is_table || !is_file) return target;  // the platform looks whether it is there
  target.path_ = native_path(target.path_);
  if (is_hdfs_path(target.path_) && !call.context.file_system()) {
    require_hdfs_target(target.path_, target.options, named(key));
    return target;
  }
  if (is_remote_path(target.path_)) return target;
  std::error_code failure;
  const std::filesystem::path path(target.path_);
  const bool exists = std::filesystem::exists(path, failure);
  if (exists && append == "none" && !target.options.overwrite)
    throw InvalidArgument(named(key) + " exists: " + target.path_ +
                          "; allow to replace it with `overwrite`"_named +
                          (format.appends == Appends::kNothing ? "" : ", or append to it"));
  if (exists && append == "cols" && format.appends != Appends::kRowsAndColumns)
    throw Unsupported("columns can be appended to .xdf files only, not to " + target.path_);
  const auto folder = path.parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder, failure))
    throw DataError("the folder of " + named(key) + " does not exist: " + folder.string());
  return target;
}

bool same_file(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return false;
  std::error_code failure;
  return std::filesystem::equivalent(a, b, failure) && !failure;
}

std::unique_ptr<FileLock> lock_file(const Call& call, const std::string& path) {
  if (OpenedSources::explained()) return nullptr;  // nothing is written
  auto& control = call.control;
  bool said = false;
  return std::make_unique<FileLock>(path, [&](double seconds) {
    control.poll();
    control.cancel.throw_if_raised();
    if (said || seconds < 1) return;
    said = true;
    control.warn("another program is writing " + path + "; waiting until it has finished");
  });
}

std::unique_ptr<FileLock> lock_changed_file(const Call& call, const char* target_key,
                                            const char* input_key) {
  const auto& options = call.options;
  if (!options.has(target_key)) return nullptr;
  const auto target = native_path(file_of(
      target_descriptor_of(options.value(target_key), target_key, composite_set_of(options))));
  if (target.empty() || is_remote_path(target)) return nullptr;
  const auto is_input = [&] {
    return options.has(input_key) &&
           same_file(native_path(file_of(descriptor_of(options.value(input_key), input_key))),
                     target);
  };
  if (options.text("append", "none") == "none" && !is_input()) return nullptr;
  return lock_file(call, target);
}

std::optional<FileIdentity> version_read(const Call& call, const std::string& path) {
  std::error_code failure;
  if (call.control.versions && !std::filesystem::is_directory(path, failure))
    if (const auto version = call.control.versions->find(path)) return version;
  return file_identity(path);
}

}  // namespace insitu
