#pragma once
// Surveys: what of the data only reading all of them tells, before the first row can be used: where
// records begin when quotes may span lines, how many rows stand before a split. A survey is itself
// a source, of pieces that say what they hold in a few rows, so that the compute context of the
// call reads it (in parallel, in processes, on the cluster). What they tell is remembered as long
// as the files stay what they are. Sources and pipelines find the memory and the context in the
// survey scope of their thread; where nobody set one (workers, tests) they read by themselves and
// nothing is remembered.
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_versions.hpp"
#include "base/fork_safe_mutex.hpp"
#include "data/source.hpp"

namespace insitu {

/// What surveys have told, by what they are about. Safe to use from several threads.
class Surveys {
 public:
  using Facts = std::vector<std::uint64_t>;
  std::optional<Facts> find(const std::string& key);
  /// The ones that were not asked for longest are forgotten when all together pass 64 MB.
  void keep(const std::string& key, Facts);

 private:
  struct Entry {
    std::string key;
    Facts facts;
    std::size_t bytes() const { return key.size() + facts.size() * sizeof(std::uint64_t); }
  };
  ForkSafeMutex mutex_;
  std::list<Entry> entries_;  // the one that was used last first
  std::size_t bytes_ = 0;
};

/// ComputeContext::read of the call.
using ReadInContext = std::function<void(const DataSource&, const ReadOptions&,
                                         const std::function<void(const Chunk&)>& consume)>;

/// On the thread that makes a call, until its end.
class SurveyScope {
 public:
  /// `begin_here`: hears of surveys that a source makes by itself, as of text that is unpacked from
  /// its beginning, before they begin; may throw.
  SurveyScope(ReadInContext read, Surveys& surveys, std::shared_ptr<const FileVersions> versions,
              std::function<void()> begin_here = {});
  ~SurveyScope();
  SurveyScope(const SurveyScope&) = delete;
  SurveyScope& operator=(const SurveyScope&) = delete;

 private:
  friend void survey_rows(const DataSource&, const ReadOptions&,
                          const std::function<void(const Chunk&)>&);
  friend void begin_survey_here();
  friend Surveys* current_surveys();
  friend std::optional<std::string> version_for_surveys(const std::string&);
  ReadInContext read_;
  Surveys& surveys_;
  std::shared_ptr<const FileVersions> versions_;
  std::function<void()> begin_here_;
  SurveyScope* outer_;
};

/// Reads the source in the call's context and hands over the chunks in the order of the data.
void survey_rows(const DataSource&, const ReadOptions&,
                 const std::function<void(const Chunk&)>& consume);

/// To be called before a source reads all of its bytes by itself.
void begin_survey_here();

/// Null: nothing is remembered.
Surveys* current_surveys();

/// A version that a survey's result may be remembered for, as a text; nothing when the file was
/// changed so shortly ago that another change of the same length might not show in its time.
std::optional<std::string> version_for_surveys(const FileIdentity&);
/// The same of a file that the call has read.
std::optional<std::string> version_for_surveys(const std::string& path);

}  // namespace insitu
