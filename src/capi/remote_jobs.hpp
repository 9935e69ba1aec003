#pragma once
// Jobs on other machines (docs/jobs.md, docs/remote.md): their folder is named by the context, so
// that whoever has the path of a job can ask for it. What a language has kept of a call to make its
// result stays in the process that submitted it: code of a language is never rebuilt from bytes of
// another machine.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace insitu {

/// "rxremote:<the context>", the folder of the jobs of a context on another machine.
std::string remote_jobs_folder(const nlohmann::json& context);
/// The context of such a folder, or of a job in it; null for any other text. Throws InvalidArgument
/// for one that is damaged.
nlohmann::json context_of_remote_jobs(std::string_view path);

/// The caller has given this context itself, rather than by a path: paths that name it are those of
/// its jobs from now on.
void remember_context(const nlohmann::json& context);
/// Whether a caller of this process has given it.
bool is_remembered(const nlohmann::json& context);

/// Before a request about jobs is sent: names are those there, and what is kept stays here. Returns
/// what is kept of a job_submit.
nlohmann::json take_kept(nlohmann::json& document);
/// When the reply is there: paths are those here. `kept` is that of take_kept().
void rename_jobs(nlohmann::ordered_json& reply, const std::string& folder,
                 const nlohmann::json& kept);
/// What this process has kept of a job; null: nothing.
nlohmann::json kept_of_job(const std::string& path);
/// The job is no longer there.
void forget_job(const std::string& path);

}  // namespace insitu
