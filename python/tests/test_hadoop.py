"""RxHadoopMR in Python: what is made, refused, printed and asked of the engine; then calls in Hadoop's local runner.

The latter use one gateway for the file and skip, saying why, where ``insitu doctor`` finds no Hadoop.
"""

import os
import sys
import warnings

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from conftest import ROOT, require_hadoop
from insitu._requests import Builder

sys.path.insert(0, str(ROOT / "tests"))
from loopback_sshd import LoopbackServer, NoServer

QUICK = {"framework": "local", "jvm_options": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}


def doctor(**settings):
    (found,) = Builder("doctor", of="hadoop", reportProgress=0, context=rx.RxHadoopMR(**settings).descriptor()).run()["contexts"]
    return {check["what"]: check for check in found["checks"]}


# ---- contexts ----------------------------------------------------------------------------------------------------------------


def test_defaults_are_those_of_the_documentation():
    context = rx.RxHadoopMR()
    assert context.hdfs_share_dir == f"/user/RevoShare/{context.user}" and context.share_dir == f"/var/RevoShare/{context.user}"
    assert (context.wait, context.console_output, context.auto_cleanup, context.results_timeout) == (True, False, True, 15)
    assert (context.using_run_as_user_mode, context.hadoop_switches, context.hadoop_r_path) == (False, "", "/usr/bin/Revo64-8")
    assert (context.framework, context.uber, context.reduce_method, context.map_memory) == ("auto", "auto", "auto", 0)
    assert rx.RxHadoopMR(user="ada").share_dir == "/var/RevoShare/ada"
    assert rx.rx_is_distributed_context(context)
    # Nothing is said that only says what Hadoop says already.
    assert not {"nameNode", "port", "shareDir", "hdfsShareDir", "object", "dataPath"} & set(context.descriptor())


def test_options_are_defaults():
    rx.RxOptions.set_option("hdfsHost", "head")
    rx.RxOptions.set_option("hdfsPort", 8020)
    asked = rx.RxHadoopMR().descriptor()
    assert (asked["nameNode"], asked["port"]) == ("head", 8020)


def test_a_copy_takes_settings_over_and_changes_some():
    context = rx.RxHadoopMR(hadoop_switches="-D a=b", data_path="here", map_memory=512)
    copy = rx.RxHadoopMR(context, map_memory=256)
    assert (copy.hadoop_switches, copy.data_path, copy.map_memory, context.map_memory) == ("-D a=b", ["here"], 256, 512)
    other = rx.RxHadoopMR(rx.RxLocalSeq(data_path="there"))
    assert other.data_path == ["there"] and other.hadoop_switches == ""
    assert rx.RxHadoopMR(rx.RxSpark(master="local", executor_mem="1g")).framework == "auto"


def test_it_is_set_by_its_names_and_printed():
    rx.rx_set_compute_context("hadoopmr", hadoop_switches="-D a=b", file_system="hdfs")
    printed = repr(rx.rx_get_compute_context())
    assert printed.startswith("RxHadoopMR Compute Context\n")
    assert "hadoop_switches = '-D a=b'" in printed and "framework = 'auto'" in printed and "Revo64" not in printed
    rx.rx_set_compute_context("RxHadoopMR")
    assert rx.rx_get_compute_context() == rx.RxHadoopMR() != rx.RxHadoopMR(port=1)


def test_on_an_edge_node_it_is_a_context_of_that_machine():
    context = rx.RxHadoopMR(ssh_hostname="edge", user="ada", ssh_switches="-p 2222", working_dir="/work", map_memory=512, wait=False)
    assert isinstance(context, rx.RxRemote) and context.context == rx.RxHadoopMR(user="ada", ssh_switches="-p 2222", working_dir="/work",
                                                                                 map_memory=512)
    assert (context.ssh_hostname, context.ssh_username, context.ssh_switches, context.wait) == ("edge", "ada", "-p 2222", False)
    assert context.descriptor()["context"]["mapMemory"] == 512 and "sshHostname" not in context.descriptor()["context"]
    assert isinstance(rx.RxHadoopMR(ssh_hostname="edge", on_cluster_node=True), rx.RxHadoopMR)
    with pytest.raises(rx.InvalidArgument, match="ssh_hostname"):
        rx.rx_summary("~x", "rows.csv", compute_context=rx.RxHadoopMR(ssh_hostname="-oProxyCommand=x"))


