"""The examples of the reference documentation, Python; see cases.R.

Run by run.py: python3 cases.py <sample folder> <out folder> <ids> <compute context>
"""

import contextlib
import io
import os
import sys
import traceback

import revoscalepy
from revoscalepy import (
    RxOptions,
    RxXdfData,
    rx_get_info,
    rx_get_var_info,
    rx_import,
    rx_lin_mod,
    rx_predict,
    rx_summary,
)


def claims_xdf():
    """claims.xdf of the Python samples has factors; it is made from the text of the same table."""
    sample_data_path = RxOptions.get_option("sampleDataDir")
    path = os.path.join(sample_data_path, "claims.xdf")
    if not os.path.exists(path):
        text = os.path.join(sample_data_path, "claims.txt")
        rx_import(text, output_file=path, strings_as_factors=True)
    return path


def f286():
    claims_ds = RxXdfData(claims_xdf())
    info = rx_get_info(claims_ds, get_var_info=True)
    print(info)


def f287():
    claims_ds = RxXdfData(claims_xdf())
    info = rx_get_var_info(claims_ds)
    print(info)


def f303():
    sample_data_path = RxOptions.get_option("sampleDataDir")
    data_source = RxXdfData(os.path.join(sample_data_path, "AirlineDemoSmall.xdf"))
    linmod_local = rx_lin_mod("ArrDelay ~ DayOfWeek", data=data_source)
    predict = rx_predict(linmod_local, data=rx_import(input_data=data_source))
    print(rx_summary("ArrDelay_Pred", predict))


def main(sample, out, wanted, context):
    revoscalepy.RxOptions.set_option("sampleDataDir", sample)
    revoscalepy.RxOptions.set_option("reportProgress", 0)
    revoscalepy.rx_set_compute_context(context)
    examples = {
        name.upper(): run
        for name, run in globals().items()
        if name[0] == "f" and name[1:].isdigit()
    }
    for name, run in sorted(examples.items()):
        if name not in wanted:
            continue
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                run()
        except Exception:
            path, text = name + ".err", traceback.format_exc()
        else:
            path, text = name + ".txt", printed.getvalue()
        with open(os.path.join(out, path), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3].split(","), sys.argv[4])
