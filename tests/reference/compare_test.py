"""The comparison must notice a wrong figure: python3 -m unittest compare_test (in this folder)."""

import unittest

import compare

EXAMPLE = {
    "lang": "R",
    "stage": "summary",
    "figures": {
        "header": {
            "File name": "C:\\data\\air.xdf",
            "Number of valid observations": "6e+05",
            "Residual standard error": "40.39 on 582620 degrees of freedom",
            "coefficients_not_defined": "1",
        },
        "tables": [
            {
                "title": "Coefficients",
                "columns": ["Estimate", "Std. Error", "t value", "Pr(>|t|)"],
                "rows": [
                    ["(Intercept)", "-3.19458", "0.20413", "-15.650", "2.22e-16"],
                    ["day=Sun", "Dropped", "Dropped", "Dropped", "Dropped"],
                ],
            }
        ],
    },
}
PRINTED = """File name:
    /tmp/air.xdf
Number of valid observations: 6e+05
Coefficients: (1 not defined because of singularities)
            Estimate Std. Error t value Pr(>|t|)
(Intercept) -3.19458    0.20413 -15.650 2.22e-16 ***
day=Sun      Dropped    Dropped Dropped  Dropped
Residual standard error: 40.39 on 582620 degrees of freedom
"""


class Compare(unittest.TestCase):
    def test_accepts_the_printed_page(self):
        self.assertEqual(compare.differences(EXAMPLE, PRINTED), [])

    def test_accepts_one_unit_in_the_last_digit(self):
        self.assertEqual(compare.differences(EXAMPLE, PRINTED.replace("3.19458", "3.19459")), [])

    def test_notices_every_wrong_figure(self):
        for right, wrong in (
            ("3.19458", "3.19460"),
            ("0.20413", "0.2042"),
            ("582620", "582622"),
            ("6e+05", "6e+06"),
            ("air.xdf", "ear.xdf"),
            ("(1 not", "(2 not"),
            ("day=Sun", "day=Sat"),
            ("Dropped", "NA"),
            ("Std. Error", "Error"),
        ):
            with self.subTest(wrong):
                self.assertTrue(compare.differences(EXAMPLE, PRINTED.replace(right, wrong)))

    def test_notices_a_table_set_otherwise(self):
        for right, wrong in (("day=Sun      D", "day=Sun     D"), ("e-16 ***", "e-16 **")):
            with self.subTest(wrong):
                self.assertTrue(compare.differences(EXAMPLE, PRINTED.replace(right, wrong)))

    def test_notices_a_line_that_the_page_does_not_have(self):
        extra = "Number of missing observations: 0\n" + PRINTED
        self.assertTrue(compare.differences(EXAMPLE, extra))


if __name__ == "__main__":
    unittest.main()
