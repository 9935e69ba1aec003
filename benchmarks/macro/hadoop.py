"""Questions about HDFS, YARN and MapReduce of this machine: what a pass costs above a job of Hadoop's that does nothing, and files of HDFS above those of this machine."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import insitu as rx

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "integration" / "hadoop"), str(ROOT / "tests" / "integration" / "gateway")]
QUIET = {"report_progress": 0}
JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"


def text_of(path, size, folder):
    """A file of the rows of another, again and again, of about so many bytes."""
    to = pathlib.Path(folder, f"{size}.csv")
    with open(path, "rb") as source, open(to, "wb") as out:
        header, rows = source.readline(), source.read()
        out.write(header)
        for left in range(size, 0, -len(rows)):
            out.write(rows if left >= len(rows) else rows[:rows.rindex(b"\n", 0, left) + 1])
    return to


def question_hadoop(table, best, close, airline_csv):
    from private_hadoop import PrivateHadoop
    from private_hdfs import NoHdfs

    try:
        server = PrivateHadoop({"dfs.blocksize": 64 << 20})
    except NoHdfs as why:
        return table.note("MapReduce", str(why))
    with server as hadoop, tempfile.TemporaryDirectory() as folder:
        os.environ.update({key: value for key, value in hadoop.environment().items() if os.environ.get(key) != value})
        for name, size in (("small", 8_000_000), ("large", 200_000_000)):
            rx.rx_hadoop_copy_from_local(str(text_of(airline_csv, size, folder)), f"/{name}.csv", overwrite=True)
        there = f"hdfs://127.0.0.1:{hadoop.rpc}"  # the local runner has no name node of its own
        fetching(table, best, close, hadoop, airline_csv)
        passes(table, best, close, hadoop, f"{there}/small.csv")
        iterations(table, close, f"{there}/small.csv")
        large(table, best, close, there, str(pathlib.Path(folder, "200000000.csv")))
        writing(table, best, close, hadoop, f"{there}/large.csv", there, folder)


def model(path, context):
    return rx.rx_lin_mod("ArrDelay ~ CRSDepTime", rx.RxTextData(path), compute_context=context, **QUIET)


def contexts():
    return {"local": rx.RxHadoopMR(framework="local", jvm_options=JVM), "uber": rx.RxHadoopMR(uber="yes", jvm_options=JVM),
            "yarn": rx.RxHadoopMR(uber="no", framework="yarn", jvm_options=JVM)}


def fetching(table, best, close, hadoop, airline_csv):
    """A model over text in HDFS, in the local contexts, beside the same file of this machine and beside its bytes alone, as curl and Hadoop's client fetch them."""
    from urllib.request import urlopen

    rx.rx_hadoop_copy_from_local(str(airline_csv), "/airline.csv", overwrite=True)
    file = f"hdfs://127.0.0.1:{hadoop.rpc}/airline.csv"

    def curl():
        with urlopen(f"http://127.0.0.1:{hadoop.http}/webhdfs/v1/airline.csv?op=OPEN&noredirect=true&user.name={hadoop.user}") as reply:
            place = json.load(reply)["Location"]
        subprocess.run(["curl", "-s", "-o", os.devnull, place], check=True)

    for name, context in (("one thread", rx.RxLocalSeq()), ("all cores", rx.RxLocalParallel())):
        (far, here, bytes_alone, cat), (over, local, _, _) = best(
            lambda to=context: model(file, to), lambda to=context: model(str(airline_csv), to), curl,
            lambda: hadoop.shell("-cat", "/airline.csv"), runs=5)
        close(over.coefficients, local.coefficients, 0, f"model over text in HDFS, {name}")
        table.add(f"HDFS, {name}: lin_mod over text there", far, "the same file of this machine", here, 2.0)
        table.note(f"HDFS, {name}: its bytes alone", f"curl {bytes_alone * 1000:.0f} ms, hdfs dfs -cat with its JVM {cat * 1000:.0f} ms")


