#include "model_of_file.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/base64.hpp"
#include "base/error.hpp"

namespace insitu::cli {

using nlohmann::json;

std::string read_model(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw DataError("model file not found: " + path);
  std::stringstream text;  // locale: bytes
  text << file.rdbuf();
  auto content = text.str();
  if (content.starts_with("INS1")) return to_base64(content);
  if (content.find_first_not_of(" \n\r\t") != std::string::npos &&
      content[content.find_first_not_of(" \n\r\t")] == '{') {
    const auto document = json::parse(content, nullptr, false);
    if (!document.is_object() || !document.contains("model") || !document["model"].is_string())
      throw DataError("the file holds no model: " + path);
    return document["model"].get<std::string>();
  }
  std::erase_if(content, [](char c) { return c == '\n' || c == '\r'; });
  if (content.empty() ||
      content.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789+/=") != std::string::npos)
    throw InvalidArgument(
        "this is not a model file (insitu linmod --model makes one); say insitu "
        "predict MODEL SOURCE [TARGET]: " +
        path);
  return content;
}

}  // namespace insitu::cli
