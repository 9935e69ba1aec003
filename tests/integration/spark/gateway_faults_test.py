"""Workers and executors that are killed, executors that do not come, and sessions that belong to somebody else."""

import json
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile

import pytest
from gateway_application import (
    ROOT,
    jar,
    line,  # noqa: F401, fixtures
    map_task,
    read,
    require,
    runs_of_splits,
    scripted_worker,
    spark_home,
    start,
    states_of,
    wanted,
)
from gateway_client import LOG, Failed, Line
from own_processes import descendants, ends_within, kill, parent_of, wait_until

sys.path[:0] = [str(ROOT / "tools")]
from loopback_cluster import LoopbackCluster  # noqa: E402

TASKS = runs_of_splits(3, 2, 1, 4, 2, 2)


def run(line, tasks=TASKS, **arguments):
    document, _, frames = line.finish(line.begin("RUN_PASS", tasks=tasks, task=map_task(), **arguments))
    return document, states_of(frames), frames


def folders_of(pids):
    """The folders of workers that these processes have made."""
    found = []
    for folder in pathlib.Path("/tmp").glob("insitu-*"):
        try:
            owner = int((folder / "pid").read_text())
        except (OSError, ValueError):
            continue
        if owner in pids:
            found.append(str(folder))
    return found


@pytest.fixture(scope="module")
def gateway():
    started = start()
    yield started
    pid = started.about()["pid"]
    started.close()
    assert folders_of([pid]) == []
    started.remove()


@pytest.mark.parametrize("reduce", ["oneStage", "twoStage"])
@pytest.mark.parametrize("fault", ["kill", "retry"])
def test_a_worker_that_ends_in_the_middle_of_a_pass_is_replaced(line, tmp_path, fault, reduce):
    _, expected, _ = run(line, worker=scripted_worker())
    once = tmp_path / "once"
    document, told, _ = run(line, worker=scripted_worker(**{fault: f"8:{once}"}), reduce=reduce)
    assert once.exists() and told == expected
    assert document["rows"] == 140 and (reduce == "twoStage" or document["retries"] == 1)


def test_a_worker_that_always_ends_is_given_up_with_what_it_said(line):
    with pytest.raises(Failed) as refusal:
        run(line, worker=scripted_worker(die=8, say="I was somebody"))
    said = str(refusal.value)
    assert said.startswith("a worker was lost: ") and "was ended by signal 9, probably out of memory: raise \ufdd0executorOverheadMem\ufdd1" in said
    assert "; it said last: I was somebody" in said and refusal.value.code == 4


def test_a_worker_that_cannot_be_started_is_said(line):
    with pytest.raises(Failed, match="^a worker was lost: '/no/such/worker' could not be started .*No such file"):
        run(line, worker=["/no/such/worker"])
    with pytest.raises(Failed, match="a worker was lost: '/bin/false' ended with code 1"):
        run(line, worker=["/bin/false"])


@pytest.mark.parametrize("reduce", ["oneStage", "twoStage"])
def test_an_error_of_the_users_is_told_once_and_runs_once(line, tmp_path, reduce):
    counter = tmp_path / "count"
    with pytest.raises(Failed) as refusal:
        run(line, tasks=runs_of_splits(14), worker=scripted_worker(fail=8, count=counter), reduce=reduce)
    assert (str(refusal.value), refusal.value.split, refusal.value.code) == ("variable not found: nope (split 8)", 8, 7)
    assert counter.read_bytes() == b"x"
    assert line.call("STATUS")["jobs"] == 0


# ---- executors ----------------------------------------------------------------------------------------------------------------------


