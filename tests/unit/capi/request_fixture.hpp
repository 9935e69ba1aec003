#pragma once
// Requests run in this process on files in a temporary folder.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "capi/facade.hpp"
#include "data/arrow.hpp"
#include "methods/methods.hpp"
#include "unit/capi/plain_reply.hpp"

namespace insitu {

using nlohmann::json;

/// A data frame as a reply hands it over.
struct Table {
  SchemaPtr schema;
  std::vector<Chunk> chunks;

  std::size_t rows() const {
    std::size_t count = 0;
    for (const auto& chunk : chunks) count += chunk.rows;
    return count;
  }
  std::vector<double> numbers(const std::string& name) const {
    std::vector<double> values;
    for (const auto& chunk : chunks) {
      const auto& column = chunk.columns[schema->index(name)];
      for (std::size_t i = 0; i < column.size(); ++i) values.push_back(column.number_at(i));
    }
    return values;
  }
  /// Texts, or the level names of a factor; "<NA>" where missing.
  std::vector<std::string> texts(const std::string& name) const {
    std::vector<std::string> values;
    for (const auto& chunk : chunks) {
      const auto& column = chunk.columns[schema->index(name)];
      for (std::size_t i = 0; i < column.size(); ++i) {
        if (column.is_missing(i))
          values.emplace_back("<NA>");
        else if (is_factor(column.type()))
          values.push_back((*column.levels())[static_cast<std::size_t>(column.number_at(i))]);
        else
          values.emplace_back(column.string_at(i));
      }
    }
    return values;
  }
};

class RequestTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("insitu-capi-" + std::to_string(getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    release_frames();
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
    std::filesystem::remove_all(folder_);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  std::string bytes(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_),
                                                  std::filesystem::directory_iterator()));
  }

  static json text_source(const std::string& file) {
    return {{"type", "RxTextData"}, {"file", file}};
  }

  json run(json request, std::vector<ArrowArrayStream*> streams = {}) {
    warnings_.clear();
    output_.clear();
    if (!request.contains("reportProgress")) request["reportProgress"] = 0;
    if (method_of_op(request.value("op", std::string())) && !request.contains("print"))
      request["print"] = {"print", "summary"};
    Callbacks callbacks;
    callbacks.warning = [this](const std::string& text) { warnings_.push_back(text); };
    callbacks.output = [this](const std::string& text) { output_ += text; };
    release_frames();
    reply_ = insitu::run({request.dump(), std::move(streams), {}}, callbacks);
    return plain_reply(json::parse(reply_.document), reply_.arrays);
  }
  Table table(const json& frame) {
    auto [schema, chunks] = import_stream(&reply_.frames.at(frame.at("$frame").get<std::size_t>()));
    return {schema, std::move(chunks)};
  }
  /// All rows of an .xdf or a text file.
  Table rows(const json& source) {
    return table(run({{"op", "data_step"}, {"inData", source}})["frame"]);
  }

  template <class Kind = InvalidArgument>
  std::string error(json request) {
    try {
      run(std::move(request));
    } catch (const Kind& failure) {
      return failure.what();
    } catch (const std::exception& failure) {
      ADD_FAILURE() << "another kind of error: " << failure.what();
      return failure.what();
    }
    ADD_FAILURE() << "no error";
    return {};
  }

  /// Data frames of the last reply that no test took.
  void release_frames() {
    for (auto& frame : reply_.frames)
      if (frame.release) frame.release(&frame);
    reply_ = {};
  }

  std::filesystem::path folder_;
  Reply reply_;
  std::vector<std::string> warnings_;
  std::string output_;
};

/// Transforms as requests have them: an array of [name, expression].
inline json pairs(const std::vector<std::pair<std::string, std::string>>& all) {
  json array = json::array();
  for (const auto& [name, expression] : all) array.push_back(json::array({name, expression}));
  return array;
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace insitu
