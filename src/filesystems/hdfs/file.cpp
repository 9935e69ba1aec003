#include "filesystems/hdfs/file.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace insitu {

namespace {

constexpr std::uint64_t kPage = 1 << 20;
constexpr std::uint64_t kAtOnce = 8;  // pages that a reader fetches for itself at once
/// Pages of a request ahead: a data node makes ready several MB more than it is asked for, which
/// is wasted at the end of each.
constexpr std::uint64_t kRange = 16;
constexpr std::uint64_t kRangesAhead = 2;  // of each reader
/// Pages of the first request that nobody may ever go on with.
constexpr std::uint64_t kFirstRange = 8;

std::size_t cores() { return std::max(1U, std::thread::hardware_concurrency()); }

/// Device and inode of no file of this machine.
constexpr std::uint64_t kDevice = 0x6864667300000000;

}  // namespace

/// Pages are kept: what each core reads at once, and enough for the second look at a file of some
/// MB. Of requests ahead a few keep any data node busy.
HdfsReading::HdfsReading()
    : lines(std::make_shared<HdfsLines>()),
      pages(std::make_shared<Pages>(64 + kAtOnce * cores())),
      fetchers(std::make_shared<Fetchers>(std::clamp<std::size_t>(cores(), 2, 8))) {}

FileIdentity identity_of(const HdfsStatus& status) {
  return {.device = kDevice,
          .inode = status.id,
          .size = status.size,
          .modified = status.modified * 1'000'000};
}

DataError has_changed(const std::string& path) {
  return DataError("the file has changed while it was used: " + path +
                   "; run the call again when nobody writes to it");
}

/// Where pages come from. Outlives the file where a thread still fetches some of it.
class HdfsFile::Source {
 public:
  Source(std::shared_ptr<HdfsLines> lines, std::shared_ptr<Pages> kept, std::uint64_t number,
         std::shared_ptr<HdfsPlaces> places, HdfsAddress address, const HdfsStatus& status)
      : lines_(std::move(lines)),
        pages_(std::move(kept)),
        file_(number),
        places_(std::move(places)),
        address_(std::move(address)),
        status_(status) {}

  const HdfsStatus& status() const { return status_; }
  std::uint64_t pages() const { return (status_.size + kPage - 1) / kPage; }
  Pages& kept() const { return *pages_; }
  Pages::Key key(std::uint64_t number) const { return {file_, number}; }

  /// The first of pages that were claimed, for the reader who waits for it. Others see each of them
  /// as soon as it is there.
  Pages::Page fetch(std::uint64_t number, std::uint64_t count) const {
    struct Claim {
      Pages& pages;
      Pages::Key first;
      std::uint64_t count;
      ~Claim() { pages.release(first, count); }
    } const claim{*pages_, key(number), count};
    Pages::Page first;
    const auto line = lines_->lease(address_.authority);
    read(*line, number, count, [&](std::uint64_t each, Pages::Page page) {
      if (!first) first = page;
      pages_->keep(key(each), std::move(page));
    });
    // Whoever has used a page of it meanwhile works for a call that fails here.
    require_same(*line);
    return first;
  }

  /// Pages that were claimed ahead of all readers: none of whom sees one before it is known to be
  /// of the file that they read, as none waits here for that to be said. Does not throw: what is
  /// wrong is said to who reads one of them, and to nobody if nobody does.
  void fetch_ahead(std::uint64_t number, std::uint64_t count) const noexcept {
    std::exception_ptr failed;
    try {
      std::vector<Pages::Page> found;
      std::uint64_t kept = 0, batch = kFirstBatch;
      const auto line = lines_->lease(address_.authority),
                 other = lines_->lease(address_.authority);
      read(*line, number, count, [&](std::uint64_t, Pages::Page page) {
        found.push_back(std::move(page));
        const auto left = count - kept - found.size();
        if (left > 0 && (found.size() < batch || left < batch)) return;
        require_same(*other);
        for (auto& each : found) pages_->keep(key(number + kept++), std::move(each));
        found.clear();
        batch = kAtOnce;
      });
    } catch (const Cancelled&) {  // the call has ended
    } catch (...) {
      failed = std::current_exception();
    }
    try {
      if (failed) pages_->fail(key(number), count, failed);
    } catch (...) {  // no memory for saying so: who reads them tries by itself
    }
    pages_->release(key(number), count);
  }

 private:
  /// Pages that are shown to readers together; the first ones soon.
  static constexpr std::uint64_t kFirstBatch = 2;

