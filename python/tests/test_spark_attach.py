"""Computing in a session of PySpark: one that the user started without the engine's jar, for the whole file, and once one that is
started for the connection, in a process of its own because a JVM has one class path."""

import subprocess
import sys

import pandas as pd
import pytest

import insitu as rx
from conftest import require_spark

LEVELS = {"day": {"type": "factor", "levels": ["Mon", "Tue", "Wed"]}}


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """The user's session, which knows nothing of the engine."""
    require_spark()
    sql = pytest.importorskip("pyspark.sql", reason="no Spark: the package pyspark is not installed")
    folder = tmp_path_factory.mktemp("pyspark")
    builder = sql.SparkSession.builder.master("local[2,4]").appName("the user's")
    for key, value in {"spark.driver.memory": "1g", "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
                       "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.sql.session.timeZone": "UTC",
                       "spark.sql.warehouse.dir": str(folder)}.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def connection(session):
    return rx.rx_spark_connect(interop="pyspark")


@pytest.fixture
def attached(connection):
    rx.rx_set_compute_context(connection)
    return connection


@pytest.fixture(scope="module")
def frame(session):
    return session.range(1000).selectExpr(
        "cast((id * 37) % 61 - 10 as double) AS delay", "cast(id % 7 as int) AS count",
        "CASE id % 3 WHEN 0 THEN 'Mon' WHEN 1 THEN 'Tue' ELSE 'Wed' END AS day", "concat('row ', id) AS name")


def test_the_users_session_is_the_one_that_is_computed_in(session, attached):
    assert rx.rx_get_pyspark_connection(attached) is session.sparkContext
    assert attached.application.pyspark_session is session and attached.application.owns_pyspark_session is False
    assert attached.descriptor()["interop"] == ["pyspark"]


def test_a_spark_data_frame_is_data(delays, frame, attached):
    assert rx.rx_get_var_names(frame) == ["delay", "count", "day", "name"]
    fit = rx.rx_lin_mod("delay ~ day + count", rx.RxSparkDataFrame(frame, column_info=LEVELS))
    here = rx.rx_lin_mod("delay ~ day + count", delays, compute_context="local")
    assert fit.coef().keys() == here.coef().keys()
    assert fit.coefficients == pytest.approx(here.coefficients, rel=1e-9, nan_ok=True)
    assert rx.rx_summary("~delay", frame)["nobs.valid"] == 1000
    assert rx.rx_get_info(rx.RxSparkDataFrame(frame, column_info=LEVELS), get_var_info=True).var_info["day"]["levels"] == ["Mon", "Tue", "Wed"]


def test_a_view_is_made_once_and_the_users_kept_rows_stay(session, frame, attached):
    kept = frame.filter("count > 3").cache()
    assert rx.RxSparkDataFrame(kept).view == rx.RxSparkDataFrame(kept).view != rx.RxSparkDataFrame(frame).view
    before = kept.count()
    assert rx.rx_summary("~delay", kept)["nobs.valid"] == before
    assert kept.storageLevel.useMemory
    kept.unpersist()


def test_a_spark_data_frame_is_a_target(delays, frame, attached):
    source = rx.RxSparkDataFrame(frame, column_info=LEVELS)
    fit = rx.rx_lin_mod("delay ~ day + count", source)
    target = rx.RxSparkDataFrame()
    assert rx.rx_predict(fit, source, target, write_model_vars=True) is target
    written = target.spark_data_frame
    assert set(written.columns) == {"delay_Pred", "delay", "day", "count"} and written.count() == 1000
    here = rx.rx_predict(rx.rx_lin_mod("delay ~ day + count", delays, compute_context="local"), delays, compute_context="local")
    assert sorted(row[0] for row in written.select("delay_Pred").collect()) == pytest.approx(sorted(here["delay_Pred"]), rel=1e-9)
    with pytest.raises(rx.InvalidArgument, match=r"holds rows: give RxSparkDataFrame\(\)"):
        rx.rx_data_step(source, source)


