"""rx_predict from a table into a table of the same database: what the statement writes is what the engine predicts."""

import os

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from database_fixtures import database, postgres, postgres_database, private_postgres, sqlite  # noqa: F401

quiet = {"report_progress": 0}
LEVELS = ["a", "b's \"q\"", "ü?\\", "b ", "b"]
AWKWARD = 'odd " ] näme; --'


def sample(seed, n):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "id": np.arange(n, dtype="int32"), "x": random.normal(1e4, 3, n), "z": random.uniform(0.5, 4, n),
        "k": random.integers(1, 6, n).astype("int32"), "f": random.choice(LEVELS, n), "g": random.choice(["u", "v"], n),
        AWKWARD: random.normal(size=n), "o": random.uniform(0, 0.3, n), "big": 2**53 + random.integers(0, 9, n)})
    eta = 0.2 + 0.2 * (frame.x - 1e4) - 0.3 * frame.z + 0.4 * (frame.f == "a") + 0.1 * frame.k * (frame.g == "u")
    frame["y"] = eta + random.normal(size=n)
    frame["b"] = (random.uniform(size=n) < 1 / (1 + np.exp(-eta))).astype("int32")
    frame["c"] = random.poisson(np.exp(eta / 2)).astype("int32")
    frame["p"] = random.gamma(3, np.exp(eta / 4)) + 0.1
    return frame


@pytest.fixture(scope="module")
def fitted_on():
    return sample(1, 1500)


@pytest.fixture(scope="module")
def rows():
    frame = sample(2, 400)
    for i, name in enumerate(["x", "z", "o", AWKWARD, "y"]):
        frame.loc[3 + i, name] = np.nan
    frame["k"] = frame.k.astype("Int32")
    frame["f"], frame["g"] = frame.f.astype("string"), frame.g.astype("string")
    frame.loc[10, "k"], frame.loc[20, "f"], frame.loc[21, "g"] = pd.NA, pd.NA, pd.NA
    frame.loc[30, "k"], frame.loc[31, "z"] = 77, -1
    return frame


FITS = {
    "numbers": lambda d: rx.rx_lin_mod("y ~ x + z + x:z", d),
    "a name": lambda d: rx.rx_lin_mod(f"y ~ `{AWKWARD}` + g", d),
    "factors": lambda d: rx.rx_lin_mod("y ~ f * g + z:f", d, drop_first=True),
    "factors alone": lambda d: rx.rx_lin_mod("y ~ f + g", d),
    "F": lambda d: rx.rx_lin_mod("y ~ F(k) + F(k):g + x", d),
    "F with a level beyond": lambda d: rx.rx_lin_mod("y ~ F(k, low=2, high=4, exclude=False):g", d),
    "N": lambda d: rx.rx_lin_mod("y ~ N(f) + g", d.assign(f=pd.Categorical(d.f))),
    "functions": lambda d: rx.rx_lin_mod("y ~ log(z) + I(z^2) + exp(-z / 3) + abs(x - 10000) + (k > 2)", d),
    "transforms": lambda d: rx.rx_lin_mod("y ~ u + w", d, transforms={"h": "z + m", "u": "log(h) * 2", "w": "ifelse(k > 3, 'many', 'few')"},
                                          transform_objects={"m": 1.5}),
    "cube": lambda d: rx.rx_lin_mod("y ~ f + x", d, cube=True),
    "logit": lambda d: rx.rx_logit("b ~ x + f", d),
    "cloglog": lambda d: rx.rx_glm("b ~ x + z + g", d, family="binomial(cloglog)"),
    "poisson": lambda d: rx.rx_glm("c ~ x + g:f", d, family="poisson", offset="o"),
    "inverse": lambda d: rx.rx_glm("p ~ g + f", d, family="Gamma"),
    "power": lambda d: rx.rx_glm("p ~ g + f", d, family="Tweedie(var.power = 1.5, link.power = 0.3)"),
    "classes": lambda d: rx.rx_multinom_logit("f ~ x + g + z:g", d.assign(f=pd.Categorical(d.f))),
}


@pytest.fixture(scope="module")
def fits(fitted_on):
    return {name: make(fitted_on) for name, make in FITS.items()}


def how():
    """Who wrote the last predictions, and why."""
    (place,) = (each for each in rx.rx_explain()["passes"] if "tier" in each)
    return place["tier"], place.get("reason", "")


def scored(database, fit, table="t", into="scores", **settings):  # noqa: F811
    return scored_as(database, fit, database.source(table), into, **settings)


