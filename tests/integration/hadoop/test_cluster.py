"""The cluster of the other tests here: it runs jobs of Hadoop's own, and nothing is left of it at its end."""

import os
import pathlib
import subprocess
import sys

import pytest
from private_hadoop import MEMORY, NODE_MANAGERS

import insitu as rx

ROOT = pathlib.Path(__file__).resolve().parents[3]
STREAMING = "org.apache.hadoop.streaming.HadoopStreaming"


def test_all_seven_are_up(hadoop):
    assert sorted(hadoop.pids) == ["datanode1", "datanode2", "historyserver", "namenode", "nodemanager1", "nodemanager2", "resourcemanager"]
    assert f'"totalMB":{len(NODE_MANAGERS) * MEMORY},' in hadoop.get("/ws/v1/cluster/metrics", hadoop.manager)


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="set INSITU_TEST_ALL: a job of Hadoop's own; others shuffle ours")
def test_a_job_with_a_shuffle_runs(hadoop, tmp_path):
    (tmp_path / "letters.txt").write_text("b\na\nb\nc\nb\na\n" * 1000)
    hadoop.shell("-mkdir", "-p", "/streaming")
    hadoop.shell("-put", str(tmp_path / "letters.txt"), "/streaming/in")
    hadoop.run(STREAMING, "-D", "mapreduce.job.maps=1", "-input", "/streaming/in", "-output", "/streaming/out",
               "-mapper", "cat", "-reducer", "uniq -c")
    counted = hadoop.shell("-cat", "/streaming/out/part-*").decode().split()
    assert counted == ["2000", "a", "3000", "b", "1000", "c"]
    ended = hadoop.applications()
    assert [each["finalStatus"] for each in ended][-1] == "SUCCEEDED" and ended[-1]["user"] == hadoop.user
    hadoop.shell("-rm", "-r", "/streaming")


def test_commands_of_hadoop_run_with_its_class_path(hadoop):
    assert rx.rx_hadoop_version() == "3.5.0"
    found = rx.rx_hadoop_command("fs -ls '/'")
    assert found.return_code == 0 and " /tmp\n" in found.stdout and found.stderr == ""
    failed = rx.rx_hadoop_command("fs -cat /none")
    assert failed.return_code == 1 and failed.stderr == "cat: `/none': No such file or directory\n"


def test_started_by_hand_it_is_there_until_it_is_stopped(tmp_path):
    script, folder = str(ROOT / "tests" / "private_hadoop.py"), str(tmp_path / "by hand")
    none = subprocess.run([sys.executable, script, "stop", folder], capture_output=True, text=True)
    assert none.returncode != 0 and "none was started there" in none.stderr
    # Without jars of YARN nothing is started, and the reason is said.
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / "hadoop-hdfs-1.jar").touch()
    started = subprocess.run([sys.executable, script, "start", folder], capture_output=True, text=True,
                             env={**os.environ, "INSITU_HADOOP_JARS": str(tmp_path / "jars")})
    assert started.returncode != 0 and "no jars of YARN" in started.stderr and not os.path.exists(f"{folder}/environment")