  template <class Take>
  void read(WebHdfs& line, std::uint64_t number, std::uint64_t count, Take&& take) const {
    auto at = number * kPage;
    const auto end = std::min(at + count * kPage, status_.size);
    std::string page;
    const auto sink = [&](std::string_view bytes) {
      while (!bytes.empty()) {
        if (page.empty()) page.reserve(std::min(kPage, end - at));
        const auto some = std::min<std::size_t>(bytes.size(), kPage - page.size());
        page.append(bytes.substr(0, some));
        bytes.remove_prefix(some);
        if (page.size() < std::min(kPage, end - at)) continue;
        auto whole = std::make_shared<const std::string>(std::exchange(page, {}));
        const auto length = whole->size();
        take(at / kPage, std::move(whole));
        at += length;
      }
    };
    line.read(address_.path, at, end - at, sink, places_.get());
  }

  /// Paths are read, not files: what they mean now may be another file than the one that was
  /// opened.
  void require_same(WebHdfs& line) const {
    const auto now = line.status(address_.path);
    if (!now || identity_of(*now) != identity_of(status_)) throw has_changed(address_.text());
  }

  std::shared_ptr<HdfsLines> lines_;
  std::shared_ptr<Pages> pages_;
  std::uint64_t file_;
  std::shared_ptr<HdfsPlaces> places_;
  HdfsAddress address_;
  HdfsStatus status_;
};

HdfsFile::HdfsFile(HdfsReading shared, std::uint64_t number, std::shared_ptr<HdfsPlaces> places,
                   HdfsAddress address, const HdfsStatus& status)
    : source_(std::make_shared<const Source>(std::move(shared.lines), std::move(shared.pages),
                                             number, std::move(places), std::move(address),
                                             status)),
      fetchers_(std::move(shared.fetchers)) {
  for (auto& next : next_) next = kNone;
  next_.front() = 0;  // most files are read from their beginning
}

std::uint64_t HdfsFile::size() const { return source_->status().size; }
std::optional<FileIdentity> HdfsFile::identity() const { return identity_of(source_->status()); }

std::size_t HdfsFile::read_at(std::uint64_t offset, std::span<char> out) const {
  if (offset >= size() || out.empty()) return 0;
  const auto wanted = std::min<std::uint64_t>(out.size(), size() - offset);
  const bool goes_on = reads_on(offset, offset + wanted);
  std::uint64_t done = 0;
  while (done < wanted) {
    const auto at = offset + done;
    const auto page = page_at(at / kPage, (offset + wanted - 1) / kPage, goes_on);
    const auto within = at % kPage;
    const auto some = std::min<std::uint64_t>(wanted - done, page->size() - within);
    std::memcpy(out.data() + done, page->data() + within, some);
    done += some;
  }
  return wanted;
}

/// The page, fetched with those behind it that are wanted, too, or will be.
Pages::Page HdfsFile::page_at(std::uint64_t number, std::uint64_t last, bool goes_on) const {
  const auto pages = source_->pages();
  if (number == 0 && goes_on)
    fetch_ahead(0, kFirstRange, pages, kFirstRange);
  else if (goes_on)
    fetch_ahead(number, kRangesAhead * kRange, pages, kRange);
  else if (last - number >= kAtOnce)
    fetch_ahead(number, kRangesAhead * kRange, last + 1, kRange);
  // Where nobody has time to fetch it ahead, this reader does it.
  if (goes_on) last = pages - 1;
  last = std::min(last, number + kAtOnce - 1);
  const auto found = source_->kept().find_or_claim(source_->key(number), last - number + 1);
  return found.page ? found.page : source_->fetch(number, found.claimed);
}

/// Whether bytes are those behind what a reader has read last, on another page. Readers leave out a
/// few, or look at some again.
bool HdfsFile::reads_on(std::uint64_t offset, std::uint64_t end) const {
  for (auto& each : next_) {
    auto last = each.load();
    if (last == kNone || (offset < last ? last - offset > kPage : offset - last >= kPage)) continue;
    if (end <= last) return false;
    const bool begins = last == 0;
    const bool turns = begins || (end - 1) / kPage > (last - 1) / kPage;
    each.compare_exchange_strong(last, end);
    return turns;
  }
  next_.at(oldest_++ % next_.size()) = end;
  return false;
}

/// Begins to fetch what lies in a window and nobody has, if somebody has time.
void HdfsFile::fetch_ahead(std::uint64_t from, std::uint64_t window, std::uint64_t end,
                           std::uint64_t most) const {
  for (std::uint64_t i = 0; i < kRangesAhead; ++i) {
    const auto [first, count] = source_->kept().claim_ahead(source_->key(from), window, end, most);
    if (count == 0) return;
    bool begun = false;
    try {
      begun = fetchers_->start(
          [source = source_, first = first, count = count] { source->fetch_ahead(first, count); });
    } catch (...) {  // no memory: whoever wants them fetches them
    }
    if (!begun) return source_->kept().release(source_->key(first), count);
  }
}

}  // namespace insitu