def scored_as(database, fit, source, into="scores", **settings):  # noqa: F811
    rx.rx_predict(fit, source, database.source(into), extra_vars_to_write=["id"], overwrite=True,
                  **{"check_factor_levels": False, **settings}, **quiet)
    scored.how = how()
    return rx.rx_import(database.source(into), **quiet).sort_values("id", ignore_index=True)


def same(found, expected, tolerance=1e-9):
    assert found.columns.tolist()[:expected.shape[1]] == expected.columns.tolist()
    for name in expected:
        values, wanted = (frame[name].to_numpy(float, na_value=np.nan) for frame in (found, expected))
        np.testing.assert_array_equal(np.isnan(values), np.isnan(wanted))
        np.testing.assert_allclose(values, wanted, rtol=tolerance, atol=1e-13)


def test_what_the_database_writes_is_what_the_engine_predicts(database, fits, rows):  # noqa: F811
    rx.rx_data_step(rows, database.source("t"), **quiet)
    for name, fit in fits.items():
        for settings in ({}, {"type": "link"}):
            found = scored(database, fit, **settings)
            assert scored.how == ("database", ""), name
            same(found, rx.rx_predict(fit, rows, check_factor_levels=False, **settings, **quiet))
    found = scored(database, fits["poisson"], compute_residuals=True, write_model_vars=True, remove_missings=True,
                   predict_var_names=["the mean"], residual_var_names=["x"])
    assert scored.how == ("database", "")
    expected = rx.rx_predict(fits["poisson"], rows, compute_residuals=True, write_model_vars=True, remove_missings=True,
                             predict_var_names=["the mean"], residual_var_names=["x"], check_factor_levels=False,
                             extra_vars_to_write=["id"], **quiet)
    assert found.columns.tolist() == expected.columns.tolist() and len(found) == len(expected) > 100
    same(found[["the mean", "x", "id"]], expected[["the mean", "x", "id"]].reset_index(drop=True))


def test_what_only_the_engine_computes_is_read_and_written(database, fitted_on, rows):  # noqa: F811
    rx.rx_data_step(rows, database.source("t"), **quiet)
    fit = rx.rx_logit("b ~ x + f", fitted_on, cov_coef=True)
    cases = {"standard errors": {"compute_standard_errors": True}, "intervals": {"interval": "confidence"},
             "residuals of the type 'pearson'": {"compute_residuals": True, "residual_type": "pearson"}}
    for reason, settings in cases.items():
        found = scored(database, fit, **settings)
        tier, why = scored.how
        assert tier == "stream" and reason in why
        same(found, rx.rx_predict(fit, rows, check_factor_levels=False, **settings, **quiet), 0)
    scored(database, rx.rx_ridge_reg("y ~ x + z", fitted_on, 0.1))
    assert scored.how == ("stream", "a model of kind 'penalized_model' cannot be exported: linear, logistic, generalized linear and "
                     "multinomial models can")
    of_function = rx.rx_lin_mod("y ~ w", fitted_on, transform_function=lambda c: {**c, "w": c["x"] + 1}, transform_variables=["x"])
    found = scored(database, of_function)
    assert scored.how == ("stream", "the model was fitted with a function of a language")
    same(found, rx.rx_predict(of_function, rows, **quiet), 0)
    rx.rx_predict(fit, rows, database.source("scores"), overwrite=True, check_factor_levels=False, **quiet)
    assert not any("tier" in each for each in rx.rx_explain()["passes"])


def test_values_that_are_not_scored_keep_their_type_and_digits(database, fits, rows):  # noqa: F811
    rx.rx_data_step(rows, database.source("t"), **quiet)
    rx.rx_predict(fits["numbers"], database.source("t"), database.source("scores"), extra_vars_to_write=["big", AWKWARD], **quiet)
    assert how() == ("database", "")
    assert sorted(database.rows("SELECT big FROM scores")) == sorted((int(value),) for value in rows.big)
    quoted = AWKWARD.replace('"', '""')
    assert len(database.rows(f'SELECT "{quoted}" FROM scores')) == len(rows)


def test_levels_that_the_model_does_not_know(database, fits, rows):  # noqa: F811
    frame = rows.assign(f=rows.f.where(rows.id != 200, "bb"))
    rx.rx_data_step(frame, database.source("t"), **quiet)
    rx.rx_data_step(frame[:3], database.source("scores"), **quiet)
    with pytest.raises(rx.InvalidArgument, match="variable 'f' has the level 'bb', which the model does not know .did you mean b"):
        scored(database, fits["logit"], check_factor_levels=True)
    assert len(database.rows("SELECT * FROM scores")) == 3
    assert scored(database, fits["logit"])["b_Pred"].isna()[200]
    database.run("DELETE FROM t WHERE id = 200")
    scored(database, fits["logit"], check_factor_levels=True)
    assert scored.how == ("database", "")


