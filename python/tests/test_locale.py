"""A17: answers never depend on the locale of the process: in a child process under a locale that writes 1,5."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

SCRIPT = r"""
import locale, sys
import numpy as np, pandas as pd
import insitu as rx
if len(sys.argv) > 1:
    locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
    assert locale.localeconv()["decimal_point"] == ","
rx.RxOptions.set_option("reportProgress", 0)
n = 40000
frame = pd.DataFrame({"x": np.arange(n) / 8 + 0.25, "s": ["1.5", "2,5", "x", None] * (n // 4)})
steps = {"text": "as.character(x)", "range": "cut(x, c(0, 1.75, 2.5, 1e9))", "fixed": "sprintf('%.2f', x)",
         "general": "formatC(x, digits = 5)", "marks": "formatC(x, format = 'f', digits = 1, big.mark = ',')",
         "pasted": "paste(x, 0.5)", "number": "as.numeric(s)", "day": "format(as.Date('2020-03-05') + x, '%b %a')"}
for context in (rx.RxLocalSeq(), rx.RxProcesses(num_workers=2)):
    rx.rx_set_compute_context(context)
    rx.rx_data_step(frame, "l.xdf", transforms=steps, overwrite=True)
    back = rx.rx_import("l.xdf")
    print(back.head(9).to_csv(index=False), back.tail(3).to_csv(index=False))
    rx.rx_data_step("l.xdf", rx.RxTextData("l.csv"), overwrite=True)
    print("".join(open("l.csv").readlines()[:9]))
    again = rx.rx_import(rx.RxTextData("l.csv"))
    print(again["x"].sum(), again.dtypes.astype(str).to_dict())
    print(rx.rx_summary("~ x + range", "l.xdf"))
    print(rx.rx_lin_mod("number ~ x + range", "l.xdf", row_selection="x > 0.5"))
    print(rx.rx_get_info("l.xdf", get_var_info=True, num_rows=3))
    print(rx.rx_exec(lambda x, scale: x * scale + rx.rx_task_rng().random(), x=[1.5, 2.25, 1e6], scale=0.5, rng_seed=3,
                     task_timeout=60.5 if isinstance(context, rx.RxProcesses) else None))
"""


def run(folder, *arguments, **environment):
    folder.mkdir()
    done = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], cwd=folder, capture_output=True, text=True,
                          env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    keep = [line for line in done.stdout.splitlines() if "time" not in line.lower() and str(folder) not in line]
    return "\n".join(keep)


def test_A17_answers_do_not_depend_on_the_locale(tmp_path):
    localedef = shutil.which("localedef")
    if not localedef or not pathlib.Path("/usr/share/i18n/locales/de_DE").exists():
        pytest.skip("the locale de_DE cannot be made here: install Debian's package locales")
    locales = tmp_path / "locales"
    locales.mkdir()
    subprocess.run([localedef, "-i", "de_DE", "-f", "UTF-8", str(locales / "de_DE.UTF-8")], check=True, capture_output=True)
    plain = run(tmp_path / "plain", LC_ALL="C.UTF-8")
    comma = run(tmp_path / "comma", "comma", LOCPATH=str(locales), LC_ALL="de_DE.UTF-8")
    assert "0.25" in plain and "(1.75,2.5]" in plain
    assert comma == plain


TURKISH = r"""
import locale, sys
import insitu as rx
locale.setlocale(locale.LC_ALL, "tr_TR.UTF-8")
rx.RxOptions.set_option("reportProgress", 0)
where = "Driver=SQLite3;Database=t.db"
rx.rx_data_step({"Id": [1.5, 2.5], "isim": ["I", "i"]}, rx.RxOdbcData(where, table="Istatistik"), overwrite=True)
print(rx.rx_import(rx.RxOdbcData(where, sql_query="SELECT * FROM Istatistik WHERE isim = 'i'")).to_csv(index=False))
"""


def test_databases_are_found_where_small_i_is_not_the_letter_of_capital_i(tmp_path):
    from database_fixtures import drivers

    localedef = shutil.which("localedef")
    if not localedef or not pathlib.Path("/usr/share/i18n/locales/tr_TR").exists():
        pytest.skip("the locale tr_TR cannot be made here: install Debian's package locales")
    if "SQLite3" not in drivers():
        pytest.skip("no ODBC driver of SQLite: libsqliteodbc is not installed")
    subprocess.run([localedef, "-i", "tr_TR", "-f", "UTF-8", str(tmp_path / "tr_TR.UTF-8")], check=True, capture_output=True)
    done = subprocess.run([sys.executable, "-c", TURKISH], cwd=tmp_path, capture_output=True, text=True,
                          env={**os.environ, "LOCPATH": str(tmp_path), "LC_ALL": "tr_TR.UTF-8"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["Id,isim", "2.5,i"]
