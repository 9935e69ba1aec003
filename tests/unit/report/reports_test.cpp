// Expected texts: printed output of the published RevoScaleR documentation (AirlineDemoSmall
// examples), and layouts of R 4.2.2.
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "report/coefficient_table.hpp"
#include "report/info_report.hpp"
#include "report/lin_mod_report.hpp"
#include "report/matrix_report.hpp"
#include "report/progress_report.hpp"
#include "report/source_report.hpp"
#include "report/summary_report.hpp"
#include "report/text_table.hpp"

namespace insitu {
namespace {

using nlohmann::json;

/// A table of a reply: lists of texts, or of numbers.
json table_of(const std::vector<std::pair<std::string, json>>& columns) {
  json table = json::array();
  for (const auto& [name, values] : columns) {
    const bool text = values.front().is_string();
    table.push_back({{"name", name}, {"kind", text ? "text" : "number"}, {"values", values}});
  }
  return {{"$table", table}};
}

TEST(SummaryReport, NumericAndFactorTerms) {
  const json reply = {{"formula", "~ArrDelay + CRSDepTime + DayOfWeek"},
                      {"nobs.valid", 600000},
                      {"nobs.missing", 0},
                      {"sDataFrame", table_of({{"Name", {"ArrDelay", "CRSDepTime", "DayOfWeek"}},
                                               {"Mean", {11.31793512, 13.48226764, nullptr}},
                                               {"StdDev", {40.68853595, 4.69756627, nullptr}},
                                               {"Min", {-86, 0.016667, nullptr}},
                                               {"Max", {1490, 23.9833336, nullptr}},
                                               {"ValidObs", {582628, 600000, 600000}},
                                               {"MissingObs", {17372, 0, 0}}})},
                      {"categorical", json::array({table_of({{"DayOfWeek", {"Monday", "Tuesday"}},
                                                             {"Counts", {97975, 502025}}})})},
                      {"headings",
                       {{{"term", "DayOfWeek"},
                         {"variables", {"DayOfWeek"}},
                         {"statistic", "counts"},
                         {"valid", 600000},
                         {"missing", 0}}}}};
  EXPECT_EQ(
      summary_report(
          reply, {.call = "rxSummary(formula = ~ArrDelay + CRSDepTime + DayOfWeek, data = airDS)",
                  .data_label = "airDS",
                  .data_class = "RxTextData",
                  .file_name = "/share/AirlineDemoSmall"}),
      "Call:\n"
      "rxSummary(formula = ~ArrDelay + CRSDepTime + DayOfWeek, data = airDS)\n"
      "\n"
      "Summary Statistics Results for: ~ArrDelay + CRSDepTime + DayOfWeek\n"
      "Data: airDS (RxTextData Data Source)\n"
      "File name: /share/AirlineDemoSmall\n"
      "Number of valid observations: 6e+05 \n"
      " \n"
      " Name       Mean     StdDev    Min        Max        ValidObs MissingObs\n"
      " ArrDelay   11.31794 40.688536 -86.000000 1490.00000 582628   17372     \n"
      " CRSDepTime 13.48227  4.697566   0.016667   23.98333 600000       0     \n"
      "\n"
      "Category Counts for DayOfWeek\n"
      "Number of categories: 2\n"
      "Number of valid observations: 6e+05\n"
      "Number of missing observations: 0\n"
      "\n"
      " DayOfWeek Counts\n"
      " Monday     97975\n"
      " Tuesday   502025\n");
}

TEST(SummaryReport, StatisticsByCategory) {
  const json reply = {
      {"formula", "~ArrDelay:DayOfWeek"},
      {"nobs.valid", 600000},
      {"nobs.missing", 0},
      {"sDataFrame", table_of({{"Name", {"ArrDelay:DayOfWeek"}},
                               {"Mean", {11.317935}},
                               {"StdDev", {40.6885359}},
                               {"Min", {-86}},
                               {"Max", {1490}},
                               {"ValidObs", {582628}},
                               {"MissingObs", {17372}}})},
      {"categorical",
       json::array({table_of(
           {{"Category", {"ArrDelay for DayOfWeek=Monday", "ArrDelay for DayOfWeek=Thursday"}},
            {"DayOfWeek", {"Monday", "Thursday"}},
            {"Means", {12.0256038, 8.6580074}},
            {"StdDev", {40.024626, 36.747244}},
            {"Min", {-76, -58}},
            {"Max", {1017, 1053}},
            {"ValidObs", {95298, 79145}}})})},
      {"headings",
       {{{"term", "ArrDelay:DayOfWeek"}, {"variables", {"DayOfWeek"}}, {"statistic", "stats"}}}}};
  const auto text = summary_report(
      reply, {.data_label = "airXdf", .data_class = "RxXdfData", .file_name = "a.xdf"});
  EXPECT_NE(
      text.find(
          "\n"
          "Statistics by category (2 categories):\n"
          "\n"
          " Category                        DayOfWeek Means     StdDev   Min Max  ValidObs\n"
          " ArrDelay for DayOfWeek=Monday   Monday    12.025604 40.02463 -76 1017 95298   \n"
          " ArrDelay for DayOfWeek=Thursday Thursday   8.658007 36.74724 -58 1053 79145   \n"),
      std::string::npos)
      << text;
}

TEST(SummaryReport, PythonStyle) {
  json reply = {{"formula", "~ArrDelay + DayOfWeek"},
                {"nobs.valid", 600000},
                {"nobs.missing", 0},
                {"sDataFrame", table_of({{"Name", {"ArrDelay", "DayOfWeek"}},
                                         {"Mean", {11.31793512, nullptr}},
                                         {"StdDev", {40.68853595, nullptr}},
                                         {"Min", {-86, nullptr}},
                                         {"Max", {1490, nullptr}},
                                         {"ValidObs", {582628, 600000}},
                                         {"MissingObs", {17372, 0}}})},
                {"categorical",
                 json::array({table_of({{"DayOfWeek", {"1", "2"}}, {"Counts", {97975, 77725}}})})},
                {"headings",
                 {{{"term", "DayOfWeek"}, {"variables", {"DayOfWeek"}}, {"statistic", "counts"}}}}};
  EXPECT_EQ(summary_report(reply, {.file_name = "/data/AirlineDemoSmall.xdf", .python = true}),
            "Summary Statistics Results for: ArrDelay + DayOfWeek\n"
            "File name: /data/AirlineDemoSmall.xdf\n"
            "Number of valid observations: 600000.0\n"
            "\n"
            "       Name       Mean     StdDev   Min     Max  ValidObs  MissingObs\n"
            "0  ArrDelay  11.317935  40.688536 -86.0  1490.0  582628.0     17372.0\n"
            "\n"
            "Category Counts for DayOfWeek\n"
            "Number of categories: 2\n"
            "\n"
            "            Counts\n"
            "DayOfWeek         \n"
            "1          97975.0\n"
            "2          77725.0\n");
  reply = {{"formula", "~ArrDelay_Pred"},
           {"nobs.valid", 600000},
           {"nobs.missing", 0},
           {"sDataFrame", table_of({{"Name", {"ArrDelay_Pred"}},
                                    {"Mean", {11.3234072}},
                                    {"StdDev", {1.7600007}},
                                    {"Min", {8.6580074}},
                                    {"Max", {14.8043351}},
                                    {"ValidObs", {600000}},
                                    {"MissingObs", {0}}})},
           {"categorical", json::array()}};
  EXPECT_EQ(summary_report(reply, {.python = true}),
            "Summary Statistics Results for: ArrDelay_Pred\n"
            "Number of valid observations: 600000.0\n"
            "Number of missing observations: 0.0\n"
            "\n"
            "            Name       Mean    StdDev       Min        Max  ValidObs  \\\n"
            "0  ArrDelay_Pred  11.323407  1.760001  8.658007  14.804335  600000.0   \n"
            "\n"
            "   MissingObs\n"
            "0         0.0\n");
}

TEST(Header, LongFormulasAndPathsWrap) {
  const json reply = {{"formula", "~ActualElapsedTime + AirTime + DepDelay + Distance"},
                      {"nobs.valid", 149139}};
  const auto text = summary_report(
      reply, {.data_label = "x",
              .data_class = "RxXdfData",
              .file_name =
                  "/usr/lib64/Revo-7.3/R-3.1.1/lib64/R/library/RevoScaleR/SampleData/DJIAdaily.xdf",
              .fweights = "Volume"});
  EXPECT_EQ(text,
            "Summary Statistics Results for: ~ActualElapsedTime + AirTime + DepDelay\n"
            "    + Distance\n"
            "Data: x (RxXdfData Data Source)\n"
            "File name:\n"
            "    /usr/lib64/Revo-7.3/R-3.1.1/lib64/R/library/RevoScaleR/SampleData/DJIAdaily.xdf\n"
            "Frequency weights: Volume\n"
            "Number of valid observations: 149139 \n");
}

json linear_model() {
  return {{"formula", "ArrDelay ~ CRSDepTime + DayOfWeek"},
          {"y.names", {"ArrDelay"}},
          {"coefficientNames",
           {"(Intercept)", "CRSDepTime", "DayOfWeek=Monday", "DayOfWeek=Tuesday",
            "DayOfWeek=Wednesday", "DayOfWeek=Sunday"}},
          {"coefficients", {-3.194580, 0.978620, 2.081000, 1.340150, 0.151550, nullptr}},
          {"coef.std.error", {0.204130, 0.011255, 0.186020, 0.198810, 0.196790, nullptr}},
          {"coef.t.value", {-15.6497, 86.9483, 11.1870, 6.7409, 0.7701, nullptr}},
          {"coef.p.value", {0, 0, 0, 1.58e-11, 0.4412, nullptr}},
          {"aliased", {false, false, false, false, false, true}},
          {"sigma", {40.3907}},
          {"r.squared", {0.014648}},
          {"adj.r.squared", {0.014636}},
          {"f.pvalue", {0}},
          {"fstatistics", {{"value", {1238.2}}, {"numdf", 7}, {"dendf", 582620}}},
          {"df", {8, 582620, 9}},
          {"condition.number", 10.654189},
          {"nValidObs", 582628},
          {"nMissingObs", 17372}};
}

TEST(LinModReport, Summary) {
  EXPECT_EQ(lin_mod_summary(linear_model(), {.data_label = "airDemo",
                                             .data_class = "RxXdfData",
                                             .file_name = "AirlineDemoSmall.xdf"}),
            "Linear Regression Results for: ArrDelay ~ CRSDepTime + DayOfWeek\n"
            "Data: airDemo (RxXdfData Data Source)\n"
            "File name: AirlineDemoSmall.xdf\n"
            "Dependent variable(s): ArrDelay\n"
            "Total independent variables: 6 (Including number dropped: 1)\n"
            "Number of valid observations: 582628\n"
            "Number of missing observations: 17372 \n"
            " \n"
            "Coefficients: (1 not defined because of singularities)\n"
            "                    Estimate Std. Error t value Pr(>|t|)    \n"
            "(Intercept)         -3.19458    0.20413 -15.650 2.22e-16 ***\n"
            "CRSDepTime           0.97862    0.01126  86.948 2.22e-16 ***\n"
            "DayOfWeek=Monday     2.08100    0.18602  11.187 2.22e-16 ***\n"
            "DayOfWeek=Tuesday    1.34015    0.19881   6.741 1.58e-11 ***\n"
            "DayOfWeek=Wednesday  0.15155    0.19679   0.770    0.441    \n"
            "DayOfWeek=Sunday     Dropped    Dropped Dropped  Dropped    \n"
            "---\n"
            "Signif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1\n"
            "\n"
            "Residual standard error: 40.39 on 582620 degrees of freedom\n"
            "Multiple R-squared: 0.01465 \n"
            "Adjusted R-squared: 0.01464 \n"
            "F-statistic:  1238 on 7 and 582620 DF,  p-value: < 2.2e-16 \n"
            "Condition number: 10.6542 \n");
}

TEST(LinModReport, Print) {
  const auto text = lin_mod_print(linear_model(), {.data_label = "airlineDF"});
  EXPECT_NE(text.find("Data: airlineDF\n"), std::string::npos);
  EXPECT_NE(text.find("Coefficients:\n"
                      "                    ArrDelay\n"
                      "(Intercept)         -3.19458\n"
                      "CRSDepTime           0.97862\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("DayOfWeek=Sunday     Dropped\n"), std::string::npos);
}

TEST(LinModReport, CubeShowsCounts) {
  json reply = {
      {"formula", "ArrDelay ~ DayOfWeek"},
      {"y.names", {"ArrDelay"}},
      {"coefficientNames", {"DayOfWeek=Monday", "DayOfWeek=Tuesday", "DayOfWeek=Wednesday"}},
      {"coefficients", {12.02560, 11.29381, 10.15654}},
      {"coef.std.error", {0.131681, 0.149424, 0.146698}},
      {"coef.t.value", {91.324, 75.583, 69.234}},
      {"coef.p.value", {0, 0, 0}},
      {"aliased", {false, false, false}},
      {"params", {{"cube", true}}},
      {"countDF", table_of({{"DayOfWeek", {"Monday", "Tuesday", "Wednesday"}},
                            {"Counts", {95298, 74011, 76786}}})},
      {"sigma", {40.65}},
      {"r.squared", {0.001869}},
      {"adj.r.squared", {0.001858}},
      {"f.pvalue", {0}},
      {"fstatistics", {{"value", {181.8}}, {"numdf", 6}, {"dendf", 582621}}},
      {"df", {7, 582621, 7}},
      {"condition.number", 1},
      {"nValidObs", 582628},
      {"nMissingObs", 17372}};
  const auto text = lin_mod_summary(reply, {});
  EXPECT_EQ(text.find("Cube Linear Regression Results for: ArrDelay ~ DayOfWeek\n"), 0u);
  EXPECT_NE(text.find("Total independent variables: 3 \n"), std::string::npos);
  EXPECT_NE(text.find("                    Estimate Std. Error t value Pr(>|t|)     | Counts\n"
                      "DayOfWeek=Monday     12.0256     0.1317   91.32 2.22e-16 *** |  95298\n"
                      "DayOfWeek=Tuesday    11.2938     0.1494   75.58 2.22e-16 *** |  74011\n"
                      "DayOfWeek=Wednesday  10.1565     0.1467   69.23 2.22e-16 *** |  76786\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("Multiple R-squared: 0.001869 (as if intercept included)\n"),
            std::string::npos);
  EXPECT_NE(text.find("Condition number: 1 \n"), std::string::npos);
}

TEST(MatrixReport, Covariances) {
  const json reply = {{"names", {"DepDelayMinutes", "ArrDelayMinutes", "AirTime"}},
                      {"CovCor",
                       {{"values",
                         {1035.09355, 996.88898, 39.60668, 996.88898, 1029.07742, 59.77224,
                          39.60668, 59.77224, 4906.02279}}}},
                      {"valid.obs", 6005381},
                      {"missing.obs", 91381}};
  EXPECT_EQ(matrix_report(reply,
                          {.call = "rxCovCor(formula = ~DepDelayMinutes)",
                           .data_label = "airData",
                           .data_class = "RxXdfData",
                           .file_name = "/var/RevoShare/v7alpha/AirlineOnTime2012"},
                          "CovCor", "COV"),
            "Call:\n"
            "rxCovCor(formula = ~DepDelayMinutes)\n"
            "\n"
            "Data: airData (RxXdfData Data Source)\n"
            "File name: /var/RevoShare/v7alpha/AirlineOnTime2012\n"
            "Number of valid observations: 6005381 \n"
            "Number of missing observations: 91381 \n"
            "Statistic: COV \n"
            "\n"
            "                DepDelayMinutes ArrDelayMinutes    AirTime\n"
            "DepDelayMinutes      1035.09355       996.88898   39.60668\n"
            "ArrDelayMinutes       996.88898      1029.07742   59.77224\n"
            "AirTime                39.60668        59.77224 4906.02279\n");
}

TEST(CoefficientTable, NoStarsNoLegend) {
  EXPECT_EQ(coefficient_table({{"a"}, {1.5}, {1}, {1.5}, {0.5}}),
            "  Estimate Std. Error t value Pr(>|t|)\n"
            "a      1.5        1.0     1.5      0.5\n");
}

TEST(CoefficientTable, EstimatesWithoutErrorsAreNotDropped) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(coefficient_table({{"a", "b"}, {1.5, nan}, {nan, nan}, {nan, nan}, {nan, nan}}),
            "  Estimate Std. Error t value Pr(>|t|)\n"
            "a      1.5        NaN     NaN      NaN\n"
            "b  Dropped    Dropped Dropped  Dropped\n");
}

TEST(InfoReport, RStyle) {
  const json reply = {
      {"fileName", "/data/claims.xdf"},
      {"dataClass", "RxXdfData"},
      {"numRows", 100000},
      {"numVars", 4},
      {"numBlocks", 2},
      {"compressionType", "zlib"},
      {"rowsPerBlock", {60000, 40000}},
      {"varInfo",
       {{{"name", "RowNum"},
         {"varType", "integer"},
         {"storage", "int32"},
         {"low", 1},
         {"high", 128}},
        {{"name", "type"},
         {"varType", "factor"},
         {"description", "Body Type"},
         {"levels", {"A", "B"}}},
        {{"name", "age"},
         {"varType", "factor"},
         {"levels", {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}}},
        {{"name", "cost"},
         {"varType", "numeric"},
         {"storage", "float32"},
         {"low", 11},
         {"high", 850}},
        {{"name", "Month"}, {"varType", "integer"}, {"storage", "int16"}, {"low", 1}, {"high", 12}},
        {{"name", "Late"}, {"varType", "logical"}, {"storage", "uchar"}, {"low", 0}, {"high", 1}},
        {{"name", "FlightDate"},
         {"varType", "Date"},
         {"storage", "float64"},
         {"low", 6482},
         {"high", 15705}},
        {{"name", "s"}, {"varType", "character"}, {"storage", "string"}}}}};
  const json rows = {{"firstRow", 3},
                     {"rowNames", {"3", "4"}},
                     {"columns",
                      {{{"name", "RowNum"}, {"kind", "integer"}, {"values", {100000, nullptr}}},
                       {{"name", "cost"}, {"kind", "number"}, {"values", {9.66666603, 19.9166660}}},
                       {{"name", "s"}, {"kind", "text"}, {"values", {"ab", nullptr}}}}}};
  EXPECT_EQ(info_report(reply, rows, "R"),
            "File name: /data/claims.xdf \n"
            "Number of observations: 1e+05 \n"
            "Number of variables: 4 \n"
            "Number of blocks: 2 \n"
            "Compression type: zlib \n"
            "Rows per block: 60000 40000 \n"
            "Variable information: \n"
            "Var 1: RowNum, Type: integer, Low/High: (1, 128)\n"
            "Var 2: type, Body Type \n"
            "       2 factor levels: A B\n"
            "Var 3: age\n"
            "       11 factor levels: 1 2 3 4 5 ... 7 8 9 10 11\n"
            "Var 4: cost, Type: numeric, Storage: float32, Low/High: (11.0000, 850.0000)\n"
            "Var 5: Month, Type: integer, Storage: int16, Low/High: (1, 12)\n"
            "Var 6: Late, Type: logical, Low/High: (0, 1)\n"
            "Var 7: FlightDate, Type: Date, Low/High: (1987-10-01, 2012-12-31)\n"
            "Var 8: s, Type: character\n"
            "Data (2 rows starting with row 3):\n"
            "  RowNum      cost    s\n"
            "3 100000  9.666666   ab\n"
            "4     NA 19.916666 <NA>\n");
}

TEST(InfoReport, PythonStyle) {
  const json reply = {{"fileName", "claims.xdf"},
                      {"numRows", 128},
                      {"varInfo",
                       {{{"name", "RowNum"},
                         {"varType", "integer"},
                         {"storage", "int32"},
                         {"low", 1},
                         {"high", 128}},
                        {{"name", "age"}, {"varType", "factor"}, {"levels", {"17-20", "21-24"}}}}}};
  EXPECT_EQ(info_report(reply, nullptr, "python"),
            "File name:claims.xdf\n"
            "Number of observations:128.0\n"
            "Variable information: \n"
            "Var 1: RowNum, Type: integer, Storage: int32, Low/High: (1.0000, 128.0000)\n"
            "Var 2: age\n"
            "\t2 factor levels: ['17-20', '21-24']\n");
}

TEST(ProgressReport, Lines) {
  EXPECT_EQ(progress_line(2, 10000, 20000, 0.0222, 1, 0),
            "Rows Read: 10000, Total Rows Processed: 20000, Total Chunk Time: 0.022 seconds");
  EXPECT_EQ(
      progress_line(2, 10000, 20000, 0.0004, 1, 0),
      "Rows Read: 10000, Total Rows Processed: 20000, Total Chunk Time: Less than .001 seconds");
  EXPECT_EQ(progress_line(0, 10000, 20000, 0.0004, 1, 0), "");
  EXPECT_EQ(computation_time_line(2, 0.0141), "Computation time: 0.014 seconds.");
}

TEST(SourceReport, TextSource) {
  EXPECT_EQ(source_report({{"type", "RxTextData"}, {"file", "/a.csv"}, {"rowsToSniff", 5}},
                          {{"rowsToSniff", "10000"}, {"isFixedFormat", "FALSE"}}),
            "RxTextData Source\n\"/a.csv\"\nrowsToSniff: 5\nisFixedFormat: FALSE\nfileSystem: "
            "\n\tfileSystemType: native\n");
}

TEST(TextTable, WideTextTakesTwoColumns) {
  EXPECT_EQ(display_width("中文"), 4);
  EXPECT_EQ(display_width("é"), 1);
  EXPECT_EQ(display_width(std::string("\xff\xfe", 2)), 2);
}

}  // namespace
}  // namespace insitu