def test_targets_are_replaced_or_appended_to_only_when_that_is_allowed(database, fits, rows):  # noqa: F811
    rx.rx_data_step(rows, database.source("t"), **quiet)
    source, target = database.source("t"), database.source("scores")
    rx.rx_predict(fits["numbers"], source, target, **quiet)
    with pytest.raises(rx.InvalidArgument, match="the table exists: \"scores\"; allow to replace it with overwrite, or append to it"):
        rx.rx_predict(fits["numbers"], source, target, **quiet)
    rx.rx_predict(fits["numbers"], source, target, append="rows", **quiet)
    assert how() == ("database", "")
    assert database.rows("SELECT count(*), count(\"y_Pred\") FROM scores")[0][0] == 2 * len(rows)
    with pytest.raises(rx.InvalidArgument, match="no column of a variable that is to be appended: b_Pred"):
        rx.rx_predict(fits["logit"], source, target, append="rows", **quiet)
    rx.rx_predict(fits["numbers"], source, database.source("fresh"), append="rows", **quiet)
    assert len(database.rows("SELECT * FROM fresh")) == len(rows)
    # Into the table that is read.
    scored(database, fits["numbers"], into="t", write_model_vars=True)
    assert scored.how == ("database", "") and len(database.rows("SELECT \"y_Pred\", x FROM t")) == len(rows)


def test_numbers_are_not_rounded_into_a_column_of_whole_numbers(database, fits, rows):  # noqa: F811
    rx.rx_data_step(rows, database.source("t"), **quiet)
    database.run('CREATE TABLE scores ("y_Pred" int, id int)')
    with pytest.raises(rx.DataError, match="the table keeps whole numbers in 'y_Pred', and .* is appended to it: round it before"):
        rx.rx_predict(fits["numbers"], database.source("t"), database.source("scores"), extra_vars_to_write=["id"], append="rows", **quiet)
    assert database.rows("SELECT * FROM scores") == []
    rx.rx_data_step(pd.DataFrame({"y_Pred": [4.0, np.nan], "id": [1.0, 2.0]}), database.source("scores"), append="rows", **quiet)
    assert database.rows("SELECT * FROM scores") == [(4, 1), (None, 2)]


@pytest.mark.parametrize("name", ["numbers", "F", "F with a level beyond", "functions", "logit", "cloglog", "classes"])
def test_what_is_no_finite_number_in_the_table(postgres, fits, name):  # noqa: F811
    postgres.run("CREATE TABLE t (id serial, x float8, z float8, k float8, f char(5), g text)")
    for value in ("'NaN'", "'Infinity'", "'-Infinity'", "NULL", "1.5"):
        postgres.run(f"INSERT INTO t (x, z, k, f, g) VALUES ({value}, 1, 3, 'a', 'u'), (10000, {value}, 3, 'b', 'v'), "
                     f"(10001, 2, {value}, 'a', 'u'), ({value}, '-Infinity', 2, 'a', 'v'), ({value}, 'Infinity', 2, 'a', 'v')")
    table = postgres.source("t")
    found = scored_as(postgres, fits[name], table)
    assert scored.how == ("database", "")
    expected = rx.rx_predict(fits[name], table, extra_vars_to_write=["id"], check_factor_levels=False, **quiet)
    same(found, expected.sort_values("id", ignore_index=True))


