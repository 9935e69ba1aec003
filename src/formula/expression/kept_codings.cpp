#include "formula/expression/kept_codings.hpp"

namespace insitu {

namespace {

constexpr std::size_t kWorthKeeping = 256;  // levels
constexpr std::size_t kMostKept = 8;        // calls of factor() in one pipeline, as a rule

std::shared_ptr<const LevelCoding> coding_of(const Column& texts) {
  auto coding = std::make_shared<LevelCoding>();
  coding->given = texts;
  std::vector<std::string> names;
  names.reserve(texts.size());
  coding->positions.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!texts.string_valid(i)) continue;
    const auto text = coding->given.string_at(i);
    if (!coding->positions.emplace(text, static_cast<std::int32_t>(names.size())).second)
      return nullptr;
    names.emplace_back(text);
  }
  coding->levels = make_levels(std::move(names));
  return coding;
}

}  // namespace

std::shared_ptr<const LevelCoding> KeptCodings::of(const Column& texts) {
  if (texts.size() < kWorthKeeping) return nullptr;
  const std::lock_guard lock(mutex_);  // others wait for the list that they need, too
  for (const auto& each : kept_)
    if (each->given.string_offsets() == texts.string_offsets() &&
        each->given.size() == texts.size())
      return each;
  auto made = coding_of(texts);
  if (!made) return nullptr;
  if (kept_.size() == kMostKept) kept_.erase(kept_.begin());
  kept_.push_back(made);
  return made;
}

}  // namespace insitu