@pytest.mark.parametrize("settings, said", [
    ({"framework": "yarm"}, "RxHadoopMR: framework must be one of .*did you mean .?yarn"),
    ({"uber": 1}, "RxHadoopMR: uber"),
    ({"port": "abc"}, "RxHadoopMR: port"),
    ({"map_memory": 1.5}, "RxHadoopMR: map_memory must be"),
    ({"using_run_as_user_mode": "yes"}, "using_run_as_user_mode must be"),
    ({"hadoop_swiches": "-D a=b"}, "hadoop_swiches.*did you mean hadoop_switches"),
    ({"object": 3}, "object must be a compute context, not 3"),
])
def test_wrong_settings_are_named_when_they_are_made(settings, said):
    with pytest.raises(rx.InvalidArgument, match=said):
        rx.RxHadoopMR(**settings)


@pytest.mark.parametrize("settings, kind, said", [
    ({"hadoop_switches": "-D novalue"}, rx.InvalidArgument, "RxHadoopMR: hadoop_switches: -D must be followed by key=value, not novalue"),
    ({"hadoop_switches": "-file x"}, rx.InvalidArgument, "did you mean -files"),
    ({"hadoop_switches": "-D mapreduce.job.reduces=2"}, rx.InvalidArgument, "use reduce_method"),
    ({"hadoop_switches": "-D 'a=b"}, rx.InvalidArgument, "quotation mark"),
    ({"jvm_options": "-cp x"}, rx.InvalidArgument, "jvm_options cannot have -cp"),
    ({"map_memory": 3}, rx.InvalidArgument, "map_memory must be at least 64"),
    ({"client_share_dir": "/none/there"}, rx.InvalidArgument, "client_share_dir is no folder: /none/there"),
])
def test_wrong_settings_are_named_before_anything_starts(tmp_path, monkeypatch, settings, kind, said):
    monkeypatch.setenv("JAVA_HOME", "/none")  # nothing can be started
    rows = tmp_path / "rows.csv"
    rows.write_text("x\n1\n")
    if "client_share_dir" in settings:
        monkeypatch.undo()
        require_hadoop()
    with pytest.raises(kind, match=said):
        rx.rx_summary("~x", rx.RxTextData(str(rows)), compute_context=rx.RxHadoopMR(**settings))


def test_the_doctor_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("INSITU_HADOOP_CLASSPATH", str(tmp_path / "*"))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setenv("HADOOP_CONF_DIR", str(tmp_path / "none"))
    found = doctor()
    assert "RxHadoopMR needs Java 17 or newer; there is no java of JAVA_HOME=" in found["Java"]["found"]
    assert "has no hadoop-common-*.jar" in found["Hadoop"]["found"] and "HADOOP_HOME" in found["Hadoop"]["mend"]
    assert "is no folder" in found["configuration"]["found"]


def test_daemons_that_do_not_answer_are_named(monkeypatch, tmp_path):
    def site(name, settings):
        text = "".join(f"<property><name>{k}</name><value>{v}</value></property>" for k, v in settings.items())
        (tmp_path / name).write_text(f"<configuration>{text}</configuration>")

    site("core-site.xml", {"fs.defaultFS": "hdfs://127.0.0.1:1"})
    site("hdfs-site.xml", {"dfs.namenode.http-address": "127.0.0.1:1"})
    site("mapred-site.xml", {"mapreduce.framework.name": "yarn"})
    site("yarn-site.xml", {"yarn.resourcemanager.webapp.address": "127.0.0.1:1"})
    monkeypatch.setenv("HADOOP_CONF_DIR", str(tmp_path))
    found = doctor()
    assert "on YARN" in found["configuration"]["found"]
    assert "no name node answers for hdfs://127.0.0.1:1" in found["name node"]["found"]
    assert "name_node" in found["name node"]["mend"]
    assert "no resource manager answers" in found["resource manager"]["found"] and "framework" in found["resource manager"]["mend"]
    assert "name node" not in doctor(framework="local")  # files of this machine alone
    commented = "<!-- <property><name>mapreduce.framework.name</name><value>local</value></property> -->"
    (tmp_path / "mapred-site.xml").write_text(f"<configuration>{commented}<property name='mapreduce.framework.name' value='yarn'/></configuration>")
    assert "on YARN" in doctor()["configuration"]["found"]
    (tmp_path / "mapred-site.xml").write_text("<configuration><property>")
    assert "mapred-site.xml, line 1" in doctor()["configuration"]["found"]


