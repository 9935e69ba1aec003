#include "capi/uploaded_sink.hpp"

#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/own_folder.hpp"
#include "filesystems/hdfs/copies.hpp"
#include "filesystems/hdfs/lines.hpp"

namespace insitu {

namespace {

class UploadedSink final : public DataSink {
 public:
  UploadedSink(HdfsAddress to, bool overwrite,
               const std::function<std::unique_ptr<DataSink>(const std::string&)>& make)
      : to_(std::move(to)),
        overwrite_(overwrite),
        local_(folder_.path() + to_.path.substr(to_.path.rfind('/'))),
        sink_(make(local_)) {}

  void write(const Chunk& chunk) override { sink_->write(chunk); }
  void set_block_rows(std::vector<std::int64_t> rows) override {
    sink_->set_block_rows(std::move(rows));
  }
  void finish() override {
    sink_->finish();
    HdfsLines lines;
    copy_to_hdfs(*lines.lease(to_.authority), local_, to_.path,
                 {.overwrite = overwrite_, .create = {}});
  }

 private:
  HdfsAddress to_;
  bool overwrite_;
  OwnFolder folder_;
  std::string local_;
  std::unique_ptr<DataSink> sink_;
};

}  // namespace

void require_hdfs_target(const std::string& path, const SinkOptions& options,
                         const std::string& shown) {
  if (options.append != Append::kNone)
    throw Unsupported(
        "nothing is appended to files of HDFS: write them anew, or to another file, not " + path);
  const auto address = HdfsAddress::of(path);
  HdfsLines lines;
  if (!options.overwrite && lines.lease(address.authority)->status(address.path))
    throw InvalidArgument(shown + " exists: " + path +
                          "; allow to replace it with `overwrite`"_named);
}

std::unique_ptr<DataSink> uploaded_sink(
    const std::string& path, const SinkOptions& options,
    const std::function<std::unique_ptr<DataSink>(const std::string& local)>& make) {
  require_hdfs_target(path, options, "the target");
  return std::make_unique<UploadedSink>(HdfsAddress::of(path), options.overwrite, make);
}

}  // namespace insitu
