"""What is looked at before Spark is started: each message names the argument or variable, its value and the way out. None of these
tests starts an application."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import warnings

import pandas as pd
import pytest

import insitu as rx
from insitu._requests import Builder

AT_ONCE = 8  # seconds, on a busy machine


@pytest.fixture
def refused(run, spark_here, formats):
    """The message of a call in a context that cannot be."""
    def call(kind=rx.InvalidArgument, **settings):
        begin = time.monotonic()
        with pytest.raises(kind) as refusal:
            rx.rx_summary("~ y", formats["xdf"], compute_context=rx.RxSpark(**{**run.settings("local[2,4]"), **settings}))
        assert time.monotonic() - begin < AT_ONCE
        assert run.left_in_folders() == before
        return str(refusal.value)

    before = run.left_in_folders()
    return call


@pytest.fixture
def closed_port():
    """A port of loopback on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]  # bound, but not listening: nobody else gets it meanwhile


def program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return path


# ---- Java, Spark, jar ---------------------------------------------------------------------------------------------------------------


def test_a_missing_java_is_told(refused, monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert re.search(rf"RxSpark needs Java 17 or newer; there is no java of JAVA_HOME={tmp_path}; install Java 17", refused())


def test_an_old_java_is_told_with_its_version(refused, monkeypatch, tmp_path):
    program(tmp_path / "bin" / "java", "echo 'openjdk version \"11.0.20\" 2023-07-18' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert re.search(r"RxSpark needs Java 17 or newer; the java .* is version 11; install Java 17", refused())


def test_a_spark_home_that_is_none_is_told(refused, monkeypatch, tmp_path):
    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    assert re.search(rf"SPARK_HOME={tmp_path} has no bin/spark-submit; set SPARK_HOME .* or pip install pyspark", refused())


@pytest.mark.parametrize("version", ["3.3.0", "2.4.8"])
def test_an_unknown_version_of_spark_is_told(refused, monkeypatch, tmp_path, version):
    program(tmp_path / "bin" / "spark-submit", "exit 1")
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / f"spark-core_2.12-{version}.jar").touch()
    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    assert re.search(rf"is version {re.escape(version)}, which RxSpark does not know; set SPARK_HOME to a Spark of version 3.5 to 4.3", refused())


def test_a_missing_jar_is_told(refused, monkeypatch, tmp_path):
    monkeypatch.setenv("INSITU_JVM_JAR", str(tmp_path / "none.jar"))
    assert re.search(rf"{tmp_path}/none.jar.*INSITU_JVM_JAR", refused())


def test_a_spark_that_fails_is_told_with_its_log(run, formats, monkeypatch, tmp_path):
    """Starts something that ends at once, with a reason of its own."""
    program(tmp_path / "bin" / "spark-submit", "echo 'the disk of the driver is on fire' >&2; exit 3")
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / "spark-core_2.13-4.2.0.jar").touch()
    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    before = run.left_in_folders()
    with pytest.raises(rx.WorkerError, match=r"Spark did not start \(master local\[2,4\]\); the end of its log:\nthe disk of the driver is on fire"):
        rx.rx_summary("~ y", formats["xdf"], compute_context=rx.RxSpark(**run.settings("local[2,4]")))
    assert run.left_in_folders() == before


# ---- masters ------------------------------------------------------------------------------------------------------------------------


def test_a_master_that_does_not_answer_is_told(refused, closed_port):
    url = f"spark://127.0.0.1:{closed_port}"
    assert re.search(rf'no Spark master answers at 127.0.0.1:{closed_port} \(.*\); start it, or correct the argument master \("{url}"\)',
                     refused(master=url))


def test_a_standalone_master_is_looked_for_where_the_environment_says(refused, closed_port, monkeypatch):
    monkeypatch.setenv("SPARK_MASTER_HOST", "127.0.0.1")
    monkeypatch.setenv("SPARK_MASTER_PORT", str(closed_port))
    assert f"no Spark master answers at 127.0.0.1:{closed_port}" in refused(master="standalone")


def test_a_host_that_is_not_there_is_told(refused):
    assert "no Spark master answers at no-such-host.invalid:7077" in refused(master="spark://no-such-host.invalid:7077")