# ---- calls in the local runner ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hadoop")
    rng, n = np.random.default_rng(5), 120_000
    frame = pd.DataFrame({"x": rng.normal(size=n), "wide name": rng.integers(0, 100, n).astype(float), "big": 2**60 + np.arange(n) * 17,
                          "day": rng.choice(["Mon", "Tue", "Wed"], n)})
    frame["y"] = 2 * frame["x"] + rng.normal(size=n)
    frame.loc[::97, "x"] = np.nan
    frame["late"] = (frame["y"] > 1).astype(int)
    frame.to_csv(folder / "rows.csv", index=False)
    rx.rx_import(rx.RxTextData(str(folder / "rows.csv"), strings_as_factors=True), str(folder / "rows.xdf"), rows_per_read=20_000,
                 report_progress=0)
    return folder


@pytest.fixture(scope="module")
def hadoop():
    require_hadoop()
    return rx.RxHadoopMR(**QUICK)


def sources(files):
    return [rx.RxTextData(str(files / "rows.csv"), strings_as_factors=True), rx.RxXdfData(str(files / "rows.xdf"))]


def test_analyses_have_the_bits_of_one_machine(files, hadoop):
    text, xdf = sources(files)
    for call in (lambda **more: rx.rx_summary("~x + big + day", text, **more).to_frame(),
                 lambda **more: rx.rx_lin_mod("y ~ x + day", xdf, **more).coefficients,
                 lambda **more: rx.rx_logit("late ~ x", xdf, **more).coefficients):
        here, there = call(), call(compute_context=hadoop)
        pd.testing.assert_frame_equal(pd.DataFrame(here), pd.DataFrame(there), check_exact=True)


def test_rows_are_written_here_as_elsewhere(files, hadoop, tmp_path):
    text, xdf = sources(files)
    for at, data in enumerate((text, xdf)):
        for target in ("rows.xdf", "rows.csv"):
            made = {}
            for name, context in (("here", rx.RxLocalSeq()), ("there", hadoop)):
                path = tmp_path / f"{name}{at}{target}"
                out = rx.RxTextData(str(path)) if target.endswith("csv") else rx.RxXdfData(str(path))
                rx.rx_data_step(data, out, row_selection="x > 0", transforms={"z": "x * 2"}, compute_context=context)
                made[name] = path
            if target.endswith("csv"):
                assert made["here"].read_bytes() == made["there"].read_bytes()
            else:
                frames = [rx.rx_import(rx.RxXdfData(str(path))) for path in made.values()]
                pd.testing.assert_frame_equal(*frames, check_exact=True)


def test_predictions_are_those_of_one_machine(files, hadoop, tmp_path):
    data = sources(files)[1]
    model = rx.rx_lin_mod("y ~ x + day", data)
    frames = []
    for name, context in (("here", rx.RxLocalSeq()), ("there", hadoop)):
        out = rx.RxXdfData(str(tmp_path / f"{name}.xdf"))
        rx.rx_predict(model, data, out, compute_context=context)
        frames.append(rx.rx_import(out))
    pd.testing.assert_frame_equal(*frames, check_exact=True)


