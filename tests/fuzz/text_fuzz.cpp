// Text from outside: whatever the bytes are, reading them ends with rows or with an error that says
// why, and the rows do not depend on how the text is cut. The first bytes choose the options.
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../unit/sources/memory_files.hpp"
#include "base/error.hpp"
#include "fuzz_main.hpp"
#include "sources/text/source.hpp"

namespace insitu {
namespace {

std::string value_of(const Column& column, std::size_t row) {
  if (column.is_missing(row)) return "<NA>";
  if (column.type() == Type::kString) return "s" + std::string(column.string_at(row));
  if (is_factor(column.type()))
    return "f" + column.levels()->at(static_cast<std::size_t>(column.values<std::int32_t>()[row]));
  char text[64];
  std::snprintf(text, sizeof text, "%.17g", column.number_at(row));
  return text;
}

/// All rows; nothing when the text cannot be read.
std::optional<std::vector<std::string>> rows_of(const nlohmann::json& descriptor,
                                                const FileSystemPtr& files,
                                                std::uint64_t split_bytes) {
  try {
    const auto source = make_text_source(descriptor, files, split_bytes);
    std::vector<std::string> rows;
    for (const auto& split : source->splits()) {
      const auto reader = source->open(split, {});
      while (const auto chunk = reader->next())
        for (std::size_t r = 0; r < chunk->rows; ++r) {
          std::string row;
          for (const auto& column : chunk->columns) row += value_of(column, r) + "|";
          rows.push_back(std::move(row));
        }
    }
    return rows;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kInternal) throw;  // a defect
    return std::nullopt;
  }
}

nlohmann::json descriptor_of(std::string_view choices) {
  const auto bit = [&](std::size_t i) { return (choices[i / 8] >> (i % 8) & 1) != 0; };
  nlohmann::json descriptor = {{"type", "RxTextData"}, {"file", "/t"}};
  if (bit(0))
    descriptor["delimiter"] = std::string(1, ",\t; |"[static_cast<unsigned char>(choices[1]) % 5]);
  if (bit(1)) descriptor["quoteMark"] = bit(2) ? "'" : "";
  if (bit(3)) descriptor["stringsAsFactors"] = true;
  if (bit(4)) descriptor["combineDelimiters"] = true;
  if (bit(5)) {
    const char* const encodings[] = {"gb18030", "latin1", "shift_jis", "utf-16"};
    descriptor["inputEncoding"] = encodings[static_cast<unsigned char>(choices[1]) / 8 % 4];
  }
  if (bit(6)) descriptor["firstRowIsColNames"] = bit(7);
  if (bit(16)) descriptor["rowsToSniff"] = 1;
  if (bit(17)) descriptor["rowsToSkip"] = 1;
  if (bit(18)) descriptor["missingValueString"] = "";
  if (bit(19))
    descriptor["thousandsSeparator"] = "'", descriptor["decimalPoint"] = bit(20) ? "," : ".",
    descriptor["quoteMark"] = "\"";
  if (bit(21))
    descriptor["colInfo"] = {
        {"a", {{"start", 1}, {"width", 2}}},
        {"b", {{"start", 2}, {"width", 7}, {"type", "numeric"}, {"decimalPlaces", 2}}}};
  if (bit(22) && !bit(21))
    descriptor["colInfo"] =
        nlohmann::json::array({{{"index", 1}, {"type", bit(23) ? "Date" : "POSIXct"}}});
  return descriptor;
}

}  // namespace

FuzzCorpus fuzz_corpus() {
  // Three bytes of choices and one for the size of splits, then the text.
  const std::string plain(3, '\0');
  const auto seed = [](std::string choices, char split_bytes, std::string text) {
    return choices + split_bytes + text;
  };
  return {{seed(plain, 7, "a,b,c\n1,2.5,x\n-3,NA,y\n"), seed(plain, 1, "a;b\r\n\"q;\"\"\n\";2\r\n"),
           seed(std::string("\x08\0\0", 3), 30, "day,n\nMon,1\nTue,2\nMon,\n"),
           seed(std::string("\0\0\x40", 3), 9, "2024-02-29,1\n1/2/03,2\n"),
           seed(std::string("\0\0\x20", 3), 5, "12 345.67\n34 890.12\n"),
           seed(plain, 3, "\xef\xbb\xbfx\ty\n1\t2\n"),
           seed(plain, 2, "a,b\r1,\"x\r\n\"\r\n2,y\r\r\n3,z\n"),
           seed(plain, 4, "# note\n#\nx y\nr1 1 2\nr2 3 4\n"),
           seed(plain, 5,
                std::string("\xff\xfe"
                            "a\0,\0b\0\n\0"
                            "1\0,\0\xe4\0\n\0",
                            18)),
           seed(std::string("\x20\x10\0", 3), 6, "a,b\n\x83\x7c,1\n\x83\x5c,2\n")},
          {",", ";", "\t", "\"", "\n", "\r\n", "\r", "\r\r\n", "#", "|", "NA", "TRUE", "1e308",
           "-2147483648", "2147483648", "0.1", "\xff", "\xe4\xb8\xad", "'"}};
}

}  // namespace insitu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace insitu;
  if (size < 4) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto descriptor = descriptor_of(input.substr(0, 3));
  const std::string text(input.substr(4));
  const std::uint64_t split_bytes = 1 + data[3];
  const auto in_memory =
      std::make_shared<MemoryFiles>(std::map<std::string, std::string>{{"/t", text}}, true);
  const auto read =
      std::make_shared<MemoryFiles>(std::map<std::string, std::string>{{"/t", text}}, false);
  const auto whole = rows_of(descriptor, in_memory, std::uint64_t{1} << 20);
  const auto cut = rows_of(descriptor, read, split_bytes);
  if (whole != cut) {
    std::fprintf(stderr, "the rows depend on the splits: %s\n", descriptor.dump().c_str());
    std::abort();
  }
  return 0;
}
