"""Sessions of PySpark that are used as they are, and live on; data frames of Spark as data and as results (acceptance check 7)."""

import json
import os

import pytest
import sample_rows
from exact import assert_same_bits, exact
from sample_rows import rows_of, within

import insitu as rx
from insitu._requests import Builder

pyspark = pytest.importorskip("pyspark")


@pytest.fixture(scope="module")
def pyspark_session(spark_here, run):
    """A session of the analyst's, with the engine's jar among its own."""
    from pyspark.sql import SparkSession

    jar = Builder("spark_jar", reportProgress=0).run()["jar"]
    before = os.environ.get("PYSPARK_SUBMIT_ARGS")
    os.environ["PYSPARK_SUBMIT_ARGS"] = "--driver-memory 1g pyspark-shell"
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    try:
        session = (SparkSession.builder.master("local[2,4]").appName("analyst").config("spark.jars", jar)
                   .config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "3")
                   .config("spark.sql.warehouse.dir", str(run.folder / "analyst"))
                   .config("spark.driver.extraJavaOptions", f"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djava.io.tmpdir={run.temporary}")
                   .getOrCreate())
    finally:
        if before is None:
            del os.environ["PYSPARK_SUBMIT_ARGS"]
        else:
            os.environ["PYSPARK_SUBMIT_ARGS"] = before
        del os.environ["SPARK_LOCAL_IP"]
    yield session
    gateway = session.sparkContext._gateway
    session.stop()
    # The JVM that PySpark has started ends with its standard input.
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(20)


@pytest.fixture(scope="module")
def attached(pyspark_session, run):
    context = rx.rx_spark_connect(interop="pyspark", client_share_dir=str(run.temporary))
    rx.rx_set_compute_context("local")
    yield context
    if context.application.folder is not None:
        rx.rx_spark_disconnect(context)


@pytest.fixture(scope="module")
def frame(pyspark_session, formats):
    return pyspark_session.read.parquet(formats["parquet"].file)


def test_the_session_is_the_one_that_was_there(attached, pyspark_session):
    assert attached.application.pyspark_session is pyspark_session
    assert within(attached, rx.rx_get_pyspark_connection) is pyspark_session.sparkContext
    assert pyspark_session.sparkContext.appName == "analyst"


@pytest.mark.parametrize("format", ["text", "xdf", "parquet", "orc"])
def test_files_have_the_bits_of_one_thread_in_an_attached_session(attached, formats, answers, format):
    assert_same_bits(sample_rows.linear_model(formats[format], attached), answers(format, "linear_model"))


def test_a_data_frame_of_spark_is_data(attached, frame, answers):
    for data in (frame, rx.RxSparkDataFrame(frame)):
        with rx.rx_set_temp_compute_context(attached):
            found = rx.rx_summary("~ y + x + n", data)
        expected = answers("parquet", "summary")["sDataFrame"].iloc[:3]
        for column in ("Mean", "StdDev"):
            assert found["sDataFrame"][column].tolist() == pytest.approx(expected[column].tolist(), rel=1e-9)
        for column in ("Min", "Max", "ValidObs", "MissingObs"):
            assert exact(found["sDataFrame"][column]) == exact(expected[column])


def test_levels_of_a_data_frame_are_global(attached, frame, answers):
    """Partitions in which some levels do not occur, and others come first."""
    sorted_by_word = frame.orderBy("g").select("f", "g", "y")
    source = rx.RxSparkDataFrame(sorted_by_word, column_info={"f": {"type": "factor"}, "g": {"type": "factor"}})
    found = rx.rx_summary("~ f + g", source, compute_context=attached)
    expected = answers("parquet", "summary")
    for ours, theirs in zip(found["categorical"], expected["categorical"]):
        assert dict(zip(ours.iloc[:, 0], ours["Counts"])) == dict(zip(theirs.iloc[:, 0], theirs["Counts"]))


def test_the_plan_of_a_data_frame_is_used_not_a_file(attached, frame):
    import pyspark.sql.functions as F

    changed = frame.where("id < 1000").withColumn("double_id", F.col("id") * 2)
    found = rows_of(rx.RxSparkDataFrame(changed), attached, vars_to_keep=["double_id"])
    assert sorted(found["double_id"]) == list(range(0, 2000, 2))


def test_predictions_become_a_data_frame_of_spark(attached, frame, pyspark_session, formats, answers):
    model = rx.rx_lin_mod("y ~ x + n", formats["parquet"])
    target = rx.RxSparkDataFrame()
    found = rx.rx_predict(model, rx.RxSparkDataFrame(frame), target, extra_vars_to_write=["id"], compute_context=attached)
    assert found.spark_data_frame.sparkSession is pyspark_session or found.spark_data_frame.sparkSession._jsparkSession.equals(
        pyspark_session._jsparkSession)
    rows = found.spark_data_frame.orderBy("id").toPandas()
    expected = rx.rx_predict(model, formats["parquet"], extra_vars_to_write=["id"])
    assert rows["id"].tolist() == expected["id"].tolist()
    assert rows["y_Pred"].fillna(-1).tolist() == expected["y_Pred"].fillna(-1).tolist()


