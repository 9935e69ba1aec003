"""The Spark side of the Python face: what is made, refused, printed and asked of the engine; then one application for all of it.

The tests that need Spark use one session for the file and skip, saying why, where ``insitu doctor`` finds none.
"""

import json

import pytest

import insitu as rx
from conftest import require_spark


class Asked(Exception):
    """Stops a call when it has asked the engine; holds the request."""


@pytest.fixture
def asked(monkeypatch):
    """Calls a function and returns the request that it would run."""
    def run(text, *rest):
        raise Asked(text)

    def ask(function, *args, **keywords):
        monkeypatch.setattr(rx._engine, "run", run)
        with pytest.raises(Asked) as stopped:
            function(*args, **keywords)
        return json.loads(str(stopped.value))

    return ask


@pytest.fixture
def answered(monkeypatch):
    """Answers requests from a table by operation and keeps what was asked."""
    requests = []

    def answer(replies):
        def run(text, *rest):
            requests.append(json.loads(text))
            return json.dumps(replies[requests[-1]["op"]]), [], []

        monkeypatch.setattr(rx._engine, "run", run)
        return requests

    return answer


# ---- contexts ----------------------------------------------------------------------------------------------------------------


def test_defaults_are_those_of_the_documentation():
    context = rx.RxSpark()
    assert (context.master, context.driver_mem, context.executor_mem, context.executor_overhead_mem) == ("yarn", "4g", "4g", "4g")
    assert (context.num_executors, context.executor_cores, context.idle_timeout, context.results_timeout) == (65535, 2, 3600, 15)
    assert (context.spark_reduce_method, context.wait, context.persistent_run, context.auto_cleanup) == ("auto", True, False, True)
    assert context.hdfs_share_dir == f"/user/RevoShare/{context.user}" and context.share_dir == f"/var/RevoShare/{context.user}"
    assert rx.RxSpark(user="ada").share_dir == "/var/RevoShare/ada"


def test_options_are_defaults():
    rx.rx_options(**{"spark.numExecutors": 3, "spark.executorCores": 1, "spark.executorMem": "1g", "spark.executorOverheadMem": "512m",
                     "hdfsHost": "head", "hdfsPort": 8020})
    sent = rx.RxSpark().descriptor()
    assert [sent[key] for key in ("numExecutors", "executorCores", "executorMem", "executorOverheadMem", "nameNode", "port")] == [
        3, 1, "1g", "512m", "head", 8020]
    rx.RxOptions.reset()
    assert "nameNode" not in rx.RxSpark().descriptor() and "port" not in rx.RxSpark().descriptor()


def test_positions_are_those_of_revoscalepy():
    context = rx.RxSpark("/hdfs", "/share", "ada", "head", "spark://head:7077", "8020")
    assert context.descriptor().items() >= {"hdfsShareDir": "/hdfs", "shareDir": "/share", "sshUsername": "ada", "nameNode": "head",
                                            "master": "spark://head:7077", "port": 8020}.items()


def test_local_mode_shares_one_folder():
    sent = rx.RxSpark("/hdfs", "/share", master="local").descriptor()
    assert sent["hdfsShareDir"] == sent["shareDir"] == "/share"
    # The folders of old are not asked for where nobody has them.
    assert not {"hdfsShareDir", "shareDir"} & set(rx.RxSpark(master="local").descriptor())


def test_everything_that_is_said_is_sent():
    sent = rx.RxSpark(master="local", file_system=rx.RxHdfsFileSystem("head"), packages_to_load="numpy", data_path="/data").descriptor()
    assert sent["fileSystem"] == {"type": "hdfs", "hostName": "head"} and sent["packagesToLoad"] == ["numpy"]
    assert "dataPath" not in sent and json.dumps(sent)


def test_a_copy_keeps_what_is_not_said():
    origin = rx.RxSpark(master="local", executor_cores=3, data_path="/data")
    for copy in (rx.RxSpark(origin, console_output=True), rx.RxSpark(object=origin, console_output=True),
                 rx.RxComputeContext(origin, console_output=True)):
        assert (copy.master, copy.executor_cores, copy.console_output, copy.data_path) == ("local", 3, True, ["/data"])
    assert origin.console_output is False
    assert rx.RxSpark(rx.RxLocalSeq(data_path="/data")).data_path == ["/data"]