def test_every_context_leaves_the_rows_where_they_are(postgres, fits, fitted_on, rows, monkeypatch):  # noqa: F811
    rx.rx_data_step(rows, postgres.source("t"), **quiet)
    expected = rx.rx_predict(fits["logit"], rows, check_factor_levels=False, **quiet)
    inside = {tier: rx.RxInPostgres(postgres.string, tier=tier) for tier in ("auto", "database", "stream")}
    for context, tier in ((rx.RxLocalParallel(), "database"), (rx.RxProcesses(num_workers=2), "database"), (inside["auto"], "database"),
                          (inside["database"], "database"), (inside["stream"], "stream")):
        found = scored(postgres, fits["logit"], compute_context=context)
        assert scored.how == (tier, "" if tier == "database" else "rows are asked for")
        same(found, expected)
    monkeypatch.setenv("INSITU_DATABASE_PASSWORD", postgres.where["password"])  # a job keeps none in its folder
    plain = postgres.string.replace(f"PWD={postgres.where['password']};", "")
    tables = (postgres.source(table, connection_string=plain) for table in ("t", "later"))
    job = rx.rx_predict(fits["logit"], *tables, check_factor_levels=False, compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    rx.rx_get_job_results(job)
    assert postgres.rows("SELECT count(*) FROM later") == [(len(rows),)]
    with_covariance = rx.rx_lin_mod("y ~ x", fitted_on, cov_coef=True, **quiet)
    with pytest.raises(rx.Unsupported, match="predictions are not computed in the database: standard errors.*; tier = .auto. reads the rows"):
        scored(postgres, with_covariance, compute_standard_errors=True, compute_context=inside["database"])


def test_what_is_told_before_is_what_is_done(database, fits, fitted_on, rows):  # noqa: F811
    rx.rx_data_step(rows, database.source("t"), **quiet)
    with_covariance = rx.rx_lin_mod("y ~ x", fitted_on, cov_coef=True, **quiet)
    for fit, settings in ((fits["logit"], {}), (with_covariance, {"compute_standard_errors": True})):
        told = rx.rx_explain(lambda fit=fit, settings=settings: rx.rx_predict(fit, database.source("t"), database.source("scores"), **settings))
        assert not rx.rx_sql_server_table_exists(database.source("scores"))
        rx.rx_predict(fit, database.source("t"), database.source("scores"), **settings, check_factor_levels=False, **quiet)
        done = rx.rx_explain()
        assert [each["pass"] for each in told["passes"]] == [each["pass"] for each in done["passes"]]
        (before,), (after,) = ([each for each in record["passes"] if "tier" in each] for record in (told, done))
        assert (before["tier"], before.get("reason")) == (after["tier"], after.get("reason"))
        assert len(before.get("statements", [])) == len(after.get("statements", []))
        rx.rx_sql_server_drop_table(database.source("scores"))


def test_queries_declared_levels_and_other_connections(database, fits, rows, tmp_path):  # noqa: F811
    rx.rx_data_step(rows, database.source("t"), **quiet)
    query = database.source(sql_query="SELECT id, x, f FROM t WHERE id >= 100",
                            column_info={"f": {"type": "factor", "levels": ["a", "b"]}})
    rx.rx_predict(fits["logit"], query, database.source("scores"), extra_vars_to_write=["id", "f"], **quiet)
    assert how() == ("database", "")
    found = rx.rx_import(database.source("scores"), **quiet).sort_values("id", ignore_index=True)
    part = rows[rows.id >= 100].assign(f=pd.Categorical(rows.f[rows.id >= 100], ["a", "b"]))
    same(found[["b_Pred"]], rx.rx_predict(fits["logit"], part, **quiet).reset_index(drop=True))
    assert set(found.f.dropna()) == {"a", "b"}
    elsewhere = rx.RxOdbcData(f"Driver=SQLite3;Database={tmp_path / 'other.db'}", table="scores")
    rx.rx_predict(fits["numbers"], database.source("t"), elsewhere, **quiet)
    assert how() == ("stream", "the table that is written is of another connection")


def test_a_failure_leaves_the_old_table(postgres, fits, rows):  # noqa: F811
    rx.rx_data_step(rows, postgres.source("t"), **quiet)
    rx.rx_data_step(rows[:3], postgres.source("scores"), **quiet)
    # A view keeps the old table: it can be neither dropped in the database nor by a stream.
    postgres.run("CREATE VIEW uses_it AS SELECT id FROM scores")
    with pytest.raises(rx.DataError, match="2BP01|depend"):
        scored(postgres, fits["numbers"])
    assert len(postgres.rows("SELECT * FROM scores")) == 3
    assert postgres.rows("SELECT relname FROM pg_class WHERE relname LIKE 'insitu\\_%'") == []


def test_numbers_out_of_range_are_read(postgres, rows):  # noqa: F811
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0, 900.0], "n": [1, 2, 4, 9]})
    fit = rx.rx_glm("n ~ x", frame[:3], family="poisson")
    rx.rx_data_step(frame.assign(x=[1.0, 2.0, 3.0, 9e4]), postgres.source("t"), **quiet)
    rx.rx_predict(fit, postgres.source("t"), postgres.source("scores"), **quiet)
    tier, why = how()
    assert tier == "stream" and "22003" in why
    assert postgres.rows('SELECT "n_Pred" FROM scores ORDER BY 1')[-1][0] == float("inf")


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="a million rows, with INSITU_TEST_ALL alone")
def test_a_million_rows(postgres, fits):  # noqa: F811
    postgres.run("CREATE TABLE t AS SELECT i AS id, i * 1e-3 AS x, 1.5::float8 + i % 7 AS z FROM generate_series(1, 1000000) AS i")
    rx.rx_predict(fits["numbers"], postgres.source("t"), postgres.source("scores"), **quiet)
    assert how() == ("database", "") and postgres.rows("SELECT count(*) FROM scores") == [(1000000,)]
