#include "algorithms/user_family.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <utility>

#include "algorithms/user_family_means.hpp"
#include "base/error.hpp"
#include "base/number_text.hpp"
#include "data/decorated_source.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

FamilyLoader* active_loader = nullptr;
thread_local UserFamilyOfCall* functions_of_call = nullptr;

class CallingThreadSource final : public DecoratedSource {
 public:
  explicit CallingThreadSource(std::shared_ptr<const DataSource> source)
      : DecoratedSource(std::move(source)) {}
  SchemaPtr schema() const override { return source_->schema(); }
  bool needs_calling_thread() const override { return true; }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    return source_->open(split, options);
  }
  Recipe recipe() const override { return source_->recipe(); }
};

/// What messages call a function: its name in its language.
std::string name_of(const UserFamily& user, const char* what) {
  const auto* at =
      std::find_if(std::begin(UserFamily::kFunctions), std::end(UserFamily::kFunctions),
                   [&](const char* each) { return std::string_view(each) == what; });
  const auto place = static_cast<std::size_t>(at - std::begin(UserFamily::kFunctions));
  return place < user.functions.size() && !user.functions[place].empty() ? user.functions[place]
                                                                         : what;
}

std::string family_of(const UserFamily& user) {
  return user.family.empty() ? "the link '" + user.link + "'" : "the family '" + user.family + "'";
}

struct Argument {
  const char* name;
  const double* values;
};

[[noreturn]] void refuse(const UserFamily& user, const char* function, const std::string& why) {
  throw UserCodeError(family_of(user) + ": " + name_of(user, function) + " " + why);
}

[[noreturn]] void refuse_value(const UserFamily& user, const char* function, double value,
                               double argument, const char* must) {
  refuse(user, function,
         "gives " +
             (std::isnan(value)   ? "NA or NaN"
              : std::isinf(value) ? std::string(value > 0 ? "Inf" : "-Inf")
                                  : general_text(value, 15)) +
             " for " + general_text(argument, 15) + ": it must give " + must);
}

/// One call of the user's function, for the rows in which no argument that counts is missing.
class FamilyCall {
 public:
  /// The first `needed` arguments count; 0: all.
  FamilyCall(const UserFamily& user, const std::vector<Argument>& arguments, std::size_t n,
             std::size_t needed = 0)
      : user_(user), n_(n) {
    const auto end =
        arguments.begin() + static_cast<std::ptrdiff_t>(needed ? needed : arguments.size());
    for (std::size_t i = 0; i < n; ++i)
      if (std::none_of(arguments.begin(), end,
                       [&](const Argument& each) { return std::isnan(each.values[i]); }))
        rows_.push_back(i);
    count_ = rows_.size();
    std::vector<Field> fields;
    for (const auto& each : arguments) {
      fields.emplace_back().name = each.name;
      std::vector<double> values(count_);
      for (std::size_t k = 0; k < count_; ++k) values[k] = each.values[rows_[k]];
      first_ = first_.empty() ? values : first_;
      given_.columns.push_back(Column::own(Type::kFloat64, std::move(values)));
    }
    given_.rows = count_;
    given_.schema = std::make_shared<const Schema>(std::move(fields));
    if (count_ == 0) return;
    ChunkInfo info;
    info.rows = static_cast<std::int64_t>(count_);
    const RowFunction& function =
        user.function ? user.function : FamilyLoader::active()->function(user.language, user.code);
    try {
      found_ = function(given_, info);
    } catch (const UserCodeError& error) {
      throw UserCodeError(family_of(user) + ": " + error.what());
    }
  }

  /// The result `name` of the function that messages call `function`. Rows that were not given get
  /// NaN. `right` says which values are.
  template <class Right>
  void give(const char* name, const char* function, double* out, const char* must,
            Right&& right) const {
    std::fill(out, out + n_, kNaN);
    if (count_ == 0) return;
    const auto field = found_.schema->find(name);
    if (!field) refuse(user_, function, "gives nothing");
    if (found_.rows != count_)
      refuse(user_, function,
             "gives " + std::to_string(found_.rows) + " values for " + std::to_string(count_) +
                 " rows");
    std::vector<double> values(count_);
    found_.columns[*field].numbers(values.data());
    for (std::size_t k = 0; k < count_; ++k) {
      if (!right(values[k])) refuse_value(user_, function, values[k], first_[k], must);
      out[rows_[k]] = values[k];
    }
  }