def test_a_copy_computes_in_the_same_application_unless_it_needs_another():
    origin = rx.RxSpark(master="local")
    origin.application.folder = "/tmp/there"
    assert rx.RxSpark(origin, console_output=True).descriptor()["session"] == "/tmp/there"
    assert "session" not in rx.RxSpark(origin, executor_mem="8g").descriptor()
    assert "connected through /tmp/there" in repr(origin)


def test_names_and_nicknames():
    before = rx.rx_set_compute_context("spark", master="local")
    assert isinstance(before, rx.RxLocalSeq) and rx.rx_get_compute_context().master == "local"
    assert rx.rx_is_distributed_context() is True
    rx.rx_set_compute_context(before)
    assert rx.rx_is_distributed_context() is False
    assert rx.rx_is_distributed_context(rx.RxSpark()) is True
    with rx.rx_set_temp_compute_context("RxSpark"):
        assert rx.RxOptions.get_option("computeContext") == rx.RxSpark()
    assert isinstance(rx.RxComputeContext("RxLocalParallel"), rx.RxLocalParallel)


def test_contexts_are_compared_by_their_place_or_exactly():
    one, other = rx.RxSpark(master="local"), rx.RxSpark(master="local", console_output=True)
    assert rx.rx_compare_contexts(one, other)
    assert not rx.rx_compare_contexts(one, other, exact_match=True)
    assert not rx.rx_compare_contexts(one, rx.RxSpark(share_dir="/elsewhere"))
    assert not rx.rx_compare_contexts(one, rx.RxLocalSeq())


@pytest.mark.parametrize("arguments, words", [
    ({"mastr": "local"}, r"unknown argument 'mastr' \(did you mean master\?\)"),
    ({"executor_cores": "two"}, "executor_cores must be a number, not 'two'"),
    ({"spark_reduce_method": "onestage"}, r"must be one of 'auto', 'oneStage', 'twoStage', not 'onestage' \(did you mean 'oneStage'\?\)"),
    ({"port": "http"}, "port must be a whole number from 0 to 65535, not 'http'"),
    ({"object": 3}, "object must be a compute context, not 3"),
    ({"file_system": "hdsf"}, r"did you mean 'hdfs'"),
])
def test_wrong_arguments_are_named(arguments, words):
    with pytest.raises(rx.InvalidArgument, match=words):
        rx.RxSpark(**arguments)


def test_a_kept_application_always_waits():
    assert rx.RxSpark(wait=False).wait is False
    assert rx.RxSpark(rx.RxSpark(), wait=False).wait is False
    assert rx.RxSpark(wait=False, persistent_run=True).wait is True


# ---- sources and file systems ---------------------------------------------------------------------------------------------------


def test_hive_is_a_query_or_a_table():
    assert rx.RxHiveData("select 1").descriptor() == {"type": "RxHiveData", "query": "select 1"}
    assert rx.RxHiveData(table="claims", save_as_temp_table=True).descriptor() == {
        "type": "RxHiveData", "table": "claims", "saveAsTempTable": True}
    with pytest.raises(rx.InvalidArgument, match="give either query or table$"):
        rx.RxHiveData()
    with pytest.raises(rx.InvalidArgument, match="not both"):
        rx.RxHiveData("select 1", "claims")
    with pytest.raises(rx.InvalidArgument, match=r"output_file is an RxHiveData of a query.*RxHiveData\(table=...\)"):
        rx.rx_data_step("x.xdf", rx.RxHiveData("select 1"))