def passes(table, best, close, hadoop, file):
    """A model over 8 MB, which is one task, beside a job of one map task that does nothing, by the same gateway in a warm JVM."""
    from hadoop_gateway import start

    here = model(file, rx.RxLocalSeq())
    for name, context in contexts().items():
        settings = {"uber": "no" if name == "yarn" else "yes"}
        if name == "local":
            settings["configuration"] = {"mapreduce.framework.name": "local"}
        gateway = start(conf=hadoop.conf, environment={"HADOOP_USER_NAME": hadoop.user}, settings=settings)
        try:
            line = gateway.line()
            model(file, context)  # its gateway is there then, as the other one is
            line.call("EMPTY_JOB", tasks=1)
            (ours, empty), (there, _) = best(lambda to=context: model(file, to),
                                             lambda to=line: to.call("EMPTY_JOB", tasks=1), runs=3)
        finally:
            gateway.remove()
        close(there.coefficients, here.coefficients, 0, f"model in MapReduce ({name})")
        table.add(f"MapReduce, {name}: lin_mod over 8 MB of text", ours, "Hadoop's empty job", empty, round((empty + 1) / empty, 2))


def iterations(table, close, file):
    """A logistic regression, each of whose passes is a job; the aim is 45 s for six of them with the start of the gateway."""
    formula, source = "Late ~ CRSDepTime", rx.RxTextData(file)
    more = {"transforms": {"Late": "ArrDelay > 60"}, **QUIET}
    here = rx.rx_logit(formula, source, compute_context=rx.RxLocalSeq(), **more)
    context = contexts()["uber"]
    begin = time.perf_counter()
    there = rx.rx_logit(formula, source, compute_context=context, **more)
    seconds = time.perf_counter() - begin
    count = len(rx.rx_explain().passes)
    close(there.coefficients, here.coefficients, 0, "logit in MapReduce")
    aim = 45.0 / 6 * count
    table.add(f"MapReduce, uber: logit, {count} passes, and its start", seconds, f"the aim, {aim:.0f} s", aim, 1.0)


def large(table, best, close, there, file):
    context = contexts()["yarn"]
    model(f"{there}/small.csv", context)
    (far, here), (over, local) = best(lambda: model(f"{there}/large.csv", context), lambda: model(file, rx.RxLocalSeq()), runs=2)
    close(over.coefficients, local.coefficients, 0, "model over 200 MB in MapReduce")
    table.note("MapReduce, yarn: lin_mod over 200 MB of text", f"{far:.1f} s; the same file of this machine, one thread: {here:.2f} s")


def writing(table, best, close, hadoop, file, there, folder, kinds=("local", "yarn"), rows_per_part=500_000):
    """Text of HDFS as a composite set there: by map tasks, by this session, and beside them the bytes of the set alone, as Hadoop's client sends them."""
    data = rx.RxTextData(file, column_info={"DayOfWeek": {"type": "factor"}})

    def write(name, context, tier=None):
        target = rx.RxXdfData(f"{there}/{name}", create_composite_set=True, blocks_per_composite_file=1)
        rx.rx_data_step(data, target, rows_per_read=rows_per_part, overwrite=True, compute_context=context, **QUIET)
        if tier and rx.rx_explain().passes[-1]["tier"] != tier:
            raise SystemExit(f"the set was not written by {tier}; no time is printed")
        return target

    def summary(target):
        return rx.rx_summary("~ArrDelay + CRSDepTime", target, compute_context=rx.RxLocalSeq(), **QUIET).sDataFrame[["Mean", "ValidObs"]]

    copy = str(pathlib.Path(folder, "set"))
    rx.rx_hadoop_copy_to_local(write("here/set", rx.RxLocalParallel()).file, copy)
    for name in kinds:
        context = contexts()[name]
        model(file, context)  # its gateway is there then
        (ours, session, put), (over, local, _) = best(
            lambda to=context: write("by tasks", to, "tasks"), lambda: write("here/set", rx.RxLocalParallel()), lambda: hadoop.shell("-put", "-f", copy, "/put"),
            runs=2)
        close(summary(over), summary(local), 0, "a set that map tasks have written")
        question = f"MapReduce, {name}: text in HDFS as a composite set there"
        table.add(question, ours, "the same, by this session", session, 1.5)
        table.add(question, ours, "hdfs dfs -put of the set", put, 5.0)
