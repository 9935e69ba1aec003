"""Models as SQL (DuckDB, SQLite), C (gcc) and PMML (an evaluator written here), against the engine on random rows."""

import ctypes
import math
import shutil
import sqlite3
import subprocess
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import insitu as rx

LEVELS = ["a", "b's \"q\"", "ü?\\", "<&>"]


def sample(seed, n):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "x": random.normal(1e4, 3, n), "z": random.uniform(0.5, 4, n), "k": random.integers(1, 6, n).astype(float),
        "f": pd.Categorical(random.choice(LEVELS, n), LEVELS), "g": pd.Categorical(random.choice(["u", "v"], n), ["u", "v"]),
        "odd \" ] name": random.normal(size=n), "o": random.uniform(0, 0.3, n)})
    eta = 0.2 + 0.2 * (frame.x - 1e4) - 0.3 * frame.z + 0.4 * (frame.f == "a") + 0.1 * frame.k * (frame.g == "u")
    frame["y"] = eta + random.normal(size=n)
    frame["b"] = (random.uniform(size=n) < 1 / (1 + np.exp(-eta))).astype(float)
    frame["c"] = random.poisson(np.exp(eta / 2)).astype(float)
    frame["p"] = random.gamma(3, np.exp(eta / 4)) + 0.1
    return frame


@pytest.fixture(scope="module")
def fitted_on():
    return sample(1, 2000)


@pytest.fixture(scope="module")
def rows():
    """Other rows, with missing values and what lies outside of the ranges of the fit."""
    frame = sample(2, 300)
    frame["k"] = frame.k + 0.25
    for i, name in enumerate(["x", "z", "k", "o", "odd \" ] name"]):
        frame.loc[3 + i, name] = np.nan
    for i, name in enumerate("fg"):
        frame.loc[20 + i, name] = np.nan
    frame.loc[30, "k"] = 0.5
    frame.loc[31, "k"] = 77
    frame.loc[32, "z"] = -1
    return frame


FITS = {
    "numbers": lambda d: rx.rx_lin_mod("y ~ x + z + x:z", d),
    "a name": lambda d: rx.rx_lin_mod("y ~ `odd \" ] name` + g", d),
    "factors": lambda d: rx.rx_lin_mod("y ~ f * g + z:f", d, drop_first=True),
    "F": lambda d: rx.rx_lin_mod("y ~ F(k) + F(k):g + x", d),
    "F with bounds": lambda d: rx.rx_lin_mod("y ~ F(k, low=2, high=4)", d),
    "F with a level beyond": lambda d: rx.rx_lin_mod("y ~ F(k, low=2, high=4, exclude=False):g", d),
    "N": lambda d: rx.rx_lin_mod("y ~ N(f) + g", d),
    "functions": lambda d: rx.rx_lin_mod("y ~ log(z) + sqrt(z) + I(z^2) + exp(-z / 3) + abs(x - 10000) + (k > 2)", d),
    "transforms": lambda d: rx.rx_lin_mod("y ~ u + g", d, transforms={"h": "z + m", "u": "log(h) * 2"},
                                          transform_objects={"m": 1.5}),
    "no constant": lambda d: rx.rx_lin_mod("y ~ x + z - 1", d),
    "cube": lambda d: rx.rx_lin_mod("y ~ f + x", d, cube=True),
    "logit": lambda d: rx.rx_logit("b ~ x + f", d),
    "probit": lambda d: rx.rx_glm("b ~ x + f", d, family="binomial(probit)"),
    "cauchit": lambda d: rx.rx_glm("b ~ x + g", d, family="binomial(cauchit)"),
    "cloglog": lambda d: rx.rx_glm("b ~ x + g", d, family="binomial(cloglog)"),
    "poisson": lambda d: rx.rx_glm("c ~ x + g:f", d, family="poisson", offset="o"),
    "inverse": lambda d: rx.rx_glm("p ~ g + f", d, family="Gamma"),
    "sqrt": lambda d: rx.rx_glm("c ~ g + f", d, family="poisson(sqrt)"),
    "inverse square": lambda d: rx.rx_glm("p ~ g", d, family="inverse.gaussian"),
    "power": lambda d: rx.rx_glm("p ~ g + f", d, family="Tweedie(var.power = 1.5, link.power = 0.3)"),
}
NOT_IN_SQL = {"probit"}