def test_an_error_is_that_of_one_machine_and_the_gateway_stays(hadoop, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("x,w\n" + "1,1\n" * 1000 + "2,-1\n")
    said = []
    for context in (rx.RxLocalSeq(), hadoop):
        with pytest.raises(rx.InsituError) as raised:
            rx.rx_lin_mod("x ~ 1", rx.RxTextData(str(path)), pweights="w", compute_context=context)
        said.append(str(raised.value))
    assert said[0] == said[1]
    assert rx.rx_summary("~x", rx.RxTextData(str(path)), compute_context=hadoop).to_frame()["ValidObs"].tolist() == [1001]


def test_rows_of_the_session_and_other_formats_are_refused(hadoop, tmp_path):
    with pytest.raises(rx.Unsupported, match="RxHadoopMR cannot use a data frame.*rx_data_step"):
        rx.rx_summary("~x", {"x": [1.0]}, compute_context=hadoop)
    pytest.importorskip("pyarrow")
    path = str(tmp_path / "rows.parquet")
    pd.DataFrame({"x": [1.0, 2.0]}).to_parquet(path)
    with pytest.raises(rx.Unsupported, match="RxHadoopMR reads text and .xdf files"):
        rx.rx_summary("~x", rx.RxParquetData(path), compute_context=hadoop)


def test_functions_of_python_run_in_tasks(files, hadoop):
    pytest.importorskip("cloudpickle")
    data, factor = sources(files)[1], 3.0

    def tripled(columns):
        columns["t"] = columns["x"] * factor
        return columns

    results = [rx.rx_summary("~t", data, transform_function=tripled, transform_variables=["x"], compute_context=context).to_frame()
               for context in (rx.RxLocalSeq(), hadoop)]
    pd.testing.assert_frame_equal(*results, check_exact=True)


def test_tasks_come_back_in_order_with_their_errors(hadoop):
    pytest.importorskip("cloudpickle")

    def root(x):
        if x == 3:
            raise ValueError("three")
        return x ** 0.5

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = rx.rx_exec(root, x=rx.rx_elem_arg(list(range(6))), compute_context=hadoop)
    assert [v for i, v in enumerate(values) if i != 3] == [x ** 0.5 for x in range(6) if x != 3]
    assert "three" in str(values[3])


def test_groups_have_the_values_of_one_machine(files, hadoop):
    pytest.importorskip("cloudpickle")
    data = sources(files)[0]

    def count(keys, data):
        return float(rx.rx_import(data)["x"].mean())

    here, there = (rx.rx_exec_by(data, ["day"], count, compute_context=context) for context in (rx.RxLocalSeq(), hadoop))
    assert dict(here["result"]) == dict(there["result"]) and len(here["result"]) == 3


def test_a_job_is_found_by_a_client_that_did_not_start_it(files, hadoop, tmp_path):
    context = rx.RxHadoopMR(hadoop, wait=False, share_dir=str(tmp_path / "share"))
    os.mkdir(context.share_dir)
    job = rx.rx_lin_mod("y ~ x", sources(files)[1], compute_context=context)
    (found,) = rx.rx_get_jobs(rx.RxHadoopMR(share_dir=context.share_dir), verbose=False)
    assert found == job
    rx.rx_wait_for_job(found)
    assert rx.rx_get_job_status(found) is rx.RxRemoteJobStatus.FINISHED and isinstance(rx.rx_get_job_output(found), str)
    there, here = rx.rx_get_job_results(found), rx.rx_lin_mod("y ~ x", sources(files)[1])
    pd.testing.assert_frame_equal(pd.DataFrame(there.coefficients), pd.DataFrame(here.coefficients), check_exact=True)
    assert rx.rx_get_jobs(context, verbose=False) == []


def test_it_says_where_it_has_computed(files, hadoop):
    rx.rx_summary("~x", sources(files)[1], compute_context=hadoop)
    assert "map tasks of Hadoop (local)" in str(rx.rx_explain())


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="set INSITU_TEST_ALL: the engine is copied through ssh")
def test_on_an_edge_node_the_call_runs_there(files, hadoop, tmp_path):
    try:
        server = LoopbackServer({name: os.environ[name] for name in ("INSITU_HADOOP_CLASSPATH", "INSITU_JVM_JAR", "JAVA_HOME", "PATH")
                                 if name in os.environ} | {"XDG_CACHE_HOME": str(tmp_path / "cache")})
    except NoServer as why:
        pytest.skip(str(why))
    try:
        about = server.description()
        there = rx.RxHadoopMR(ssh_hostname=about["hostname"], ssh_switches=about["switches"], working_dir=str(files), **QUICK)
        data = rx.RxXdfData(str(files / "rows.xdf"))
        found = rx.rx_lin_mod("y ~ x", data, compute_context=there).coefficients
        pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(rx.rx_lin_mod("y ~ x", data).coefficients), check_exact=True)
    finally:
        server.stop()
