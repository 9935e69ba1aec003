"""What the current folder and other users may see and do. None of these tests starts an application but the last."""

import os
import pathlib
import subprocess
import sys

import pytest

import insitu as rx


def test_D15_nothing_of_the_current_folder_is_run(tmp_path):
    """A folder named pyspark, a python3 and a java, where the user happens to stand."""
    marks = tmp_path / "run"
    for name in ("pyspark/bin/spark-submit", "python3", "python", "java", "importlib/util.py"):
        trap = tmp_path / name
        trap.parent.mkdir(parents=True, exist_ok=True)
        trap.write_text(f"#!/bin/sh\necho {name} >> {marks}\n" if not name.endswith(".py") else f"open({str(marks)!r}, 'a').write('util')\n")
        trap.chmod(0o755)
    (tmp_path / "pyspark" / "__init__.py").write_text(f"open({str(marks)!r}, 'a').write('pyspark')\n")
    jars = tmp_path / "pyspark" / "jars"
    jars.mkdir()
    (jars / "spark-core_2.13-4.2.0.jar").write_text("")
    program = """
import sys
sys.path.insert(0, "")  # as python -c has it
import insitu as rx
print(rx.RxSpark(master="local").descriptor().get("sparkHome"))
from insitu._requests import Builder
found = Builder("doctor", of="spark", reportProgress=0, context=rx.RxSpark(master="local").descriptor()).run()
print([check["found"] for check in found["contexts"][0]["checks"]])
"""
    environment = {name: value for name, value in os.environ.items() if name not in ("SPARK_HOME", "JAVA_HOME")}
    environment["PATH"] = ".::" + environment["PATH"]
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert not marks.exists(), marks.read_text()
    assert str(tmp_path) not in done.stdout, done.stdout


def test_D15_a_spark_that_is_named_by_its_way_from_here_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SPARK_HOME", "pyspark")
    with pytest.raises(rx.InsituError, match="SPARK_HOME=pyspark is no full path"):
        rx.rx_spark_connect(master="local")


def test_D17_secrets_are_not_seen_in_the_list_of_processes(local_spark, gateway_of):
    about = gateway_of(local_spark)
    command = pathlib.Path(f"/proc/{about['pid']}/cmdline").read_text()
    assert "--properties-file" in command and "spark.sql.files.openCostInBytes" not in command
    assert (about["folder"] / "settings.conf").stat().st_mode & 0o077 == 0
