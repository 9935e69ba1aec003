#include "contexts/gateway/files.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "contexts/gateway/job.hpp"
#include "contexts/remote_files.hpp"

namespace insitu {

std::shared_ptr<const FileSystem> gateway_file_system(
    std::function<GatewaySession&(RunControl&)> session, std::shared_ptr<FileVersions> served) {
  return remote_file_system(
      [session = std::move(session), served = std::move(served)](const std::string& question) {
        RunControl control;
        const auto asked = nlohmann::json::parse(question);
        auto& gateway = session(control);
        auto answer = gateway.call("FS", asked, {}, control);
        if (const auto found = document_of(answer, gateway.words()); found.contains("modified"))
          served->see(asked.value("file", ""),
                      {.size = found.value("size", std::uint64_t{0}),
                       .modified = found.value("modified", std::int64_t{0}) * 1'000'000});
        return answer;
      });
}

}  // namespace insitu
