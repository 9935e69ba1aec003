// Compressed texts other than gzip: the same rows as the text, damage is an error, formats that are
// not read are named.
#include "sources/text/packed.hpp"

#include <bzlib.h>
#include <lzma.h>
#include <minizip/zip.h>
#include <unistd.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>

#include "base/current_call.hpp"
#include "fixture.hpp"
#include "sources/text/spool.hpp"

namespace insitu {
namespace {

std::string bzip2(std::string text) {
  std::string out(text.size() * 2 + 1000, '\0');
  auto size = static_cast<unsigned>(out.size());
  EXPECT_EQ(BZ2_bzBuffToBuffCompress(out.data(), &size, text.data(),
                                     static_cast<unsigned>(text.size()), 9, 0, 0),
            BZ_OK);
  out.resize(size);
  return out;
}

std::string xz(const std::string& text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr,
                                    reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                    reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size()),
            LZMA_OK);
  out.resize(size);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string zip(const std::string& text, int files = 1) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("insitu-text-packed-" + std::to_string(getpid()) + ".zip");
  zipFile archive = zipOpen64(path.c_str(), APPEND_STATUS_CREATE);
  for (int i = 0; i < files; ++i) {
    const auto name = "folder/" + std::to_string(i) + ".csv";
    zip_fileinfo info{};
    EXPECT_EQ(zipOpenNewFileInZip64(archive, name.c_str(), &info, nullptr, 0, nullptr, 0, nullptr,
                                    Z_DEFLATED, 6, 0),
              ZIP_OK);
    EXPECT_EQ(zipWriteInFileInZip(archive, text.data(), static_cast<unsigned>(text.size())),
              ZIP_OK);
    zipCloseFileInZip(archive);
  }
  zipClose(archive, nullptr);
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::filesystem::remove(path);
  return bytes;
}

std::string some_text() {
  std::mt19937 random(11);
  std::string text = "a,b,c\n";
  while (text.size() < 3000000)
    text += std::to_string(random() % 100000) + ",\"s" + std::to_string(random() % 1000) + "\"," +
            std::to_string(random()) + "\n";
  return text;
}

struct Format {
  const char* name;
  std::function<std::string(const std::string&)> pack;
};

const Format kFormats[] = {{"bzip2", bzip2},
                           {"xz", xz},
                           {"Zstandard", zstd},
                           {"zip", [](const std::string& text) { return zip(text); }}};

TEST(TextPacked, GivesTheSameRowsAsTheText) {
  const auto text = some_text();
  const auto options = text_descriptor();
  const auto plain = make_text_source(options, one_file(text));
  const auto expected = rows_of(*plain);
  for (const auto& format : kFormats) {
    const auto packed = make_text_source(options, one_file(format.pack(text), false));
    EXPECT_EQ(columns_of(*packed), columns_of(*plain)) << format.name;
    EXPECT_EQ(rows_of(*packed), expected) << format.name;
  }
}

TEST(TextPacked, StreamsMayFollowOneAnother) {
  for (const auto* format : {&kFormats[0], &kFormats[1], &kFormats[2]})
    EXPECT_EQ(read_rows(format->pack("a,b\n1,2\n") + format->pack("3,4\n")), (Rows{"1|2", "3|4"}))
        << format->name;
}

TEST(TextPacked, DamageIsAnError) {
  const std::string text(some_text(), 0, 200000);
  std::mt19937 random(5);
  for (const auto& format : kFormats) {
    const auto whole = format.pack(text);
    const auto cut = error_of(whole.substr(0, whole.size() / 2));
    EXPECT_NE(cut.find(std::string("the ") + format.name + " file is damaged or truncated"),
              std::string::npos)
        << format.name << ": " << cut;
    for (int i = 0; i < 30; ++i) {
      // Bytes of the text's own part: archives hold dates and names that nothing depends on.
      auto bytes = whole;
      bytes[whole.size() / 4 + random() % (whole.size() / 2)] ^=
          static_cast<char>(1 << random() % 8);
      std::string error;
      try {
        error =
            rows_of(*make_text_source(text_descriptor(), one_file(bytes, false))) == read_rows(text)
                ? "the same rows"
                : "";
      } catch (const Error& failure) {
        error = failure.what();
      }
      // zstd as written by ZSTD_compress has no checksum: what it decodes to may be wrong.
      if (std::string(format.name) != "Zstandard") EXPECT_NE(error, "") << format.name;
    }
  }
}

TEST(TextPacked, ArchivesOfSeveralFilesAndOtherFormatsAreNamed) {
  EXPECT_NE(error_of(zip("a\n1\n", 2))
                .find("the zip file holds more than one file (folder/0.csv, folder/1.csv, ...)"),
            std::string::npos);
  EXPECT_NE(error_of("7z\xbc\xaf\x27\x1c____").find("no text but 7-Zip"), std::string::npos);
  EXPECT_NE(error_of("\x04\x22\x4d\x18____").find("no text but LZ4"), std::string::npos);
}

class EndlessDecoder final : public ForwardDecoder {
 public:
  std::size_t read(char* out, std::size_t size) override {
    std::fill_n(out, size, 'x');
    return size;
  }
};

TEST(TextPacked, D7_ABombIsRefused) {
  const auto file = spool(std::make_unique<EndlessDecoder>(), "/bomb", 1000);
  EXPECT_THROW(file->size(), DataError);
}

TEST(TextPacked, D8_UnpackingHearsAnInterrupt) {
  RunControl control;
  int asked = 0;
  control.callbacks.interrupted = [&] { return ++asked > 1; };
  const CallScope scope(control);
  const auto file = spool(std::make_unique<EndlessDecoder>(), "/endless", ~std::uint64_t{0});
  EXPECT_THROW(file->size(), Cancelled);
}

}  // namespace
}  // namespace insitu