@pytest.mark.parametrize("source", [rx.RxParquetData, rx.RxOrcData])
def test_columnar_files(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    info = {"day": {"type": "factor", "levels": ["a", "b"]}}
    assert source("x", info).descriptor() == {"type": source.__name__, "file": str(tmp_path / "x"), "colInfo": info}
    assert source("hdfs://head/x").file == "hdfs://head/x"
    # The default of old leaves a plain path to the context.
    assert source("/x", file_system="hdfs").descriptor() == {"type": source.__name__, "file": "/x"}
    assert f'{source.__name__} Source\n"{tmp_path}/x"' in repr(source("x"))
    with pytest.raises(rx.InvalidArgument, match="file is missing"):
        source()


@pytest.mark.parametrize("info, words", [
    ({"a": {"type": "facter"}}, r"the type of column 'a' must be one of .* not 'facter' \(did you mean 'factor'\?\)"),
    ({"a": {"newName": "b"}}, r"column_info\['a'\] may hold 'type' and 'levels', not 'newName'"),
    ({"a": "factor"}, "must be a dict with 'type' and 'levels', not 'factor'"),
    ({"a": {"type": "numeric", "levels": ["x"]}}, "of type 'numeric' cannot have levels; make it a factor"),
])
def test_column_info_is_checked(info, words):
    for make in (lambda: rx.RxParquetData("x", info), lambda: rx.RxHiveData(table="t", column_info=info)):
        with pytest.raises(rx.InvalidArgument, match=words):
            make()


def test_spark_data_is_only_a_base():
    assert issubclass(rx.RxHiveData, rx.RxSparkData) and issubclass(rx.RxSparkDataFrame, rx.RxSparkData)
    with pytest.raises(rx.InvalidArgument, match="only the base"):
        rx.RxSparkData()


def test_paths_are_those_of_the_file_system():
    files = rx.RxHdfsFileSystem("head", 8020)
    assert files.file_system_type() == "hdfs" and repr(files) == "RxHdfsFileSystem: head:8020"
    assert rx.RxTextData("/share/../data/x.csv", file_system=files).file == "hdfs://head:8020/data/x.csv"
    assert rx.RxXdfData("/x", file_system=rx.RxHdfsFileSystem()).file == "hdfs:///x"
    assert rx.RxXdfData("/x", file_system=rx.RxHdfsFileSystem("abfs://box@account")).file == "abfs://box@account/x"
    assert rx.RxXdfData("/x", file_system=rx.RxNativeFileSystem()).file == "/x"
    assert rx.RxXdfData("/x", file_system=files).descriptor()["fileSystem"] == {"type": "hdfs", "hostName": "head", "port": 8020}
    import getpass

    assert rx.RxXdfData("x", file_system="hdfs").file == f"hdfs:///user/{getpass.getuser()}/x"


def test_the_file_system_is_that_of_the_source_the_context_or_the_options():
    rx.RxOptions.set_option("fileSystem", rx.RxHdfsFileSystem("ofOptions"))
    assert rx.RxXdfData("/x").file == "hdfs://ofOptions/x"
    rx.rx_set_compute_context(rx.RxSpark(file_system=rx.RxHdfsFileSystem("ofContext")))
    source = rx.RxXdfData("/x")
    assert source.file == "hdfs://ofContext/x"
    assert rx.RxParquetData("/x").file == "hdfs://ofContext/x"
    assert rx.RxXdfData("/x", file_system=rx.RxHdfsFileSystem("own")).file == "hdfs://own/x"
    assert rx.RxXdfData("/x", file_system="native").file == "/x"
    rx.rx_set_compute_context("local")
    assert source.file == "hdfs://ofContext/x"


def test_local_contexts_say_that_they_read_no_other_file_system():
    for source in (rx.RxXdfData("s3a://head/x.xdf"), rx.RxTextData("s3a://head/x.csv"), rx.RxParquetData("s3a://head/x")):
        with pytest.raises(rx.Unsupported, match="not s3a://head/x.*; read them in RxSpark, or copy them here first"):
            rx.rx_get_info(source)


def test_the_cache_flag_makes_a_changed_copy():
    for source in (rx.RxXdfData("/x.xdf"), rx.RxParquetData("/x"), rx.RxHiveData(table="t")):
        cached = rx.rx_spark_cache_data(source, True)
        assert cached.descriptor()["cache"] is True and not source.descriptor().get("cache")
        assert not rx.rx_spark_cache_data(cached, False).descriptor().get("cache")
    with pytest.raises(rx.InvalidArgument, match="in_data is an RxTextData"):
        rx.rx_spark_cache_data(rx.RxTextData("/x.csv"), True)
    with pytest.raises(rx.InvalidArgument, match="in_data must be a data source, not str"):
        rx.rx_spark_cache_data("/x.xdf", True)


# ---- what the engine is asked ------------------------------------------------------------------------------------------------------


def test_every_call_says_where_it_computes(asked):
    hive = rx.RxHiveData(table="claims")
    rx.rx_set_compute_context(rx.RxSpark(master="local"))
    for function, arguments, key in [
        (rx.rx_summary, ("~cost", hive), "data"), (rx.rx_lin_mod, ("cost ~ age", hive), "data"), (rx.rx_get_info, (hive,), "data"),
        (rx.rx_get_var_info, (hive,), "data"), (hive.head, (), "data"), (rx.rx_data_step, (hive,), "inData"), (rx.rx_open, (hive,), "data"),
    ]:
        request = asked(function, *arguments)
        assert request["context"]["type"] == "RxSpark" and request["context"]["master"] == "local"
        assert request[key] == {"type": "RxHiveData", "table": "claims"}
    assert asked(rx.rx_summary, "~cost", hive, compute_context="local")["context"]["type"] == "RxLocalSeq"
    assert asked(rx.rx_data_step, hive, rx.RxOrcData("/out"))["outFile"] == {"type": "RxOrcData", "file": "/out"}
    # What a path names is told by the engine.
    assert asked(rx.rx_import, "/in.parquet", rx.RxHiveData(table="t"))["inData"] == "/in.parquet"


def test_functions_travel_to_the_workers(asked):
    request = asked(rx.rx_data_step, rx.RxXdfData("/x.xdf"), "/y.xdf", transform_function=lambda data: data)
    assert "code" not in request["transformFunc"]
    rx.rx_set_compute_context(rx.RxSpark(master="local"))
    request = asked(rx.rx_data_step, rx.RxXdfData("/x.xdf"), "/y.xdf", transform_function=lambda data: data)
    assert request["transformFunc"]["code"] and request["transformFunc"]["worker"][-1] == "insitu.worker"


def test_connect_keeps_the_session_and_disconnect_forgets_it(answered, capsys):
    requests = answered({
        "spark_connect": {"context": {"type": "RxSpark", "session": "/tmp/there"}, "reused": False},
        "spark_disconnect": {"stopped": True, "attached": False, "printed": "We have shut down"},
    })
    context = rx.rx_spark_connect(master="local", num_executors=2, reset=True)
    assert rx.rx_get_compute_context() is context and context.persistent_run and context.idle_timeout == 3600
    assert requests[0]["reset"] is True and requests[0]["context"]["numExecutors"] == 2
    rx.rx_spark_disconnect(context)
    assert requests[1]["context"]["session"] == "/tmp/there"
    assert capsys.readouterr().out == "We have shut down\n"
    assert isinstance(rx.rx_get_compute_context(), rx.RxLocalSeq) and context.application.folder is None


def test_a_failing_disconnect_leaves_the_local_context(monkeypatch):
    def fail(*arguments):
        raise rx.WorkerError("the Spark application ended")

    context = rx.RxSpark(master="local")
    context.application.folder = "/tmp/there"
    rx.rx_set_compute_context(context)
    monkeypatch.setattr(rx._engine, "run", fail)
    with pytest.raises(rx.WorkerError):
        rx.rx_spark_disconnect()
    assert isinstance(rx.rx_get_compute_context(), rx.RxLocalSeq) and context.application.folder is None


def test_cached_data_are_listed_and_removed(answered, capsys):
    requests = answered({
        "spark_list_data": {"data": [{"name": "/x.xdf", "kind": "rows"}, {"name": "claims", "kind": "table"}], "printed": "two"},
        "spark_remove_data": {"removed": 2},
    })
    rx.rx_set_compute_context("spark")
    entries = rx.rx_spark_list_data(True)
    assert capsys.readouterr().out == "two\n"
    assert rx.rx_spark_list_data(False) == entries and capsys.readouterr().out == ""
    assert rx.rx_spark_remove_data(entries) == 2
    rx.rx_spark_remove_data(rx.RxXdfData("/x.xdf"))
    rx.rx_spark_remove_data(["/y.xdf", rx.RxHiveData(table="claims"), rx.RxHiveData("select 1")])
    assert [r["names"] for r in requests[2:]] == [["/x.xdf", "claims"], ["/x.xdf"], ["/y.xdf", "claims", "select 1"]]
    with pytest.raises(rx.InvalidArgument, match="remove_list must hold data sources, names"):
        rx.rx_spark_remove_data([3])


@pytest.mark.parametrize("function", ["rx_spark_disconnect", "rx_stop_engine", "rx_spark_list_data", "rx_get_pyspark_connection"])
def test_functions_of_spark_need_its_context(function):
    arguments = {"rx_spark_list_data": (True,)}.get(function, ())
    with pytest.raises(rx.InvalidArgument, match=f"{function}: the active compute context must be RxSpark, not RxLocalSeq; connect"):
        getattr(rx, function)(*arguments)


def test_interop_is_pyspark_in_python():
    with pytest.raises(rx.InvalidArgument, match="interop must be 'pyspark', not 'sparklyr'; sparklyr is a package of R"):
        rx.rx_spark_connect(interop="sparklyr")
    with pytest.raises(rx.InvalidArgument, match="has no PySpark session"):
        rx.rx_get_pyspark_connection(rx.RxSpark())


def test_a_spark_data_frame_target_needs_an_attached_session():
    with pytest.raises(rx.InvalidArgument, match="output_file is a data frame of PySpark, and RxLocalSeq does not reach it"):
        rx.rx_data_step("x.xdf", rx.RxSparkDataFrame())
    rx.rx_set_compute_context("spark")
    with pytest.raises(rx.InvalidArgument, match="RxSpark is not attached to its session"):
        rx.rx_data_step("x.xdf", rx.RxSparkDataFrame())
    with pytest.raises(rx.InvalidArgument, match="data must be a pyspark.sql.DataFrame, not list"):
        rx.RxSparkDataFrame([1])
    assert rx.RxSparkDataFrame().spark_data_frame is None


# ---- on Spark ----------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    """The one application of this file."""
    require_spark()
    folder = tmp_path_factory.mktemp("spark")
    context = rx.rx_spark_connect(master="local[2]", driver_mem="1g", idle_timeout=600, extra_spark_config=(
        f"--conf spark.sql.warehouse.dir={folder}/warehouse --conf spark.driver.extraJavaOptions=-Dderby.system.home={folder} "
        f"--conf 'spark.hadoop.javax.jdo.option.ConnectionURL=jdbc:derby:;databaseName={folder}/metastore;create=true'"))
    yield context
    rx.rx_stop_engine(context)


@pytest.fixture
def spark(connection):
    rx.rx_set_compute_context(connection)
    return connection


@pytest.fixture
def xdf(delays, tmp_path):
    return rx.rx_data_step(delays, str(tmp_path / "delays.xdf"), rows_per_read=300)


def same_bits(a, b):
    return a.coefficients.tobytes() == b.coefficients.tobytes() and a.standard_errors.tobytes() == b.standard_errors.tobytes()


def test_the_switch_changes_no_bit(delays, xdf, tmp_path, spark):
    text = rx.rx_data_step(xdf, rx.RxTextData(str(tmp_path / "delays.csv")), compute_context="local", overwrite=True)
    for data in (xdf, text):
        there = rx.rx_lin_mod("delay ~ day + count", data)
        here = rx.rx_lin_mod("delay ~ day + count", data, compute_context=rx.RxLocalSeq())
        assert same_bits(there, here)
        assert (rx.rx_summary("~delay:day", data).text() == rx.rx_summary("~delay:day", data, compute_context="local").text())
    assert xdf.head(2)["name"].tolist() == ["row 0", "row 1"] and xdf.shape == (1000, 4)


def test_a_second_connection_finds_the_application(spark, capfd):
    again = rx.rx_spark_connect(**{name: getattr(spark, name) for name in ("master", "driver_mem", "idle_timeout", "extra_spark_config")})
    assert again.application.folder == spark.application.folder
    assert "launch" not in capfd.readouterr().out


@pytest.mark.parametrize("source", [rx.RxParquetData, rx.RxOrcData])
def test_columnar_files_are_written_and_read_in_order(delays, xdf, tmp_path, spark, source):
    file = source(str(tmp_path / "out"), {"day": {"type": "factor", "levels": ["Mon", "Tue", "Wed"]}})
    written = rx.rx_data_step(xdf, file, transforms={"late": "delay > 15"}, row_selection="count < 5")
    assert isinstance(written, source) and written.file == file.file
    kept = delays[delays["count"] < 5]
    frame = rx.rx_data_step(file)
    assert frame["name"].tolist() == kept["name"].tolist()
    assert frame["late"].tolist() == (kept["delay"] > 15).tolist()
    assert same_bits(rx.rx_lin_mod("delay ~ day + count", file),
                     rx.rx_lin_mod("delay ~ day + count", xdf, row_selection="count < 5", compute_context="local"))
    with pytest.raises(rx.InsituError, match="overwrite"):
        rx.rx_data_step(xdf, file)


def test_tables_of_hive(delays, xdf, spark):
    table = rx.rx_data_step(xdf, rx.RxHiveData(table="delays"), vars_to_keep=["delay", "count"])
    assert isinstance(table, rx.RxHiveData) and table.table == "delays"
    assert sorted(rx.rx_data_step(table)["delay"]) == sorted(delays["delay"])
    assert repr(rx.rx_get_info(table)).startswith("Table:delays\n")
    query = rx.RxHiveData("SELECT count, avg(delay) AS mean FROM delays GROUP BY count")
    assert rx.rx_get_var_names(query) == ["count", "mean"] and len(rx.rx_data_step(query)) == 7
    fit = rx.rx_lin_mod("delay ~ count", table)
    assert fit.coefficients == pytest.approx(rx.rx_lin_mod("delay ~ count", delays, compute_context="local").coefficients, rel=1e-9)
    rx.rx_data_step(table, rx.RxHiveData(table="few", save_as_temp_table=True), row_selection="count == 1")
    assert len(rx.rx_data_step(rx.RxHiveData(table="few"))) == (delays["count"] == 1).sum()


def test_rows_are_kept_listed_and_removed(xdf, spark):
    cached = rx.rx_spark_cache_data(xdf, True)
    assert same_bits(rx.rx_lin_mod("delay ~ day", cached), rx.rx_lin_mod("delay ~ day", xdf))
    assert xdf.file in [entry["name"] for entry in rx.rx_spark_list_data(False)]
    assert rx.rx_spark_remove_data(cached) == 1
    assert xdf.file not in [entry["name"] for entry in rx.rx_spark_list_data(False)]


def test_functions_of_python_run_in_executors(delays, xdf, tmp_path, spark):
    def halve(data, context):
        return data.assign(half=data["delay"] / context.objects["by"])

    written = rx.rx_data_step(xdf, str(tmp_path / "halved.xdf"), transform_function=halve, transform_variables=["delay"],
                              transform_objects={"by": 2})
    assert rx.rx_data_step(written, compute_context="local")["half"].tolist() == (delays["delay"] / 2).tolist()

    def broken(data):
        raise ValueError("no such thing")

    with pytest.raises(rx.UserCodeError, match="transform_function failed on the test chunk .*: ValueError: no such thing"):
        rx.rx_summary("~delay", xdf, transform_function=broken, transform_variables=["delay"])


def test_families_of_ones_own_run_in_executors(xdf, spark):
    def fit(variance, **settings):
        own = rx.UserFamily("mine", "log", variance=variance, deviance=lambda y, mu: (y - mu) ** 2 / mu)
        return rx.rx_glm("late ~ day", xdf, family=own, transforms={"late": "abs(delay) + 1"}, report_progress=0, **settings)

    there, here = fit(lambda mu: mu), fit(lambda mu: mu, compute_context="local")
    assert there["coefficients"].tobytes() == here["coefficients"].tobytes() and there.deviance == here.deviance
    with pytest.raises(rx.UserCodeError, match="the family 'mine': variance gives -"):
        fit(lambda mu: -mu)


def test_errors_name_the_variable_and_the_way_out(delays, xdf, spark):
    with pytest.raises(rx.InvalidArgument, match="delai.*did you mean delay"):
        rx.rx_summary("~delai", xdf)
    with pytest.raises(rx.Unsupported, match="RxSpark cannot use a data frame of the caller"):
        rx.rx_summary("~delay", delays)
    with pytest.raises(rx.InsituError, match="RxHiveData can be read in the RxSpark compute context only"):
        rx.rx_summary("~delay", rx.RxHiveData(table="delays"), compute_context="local")
