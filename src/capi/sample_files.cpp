#include "capi/sample_files.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "math/distributions.hpp"
#include "math/elementary.hpp"

namespace insitu {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Numbers in (0, 1) that depend on a name and a row alone (the finaliser of SplitMix64: Steele,
/// Lea and Flood, 2014).
class Draws {
 public:
  explicit Draws(std::string_view name) {
    for (const char c : name) key_ = mix(key_ ^ static_cast<unsigned char>(c));
  }
  double uniform(std::int64_t row) const {
    const auto bits = mix(key_ ^ mix(static_cast<std::uint64_t>(row)));
    return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
  }
  double normal(std::int64_t row) const { return qnorm(uniform(row)); }
  /// A whole number from `low` to `high`.
  double whole(std::int64_t row, double low, double high) const {
    return low + std::floor(uniform(row) * (high - low + 1));
  }

 private:
  static std::uint64_t mix(std::uint64_t z) {
    z += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  std::uint64_t key_ = 0;
};

double between(double value, double low, double high) {
  return std::min(std::max(std::round(value), low), high);
}

std::vector<std::string> days() {
  return {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
}

std::vector<SampleColumn> airline(bool missing) {
  const Draws delay("ArrDelay"), late("late"), none("none"), hour("CRSDepTime"), day("DayOfWeek");
  const SampleValue weekday = [day](std::int64_t row) { return day.whole(row, 0, 6); };
  const SampleValue time = [hour](std::int64_t row) {
    const auto minutes = between(13.5 * 60 + 290 * qnorm(hour.uniform(row)), 1, 1439);
    return static_cast<double>(static_cast<float>(minutes / 60));
  };
  const SampleValue minutes = [=](std::int64_t row) {
    if (missing && none.uniform(row) < 0.029) return kNone;
    constexpr double kOfDay[] = {1.2, 0.4, 0.1, 2.1, 3.9, -1.5, 0.6};
    const double tail =
        late.uniform(row) < 0.2 ? -42 * elementary::log(late.uniform(row) / 0.2) : 0;
    return between(-6 + 9 * delay.normal(row) + tail + 0.85 * (time(row) - 8) +
                       kOfDay[static_cast<int>(weekday(row))],
                   -86, 1490);
  };
  return {{"ArrDelay", Type::kInt32, minutes, {}, ""},
          {"CRSDepTime", Type::kFloat32, time, {}, ""},
          {"DayOfWeek", Type::kFactor, weekday, days(), ""}};
}

/// `years` years of loans, one year after the other.
std::vector<SampleColumn> mortgages(int first_year, std::int64_t rows_a_year) {
  const std::string key = "mortgage";
  const Draws score(key + "score"), house(key + "house"), work(key + "work"), debt(key + "debt"),
      fails(key + "default");
  const SampleValue year = [=](std::int64_t row) {
    return first_year + static_cast<double>(row / rows_a_year);
  };
  // The files of single years hold the rows of that year in the whole.
  const auto at = [=](std::int64_t row) { return row + (first_year - 2000) * rows_a_year; };
  const SampleValue credit = [=](std::int64_t row) {
    return between(700 + 50 * score.normal(at(row)), 486, 925);
  };
  const SampleValue age = [=](std::int64_t row) {
    return between(20 + 5.5 * house.normal(at(row)), 0, 40);
  };
  const SampleValue employed = [=](std::int64_t row) {
    return between(5 + 2 * work.normal(at(row)), 0, 14);
  };
  const SampleValue owes = [=](std::int64_t row) {
    return between(5000 + 2000 * debt.normal(at(row)), 0, 14094);
  };
  const SampleValue defaults = [=](std::int64_t row) {
    const double bad_year = year(row) == 2008 ? 1.2 : year(row) == 2009 ? 1.6 : 0;
    const double eta = -15.0 - 0.0067 * (credit(row) - 700) - 0.29 * (employed(row) - 5) +
                       0.00124 * owes(row) - 0.02 * (age(row) - 20) + bad_year;
    return fails.uniform(at(row)) < 1 / (1 + elementary::exp(-eta)) ? 1.0 : 0.0;
  };
  return {{"creditScore", Type::kInt32, credit, {}, ""},
          {"houseAge", Type::kInt32, age, {}, ""},
          {"yearsEmploy", Type::kInt32, employed, {}, ""},
          {"ccDebt", Type::kInt32, owes, {}, ""},
          {"year", Type::kInt32, year, {}, ""},
          {"default", Type::kInt32, defaults, {}, ""}};
}

std::vector<SampleColumn> claims(bool row_numbers) {
  const Draws cost("cost"), number("number"), none("no claim");
  const SampleValue age = [](std::int64_t row) { return static_cast<double>(row / 16); };
  const SampleValue type = [](std::int64_t row) { return static_cast<double>(row / 4 % 4); };
  const SampleValue car_age = [](std::int64_t row) { return static_cast<double>(row % 4); };
  const auto is_missing = [none](std::int64_t row) { return none.uniform(row) < 0.04; };
  std::vector<SampleColumn> columns;
  if (row_numbers)
    columns.push_back({"RowNum",
                       Type::kInt32,
                       [](std::int64_t row) { return static_cast<double>(row + 1); },
                       {},
                       ""});
  columns.push_back({"age",
                     Type::kFactor,
                     age,
                     {"17-20", "21-24", "25-29", "30-34", "35-39", "40-49", "50-59", "60+"},
                     ""});
  columns.push_back({"car.age", Type::kFactor, car_age, {"0-3", "4-7", "8-9", "10+"}, ""});
  columns.push_back({"type", Type::kFactor, type, {"A", "B", "C", "D"}, ""});
  columns.push_back({"cost",
                     Type::kFloat32,
                     [=](std::int64_t row) {
                       if (is_missing(row)) return kNone;
                       return between(300 - 12 * age(row) + 25 * type(row) - 30 * car_age(row) +
                                          55 * cost.normal(row),
                                      11, 850);
                     },
                     {},
                     ""});
  columns.push_back({"number",
                     Type::kFloat32,
                     [=](std::int64_t row) {
                       if (is_missing(row)) return 0.0;
                       const double mean = 2.5 + 0.35 * age(row) - 0.4 * car_age(row) +
                                           (type(row) == 1 || type(row) == 2 ? 0.6 : 0);
                       return between(elementary::exp(mean + 0.4 * number.normal(row)), 1, 434);
                     },
                     {},
                     ""});
  return columns;
}

std::vector<SampleColumn> census() {
  const Draws age("census age"), wage("wage"), weight("perwt"), sex("sex"), weeks("weeks"),
      state("state"), idle("idle");
  const SampleValue years = [age](std::int64_t row) { return age.whole(row, 20, 65); };
  const SampleValue female = [sex](std::int64_t row) {
    return sex.uniform(row) < 0.4607 ? 1.0 : 0.0;
  };
  const SampleValue worked = [weeks](std::int64_t row) {
    return weeks.uniform(row) < 0.72 ? 52 : weeks.whole(row + (1LL << 40), 21, 51);
  };
  return {{"age", Type::kInt32, years, {}, "Age"},
          {"incwage",
           Type::kInt32,
           [=](std::int64_t row) {
             if (idle.uniform(row) < 0.055) return 0.0;
             const double top = years(row) - 48;
             const double mean = 10.45 - 0.45 * female(row) - 0.0009 * top * top;
             return std::min(std::round(elementary::exp(mean + 0.7 * wage.normal(row)) / 100) * 100,
                             354000.0);
           },
           {},
           "Wage and salary income"},
          {"perwt",
           Type::kInt32,
           [weight](std::int64_t row) {
             return between(elementary::exp(2.93 + 0.42 * weight.normal(row)), 2, 168);
           },
           {},
           "Person weight"},
          {"sex", Type::kFactor, female, {"Male", "Female"}, "Sex"},
          {"wkswork1", Type::kInt32, worked, {}, "Weeks worked last year"},
          {"state",
           Type::kFactor,
           [state](std::int64_t row) {
             const double u = state.uniform(row);
             return u < 0.214 ? 0.0 : u < 0.611 ? 1.0 : 2.0;
           },
           {"Connecticut", "Indiana", "Washington"},
           ""}};
}

std::vector<SampleColumn> kyphosis() {
  const Draws months("months"), number("Number"), start("Start"), present("Kyphosis");
  const SampleValue age = [months](std::int64_t row) { return months.whole(row, 1, 206); };
  const SampleValue levels = [number](std::int64_t row) {
    return between(4 + 1.6 * number.normal(row), 2, 10);
  };
  const SampleValue first = [start](std::int64_t row) { return start.whole(row, 1, 18); };
  return {{"Kyphosis",
           Type::kFactor,
           [=](std::int64_t row) {
             const double eta = -2.04 + 0.011 * age(row) + 0.41 * levels(row) - 0.207 * first(row);
             return present.uniform(row) < 1 / (1 + elementary::exp(-eta)) ? 1.0 : 0.0;
           },
           {"absent", "present"},
           ""},
          {"Age", Type::kInt32, age, {}, "in months"},
          {"Number", Type::kInt32, levels, {}, ""},
          {"Start", Type::kInt32, first, {}, ""}};
}

std::vector<SampleColumn> fourth_graders() {
  const Draws height("height"), eyes("eyes"), male("male"), reps("reps");
  return {
      {"height",
       Type::kInt32,
       [height](std::int64_t row) { return between(50 + 3 * height.normal(row), 42, 60); },
       {},
       ""},
      {"eyecolor",
       Type::kFactor,
       [eyes](std::int64_t row) { return eyes.whole(row, 0, 3); },
       {"Blue", "Brown", "Green", "Hazel"},
       ""},
      {"male",
       Type::kFactor,
       [male](std::int64_t row) { return male.whole(row, 0, 1); },
       {"Male", "Female"},
       ""},
      {"reps", Type::kInt32, [reps](std::int64_t row) { return reps.whole(row, 1, 5); }, {}, ""}};
}

std::vector<SampleColumn> survey() {
  const std::vector<std::string> answers = {
      "Completely Satisfied",   "Satisfied",
      "Somewhat Satisfied",     "Neither Satisfied Nor Dissatisfied",
      "Somewhat Dissatisfied",  "Dissatisfied",
      "Completely Dissatisfied"};
  std::vector<SampleColumn> columns;
  for (const auto* name : {"Q1", "Q2", "Q3", "Q4"}) {
    const Draws answer(name);
    columns.push_back({name, Type::kFactor,
                       [answer](std::int64_t row) { return answer.whole(row, 0, 6); }, answers,
                       ""});
  }
  return columns;
}

std::vector<SampleColumn> frauds() {
  const Draws sex("fraud gender"), state("fraud state"), card("card"), balance("balance"),
      trans("trans"), abroad("abroad"), line("line"), fraud("fraud");
  const auto owed = [balance](std::int64_t row) {
    return between(4100 + 4000 * balance.normal(row), 0, 41485);
  };
  return {
      {"custID",
       Type::kInt32,
       [](std::int64_t row) { return static_cast<double>(row + 1); },
       {},
       ""},
      {"gender", Type::kInt32, [sex](std::int64_t row) { return sex.whole(row, 1, 2); }, {}, ""},
      {"state",
       Type::kInt32,
       [state](std::int64_t row) { return state.whole(row, 1, 51); },
       {},
       ""},
      {"cardholder",
       Type::kInt32,
       [card](std::int64_t row) { return card.whole(row, 1, 2); },
       {},
       ""},
      {"balance", Type::kInt32, owed, {}, ""},
      {"numTrans",
       Type::kInt32,
       [trans](std::int64_t row) { return trans.whole(row, 0, 100); },
       {},
       ""},
      {"numIntlTrans",
       Type::kInt32,
       [abroad](std::int64_t row) {
         return std::floor(60 * elementary::pow(abroad.uniform(row), 6));
       },
       {},
       ""},
      {"creditLine",
       Type::kInt32,
       [line](std::int64_t row) { return line.whole(row, 1, 75); },
       {},
       ""},
      {"fraudRisk",
       Type::kInt32,
       [=](std::int64_t row) {
         const double eta = -5 + 0.0003 * owed(row) + 0.02 * trans.whole(row, 0, 100);
         return fraud.uniform(row) < 1 / (1 + elementary::exp(-eta)) ? 1.0 : 0.0;
       },
       {},
       ""}};
}

}  // namespace

std::vector<SampleFile> sample_files() {
  std::vector<SampleFile> files = {
      {"AirlineDemoSmall.csv", 600000, airline(true), 500000, {{"missingValueString", "M"}}},
      {"AirlineDemoSmall.xdf", 600000, airline(true), 200000},
      {"AirlineDemo1kNoMissing.csv", 1010, airline(false)},
      {"claims.xdf", 128, claims(true)},
      {"claims.txt", 128, claims(true)},
      {"mortDefaultSmall.xdf", 100000, mortgages(2000, 10000), 10000},
      {"CensusWorkers.xdf", 351121, census(), 60000},
      {"kyphosis.xdf", 81, kyphosis()},
      {"Kyphosis.xdf", 81, kyphosis()},
      {"fourthgraders.xdf", 44, fourth_graders()},
      {"CustomerSurvey.xdf", 25, survey()},
      {"ccFraudSmall.csv", 10000, frauds()},
      {"ccFraudScoreSmall.csv", 10000, frauds()},
  };
  for (int year = 2000; year < 2010; ++year)
    files.push_back(
        {"mortDefaultSmall" + std::to_string(year) + ".csv", 10000, mortgages(year, 10000)});
  return files;
}

}  // namespace insitu
