"""RxInSqlServer through FreeTDS against a double of the server, with the extension of this build where it is there."""

import os
import pathlib

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from database_fixtures import SqlServer, drivers

QUIET = {"report_progress": 0}
BUILD = pathlib.Path(os.environ.get("INSITU_TEST_BUILD", pathlib.Path(__file__).resolve().parents[2] / "build" / "release"))
LIBRARY = BUILD / "hosts" / "sql_server" / "libinsitu_sql.so"
EXTHOST = BUILD / "tests" / "integration" / "sql_server" / "exthost"
ROWS = 70_001


@pytest.fixture(scope="module")
def there():
    if "FreeTDS" not in drivers():
        pytest.skip("no ODBC driver of SQL Server: tdsodbc is not installed")
    pytest.importorskip("sqlglot")
    from tds_double import TdsDouble

    extension = {"extension": str(LIBRARY), "exthost": str(EXTHOST)} if LIBRARY.exists() and EXTHOST.exists() else {}
    with TdsDouble(password=SqlServer.password, **extension) as server:
        place = SqlServer(server)
        place.has_extension = bool(extension)
        i = np.arange(ROWS, dtype="int32")
        y = np.where(i % 97 == 0, np.nan, np.sin(i))
        frame = pd.DataFrame({"id": i, "y": y, "x": np.cos(i * 1.7), "k": (i % 7).astype("int32"), "f": np.array(["a", "b", "c"])[i % 3]})
        rx.rx_data_step(frame, place.source("dbo.rows"), **QUIET)
        yield place


def source(there, **settings):
    return there.source("dbo.rows", column_info={"f": {"type": "factor", "levels": ["c", "a", "b"]}}, key="id", **settings)


def context(there, tier="auto", **settings):
    return rx.RxInSqlServer(there.string, password=there.password, tier=tier, **settings)


def numbers(data, **more):
    fit = rx.rx_lin_mod("y ~ x + k + f", data, **QUIET, **more)
    table = rx.rx_summary("~ y + x + k", data, **QUIET, **more).to_frame()
    return fit, np.concatenate([np.asarray(fit.coefficients, dtype=float).ravel(), table.select_dtypes("number").to_numpy().ravel()])


def test_tiers_agree(there):
    data = source(there)
    expected = numbers(data, compute_context=rx.RxLocalSeq())[1]
    np.testing.assert_array_equal(numbers(data, compute_context=context(there, "stream"))[1], expected)
    fit, found = numbers(data, compute_context=context(there))
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert fit.execution["context"] == "RxInSqlServer" and there.password not in str(fit.execution)


def test_the_engine_within_the_server(there):
    if not there.has_extension:
        with pytest.raises(rx.Unsupported, match="the extension insitu is not there"):
            numbers(source(there), compute_context=context(there, "extension"))
        return
    expected = numbers(source(there), compute_context=rx.RxLocalSeq())[1]
    fit, found = numbers(source(there), compute_context=context(there, "extension"))
    assert {each["tier"] for each in fit.execution["passes"]} == {"extension"}
    np.testing.assert_array_equal(found, expected)  # one task, rows in the order of the key
    np.testing.assert_allclose(numbers(source(there), compute_context=context(there, "extension", num_tasks=3))[1], expected, rtol=1e-9)


def test_passes_see_one_snapshot_where_the_database_allows_it(there):
    data = there.source("dbo.rows")  # levels are found first
    how = {"row_selection": "id < 3000", **QUIET}
    expected = rx.rx_lin_mod("y ~ x + F(k) + f", data, compute_context=context(there, "stream"), **how)
    for allowed in (1, 0):
        there.server.engine.execute(f"UPDATE sys.databases SET snapshot_isolation_state = {allowed}")
        before = len(there.server.log())
        fit = rx.rx_lin_mod("y ~ x + F(k) + f", data, compute_context=context(there, "database"), **how)
        assert len(fit.execution["passes"]) > 1 and abs(fit.r_squared - expected.r_squared) <= 1e-9
        isolation = [text for text in there.server.log()[before:] if "ISOLATION LEVEL" in text]
        assert len(isolation) == (2 if allowed else 0), isolation  # at the begin, and back at the end
    there.server.engine.execute("UPDATE sys.databases SET snapshot_isolation_state = 1")


def test_iterations_by_statements(there):
    how = {"row_selection": "id < 3000", **QUIET}
    expected = rx.rx_logit("y > 0.2 ~ x + f", source(there), compute_context=context(there, "stream"), **how)
    fit = rx.rx_logit("y > 0.2 ~ x + f", source(there), compute_context=context(there, "database"), **how)
    assert {each["tier"] for each in fit.execution["passes"]} == {"database"}
    np.testing.assert_allclose(list(fit.coefficients), list(expected.coefficients), rtol=1e-9)
    assert abs(fit.deviance - expected.deviance) <= 1e-9 * expected.deviance


def test_the_dialect_is_looked_at(there):
    with pytest.raises(rx.InvalidArgument, match="computes over tables and queries of its database"):
        rx.rx_summary("~ y", pd.DataFrame({"y": [1.0]}), compute_context=context(there), **QUIET)
