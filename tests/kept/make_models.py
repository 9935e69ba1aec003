"""Keeps a model file of each kind, with what it prints and predicts: python tests/kept/make_models.py FOLDER.

What is there is never made anew: python/tests/test_model_file.py reads the files of every version.
"""

import json
import pathlib
import sys

import pandas as pd

import insitu as rx

LEVELS, DAYS = ["low", "high", "middle"], ["mo", "tu", "we", "th"]


def rows() -> pd.DataFrame:
    """Sixty rows that no random numbers have made."""
    i = range(60)
    frame = pd.DataFrame({"x": [k * 11 % 23 + 0.25 for k in i], "n": [k * 5 % 17 for k in i], "w": [k % 4 + 1 for k in i]})
    frame["f"] = pd.Categorical([LEVELS[k * 7 % 11 % 3] for k in i], LEVELS)
    frame["g"] = pd.Categorical([DAYS[k * 7 % 5 % 4] for k in i], DAYS)
    frame["y"] = [(k * 37 % 50) / 10 + 0.3 * x for k, x in zip(i, frame.x)]
    frame["b"] = [k * 29 % 7 > 3 for k in i]
    frame.loc[[7, 31], "x"] = None
    return frame


QUIET = {"report_progress": 0}
FITS = {
    "lin_mod": lambda d: rx.rx_lin_mod("y ~ x + f:g", d, cov_coef=True, **QUIET),
    "lin_mod_cube": lambda d: rx.rx_lin_mod("y ~ f + n", d, cube=True, **QUIET),
    "lin_mod_robust": lambda d: rx.rx_lin_mod("y ~ x + f", d, robust="HC3", cov_coef=True, **QUIET),
    "lin_mod_steps": lambda d: rx.rx_lin_mod("y ~ x", d, variable_selection=rx.rx_step_control(scope="~ x + n + f"), **QUIET),
    "logit": lambda d: rx.rx_logit("b ~ x + f", d, **QUIET),
    "glm": lambda d: rx.rx_glm("n ~ x + g", d, family="poisson", offset="w", **QUIET),
    "multinom_logit": lambda d: rx.rx_multinom_logit("f ~ x + n", d, **QUIET),
    "ridge_reg": lambda d: rx.rx_ridge_reg("y ~ u + n + f", d, lambda_=[0.01, 1], transforms={"u": "log(x)"}, **QUIET),
    "elastic_net": lambda d: rx.rx_elastic_net("y ~ x + n + w", d, alpha=0.5, num_lambda=6, **QUIET),
    "pca": lambda d: rx.rx_pca("~ x + n + y + f", d, cor=True, **QUIET),
}


def predicted(model, data) -> dict:
    """Columns of predictions by name, numbers as hexadecimal floats."""
    frame = rx.rx_predict(model, data, **QUIET)
    return {name: [float(v).hex() for v in frame[name]] for name in frame.columns}


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir()
    for name, fit in FITS.items():
        model = fit(rows())
        (folder / f"{name}.model").write_bytes(rx.rx_serialize_model(model))
        document = {"class": type(model).__name__, "printed": str(model), "predicted": predicted(model, rows())}
        (folder / f"{name}.expected").write_text(json.dumps(document, indent=1) + "\n")
