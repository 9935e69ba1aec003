// The double as a program, for the TDS double: a call on stdin, its outcome on stdout. Both are a
// JSON text with its length in four bytes in front, then for each column its lengths and its cells,
// then the values of arguments, each with its size in eight bytes in front.
#include <cstring>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "host.hpp"

namespace {

using insitu::exthost::Cells;
using nlohmann::json;

std::string take(std::string_view& from, std::size_t size) {
  if (size > from.size()) throw std::runtime_error("the call is cut off");
  std::string piece(from.substr(0, size));
  from.remove_prefix(size);
  return piece;
}

template <class T>
T number(std::string_view& from) {
  T value;
  std::memcpy(&value, take(from, sizeof value).data(), sizeof value);
  return value;
}

std::vector<SQLINTEGER> lengths(const std::string& bytes) {
  std::vector<SQLINTEGER> all(bytes.size() / sizeof(SQLINTEGER));
  std::memcpy(all.data(), bytes.data(), all.size() * sizeof(SQLINTEGER));
  return all;
}

void put(std::string& to, const void* data, std::uint64_t size) {
  to.append(reinterpret_cast<const char*>(&size), sizeof size);
  to.append(static_cast<const char*>(data), size);
}

}  // namespace

int main() {
  try {
    const std::string input((std::istreambuf_iterator<char>(std::cin)), {});
    std::string_view left = input;
    const auto given = json::parse(take(left, number<std::uint32_t>(left)));
    insitu::exthost::Call call;
    call.library = given.at("library"), call.script = given.at("script");
    call.tasks = given.value("tasks", 1u), call.partitions = given.value("partitions", false);
    call.chunk_rows = given.value("chunkRows", std::vector<std::size_t>{});
    call.kill_task = given.value("killTask", -1);
    for (const auto& column : given.at("columns")) {
      Cells cells{column.at("type"),
                  column.at("size"),
                  column.value("digits", SQLSMALLINT{0}),
                  column.value("nullable", true),
                  {},
                  {}};
      cells.lengths = lengths(take(left, number<std::uint64_t>(left)));
      cells.bytes = take(left, number<std::uint64_t>(left));
      call.columns.push_back(
          {column.at("name"), std::move(cells), column.value("partition", SQLSMALLINT{-1})});
    }
    for (const auto& argument : given.at("arguments")) {
      insitu::exthost::Argument made{argument.at("name"),
                                     argument.at("type"),
                                     argument.value("size", 0u),
                                     {},
                                     argument.value("output", false)};
      if (!argument.value("null", false)) made.value = take(left, number<std::uint64_t>(left));
      call.arguments.push_back(std::move(made));
    }
    const auto outcome = insitu::exthost::run(call);
    json told = {{"succeeded", outcome.succeeded},
                 {"messages", outcome.messages},
                 {"columns", json::array()},
                 {"outputs", json::array()}};
    std::string body;
    for (const auto& column : outcome.columns) {
      told["columns"].push_back({{"type", column.type},
                                 {"size", column.size},
                                 {"digits", column.digits},
                                 {"nullable", column.nullable}});
      put(body, column.lengths.data(), column.lengths.size() * sizeof(SQLINTEGER));
      put(body, column.bytes.data(), column.bytes.size());
    }
    for (const auto& output : outcome.outputs) {
      told["outputs"].push_back(output ? json(output->size()) : json(nullptr));
      if (output) put(body, output->data(), output->size());
    }
    const auto head = told.dump(-1, ' ', false, json::error_handler_t::replace);
    const auto size = static_cast<std::uint32_t>(head.size());
    std::cout.write(reinterpret_cast<const char*>(&size), sizeof size);
    std::cout << head << body << std::flush;
    return std::cout ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "exthost: " << error.what() << "\n";
    return 1;
  }
}