 private:
  const UserFamily& user_;
  std::size_t n_, count_ = 0;
  std::vector<std::size_t> rows_;
  std::vector<double> first_;  ///< the argument that messages name
  Chunk given_, found_;
};

bool finite(double value) { return std::isfinite(value); }

}  // namespace

bool UserFamily::callable() const { return function || (FamilyLoader::active() && !code.empty()); }

void UserFamily::starts(const double* y, const double* weights, double* mu, std::size_t n) const {
  const std::vector<double> ones(weights ? 0 : n, 1.0);
  const FamilyCall call(*this, {{"start", y}, {"weights", weights ? weights : ones.data()}}, n);
  call.give("mu", "start", mu, "means where iterations start", finite);
}

void UserFamily::etas(const double* mu, double* eta, std::size_t n) const {
  const FamilyCall call(*this, {{"link", mu}}, n);
  call.give("eta", "link", eta, "finite linear predictors", finite);
}

void UserFamily::means(const double* eta, double* mu, double* slope, std::size_t n) const {
  const FamilyCall call(*this, {{"mean", eta}}, n);
  const auto any = [](double) { return true; };
  call.give("mu", "mean", mu, "means", any);
  call.give("slope", "slope", slope, "slopes", any);
}

void UserFamily::possible(const double* eta, const double* mu, std::uint8_t* out,
                          std::size_t n) const {
  const FamilyCall call(*this, {{"valid", eta}, {"mu", mu}}, n, 1);
  std::vector<double> valid(n);
  call.give("valid", "valid", valid.data(), "TRUE or FALSE", finite);
  for (std::size_t i = 0; i < n; ++i) out[i] = valid[i] != 0 && !std::isnan(valid[i]);
}

void UserFamily::variances(const double* mu, double* out, std::size_t n) const {
  const FamilyCall call(*this, {{"variance", mu}}, n);
  call.give("variance", "variance", out, "finite numbers above 0",
            [](double v) { return std::isfinite(v) && v > 0; });
}

void UserFamily::deviances(const double* y, const double* mu, double* out, std::size_t n) const {
  const FamilyCall call(*this, {{"deviance", y}, {"mu", mu}}, n);
  // An infinite deviance halves the step, as in R.
  call.give("deviance", "deviance", out, "numbers", [](double v) { return !std::isnan(v); });
}

void check_means(const UserFamily& user, const double* eta, const double* mu, const double* slope,
                 const std::uint8_t* possible, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    if (!possible[i]) continue;
    if (std::isnan(mu[i])) refuse_value(user, "mean", mu[i], eta[i], "means");
    if (!std::isfinite(slope[i])) refuse_value(user, "slope", slope[i], eta[i], "finite slopes");
  }
}

UserFamilyOfCall::UserFamilyOfCall(UserFamily functions)
    : functions_(std::move(functions)), outer_(std::exchange(functions_of_call, this)) {}
UserFamilyOfCall::~UserFamilyOfCall() { functions_of_call = outer_; }
UserFamily UserFamilyOfCall::current() {
  return functions_of_call ? functions_of_call->functions_ : UserFamily();
}

std::shared_ptr<const DataSource> on_calling_thread(std::shared_ptr<const DataSource> source) {
  return std::make_shared<const CallingThreadSource>(std::move(source));
}

FamilyLoader::FamilyLoader(Load load) : load_(std::move(load)) { active_loader = this; }
FamilyLoader::~FamilyLoader() { active_loader = nullptr; }
FamilyLoader* FamilyLoader::active() { return active_loader; }

const RowFunction& FamilyLoader::function(const std::string& language, const Bytes& code) {
  auto& made = made_[{language, code}];
  if (!made) made = load_(language, code);
  return made;
}

}  // namespace insitu
