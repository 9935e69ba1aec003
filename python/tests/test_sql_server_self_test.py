"""The self-test of SQL Server, and scoring there, against the server's double as far as that goes; with the extension:
tests/integration/sql_server/self_test_test.py."""

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from database_fixtures import SqlServer, sqlserver  # noqa: F401

quiet = {"report_progress": 0}
# What the double has no counterpart of: objects of SQL that are made there.
BEYOND = {"scoring: a function"}


def lines_of(string, capsys):
    lines = rx.rx_sql_server_self_test(string)
    printed = capsys.readouterr().out
    assert printed.startswith("SQL Server self-test: ") and SqlServer.password not in printed
    assert printed.count("\n") == len(lines) + 2
    return {row.line: (row.ok, row.found) for row in lines.itertuples()}


def test_a_server_without_the_extension(sqlserver, capsys, monkeypatch):  # noqa: F811
    monkeypatch.setenv("INSITU_DATABASE_PASSWORD", sqlserver.password)
    lines = lines_of(sqlserver.string, capsys)
    failed = {line: found for line, (ok, found) in lines.items() if ok is not pd.NA and not ok}
    assert set(failed) <= BEYOND, failed
    assert lines["extension"][0] is pd.NA and "not tried" in lines["extension"][1]
    assert len(lines) > 26 and lines["write: turns of writers"][0]
    rx.rx_sql_server_self_test(sqlserver.string, print=False)
    assert capsys.readouterr().out == ""


def test_predictions_stay_in_the_server(sqlserver):  # noqa: F811
    random = np.random.default_rng(5)
    frame = pd.DataFrame({"id": np.arange(300, dtype="int32"), "x": random.normal(size=300), "f": random.choice(["a", "b ", "it's"], 300)})
    frame["y"] = 2 * frame.x + (frame.f == "a") + random.normal(size=300)
    frame["b"] = (frame.y > 0.5).astype("int32")
    rx.rx_data_step(frame, sqlserver.source("dbo.t"), **quiet)
    for fit in (rx.rx_lin_mod("y ~ x + f", frame, **quiet), rx.rx_logit("b ~ x", frame, **quiet)):
        rx.rx_predict(fit, sqlserver.source("dbo.t"), sqlserver.source("dbo.scores"), extra_vars_to_write=["id"], overwrite=True, **quiet)
        (place,) = (each for each in rx.rx_explain()["passes"] if "tier" in each)
        assert place["tier"] == "database", place
        found = rx.rx_import(sqlserver.source("dbo.scores"), **quiet).sort_values("id")
        np.testing.assert_allclose(found.iloc[:, 0], rx.rx_predict(fit, frame, **quiet).iloc[:, 0], rtol=1e-9)


def test_published_models_are_procedures(sqlserver):  # noqa: F811
    random = np.random.default_rng(6)
    frame = pd.DataFrame({"id": np.arange(300, dtype="int32"), "x": random.normal(size=300)})
    frame["b"] = (frame.x + random.normal(size=300) > 0.5).astype("int32")
    rx.rx_data_step(frame, sqlserver.source("dbo.t"), **quiet)
    fit, models = rx.rx_logit("b ~ x", frame, **quiet), sqlserver.source("dbo.models")
    assert rx.rx_publish_model(fit, models, "it's ]", version="1") == "[dbo].[sp_it's ]]]"
    with pytest.raises(rx.InvalidArgument, match="is published as 'it's ]' already, version 1: allow to replace it"):
        rx.rx_publish_model(fit, models, "it's ]", version="2")
    rx.rx_publish_model(fit, models, "it's ]", version="2", overwrite=True)
    assert rx.rx_published_models(models)["object"].tolist() == ["", "[dbo].[sp_it's ]]]"]
    sqlserver.run("CREATE TABLE dbo.scores (id int, x float, b int, b_Link float, b_Pred float)")
    sqlserver.run("INSERT INTO dbo.scores EXEC [dbo].[sp_it's ]]] @inputData = N'SELECT id, x, b FROM dbo.t -- all'")
    found = rx.rx_import(sqlserver.source("dbo.scores"), **quiet).sort_values("id")
    np.testing.assert_allclose(found.b_Pred, rx.rx_predict(fit, frame, **quiet).iloc[:, 0], rtol=1e-9)
    with pytest.raises(rx.Unsupported, match="needs its extension, which this server does not have"):
        rx.rx_publish_model(fit, models, "other", kind="engine")
    assert rx.rx_unpublish_model(models, "it's ]") and rx.rx_published_models(models).empty
    with pytest.raises(rx.DataError, match="Could not find stored procedure"):
        sqlserver.run("EXEC [dbo].[sp_it's ]]] @inputData = N'SELECT 1'")
