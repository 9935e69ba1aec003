#include "capi/serve.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "algorithms/user_family.hpp"
#include "base/error.hpp"
#include "capi/make_source.hpp"
#include "contexts/worker.hpp"
#include "filesystems/hdfs/file_system.hpp"
#include "filesystems/native.hpp"
#include "filesystems/routed.hpp"
#include "methods/methods.hpp"
#include "sources/part_sets.hpp"
#include "sources/registry.hpp"

namespace insitu {

void serve_worker(const LoadFunction& load, const std::string& language, const std::string& socket,
                  const LanguageProcess& process, const ExecFunction& exec) {
  WorkerParts parts;
  parts.files = routed_file_system(native_file_system(), hdfs_file_system());
  parts.process = process;
  parts.exec = exec;
  if (!language.empty()) parts.languages = {language};
  std::optional<FamilyLoader> families;
  if (load) families.emplace(load);
  parts.make_pass = make_pass;
  parts.fields_of = analysis_fields;
  parts.make_source = [&load](const Recipe& recipe, const WorkerInputs& inputs) {
    SourceMaker maker(stored_formats(), {.files = inputs.files});
    maker.set_pushed(inputs.pushed);
    maker.set_load_function(load);
    return maker.make(recipe);
  };
  parts.make_part_set = [](const Recipe& target, const SchemaPtr& schema, const SinkOptions& sink,
                           bool folder) {
    auto set =
        make_part_set(target.name, nlohmann::json::parse(target.options), schema, sink, folder);
    if (!set) throw InvalidArgument("a target of the type " + target.name + " is no set of files");
    return set;
  };
  if ((socket.empty() ? serve_standard_streams(parts) : serve_socket(socket, parts)) != 0)
    throw WorkerError("the host did not keep to the protocol of workers");
}

}  // namespace insitu