def executors_of(gateway):
    """The daemons of local-cluster live in the driver; executors are its children."""
    return [pid for pid in descendants(gateway.about()["pid"])
            if b"CoarseGrainedExecutorBackend" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_an_executor_that_is_killed_in_the_middle_of_a_pass_is_replaced(tmp_path):
    gateway = start(master="local-cluster[2,1,1024]", conf=["spark.executor.memory=700m"])
    try:
        line = gateway.line()
        _, expected, _ = run(line, worker=scripted_worker())
        before = executors_of(gateway)
        assert len(before) == 2 and len(folders_of(before)) == 2
        hanging = tmp_path / "hanging"
        number = line.begin("RUN_PASS", tasks=TASKS, task=map_task(), worker=scripted_worker(hang=f"8:{hanging}"))
        wait_until(hanging.exists, 30, "the worker that hangs")
        worker = int(hanging.read_text())
        victim = parent_of(worker)
        assert victim in before
        kill(victim)
        document, _, frames = line.finish(number)
        assert states_of(frames) == expected and document["rows"] == 140
        assert ends_within(victim, 10) and ends_within(worker, 10)
        wait_until(lambda: line.call("STATUS")["lost"] == 1, 30, "word of the loss")
        wait_until(lambda: len(line.call("STATUS")["executors"]) == 2, 30, "the executor in its place")
        # Swept by the next one that has something to do.
        wait_until(lambda: not folders_of([victim]) or (run(line, worker=scripted_worker()) and False), 30, "the end of its folder")
        everyone = [gateway.about()["pid"], *executors_of(gateway)]
        line.close()
        gateway.close()
        assert all(ends_within(pid, 10) for pid in everyone)
        assert folders_of([*before, *everyone]) == []
    finally:
        gateway.remove()


def test_a_client_is_told_when_no_executor_comes(tmp_path):
    with LoopbackCluster(spark_home(), tmp_path / "cluster", workers=0, cores=1, memory="1g") as cluster:
        gateway = start(master=cluster.url, settings={"executorPatience": 2},
                        conf=["spark.executor.instances=3", "spark.executor.cores=2", "spark.executor.memory=900m",
                              "spark.executor.memoryOverhead=400m"])
        try:
            line = gateway.line()
            number = line.begin("RUN_PASS", tasks=TASKS, task=map_task(), worker=scripted_worker())
            kind, _, document, _ = line.receive()
            assert kind == LOG and document["level"] == "warning"
            assert document["text"].startswith(f"no executor has been registered for 2 s; the job waits. Asked for: 3 executors with 2 cores "
                                               f"and 900m of memory + 400m overhead each, from {cluster.url}. ")
            line.close()  # and does not wait for the job
            gateway.process.stdin.close()
            assert gateway.process.wait(20) == 0
            assert number
        finally:
            gateway.remove()


# ---- another's session -----------------------------------------------------------------------------------------------------------------

ATTACHED = """
import json, sys
from py4j.java_gateway import JavaClass
from pyspark.sql import SparkSession

folder, jar, when, program = sys.argv[1:]
builder = (SparkSession.builder.master("local[2,4]").config("spark.ui.enabled", "false").config("spark.driver.host", "127.0.0.1")
           .config("spark.driver.memory", "600m").config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC -XX:TieredStopAtLevel=1"))
if when == "given":
    builder = builder.config("spark.jars", jar)
spark = builder.getOrCreate()
spark.range(0, 1000, 1, 4).createOrReplaceTempView("numbers")
jvm = spark._jvm
loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
if when == "later":
    spark.sparkContext._jsc.addJar(jar)
    urls = spark.sparkContext._gateway.new_array(jvm.java.net.URL, 1)
    urls[0] = jvm.java.io.File(jar).toURI().toURL()
    loader = jvm.java.net.URLClassLoader(urls, loader)
    jvm.java.lang.Thread.currentThread().setContextClassLoader(loader)
gateway = loader.loadClass("org.insitu.spark.Gateway")
types = spark.sparkContext._gateway.new_array(jvm.java.lang.Class, 2)
types[0] = jvm.java.lang.Class.forName("org.apache.spark.sql.SparkSession", True, loader)
types[1] = jvm.java.lang.Class.forName("java.lang.String")
values = spark.sparkContext._gateway.new_array(jvm.java.lang.Object, 2)
values[0], values[1] = spark._jsparkSession, folder
print(gateway.getMethod("attach", types).invoke(None, values), flush=True)
sys.stdin.readline()
print(spark.range(10).count(), spark.sparkContext._jsc.sc().getPersistentRDDs().size(), flush=True)
sys.stdin.readline()
spark.stop()
"""


@pytest.mark.parametrize("when", ["given", "later"])
def test_it_serves_in_a_session_of_pyspark_and_leaves_it_alone(tmp_path, when):
    require()
    folder = tempfile.mkdtemp(prefix="gw-", dir="/tmp")
    with open(os.open(folder + "/token", os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
    (tmp_path / "program.py").write_text(ATTACHED)
    # PySpark of the same version as this Spark, whatever is installed.
    paths = [str(zipped) for zipped in pathlib.Path(spark_home(), "python", "lib").glob("*.zip")]
    process = subprocess.Popen([sys.executable, str(tmp_path / "program.py"), folder, jar(), when, "x"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=open(tmp_path / "log", "w"), text=True, cwd=tmp_path,
                               env={**os.environ, "SPARK_HOME": spark_home(), "PYTHONPATH": os.pathsep.join(paths)})
    try:
        assert process.stdout.readline().strip() == folder + "/gw.sock", (tmp_path / "log").read_text()[-3000:]
        line = Line(folder)
        assert line.about["attached"] is True
        assert json.load(open(folder + "/gw.json"))["app"] == line.about["app"]
        _, told, _ = run(line, worker=scripted_worker())
        assert [state["split"] for state in told] == list(range(14))
        table = line.call("OPEN", kind="view", view="numbers", cache=True)
        assert sorted(read(line, table)["id"]) == list(range(1000))
        _, _, frames = line.finish(line.begin("RUN_PASS", handle=table["handle"], columns=["id"], splits=wanted(table),
                                              task=map_task(pushed={}), worker=scripted_worker()))
        assert sum(state["rows"] for state in states_of(frames)) == 1000
        assert line.call("SHUTDOWN") == {}
        wait_until(lambda: not os.path.exists(folder), 10, "the end of the gateway")
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline().split() == ["10", "0"]
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            for pid in descendants(process.pid):
                kill(pid)
            process.kill()
        process.communicate()
        subprocess.run(["rm", "-rf", folder], check=True)
