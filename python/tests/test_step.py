"""Stepwise selection. Random designs against R's step(): r/insitu/tests/testthat/test-step.R."""

import numpy as np
import pandas as pd
import pytest

import insitu as rx

UPPER = "~ x1 + x2 + x3 + f + f:x1"


@pytest.fixture(scope="module")
def rows():
    draw = np.random.default_rng(5)
    n = 500
    frame = pd.DataFrame({"x1": draw.normal(size=n), "x2": draw.normal(size=n), "x3": draw.normal(size=n),
                          "f": pd.Categorical(draw.choice(list("abc"), n)), "k": draw.integers(0, 3, n)})
    frame["y"] = 1 + 0.5 * frame.x1 + (frame.f == "b") * frame.x1 + 0.05 * frame.x3 + draw.normal(size=n)
    frame.loc[::50, "x3"] = np.nan
    return frame


def least_squares(frame, columns):
    """AIC of R, written out."""
    design = np.column_stack([np.ones(len(frame)), *columns]) if columns else np.ones((len(frame), 1))
    found, _, rank, _ = np.linalg.lstsq(design, frame.y, rcond=None)
    rest = np.sum((frame.y - design @ found) ** 2)
    return len(frame) * np.log(rest / len(frame)) + 2 * rank


def test_the_search_takes_the_smallest_criterion_at_each_step(rows):
    step = rx.rx_step_control(scope=UPPER, keep_step_coefs=True)
    fit = rx.rx_lin_mod("y ~ x2", rows, variable_selection=step, report_progress=0)
    complete = rows.dropna()
    dummies = [(complete.f == level).astype(float) for level in "ab"]
    of_term = {"x1": [complete.x1], "x2": [complete.x2], "x3": [complete.x3], "f": dummies,
               "f:x1": [each * complete.x1 for each in dummies]}
    model, path, criteria = ["x2"], [""], [least_squares(complete, of_term["x2"])]
    while True:
        kept = [t for t in model if not (t in ("f", "x1") and "f:x1" in model)]
        moves = [("- " + t, [m for m in model if m != t]) for t in kept]
        moves += [("+ " + t, [*model, t]) for t in of_term if t not in model and (t != "f:x1" or {"f", "x1"} <= set(model))]
        values = [least_squares(complete, [c for t in terms for c in of_term[t]]) for _, terms in moves]
        if min(values) >= criteria[-1]:
            break
        change, model = moves[int(np.argmin(values))]
        path.append(change)
        criteria.append(min(values))
    assert fit["anova"]["Step"].tolist() == path
    assert len(path) > 2
    np.testing.assert_allclose(fit["anova"]["AIC"], criteria, rtol=1e-9)
    assert fit["nValidObs"] == len(complete)
    coefs = fit.labelled("stepCoefs")
    assert coefs.shape[1] == len(path)
    assert coefs.loc["x2", "0"] != 0
    last = coefs.iloc[:, -1]
    assert {name: last[name] for name in fit.params.index} == pytest.approx(dict(fit.params), nan_ok=True)


def test_one_pass_over_the_data(rows, capfd):
    rx.rx_lin_mod("y ~ x2", rows, variable_selection={"scope": UPPER}, report_progress=2)
    read = [line for line in capfd.readouterr().out.splitlines() if line.startswith("Rows Read")]
    rx.rx_lin_mod("y ~ x2", rows, report_progress=2)
    assert read and len(read) == len([line for line in capfd.readouterr().out.splitlines() if line.startswith("Rows Read")])


def test_the_result_is_that_of_the_formula_alone(rows):
    complete = rows.dropna()
    for call, formula in ((rx.rx_lin_mod, "y ~ x2"), (rx.rx_logit, "(y > 1) ~ x2")):
        fit = call(formula, complete, variable_selection={"scope": UPPER}, cov_coef=True, report_progress=0)
        plain = call(fit["formula"], complete, cov_coef=True, report_progress=0)
        assert fit["formulaBase"] == formula.replace("(y > 1)", "(y > 1)")
        np.testing.assert_allclose(fit["coefficients"], plain["coefficients"], rtol=1e-12)
        np.testing.assert_allclose(fit["covCoef"], plain["covCoef"], rtol=1e-9)
        assert fit.text("summary").split("Results for")[1] == plain.text("summary").split("Results for")[1]
        assert np.allclose(fit.predict(complete), plain.predict(complete))


def test_contexts_give_the_same_bits(rows):
    def fit(context):
        return rx.rx_glm("k ~ x1", rows, family="poisson", variable_selection={"scope": "~ x1 + x2 + f", "test": "Chisq"},
                         compute_context=context, report_progress=0)

    here, there = fit(rx.RxLocalSeq()), fit(rx.RxProcesses(2))
    assert np.array_equal(here["coefficients"], there["coefficients"], equal_nan=True)
    assert here["anova"].equals(there["anova"])


