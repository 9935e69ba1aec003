#include "data/survey.hpp"

#include <chrono>
#include <utility>

namespace insitu {

namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;
/// Clocks of file systems tick as seldom as this; some hosts of files are that late.
constexpr auto kSettled = std::chrono::seconds(2);

thread_local SurveyScope* current = nullptr;

}  // namespace

std::optional<Surveys::Facts> Surveys::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  for (auto each = entries_.begin(); each != entries_.end(); ++each)
    if (each->key == key) {
      entries_.splice(entries_.begin(), entries_, each);
      return each->facts;
    }
  return std::nullopt;
}

void Surveys::keep(const std::string& key, Facts facts) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const Entry& each) {
    if (each.key != key) return false;
    bytes_ -= each.bytes();
    return true;
  });
  entries_.push_front({key, std::move(facts)});
  bytes_ += entries_.front().bytes();
  while (bytes_ > kMostBytes) {
    bytes_ -= entries_.back().bytes();
    entries_.pop_back();
  }
}

SurveyScope::SurveyScope(ReadInContext read, Surveys& surveys,
                         std::shared_ptr<const FileVersions> versions,
                         std::function<void()> begin_here)
    : read_(std::move(read)),
      surveys_(surveys),
      versions_(std::move(versions)),
      begin_here_(std::move(begin_here)),
      outer_(current) {
  current = this;
}

SurveyScope::~SurveyScope() { current = outer_; }

void survey_rows(const DataSource& source, const ReadOptions& options,
                 const std::function<void(const Chunk&)>& consume) {
  if (current) return current->read_(source, options, consume);
  for (const auto& split : source.splits()) {
    const auto reader = source.open(split, options);
    while (const auto chunk = reader->next()) consume(*chunk);
  }
}

void begin_survey_here() {
  if (current && current->begin_here_) current->begin_here_();
}

Surveys* current_surveys() { return current ? &current->surveys_ : nullptr; }

std::optional<std::string> version_for_surveys(const FileIdentity& identity) {
  const auto age = std::chrono::system_clock::now().time_since_epoch() -
                   std::chrono::nanoseconds(identity.modified);
  if (age < kSettled) return std::nullopt;
  return identity.text();
}

std::optional<std::string> version_for_surveys(const std::string& path) {
  if (!current || !current->versions_) return std::nullopt;
  const auto seen = current->versions_->find(path);
  return seen ? version_for_surveys(*seen) : std::nullopt;
}

}  // namespace insitu