def test_yarn_without_a_configuration_is_told(refused, monkeypatch):
    for name in ("HADOOP_CONF_DIR", "YARN_CONF_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert re.search(r"HADOOP_CONF_DIR is not set; let HADOOP_CONF_DIR name .*yarn-site.xml", refused(master="yarn"))


def test_yarn_without_its_file_is_told(refused, monkeypatch, tmp_path):
    monkeypatch.delenv("YARN_CONF_DIR", raising=False)
    monkeypatch.setenv("HADOOP_CONF_DIR", str(tmp_path))
    assert f"HADOOP_CONF_DIR={tmp_path} holds no yarn-site.xml" in refused(master="yarn")


def test_a_resource_manager_that_does_not_answer_is_told(refused, monkeypatch, tmp_path, closed_port):
    monkeypatch.delenv("YARN_CONF_DIR", raising=False)
    monkeypatch.setenv("HADOOP_CONF_DIR", str(tmp_path))
    (tmp_path / "yarn-site.xml").write_text("<configuration><property><name>yarn.resourcemanager.address</name>"
                                            f"<value>127.0.0.1:{closed_port}</value></property></configuration>")
    assert f"no resource manager answers at 127.0.0.1:{closed_port}" in refused(master="yarn")
    # As Hadoop reads it: comments say nothing, variables and other files do.
    (tmp_path / "address.xml").write_text("<configuration><property><name>yarn.resourcemanager.address</name>"
                                          "<value>${yarn.resourcemanager.hostname}:${env.INSITU_TEST_PORT}</value></property></configuration>")
    (tmp_path / "yarn-site.xml").write_text(
        "<configuration xmlns:xi='http://www.w3.org/2001/XInclude'>"
        "<!-- <property><name>yarn.resourcemanager.address</name><value>127.0.0.1:1</value></property> -->"
        "<property><name>yarn.resourcemanager.hostname</name><value>127.0.0.1</value></property><xi:include href='address.xml'/></configuration>")
    monkeypatch.setenv("INSITU_TEST_PORT", str(closed_port))
    assert f"no resource manager answers at 127.0.0.1:{closed_port}" in refused(master="yarn")
    (tmp_path / "address.xml").unlink()
    assert f"yarn-site.xml includes {tmp_path}/address.xml, which is not there; mend it" in refused(master="yarn")


# ---- folders and arguments --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("argument", ["share_dir", "client_share_dir"])
def test_a_folder_that_is_not_there_is_told(refused, argument):
    assert re.search(rf"{argument} is no folder: /no/such/folder; make it, or name another one", refused(**{argument: "/no/such/folder"}))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(refused, tmp_path):
    tmp_path.chmod(0o500)
    assert f"client_share_dir cannot be written to: {tmp_path}" in refused(client_share_dir=str(tmp_path))


def test_a_folder_with_a_long_name_gives_way_to_a_short_one(spark_here, tmp_path):
    """The path of a socket has at most 107 bytes."""
    long = tmp_path / ("d" * 100)
    long.mkdir()
    context = rx.RxSpark(master="local", client_share_dir=str(long))
    folder = Builder("spark_prepare_attach", context=context.descriptor(), reportProgress=0).run()["folder"]
    try:
        assert re.fullmatch(r"/tmp/insitu-\w{6}", folder)
        assert os.stat(folder).st_mode & 0o777 == 0o700
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("setting", ["spark.sql.files.maxPartitionBytes=1m", "spark.sql.files.openCostInBytes=1", "spark.submit.deployMode=cluster"])
@pytest.mark.parametrize("form", ["--conf {}", "--conf={}", "--conf '{}'"])
def test_settings_that_would_break_the_promise_are_refused(refused, setting, form):
    said = refused(extra_spark_config=form.format(setting))
    assert "extra_spark_config cannot set" in said and "leave it out" in said


@pytest.mark.parametrize("settings, words", [
    ({"extra_spark_config": "--conf 'spark.a=b"}, "extra_spark_config has a quotation mark that is not closed"),
    ({"executor_mem": "lots"}, 'executor_mem must be a size of memory such as "4g" or "800m", is "lots"'),
    ({"driver_mem": "4"}, "driver_mem must be a size of memory"),
    ({"num_executors": 0}, "num_executors must be a whole number from 1"),
    ({"executor_cores": 1.5}, "executor_cores must be a whole number"),
    ({"master": "lokal"}, 'unknown master: "lokal".*did you mean.*local'),
    ({"master": "mesos://host:5050"}, "Spark itself has given up Mesos"),
])
def test_impossible_arguments_are_refused(refused, settings, words):
    assert re.search(words, refused(rx.InsituError, **settings))


def test_another_host_for_the_driver_is_refused(refused):
    said = refused(rx.Unsupported, ssh_hostname="edge.example")
    assert "ssh_hostname is 'edge.example'" in said and "node of the cluster" in said


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="waits for a minute; INSITU_TEST_ALL=yes runs it")
def test_executors_that_cannot_come_are_told_after_a_minute(run, cluster, formats, monkeypatch):
    """Spark itself would wait for ever, and say so in its log only. The call is interrupted once it has been told."""
    said = []

    def heard(message, *_):
        said.append(str(message))
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(warnings, "showwarning", heard)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", heard)
        with pytest.raises((KeyboardInterrupt, rx.InsituError)):
            rx.rx_summary("~ y", formats["xdf"], compute_context=rx.RxSpark(**run.settings(cluster.url, executor_mem="64g")))
    assert len(said) == 1
    for words in ("no executor has been registered", "64g", cluster.url, "executor_mem"):
        assert words in said[0]