@pytest.fixture(scope="module")
def fits(fitted_on):
    return {name: make(fitted_on) for name, make in FITS.items()}


def agree(found, fit, rows, tolerance=1e-12):
    expected = np.asarray(rx.rx_predict(fit, rows, check_factor_levels=False).iloc[:, 0], dtype=float)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=1e-13)
    assert (~np.isnan(expected)).sum() > 100


@pytest.mark.parametrize("name", [name for name in FITS if name not in NOT_IN_SQL])
def test_sql_in_duckdb(fits, rows, name):
    duckdb = pytest.importorskip("duckdb")
    fit = fits[name]
    with duckdb.connect() as connection:
        table = rows.astype({"f": object, "g": object})
        connection.register("t", table.assign(row=range(len(rows))).convert_dtypes())
        connection.execute('CREATE TABLE "rows" AS SELECT * FROM t')
        found = connection.execute(rx.rx_export_model(fit, dialect="duckdb", name="rows")).df().sort_values("row")
    agree(found[fit["y.names"][0] + "_Pred"].to_numpy(float, na_value=np.nan), fit, rows)


@pytest.mark.parametrize("name", [name for name in FITS if name not in NOT_IN_SQL])
def test_sql_in_sqlite(fits, rows, name):
    fit = fits[name]
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("SELECT LN(2), EXP(1), POWER(2, 3), CEILING(1.5)")
    except sqlite3.OperationalError:
        pytest.skip("this SQLite is built without mathematical functions")
    rows.astype({"f": object, "g": object}).to_sql("data", connection, index=False)
    found = pd.read_sql(rx.rx_export_model(fit, type="sql", dialect="sqlite"), connection)
    agree(found[fit["y.names"][0] + "_Pred"].to_numpy(float), fit, rows)


def test_every_dialect_quotes_in_its_way(fits):
    assert '"odd "" ] name"' in rx.rx_export_model(fits["a name"])
    assert "[odd \" ]] name]" in rx.rx_export_model(fits["a name"], dialect="sqlserver")
    assert "'b''s \"q\"'" in rx.rx_export_model(fits["factors"], dialect="postgres")
    assert "COLLATE Latin1_General_BIN2 = N'b''s \"q\"'" in rx.rx_export_model(fits["factors"], dialect="sqlserver")


def c_function(text, folder, inputs):
    (folder / "model.c").write_text(text)
    subprocess.run(["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-O1", "-ffp-contract=off", "-shared", "-fPIC", "model.c", "-o",
                    "model.so", "-lm"], cwd=folder, check=True)
    function = ctypes.CDLL(str(folder / "model.so")).score
    function.restype = ctypes.c_double
    function.argtypes = [ctypes.c_char_p if text else ctypes.c_double for text in inputs]
    return function


@pytest.fixture(scope="module")
def infinite(rows):
    """Columns that are infinite are no missing values; what a formula makes of them is, where it is not finite."""
    frame = rows.copy()
    for i, (name, value) in enumerate((name, value) for name in ["x", "z", "k", "o", "odd \" ] name"] for value in (np.inf, -np.inf)):
        frame.loc[40 + i, name] = value
    return frame


