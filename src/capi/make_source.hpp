#pragma once
// From the documents that name a data source (docs/requests.md) or rebuild one in a worker
// (recipes) to the source.
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "data/file_system.hpp"
#include "data/sink.hpp"
#include "data/source.hpp"
#include "formula/rows/transforms.hpp"

struct ArrowArrayStream;

namespace insitu {

using SourcePtr = std::shared_ptr<const DataSource>;

/// Opens a target. Throws InvalidArgument (unknown option, it exists), Unsupported (the format
/// cannot append).
using SinkMaker = std::function<std::unique_ptr<DataSink>(const nlohmann::json& descriptor,
                                                          const SchemaPtr&, const SinkOptions&)>;

/// A format beside those of sources/registry.hpp: what needs a library that workers do not have.
struct SourceFormat {
  std::string type;  ///< of its descriptors, for example "RxParquetData"
  std::function<SourcePtr(const nlohmann::json& descriptor)> source;
  SinkMaker sink;
};

/// Makes sources for one call. A frame that is named twice is imported once. Not for several
/// threads at once.
class SourceMaker {
 public:
  /// `streams`: the data frames of the call (taken over as they are used); null: none.
  explicit SourceMaker(std::shared_ptr<const FileSystem> files,
                       std::vector<ArrowArrayStream*>* streams = nullptr);

  /// Sources and targets of its type are made by it from now on.
  void add_format(SourceFormat format) { formats_.push_back(std::move(format)); }

  /// Throws InvalidArgument (unknown type or option; did you mean), DataError (cannot be read).
  SourcePtr make(const nlohmann::json& descriptor);
  /// What opens the targets of a type; it may outlive this object. Throws InvalidArgument for an
  /// unknown type.
  SinkMaker sink_maker(const std::string& type) const;

  /// In a worker: what stands for rows that the host holds, and how functions of the language are
  /// loaded.
  void set_pushed(SourcePtr pushed) { pushed_ = std::move(pushed); }
  void set_load_function(
      std::function<RowFunction(const std::string& language, const Bytes& code)> load) {
    load_ = std::move(load);
  }

  /// How tables of the compute context are opened (null: it has none of that kind), and how the
  /// rows of a source are kept there.
  void set_tables(std::function<SourcePtr(const nlohmann::json& descriptor)> open) {
    open_table_ = std::move(open);
  }
  void set_cache(std::function<SourcePtr(SourcePtr, const nlohmann::json& descriptor)> cache) {
    cache_ = std::move(cache);
  }

  const std::shared_ptr<const FileSystem>& files() const { return files_; }

 private:
  SourcePtr make_frame(const nlohmann::json& descriptor);
  /// The added format of a type, or null. Throws InvalidArgument for a type that nobody knows.
  const SourceFormat* added_format(const std::string& type) const;

  std::shared_ptr<const FileSystem> files_;
  std::vector<SourceFormat> formats_;
  std::vector<ArrowArrayStream*>* streams_;
  SourcePtr pushed_;
  std::function<RowFunction(const std::string&, const Bytes&)> load_;
  std::function<SourcePtr(const nlohmann::json&)> open_table_;
  std::function<SourcePtr(SourcePtr, const nlohmann::json&)> cache_;
  std::map<std::size_t, std::pair<SchemaPtr, std::vector<Chunk>>> frames_;
};

/// The descriptor of what is read, as an object: a path is what its ending says (file_kind.hpp).
/// `what` names it in messages ("data", "inData").
nlohmann::json descriptor_of(const nlohmann::json& value, const char* what);
/// ... of what is written ("outFile"); `composite`: the call wants a composite set.
nlohmann::json target_descriptor_of(const nlohmann::json& value, const char* what,
                                    bool composite = false);

/// For printed headers: "RxXdfData", "RxTextData", "data.frame".
std::string class_of(const nlohmann::json& descriptor);
/// The path, or "" where there is none.
std::string file_of(const nlohmann::json& descriptor);

}  // namespace insitu