# ---- doctor ---------------------------------------------------------------------------------------------------------------------------

COMMAND = os.environ.get("INSITU_COMMAND") or shutil.which("insitu")
needs_command = pytest.mark.skipif(not COMMAND, reason="the insitu command is not on PATH, and INSITU_COMMAND does not name it")


@needs_command
def test_the_doctor_says_what_is_there(spark_here):
    found = subprocess.run([COMMAND, "doctor", "spark"], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
    for what in ("Java", "Spark", "insitu-jvm.jar", "clientShareDir"):
        assert what in found.stdout
    assert os.environ["SPARK_HOME"] in found.stdout and "version 17" in found.stdout


@needs_command
def test_the_doctor_says_how_to_mend_what_is_missing(spark_here, tmp_path):
    found = subprocess.run([COMMAND, "doctor", "spark"], capture_output=True, text=True, env={**os.environ, "JAVA_HOME": str(tmp_path)})
    text = found.stdout + found.stderr
    assert text.startswith("RxSpark: not usable"), text
    assert f"there is no java of JAVA_HOME={tmp_path}" in text and "install Java 17" in text


@needs_command
def test_the_doctor_says_that_spark_is_missing(spark_here, tmp_path):
    """Neither a SPARK_HOME nor a Python with pyspark."""
    java = os.path.realpath(shutil.which("java"))
    for name in ("python3", "python"):
        program(tmp_path / name, "echo")
    environment = {**os.environ, "JAVA_HOME": os.path.dirname(os.path.dirname(java)), "PATH": f"{tmp_path}:/usr/bin:/bin"}
    del environment["SPARK_HOME"]
    found = subprocess.run([COMMAND, "doctor", "spark"], capture_output=True, text=True, env=environment)
    text = found.stdout + found.stderr
    assert text.startswith("RxSpark: not usable"), text
    assert "Spark was not found" in text and "set SPARK_HOME to a Spark of version 3.5 to 4.3, or pip install pyspark" in text


@needs_command
def test_the_doctor_answers_in_json(spark_here):
    found = subprocess.run([COMMAND, "doctor", "spark", "--json"], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    contexts = json.loads(found.stdout)["contexts"]
    assert [context["name"] for context in contexts] == ["RxSpark"] and contexts[0]["usable"]


@needs_command
def test_the_doctor_of_all_contexts_speaks_of_spark(spark_here):
    found = subprocess.run([COMMAND, "doctor"], capture_output=True, text=True)
    assert "RxSpark" in found.stdout and "RxLocalSeq" in found.stdout + found.stderr


def test_a_metastore_in_use_by_another_application_is_named(local_spark, connect, run):
    """Spark itself says only that it is unable to instantiate a client of the metastore."""
    table = rx.RxHiveData(table="used_by_two")
    rx.rx_data_step(pd.DataFrame({"x": [1.0, 2.0]}), table, overwrite=True, compute_context=local_spark)
    with connect("local[1,4]", derby=run.folder / "hive") as second:
        with pytest.raises(rx.DataError, match=r"the Hive metastore at \S+/metastore_db is in use by another process: .*end the other"):
            rx.rx_summary("~ x", table, compute_context=second)
    assert rx.rx_summary("~ x", table, compute_context=local_spark)["nobs.valid"] == 2