@pytest.mark.skipif(not shutil.which("gcc"), reason="there is no gcc")
@pytest.mark.parametrize("name", FITS)
def test_c(fits, infinite, name, tmp_path):
    fit, rows = fits[name], infinite
    text = rx.rx_export_model(fit, type="c", name="score")
    listed = [line[5:].split(": ", 1) for line in text.split("*/", 1)[0].splitlines() if line.startswith(" *   ")]
    function = c_function(text, tmp_path, [parameter.startswith("t") for parameter, _ in listed])
    found = []
    for _, row in rows.iterrows():
        values = [row[column] for _, column in listed]
        found.append(function(*[None if parameter[0] == "t" and not isinstance(v, str) else v.encode() if isinstance(v, str) else v
                                for (parameter, _), v in zip(listed, values)]))
    agree(np.array(found), fit, rows)


class Pmml:
    """What a scorer does with a GeneralRegressionModel (PMML 4.4), as the standard says, for the elements that are used."""

    def __init__(self, text):
        self.root = ElementTree.fromstring(text)
        for element in self.root.iter():
            element.tag = element.tag.split("}")[1]
        self.model = self.root.find("GeneralRegressionModel")
        self.valid = {f.get("name"): {v.get("value") for v in f.findall("Value")} for f in self.root.find("DataDictionary")}

    def expression(self, e, values):
        arguments = lambda: [self.expression(child, values) for child in e]  # noqa: E731
        if e.tag == "Constant":
            return float(e.text)
        if e.tag == "FieldRef":
            return values[e.get("field")]
        if e.tag == "Discretize":
            value = values[e.get("field")]
            if value is None:
                return None
            for part in e.findall("DiscretizeBin"):
                interval = part.find("Interval")
                if float(interval.get("leftMargin")) <= value < float(interval.get("rightMargin")):
                    return part.get("binValue")
            return e.get("defaultValue")
        if e.tag == "MapValues":
            key = values[e.find("FieldColumnPair").get("field")]
            return next((float(row.find("code").text) for row in e.iter("row") if row.find("level").text == key), None)
        assert e.tag == "Apply", e.tag
        operands = arguments()
        if any(operand is None for operand in operands):
            return None
        function = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
                    "ln": math.log, "sqrt": math.sqrt, "exp": math.exp, "abs": abs, "pow": lambda a, b: a ** b,
                    "greaterThan": lambda a, b: a > b, "if": lambda test, yes, no: yes if test else no}[e.get("function")]
        try:
            return function(*operands)
        except ValueError:  # the logarithm of a negative number
            return None

    def predict(self, row):
        eta = self.eta(row)
        return {"identity": lambda: eta, "log": lambda: math.exp(eta), "logit": lambda: 1 / (1 + math.exp(-eta)),
                "probit": lambda: 0.5 * math.erfc(-eta / math.sqrt(2)), "cauchit": lambda: 0.5 + math.atan(eta) / math.pi,
                "cloglog": lambda: -math.expm1(-math.exp(eta)),
                "power": lambda: eta ** (1 / float(self.model.get("linkParameter")))}[self.model.get("linkFunction")]()

    def probabilities(self, row):
        """Of a multinomialLogistic model, by the names of its output."""
        reference = self.model.get("targetReferenceCategory")
        outputs = {f.get("value"): f.get("name") for f in self.model.findall("Output/OutputField") if f.get("feature") == "probability"}
        odds = {c: math.exp(0 if c == reference else self.eta(row, c)) for c in outputs}
        return {outputs[c]: odds[c] / sum(odds.values()) for c in outputs}

    def eta(self, row, category=None):
        values = {}
        for name, valid in self.valid.items():
            value = row[name]
            value = None if value != value else value
            if valid and value not in valid:
                return math.nan  # missing, or invalid: returnInvalid
            values[name] = value
        for field in self.model.findall("LocalTransformations/DerivedField"):
            values[field.get("name")] = self.expression(field[0], values)
        factors = {p.get("name") for p in self.model.findall("FactorList/Predictor")}
        covariates = {p.get("name") for p in self.model.findall("CovariateList/Predictor")}
        used = factors | covariates | {self.model.get("offsetVariable")} - {None}
        if any(values[name] is None for name in used):
            return math.nan
        products = {p.get("name"): 1.0 for p in self.model.find("ParameterList")}
        for cell in self.model.find("PPMatrix"):
            value = values[cell.get("predictorName")]
            products[cell.get("parameterName")] *= (value == cell.get("value") if cell.get("predictorName") in factors
                                                    else value ** float(cell.get("value")))
        eta = sum(float(p.get("beta")) * products[p.get("parameterName")] for p in self.model.find("ParamMatrix")
                  if p.get("targetCategory") == category)
        return eta + values[self.model.get("offsetVariable")] if self.model.get("offsetVariable") else eta


