#include "capi/nodes_request.hpp"

#include <sys/utsname.h>

#include <chrono>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "base/number_text.hpp"
#include "capi/row_numbers.hpp"

namespace insitu {

using nlohmann::json;

namespace {

std::string name_of_this_node() {
  utsname about{};
  return ::uname(&about) == 0 ? about.nodename : "localhost";
}

/// What stands behind "key : " in a line of /proc; "" in others.
std::string_view value_of(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return {};
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  const auto begin = line.find_first_not_of(" \t", colon + 1);
  return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
}

/// Null where the system does not tell.
json number_of(std::string_view text) {
  const auto number = leading_number(text);
  return number ? json(number->value) : json();
}

json this_node() {
  json speed, memory;
  std::set<std::string> sockets;
  std::string line;
  for (std::ifstream file("/proc/cpuinfo"); std::getline(file, line);) {
    if (const auto mhz = value_of(line, "cpu MHz"); speed.is_null() && !mhz.empty())
      speed = number_of(mhz);
    if (const auto socket = value_of(line, "physical id"); !socket.empty()) sockets.emplace(socket);
  }
  for (std::ifstream file("/proc/meminfo"); std::getline(file, line);)
    if (const auto kilobytes = number_of(value_of(line, "MemTotal")); kilobytes.is_number())
      memory = kilobytes.get<double>() / 1024;
  const auto cores = std::thread::hardware_concurrency();
  return {{"nodeName", name_of_this_node()},
          {"cpuSpeed", speed},
          {"memSize", memory},
          {"numCores", cores > 0 ? json(cores) : json()},
          {"numSockets", sockets.empty() ? json() : json(sockets.size())},
          {"nodeState", "online"},
          {"isReachable", true}};
}

}  // namespace

json node_info_request(Call&) { return {{"nodes", {this_node()}}}; }

json ping_nodes_request(Call& call) {
  const auto begin = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  json node = {{"nodeName", name_of_this_node()}};
  constexpr std::int64_t kRows = 3;
  try {
    std::int64_t rows = 0;
    call.context.read(
        RowNumberSource(kRows, -1), {},
        [&](const Chunk& chunk) { rows += static_cast<std::int64_t>(chunk.rows); }, call.control);
    node["status"] = rows == kRows ? "success" : "failedJob";
  } catch (const Cancelled&) {
    throw;
  } catch (const WorkerError& failure) {
    node["status"] = "failedSession";
    node["message"] = failure.what();
  } catch (const Error& failure) {
    node["status"] = "failedJob";
    node["message"] = failure.what();
  }
  // At least one attempt is made, whatever time there is.
  const auto timeout = call.options.number("timeout", 0);
  if (timeout > 0 && seconds() > timeout && node["status"] == "success") node["status"] = "timeout";
  node["seconds"] = seconds();
  return {{"nodes", {std::move(node)}}};
}

}  // namespace insitu
