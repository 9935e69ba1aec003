#include "capi/ssh_request.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "remote/ssh_channel.hpp"

namespace insitu {

using nlohmann::json;

namespace {

std::vector<std::string> words_of(const Call& call) {
  auto words = call.options.texts("command");
  if (words.empty()) throw InvalidArgument("a command for another machine has no words");
  return words;
}

}  // namespace

SshTarget ssh_target_of(const Options& options) {
  return ssh_target(options.text("sshHostname"), options.text("sshUsername"),
                    options.text("sshSwitches"));
}

json ssh_command_request(Call& call) {
  SshChannel channel(ssh_target_of(call.options));
  const auto words = words_of(call);
  if (call.options.flag("connect", true)) channel.connect(call.control);
  return {{"argv", channel.command(words)}};
}

json ssh_run_request(Call& call) {
  SshChannel channel(ssh_target_of(call.options));
  const auto answer = channel.run(words_of(call), from_base64(call.options.text("input")),
                                  call.control, call.options.number("seconds", 60));
  return {
      {"status", answer.status}, {"output", to_base64(answer.output)}, {"errors", answer.errors}};
}

json ssh_copy_request(Call& call) {
  SshChannel channel(ssh_target_of(call.options));
  const auto file = call.options.text("file"), to = call.options.text("to");
  if (file.empty() || to.empty()) throw InvalidArgument("ssh_copy: file and to are needed");
  return {{"copied", channel.copy(file, to, call.options.text("mode", "600"), call.control)}};
}

json ssh_failure_request(Call& call) {
  SshChannel(ssh_target_of(call.options)).fail(call.options.text("errors"));
}

json ssh_close_request(Call& call) {
  SshChannel(ssh_target_of(call.options)).close();
  return {{"closed", true}};
}

}  // namespace insitu