def test_a_text_is_read_as_the_arguments_of_rx_step_control(rows):
    text = rx.rx_lin_mod("y ~ x2", rows, report_progress=0,
                         variable_selection="scope = list(lower = ~x2, upper = ~. + x1 + f), k = 3, stepCriterion = AIC")
    same = rx.rx_lin_mod("y ~ x2", rows, report_progress=0,
                         variable_selection=rx.rx_step_control(scope={"lower": "~x2", "upper": "~x2 + x1 + f"}, k=3))
    assert text["anova"].equals(same["anova"])


def test_all_terms_may_go(rows):
    fit = rx.rx_lin_mod("x2 ~ x3", rows, variable_selection={"k": 1000}, report_progress=0)
    assert fit["formula"] == "x2 ~ 1"
    assert fit.params["(Intercept)"] == pytest.approx(rows.x2[rows.x3.notna()].mean())
    assert fit.predict(rows)[1] == pytest.approx(fit.params["(Intercept)"])
    logit = rx.rx_logit("(x2 > 1) ~ x3", rows, variable_selection={"k": 1000}, report_progress=0)
    assert logit["formula"] == "(x2 > 1) ~ 1"
    assert len(logit.params) == 1


@pytest.mark.parametrize(("control", "text"), [
    ({"methd": "forward"}, "unknown argument 'methd'.*did you mean method"),
    ({"method": "stepwize"}, "did you mean 'stepwise'"),
    ({"step_criterion": "BIC"}, "step_criterion must be one of"),
    ({"scope": "~ x1"}, "the term x2, which the upper formula of scope has not"),
    ({"scope": {"lower": "~ f", "upper": "~ x1 + x2"}}, "the term f, which the upper one has not"),
    ({"scope": {"upper": "~ x2 + y"}}, "dependent variable 'y' among the terms"),
    ({"scope": {"uper": "~ x2"}}, "did you mean upper"),
    ({"scope": "z ~ x2"}, "another dependent variable"),
    ({"max_sig_level_to_add": 2, "scope": "~ x2"}, "max_sig_level_to_add must be a significance level"),
    ({"scale": -1}, "scale must be 0"),
    ({"max_steps": -1}, "max_steps must be 0 or more"),
    (3, "must be what rx_step_control gives"),
    ("scope = ~ x2 +", "expected a value"),
])
def test_bad_input_is_one_clear_sentence(rows, control, text):
    with pytest.raises(rx.InvalidArgument, match=text):
        rx.rx_lin_mod("y ~ x2", rows, variable_selection=control, report_progress=0)


def test_what_excludes_each_other(rows):
    with pytest.raises(rx.InvalidArgument, match="variable_selection cannot be combined with cube=True"):
        rx.rx_lin_mod("y ~ f", rows, cube=True, variable_selection={"method": "backward"}, report_progress=0)
    with pytest.raises(rx.InvalidArgument, match="needs one dependent variable"):
        rx.rx_lin_mod("cbind(y, x1) ~ f", rows, variable_selection={"method": "backward"}, report_progress=0)
    with pytest.raises(rx.InvalidArgument, match="initial_values cannot be combined with variable_selection"):
        rx.rx_glm("k ~ x1", rows, family="poisson", initial_values=0.1, variable_selection={"method": "backward"})
    with pytest.raises(rx.DataError, match="fits perfectly"):
        rx.rx_lin_mod("x1 ~ x1a", rows.assign(x1a=rows.x1 * 2), variable_selection={"method": "backward"}, report_progress=0)


def test_the_picture_of_the_steps(rows):
    fit = rx.rx_lin_mod("y ~ x2", rows, variable_selection={"scope": UPPER, "keep_step_coefs": True}, report_progress=0)
    with pytest.raises(rx.InvalidArgument, match="keep_step_coefs=True"):
        rx.rx_step_plot(rx.rx_lin_mod("y ~ x2", rows, report_progress=0))
    try:
        import matplotlib
    except ImportError:
        with pytest.raises(rx.Unsupported, match="needs matplotlib"):
            rx.rx_step_plot(fit)
        return
    matplotlib.use("Agg")
    axes = rx.rx_step_plot(fit)
    steps = len(fit["stepNames"])
    lines = {line.get_label(): line.get_ydata() for line in axes.lines if len(line.get_ydata()) == steps}
    np.testing.assert_array_equal(lines["x2"], fit.labelled("stepCoefs").loc["x2"])