def test_a_step_writes_a_data_frame_of_spark(attached, formats):
    target = rx.RxSparkDataFrame()
    assert target.spark_data_frame is None
    within(attached, rx.rx_data_step, formats["xdf"], target, row_selection="id < 20", vars_to_keep=["id", "f"])
    rows = sorted((row["id"], row["f"]) for row in target.spark_data_frame.collect())
    original = sample_rows.table()
    assert rows == [(i, original["f"][i].as_py()) for i in range(20)]


def test_the_session_keeps_its_settings_and_works_meanwhile(attached, pyspark_session, frame, formats):
    before = {key: pyspark_session.conf.get(key) for key in ("spark.sql.files.maxPartitionBytes", "spark.sql.files.openCostInBytes",
                                                             "spark.sql.shuffle.partitions", "spark.sql.session.timeZone")}
    sample_rows.summary(formats["parquet"], attached)
    assert {key: pyspark_session.conf.get(key) for key in before} == before
    assert before["spark.sql.shuffle.partitions"] == "3"
    assert frame.count() == sample_rows.ROWS


def test_a_data_frame_needs_an_attached_context(frame, local_spark):
    with pytest.raises(rx.InvalidArgument, match=r"rx_spark_connect\(interop='pyspark'\)"):
        rx.rx_summary("~ y", rx.RxSparkDataFrame(frame), compute_context=local_spark)


def test_07_disconnecting_leaves_the_session_alive(attached, pyspark_session, frame, capsys):
    """The last one that uses the context."""
    folder = attached.application.folder
    assert os.path.exists(folder)
    rx.rx_spark_disconnect(attached)
    capsys.readouterr()
    assert isinstance(rx.rx_get_compute_context(), rx.RxLocalSeq)
    assert not os.path.exists(folder)
    assert frame.count() == sample_rows.ROWS
    assert pyspark_session.range(5).count() == 5
    with pytest.raises(rx.InsituError):
        rx.rx_summary("~ y", rx.RxSparkDataFrame(frame), compute_context=attached)


def test_a_session_that_was_disconnected_can_be_attached_again(pyspark_session, run, frame):
    context = rx.rx_spark_connect(interop="pyspark", client_share_dir=str(run.temporary))
    try:
        assert rx.rx_get_info(rx.RxSparkDataFrame(frame), compute_info=True)["numRows"] == sample_rows.ROWS
    finally:
        rx.rx_spark_disconnect(context)
    assert pyspark_session.range(5).count() == 5


ADDED_LATER = """
import json, os
import insitu as rx
from pyspark.sql import SparkSession

spark = (SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
         .config("spark.executor.memory", "700m").config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
         .config("spark.driver.extraJavaOptions", os.environ["JAVA_OPTIONS"])
         .config("spark.executor.extraJavaOptions", os.environ["JAVA_OPTIONS"])
         .config("spark.sql.warehouse.dir", os.environ["HOME"] + "/warehouse").getOrCreate())
assert spark.range(10).count() == 10
context = rx.rx_spark_connect(interop="pyspark", client_share_dir=os.environ["SHARE"])
source = rx.RxParquetData(os.environ["ROWS"], json.loads(os.environ["INFO"]))
fit = rx.rx_lin_mod("y ~ x + n + f + g", source, report_progress=0)
print("COEFFICIENTS " + json.dumps([float(value).hex() for value in fit.coefficients]))
frame = spark.read.parquet(os.environ["ROWS"])
print("ROWS", rx.rx_get_info(frame, compute_info=True)["numRows"])
rx.rx_spark_disconnect(context)
print("ALIVE", spark.range(7).count())
spark.stop()
"""


def test_a_session_without_the_jar_is_attached_too(client, run, formats, answers, tmp_path):
    """With executors in other processes, which must get the jar as well."""
    process = client(ADDED_LATER, home=tmp_path, ROWS=formats["parquet"].file, INFO=json.dumps(sample_rows.FACTORS), SHARE=str(run.temporary),
                     SPARK_LOCAL_IP="127.0.0.1", JAVA_OPTIONS=f"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djava.io.tmpdir={run.temporary}")
    output = process.communicate(timeout=150)[0]
    assert process.returncode == 0, output
    found = [line for line in output.splitlines() if line.startswith("COEFFICIENTS ")]
    expected = [float(value).hex() for value in answers("parquet", "linear_model").coefficients]
    assert json.loads(found[0][len("COEFFICIENTS "):]) == expected
    assert f"ROWS {sample_rows.ROWS}\n" in output
    assert "ALIVE 7\n" in output
