"""rx_hadoop_command and rx_hadoop_version, with a script that stands for Hadoop's; the real one is asked in tests/integration/hadoop."""

import os
import pathlib
import threading
import time

import pytest

import insitu as rx
from hdfs_fixtures import fake  # noqa: F401

SCRIPT = """#!/bin/sh
case "$1" in
  version) echo Hadoop 3.3.6; echo Compiled by somebody ;;
  words) shift; for word in "$@"; do printf '[%s]\\n' "$word"; done ;;
  fails) echo out; echo '2026-11-29 12:00:00,000 INFO Client: asked' >&2; echo "fails: no such thing" >&2; exit 3 ;;
  dies) kill -9 $$ ;;
  bytes) printf 'a\\377b\\n' ;;
  noise) head -c 4000000 /dev/zero | tr '\\0' '\\377' ;;
  waits) echo $$ >"$HADOOP_HOME/pid"; exec sleep 100 ;;
  fs) echo "fs $2 $3" ;;
esac
"""


@pytest.fixture
def hadoop(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "hadoop"
    program.parent.mkdir()
    program.write_text(SCRIPT)
    program.chmod(0o700)
    monkeypatch.setenv("HADOOP_HOME", str(tmp_path))
    monkeypatch.delenv("INSITU_HADOOP_CLASSPATH", raising=False)
    return tmp_path


def test_words_go_to_hadoop_as_they_are_without_a_shell(hadoop):
    found = rx.rx_hadoop_command("""words a  "b c" 'd "e"' f\\ g $HOME `id` ;  * > x ''""")
    assert found.stdout == '[a]\n[b c]\n[d "e"]\n[f g]\n[$HOME]\n[`id`]\n[;]\n[*]\n[>]\n[x]\n[]\n'
    assert found.return_code == 0 and found.stderr == "" and not (hadoop / "x").exists()
    assert rx.rx_hadoop_command("-ls /x").stdout == "fs -ls /x\n"
    assert rx.rx_hadoop_version() == "3.3.6"
    with pytest.raises(rx.InsituError, match="quotation mark that is not closed"):
        rx.rx_hadoop_command("fs -ls 'x")
    with pytest.raises(rx.InsituError, match="command of Hadoop is empty"):
        rx.rx_hadoop_command("  ")


def test_what_fails_says_how_it_ended(hadoop):
    found = rx.rx_hadoop_command("fails")
    assert (found.return_code, found.stdout, found.stderr) == (3, "out\n", "fails: no such thing\n")
    assert repr(found) == "out\nfails: no such thing\n(status 3)\n"
    assert rx.rx_hadoop_command("dies").return_code == 128 + 9
    assert rx.rx_hadoop_command("bytes").stdout == "a?b\n"
    assert rx.rx_hadoop_command("noise").stdout == "?" * 4_000_000  # looked at once: a file that is no text comes back


def test_what_lies_in_the_current_folder_is_not_run(hadoop, monkeypatch):
    monkeypatch.delenv("HADOOP_HOME")
    monkeypatch.chdir(hadoop / "bin")
    monkeypatch.setenv("PATH", ".::bin")
    with pytest.raises(rx.Unsupported, match="let HADOOP_HOME name the folder of Hadoop"):
        rx.rx_hadoop_version()
    monkeypatch.setenv("PATH", f".:{hadoop / 'bin'}")
    assert rx.rx_hadoop_version() == "3.3.6"


def test_a_command_is_ended_with_the_call(hadoop):
    def interrupt():
        while not (hadoop / "pid").exists() or not (hadoop / "pid").read_text():
            time.sleep(0.01)
        os.kill(os.getpid(), 2)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        rx.rx_hadoop_command("waits")
    assert not pathlib.Path("/proc", (hadoop / "pid").read_text().strip()).exists()


def test_without_hadoop_the_way_out_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("HADOOP_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("INSITU_HADOOP_CLASSPATH", raising=False)
    with pytest.raises(rx.Unsupported, match="let HADOOP_HOME name the folder of Hadoop, or INSITU_HADOOP_CLASSPATH"):
        rx.rx_hadoop_version()
    monkeypatch.setenv("INSITU_HADOOP_CLASSPATH", str(tmp_path))
    with pytest.raises(rx.InvalidArgument, match="the command daemonlog needs the script of Hadoop"):
        rx.rx_hadoop_command("daemonlog x")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(rx.InsituError, match="cannot run .*/bin/java: No such file"):
        rx.rx_hadoop_version()


def test_what_a_client_has_goes_straight_to_hdfs(fake, tmp_path):
    (tmp_path / "x.csv").write_text("x\n1\n")
    rx.rx_hadoop_copy_from_client(str(tmp_path / "x.csv"), "/tmp", "/data/x.csv")
    assert fake.files == {"/data/x.csv": b"x\n1\n"}
    with pytest.raises(rx.InsituError, match="hdfs_dest is missing"):
        rx.rx_hadoop_copy_from_client(str(tmp_path / "x.csv"))
