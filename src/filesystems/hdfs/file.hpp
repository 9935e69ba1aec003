#pragma once
// A file of HDFS: read by pages, those that will be wanted next ahead of their readers.
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/error.hpp"
#include "data/file_system.hpp"
#include "filesystems/hdfs/fetchers.hpp"
#include "filesystems/hdfs/lines.hpp"
#include "filesystems/hdfs/name_node.hpp"
#include "filesystems/hdfs/pages.hpp"
#include "filesystems/hdfs/places.hpp"

namespace insitu {

/// What the files of a call share.
struct HdfsReading {
  HdfsReading();
  std::shared_ptr<HdfsLines> lines;
  std::shared_ptr<Pages> pages;
  std::shared_ptr<Fetchers> fetchers;
};

FileIdentity identity_of(const HdfsStatus&);
DataError has_changed(const std::string& path);

class HdfsFile final : public RandomAccessFile {
 public:
  /// `number`: of the file among those of the call; `places`: of all openings of it.
  HdfsFile(HdfsReading shared, std::uint64_t number, std::shared_ptr<HdfsPlaces> places,
           HdfsAddress address, const HdfsStatus& status);

  std::uint64_t size() const override;
  std::optional<FileIdentity> identity() const override;
  std::size_t read_at(std::uint64_t offset, std::span<char> out) const override;

 private:
  class Source;

  Pages::Page page_at(std::uint64_t number, std::uint64_t last, bool goes_on) const;
  bool reads_on(std::uint64_t offset, std::uint64_t end) const;
  void fetch_ahead(std::uint64_t from, std::uint64_t window, std::uint64_t end,
                   std::uint64_t most) const;

  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  static constexpr std::size_t kReaders = 32;

  std::shared_ptr<const Source> source_;
  std::shared_ptr<Fetchers> fetchers_;
  /// Where what was read last ends, of as many readers as may be at work.
  mutable std::array<std::atomic<std::uint64_t>, kReaders> next_;
  mutable std::atomic<std::size_t> oldest_ = 0;
};

}  // namespace insitu