@pytest.mark.parametrize("name", FITS)
def test_pmml(fits, rows, name):
    fit = fits[name]
    scorer = Pmml(rx.rx_export_model(fit, type="pmml"))
    target = fit["y.names"][0]
    found = np.array([scorer.predict({**row, target: 0.0}) for row in rows.to_dict("records")])
    agree(found, fit, rows, 1e-9)  # constants are folded, x is near 1e4


CLASSES = {
    "factors": lambda d: rx.rx_multinom_logit("f ~ x + g + z:g", d),
    "transforms": lambda d: rx.rx_multinom_logit("f ~ F(k, low=1, high=5) + u", d, transforms={"u": "log(z) * 2"}),
    "two classes": lambda d: rx.rx_multinom_logit("g ~ x + f", d),
}


@pytest.fixture(scope="module")
def classes(fitted_on):
    return {name: make(fitted_on) for name, make in CLASSES.items()}


def agree_in_classes(found, fit, rows, tolerance=1e-12):
    """``found``: a column of probabilities for each class, by the engine's names."""
    expected = rx.rx_predict(fit, rows, check_factor_levels=False)
    assert list(found.columns) == list(expected.columns)
    np.testing.assert_allclose(found.to_numpy(float), expected.to_numpy(float), rtol=tolerance, atol=1e-13)
    assert expected.notna().to_numpy().sum() > 200 and expected.isna().to_numpy().any()


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
@pytest.mark.parametrize("name", CLASSES)
def test_classes_in_sql(classes, rows, name, engine):
    fit, names = classes[name], list(rx.rx_predict(classes[name], rows, check_factor_levels=False).columns)
    table = rows.astype({"f": object, "g": object}).assign(row=range(len(rows)))
    text = rx.rx_export_model(fit, dialect=engine)
    if engine == "sqlite":
        connection = sqlite3.connect(":memory:")
        try:
            connection.execute("SELECT LN(2), EXP(1)")
        except sqlite3.OperationalError:
            pytest.skip("this SQLite is built without mathematical functions")
        table.to_sql("data", connection, index=False)
        found = pd.read_sql(text, connection)
    else:
        with pytest.importorskip("duckdb").connect() as connection:
            connection.register("t", table.convert_dtypes())
            connection.execute('CREATE TABLE "data" AS SELECT * FROM t')
            found = connection.execute(text).df()
    found = found.sort_values("row")[names].astype(float)
    agree_in_classes(found, fit, rows, 1e-11)


@pytest.mark.skipif(not shutil.which("gcc"), reason="there is no gcc")
@pytest.mark.parametrize("name", CLASSES)
def test_classes_in_c(classes, infinite, name, tmp_path):
    rows = infinite
    fit, names = classes[name], list(rx.rx_predict(classes[name], rows, check_factor_levels=False).columns)
    text = rx.rx_export_model(fit, type="c", name="score")
    listed = [line[5:].split(": ", 1) for line in text.split("*/", 1)[0].splitlines() if line.startswith(" *   ")]
    assert listed.pop()[0] == "out"
    function = c_function(text, tmp_path, [parameter.startswith("t") for parameter, _ in listed])
    out = (ctypes.c_double * len(names))()
    function.restype, function.argtypes = None, [*function.argtypes, ctypes.c_double * len(names)]
    found = []
    for _, row in rows.iterrows():
        values = [row[column] for _, column in listed]
        function(*[None if parameter[0] == "t" and not isinstance(v, str) else v.encode() if isinstance(v, str) else v
                   for (parameter, _), v in zip(listed, values)], out)
        found.append(list(out))
    agree_in_classes(pd.DataFrame(found, columns=names), fit, rows)


