#pragma once
// The pages of files of HDFS that were used last, of however many files are open: each is fetched
// once where several threads want it at once. Some are fetched ahead of those who read them.
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace insitu {

/// Safe to use from several threads.
class Pages {
 public:
  using Page = std::shared_ptr<const std::string>;
  /// The number of a file, as its owner counts them, and that of the page.
  using Key = std::pair<std::uint64_t, std::uint64_t>;

  /// At most so many are kept, half of which may be ahead of their readers.
  explicit Pages(std::size_t most) : most_(most) {}

  /// A page that is there, or nothing and how many pages from this one on whoever asks has to
  /// fetch, keep and release. Waits for one that somebody else fetches. Throws Cancelled, and why
  /// the page could not be fetched ahead.
  struct Found {
    Page page;
    std::uint64_t claimed = 0;
  };
  Found find_or_claim(const Key&, std::uint64_t most);

  /// The first pages from `key` on that are neither there nor fetched by somebody, for somebody to
  /// fetch ahead, keep and release: `most` at once, fewer where the file ends or somebody has the
  /// next, none where they lie `window` pages and more away, or as many as may be are ahead.
  struct Ahead {
    std::uint64_t first = 0, count = 0;
  };
  Ahead claim_ahead(const Key&, std::uint64_t window, std::uint64_t pages_of_file,
                    std::uint64_t most);

  void keep(const Key&, Page);
  /// The fetching of pages that were claimed has ended, well or not.
  void release(const Key&, std::uint64_t count);
  /// The same of pages ahead that cannot be had: whoever asks for one of them that was not kept is
  /// told why.
  void fail(const Key&, std::uint64_t count, const std::exception_ptr& why);

 private:
  struct Kept {
    Page page;
    std::list<Key>::iterator order;
    bool ahead = false;  ///< nobody has read it
  };
  Page find(const Key&);
  /// Whether it is there, or fetched by somebody.
  bool known(const Key& key) const { return pages_.contains(key) || claimed_.contains(key); }
  void unclaim(const Key&);

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Key> order_;  // the page used last in front
  std::map<Key, Kept> pages_;
  std::map<Key, bool> claimed_;  // whether it is fetched ahead
  std::map<Key, std::exception_ptr> failed_;
  std::size_t ahead_ = 0;  // claimed and kept
};

}  // namespace insitu