def test_factors_are_written_as_names_or_as_indexes(delays, tmp_path, attached):
    xdf = rx.rx_data_step(delays, str(tmp_path / "delays.xdf"), compute_context="local")
    names, indexes = rx.RxSparkDataFrame(), rx.RxSparkDataFrame(write_factors_as_indexes=True)
    for target in (names, indexes):
        rx.rx_data_step(xdf, target, vars_to_keep=["day"])
    assert [row[0] for row in names.spark_data_frame.take(4)] == ["Mon", "Tue", "Wed", "Mon"]
    assert [row[0] for row in indexes.spark_data_frame.take(4)] == [0, 1, 2, 0]


def test_files_give_the_same_bits_as_here(delays, tmp_path, attached):
    xdf = rx.rx_data_step(delays, str(tmp_path / "delays.xdf"), rows_per_read=300, compute_context="local")
    there, here = (rx.rx_lin_mod("delay ~ day + count", xdf, compute_context=c) for c in (None, "local"))
    assert there.coefficients.tobytes() == here.coefficients.tobytes()


def test_a_data_frame_of_another_session_or_context_is_refused(session, frame, attached):
    with pytest.raises(rx.InvalidArgument, match="data is a data frame of another Spark session"):
        rx.rx_summary("~id", session.newSession().range(3))
    with pytest.raises(rx.InvalidArgument, match="data is a data frame of PySpark, and RxLocalSeq does not reach it"):
        rx.rx_summary("~delay", frame, compute_context="local")
    with pytest.raises(rx.InvalidArgument, match="RxSpark is not attached to its session"):
        rx.rx_summary("~delay", frame, compute_context=rx.RxSpark(master="local"))


def test_pandas_frames_reach_spark_through_pyspark(session, attached):
    pandas = pd.DataFrame({"x": [1.0, 2.0, 3.0]})
    with pytest.raises(rx.Unsupported, match="write it to a file first"):
        rx.rx_summary("~x", pandas)
    assert rx.rx_summary("~x", session.createDataFrame([(1.0,), (2.0,), (3.0,)], ["x"]))["sDataFrame"]["Mean"][0] == 2


def test_disconnecting_leaves_the_session_alive(session, frame, attached):
    rx.rx_spark_disconnect(attached)
    assert isinstance(rx.rx_get_compute_context(), rx.RxLocalSeq)
    assert frame.count() == 1000
    again = rx.rx_spark_connect(interop="pyspark")
    assert rx.rx_summary("~delay", frame)["nobs.valid"] == 1000
    rx.rx_spark_disconnect(again)
    assert session.range(3).count() == 3


STARTED = """
import insitu as rx
rx.RxOptions.set_option("reportProgress", 0)
context = rx.rx_spark_connect(master="local[2]", driver_mem="1g", interop=["pyspark"],
                              extra_spark_config="--conf spark.sql.warehouse.dir=WAREHOUSE --queue theirs")
session = context.application.pyspark_session
assert context.application.owns_pyspark_session
assert session.sparkContext.master == "local[2,4]", session.sparkContext.master
assert session.conf.get("spark.driver.memory") == "1g"
assert session.conf.get("spark.sql.warehouse.dir").endswith("WAREHOUSE")
assert rx.rx_summary("~id", session.range(10))["nobs.valid"] == 10
rx.rx_spark_disconnect(context)
assert session.sparkContext._jsc is None, "the session goes on"
print("started and stopped")
"""


def test_without_a_session_one_is_started_and_stopped(tmp_path):
    require_spark()
    pytest.importorskip("pyspark", reason="no Spark: the package pyspark is not installed")
    done = subprocess.run([sys.executable, "-c", STARTED.replace("WAREHOUSE", str(tmp_path))], cwd=tmp_path, text=True, capture_output=True,
                          timeout=300)
    assert done.returncode == 0 and "started and stopped" in done.stdout, done.stdout + done.stderr
