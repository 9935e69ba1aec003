"""RxSpark(master="yarn"): executors in containers of YARN, over files of HDFS, with the bits of this machine's own contexts."""

import os
import pathlib
import signal
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx

pyspark = pytest.importorskip("pyspark")
QUIET = {"report_progress": 0}
QUICK_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData"
SOURCES = {
    "text": rx.RxTextData("hdfs:///spark/rows.csv", column_info={"g": {"type": "factor", "levels": ["a", "b", "c"]}}),
    "xdf": rx.RxXdfData("hdfs:///spark/rows.xdf"),
    "parquet": rx.RxParquetData("hdfs:///spark/rows.parquet", column_info={"g": {"type": "factor", "levels": ["a", "b", "c"]}}),
}
ANALYSES = {
    "summary": lambda data, context: rx.rx_summary("~ y + x + g", data, compute_context=context, **QUIET),
    "lin_mod": lambda data, context: rx.rx_lin_mod("y ~ x + g", data, compute_context=context, **QUIET),
    "logit": lambda data, context: rx.rx_logit("late ~ x + g", data, compute_context=context, **QUIET),
}


def bits(result):
    """All numbers of a result, to the bit."""
    if hasattr(result, "coefficients"):
        return result.coefficients.tobytes() + result.standard_errors.tobytes()
    return repr([result["nobs.valid"], *(result.sDataFrame.to_dict("list").items())])


@pytest.fixture(scope="module")
def data(running_hadoop):
    with pytest.MonkeyPatch.context() as patch:
        for key, value in running_hadoop.environment().items():
            patch.setenv(key, value)
        rng = np.random.default_rng(13)
        n = 120_000
        frame = pd.DataFrame({"x": np.round(rng.normal(size=n), 6), "g": pd.Categorical(rng.choice(list("abc"), n))})
        frame["y"] = np.round(2 * frame["x"] + rng.normal(size=n), 6)
        frame["late"] = (frame["y"] > 1).astype("int32")
        frame.loc[rng.integers(0, n, 300), "x"] = np.nan
        for source in SOURCES.values():
            rx.rx_data_step(frame, source, rows_per_read=25_000, **QUIET)
        yield {(kind, name): bits(analysis(source, rx.RxLocalSeq())) for kind, source in SOURCES.items() for name, analysis in ANALYSES.items()}
        rx.rx_hadoop_remove_dir("/spark", skip_trash=True)


@pytest.fixture
def spark(hadoop, data, tmp_path):
    home = pathlib.Path(os.environ.get("SPARK_HOME") or pathlib.Path(pyspark.__file__).parent)
    settings = {"spark.yarn.jars": f"local:{home}/jars/*",  # they lie on every node, which is this machine
                "spark.yarn.am.memory": "384m", "spark.yarn.am.extraJavaOptions": QUICK_JVM,
                "spark.driver.extraJavaOptions": QUICK_JVM, "spark.executor.extraJavaOptions": QUICK_JVM,
                "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    context = rx.rx_spark_connect(master="yarn", num_executors=2, executor_cores=1, executor_mem="600m", executor_overhead_mem="400m",
                                  driver_mem="700m", client_share_dir=str(tmp_path), idle_timeout=120,
                                  extra_spark_config=" ".join(f'--conf "{key}={value}"' for key, value in settings.items()))
    yield context
    rx.rx_spark_disconnect(context)
    rx.rx_set_compute_context("local")


def executors(hadoop):
    return [pid for pid, command in hadoop.container_processes().items()
            if "YarnCoarseGrainedExecutorBackend" in command and command.split()[0].endswith("java")]


def test_spark_on_yarn_has_the_bits_of_this_machine_also_after_an_executor_was_killed(hadoop, data, spark):
    for kind, source in SOURCES.items():
        for name, analysis in ANALYSES.items():
            assert bits(analysis(source, spark)) == data[kind, name], (kind, name)
    assert hadoop.applications()[-1]["state"] == "RUNNING" and len(executors(hadoop)) == 2
    # Targets of every kind, in HDFS.
    for target in (rx.RxXdfData("hdfs:///spark/made.xdf"), rx.RxTextData("hdfs:///spark/made.csv"), rx.RxParquetData("hdfs:///spark/made.parquet")):
        rx.rx_data_step(SOURCES["xdf"], target, row_selection="x > 0", compute_context=spark, **QUIET)
        made = rx.rx_summary("~ y", target, compute_context=rx.RxLocalSeq(), **QUIET)
        assert made["nobs.valid"] == rx.rx_summary("~ y", SOURCES["xdf"], row_selection="x > 0", compute_context=rx.RxLocalSeq(), **QUIET)["nobs.valid"]
    os.kill(executors(hadoop)[0], signal.SIGKILL)
    assert bits(ANALYSES["lin_mod"](SOURCES["text"], spark)) == data["text", "lin_mod"]
    rx.rx_spark_disconnect(spark)
    end = time.monotonic() + 60
    while (left := hadoop.container_processes()) and time.monotonic() < end:
        time.sleep(0.2)
    assert not left
    while (last := hadoop.applications()[-1])["state"] != "FINISHED" and time.monotonic() < end:
        time.sleep(0.2)
    assert (last["state"], last["finalStatus"]) == ("FINISHED", "SUCCEEDED")
    assert not any(each.startswith(".sparkStaging/") for each in rx.rx_hadoop_list_files(f"/user/{hadoop.user}", recursive=True)["path"])


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="set INSITU_TEST_ALL: another Spark is started")
def test_spark_on_this_machine_knows_the_name_node_of_names_without_a_host(hadoop, data, tmp_path):
    """Plain paths are this machine's there, whatever `fs.defaultFS` is in the configuration."""
    with rx.rx_set_temp_compute_context(rx.rx_spark_connect(master="local[2]", working_dir=str(tmp_path))) as context:
        for kind, source in SOURCES.items():
            assert bits(ANALYSES["lin_mod"](source, context)) == data[kind, "lin_mod"]
        for target in (rx.RxXdfData("hdfs:///spark/made here"), rx.RxParquetData("hdfs:///spark/made here.parquet")):
            rx.rx_data_step(SOURCES["xdf"], target, overwrite=True, **QUIET)
            assert rx.rx_get_info(target).numRows == 120_000
        rx.rx_data_step(SOURCES["xdf"], str(tmp_path / "plain.xdf"), **QUIET)
    rx.rx_spark_disconnect()
    assert (tmp_path / "plain.xdf").is_file()
