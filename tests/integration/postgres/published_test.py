"""Models of every kind, published in PostgreSQL and scored by the engine inside it."""

import numpy as np
import pandas as pd
import pytest

rx = pytest.importorskip("insitu")
quiet = {"report_progress": 0}


@pytest.fixture
def string(database):
    place = database.place
    return (f"Driver=PostgreSQL Unicode;Servername={place['host']};Port={place['port']};UID={place['user']};PWD={place['password']};"
            f"Database={place['dbname']}")


def test_the_engine_scores_what_sql_cannot(database, string):
    random = np.random.default_rng(8)
    rows = pd.DataFrame({"id": np.arange(500, dtype="int32"), "x": random.normal(size=500), "f": random.choice(["a", "it's"], 500)})
    rows["y"] = rows.x + (rows.f == "a") + random.normal(size=500)
    rx.rx_data_step(rows, rx.RxPostgresData(string, table="t"), **quiet)
    models = rx.RxPostgresData(string, table="models")
    for name, fit in (("ridge", rx.rx_ridge_reg("y ~ x + f", rows, 0.1, **quiet)), ("pca", rx.rx_pca("~ x + y", rows, **quiet))):
        assert rx.rx_publish_model(fit, models, name, version="it's") == f'"public"."predict_{name}"'
        found = [value for (value,) in database.execute(f"SELECT predict_{name}(t) FROM t ORDER BY id")]
        np.testing.assert_array_equal(np.array(found, dtype=float), rx.rx_predict(fit, rows, **quiet).to_numpy(float))
    database.execute("SET search_path = pg_catalog")
    assert len(database.execute("SELECT public.predict_pca(t) FROM public.t").fetchall()) == 500
    database.execute("RESET search_path")
    assert rx.rx_published_models(models)["kind"].tolist() == ["engine", "engine"]
    fit = rx.rx_lin_mod("y ~ x", rows, **quiet)
    rx.rx_publish_model(fit, models, "either", kind="engine")
    rx.rx_publish_model(fit, models, "either", kind="sql", overwrite=True)
    assert len(database.execute("SELECT predict_either(x) FROM t").fetchall()) == 500
    assert rx.rx_unpublish_model(models, "ridge")
    database.execute("DELETE FROM models WHERE id = 'pca'")
    with pytest.raises(Exception, match="the model is gone: pca; publish it again"):
        database.execute("SELECT predict_pca(t) FROM t")