@pytest.mark.parametrize("name", CLASSES)
def test_classes_in_pmml(classes, rows, name):
    fit = classes[name]
    scorer = Pmml(rx.rx_export_model(fit, type="pmml"))
    known = fit["response.levels"][0]
    found = pd.DataFrame([scorer.probabilities({**row, fit["y.names"][0]: known}) for row in rows.to_dict("records")])
    agree_in_classes(found, fit, rows, 1e-8)  # constants are folded, x is near 1e4


def test_odds_beyond_every_exponential(fitted_on):
    """Where log odds differ by thousands, SQL has 0 and 1, no error."""
    duckdb = pytest.importorskip("duckdb")
    fit = rx.rx_multinom_logit("f ~ z", fitted_on)
    far = pd.DataFrame({"z": [1e5, -1e5, 1.0, 3e4]})
    with duckdb.connect() as connection:
        connection.register("data", far)
        found = connection.execute(rx.rx_export_model(fit, dialect="duckdb")).df()
    expected = rx.rx_predict(fit, far)
    np.testing.assert_allclose(found[list(expected.columns)], expected, atol=1e-12)


def test_what_cannot_be_written_names_the_term(fitted_on):
    def refused(fit, message, **settings):
        with pytest.raises(rx.Unsupported, match=message):
            rx.rx_export_model(fit, **settings)

    d = fitted_on
    refused(rx.rx_lin_mod("y ~ sin(z) + x", d), r"the term 'sin\(z\)' cannot be written in SQL: there is no counterpart of sin\(z\)")
    assert "sin(" in rx.rx_export_model(rx.rx_lin_mod("y ~ sin(z) + x", d), type="c")
    refused(FITS["probit"](d), "the link 'probit' cannot be written in SQL, which has no normal distribution: export C or PMML")
    refused(rx.rx_ridge_reg("y ~ x", d, 0.1), "a model of kind 'penalized_model' cannot be exported")
    refused(rx.rx_lin_mod("cbind(y, p) ~ x", d), "a model of 2 responses cannot be exported: fit them one by one")
    refused(rx.rx_lin_mod("y ~ h", d, transforms={"h": "factor(k)"}), "the term 'h' cannot be written in SQL: its levels are made by")
    function = rx.rx_lin_mod("y ~ h", d, transform_function=lambda c: {**c, "h": c["x"]}, transform_variables=["x"])
    refused(function, "the term 'h' cannot be written in C: the model was fitted with a function", type="c")
    few = d[~((d.f == "a") & (d.g == "u"))]
    hollow = rx.rx_lin_mod("y ~ f:g", few, cube=True)
    refused(hollow, "the term 'f:g' cannot be written in PMML: no rows of the fit had f=a, g=u", type="pmml")
    assert "NULL" in rx.rx_export_model(hollow) and "NAN" in rx.rx_export_model(hollow, type="c")
    with pytest.raises(rx.InvalidArgument, match="rx_export_model: model must be a fitted model, not int"):
        rx.rx_export_model(3)
    with pytest.raises(rx.InvalidArgument, match="a function of C has letters, digits and _ only, not 'a b'"):
        rx.rx_export_model(FITS["numbers"](d), type="c", name="a b")


def test_files(fits, tmp_path):
    path = rx.rx_export_model(fits["numbers"], str(tmp_path / "model.sql"))
    assert open(path).read() == rx.rx_export_model(fits["numbers"])
    with pytest.raises(rx.DataError, match="the file exists: .*; allow to replace it with overwrite"):
        rx.rx_export_model(fits["logit"], path)
    rx.rx_export_model(fits["logit"], path, overwrite=True)
    assert "b_Pred" in open(path).read()
