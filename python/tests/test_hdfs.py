"""Files of HDFS: sources, targets and file commands, against a fake whose faults can be asked for, and the same against a real one."""

import os
import subprocess
import sys
import urllib.request

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from hdfs_fixtures import FAULTS, QUIET, FakeHdfs, fake, hdfs, hdfs_of, real_server, rows  # noqa: F401
from insitu._requests import Builder

ODD = "/a b/50% & more+ü/x=1~.bin"


def ask(command, **keys):
    return Builder("hdfs", command=command, reportProgress=0, **keys).run()


def test_files_come_and_go_under_their_names(hdfs, tmp_path):
    local, back = tmp_path / "local.bin", tmp_path / "back.bin"
    local.write_bytes(os.urandom(3_000_001))
    rx.rx_hadoop_make_dir(os.path.dirname(ODD))
    rx.rx_hadoop_copy_from_local(str(local), ODD)
    assert rx.rx_hadoop_file_exists(ODD) and rx.rx_hadoop_file_exists([ODD, "/a b"]) and not rx.rx_hadoop_file_exists([ODD, "/none"])
    found = rx.rx_hadoop_list_files("/a b", recursive=True)
    assert list(found["path"]) == [os.path.dirname(ODD), ODD] and list(found["folder"]) == [True, False] and found["size"].iloc[1] == 3_000_001
    rx.rx_hadoop_copy_to_local("hdfs://" + ODD, str(back))
    assert back.read_bytes() == local.read_bytes()
    rx.rx_hadoop_copy("/a b", "/copy")
    rx.rx_hadoop_move("/copy", "/moved")
    assert rx.rx_hadoop_file_exists(ODD.replace("/a b", "/moved")) and not rx.rx_hadoop_file_exists("/copy")
    rx.rx_hadoop_copy_to_local("/moved", str(tmp_path))
    assert (tmp_path / "moved" / "50% & more+ü" / "x=1~.bin").read_bytes() == local.read_bytes()
    rx.rx_hadoop_copy_from_local(str(tmp_path / "moved"), "/again")
    assert ask("summary", path="/again")["files"] == 1
    for folder in ("/a b", "/moved", "/again"):
        rx.rx_hadoop_remove_dir(folder, skip_trash=True)
    assert not rx.rx_hadoop_file_exists("/a b")
    rx.rx_hadoop_make_dir("own/folder")
    assert list(rx.rx_hadoop_list_files()["path"]) == ["/user/tester/own"]
    rx.rx_hadoop_remove_dir("own", skip_trash=True)


def test_what_is_refused_is_said(hdfs, tmp_path):
    local = tmp_path / "one.txt"
    local.write_text("1")
    rx.rx_hadoop_make_dir("/refused/folder")
    rx.rx_hadoop_copy_from_local(str(local), "/refused/folder")
    for call, words in (
        (lambda: rx.rx_hadoop_copy_from_local(str(local), "/refused/folder/one.txt"), "exists in HDFS: /refused/folder/one.txt"),
        (lambda: rx.rx_hadoop_copy_from_local(str(tmp_path / "none"), "/refused/x"), "file not found"),
        (lambda: rx.rx_hadoop_copy_to_local("/refused/none", str(tmp_path / "x")), "file not found"),
        (lambda: rx.rx_hadoop_copy_to_local("/refused/folder/one.txt", str(local)), "exists: .*one.txt"),
        (lambda: rx.rx_hadoop_remove("/refused/folder"), "is a folder"),
        (lambda: rx.rx_hadoop_remove("/refused/none"), "file not found"),
        (lambda: rx.rx_hadoop_move("/refused/none", "/refused/x"), "file not found"),
        (lambda: rx.rx_hadoop_move("/refused/folder", "/none/there/x"), "is its folder there"),
        (lambda: rx.rx_hadoop_list_files("/refused/none"), "file not found"),
        (lambda: rx.rx_hadoop_list_files("/a/../b"), r"no parts \. and \.\."),
        (lambda: rx.rx_hadoop_remove_dir("/"), "root"),
        (lambda: rx.rx_hadoop_copy("s3://box/a", "/b"), "not a path of HDFS: s3://box/a"),
        (lambda: rx.rx_hadoop_copy("/refused", "/refused/folder/below"), "one lies in the other"),
        (lambda: rx.rx_hadoop_copy("/refused", ""), "dest is missing"),
        (lambda: rx.rx_import("hdfs:///refused/none.xdf", **QUIET), "file not found: hdfs:///refused/none.xdf"),
        (lambda: rx.rx_import(rx.RxTextData("s3://box/a.csv"), **QUIET), "files of this machine and of HDFS are read"),
    ):
        with pytest.raises(rx.InsituError, match=words):
            call()
    assert local.read_text() == "1"
    rx.rx_hadoop_copy_from_local(str(local), "/refused/folder/one.txt", overwrite=True)
    rx.rx_hadoop_remove_dir("/refused", skip_trash=True)


@pytest.mark.parametrize("kind", ["xdf", "csv", "composite", "parquet", "orc"])
def test_rows_have_the_bits_of_a_local_file(hdfs, rows, tmp_path, kind):
    local, there = str(tmp_path / f"rows.{kind}"), f"hdfs:///rows.{kind}"

    def source(path):
        if kind == "csv":
            return rx.RxTextData(path, column_info={"g": {"type": "factor", "levels": ["a", "b", "c"]}})
        if kind in ("parquet", "orc"):
            of = rx.RxParquetData if kind == "parquet" else rx.RxOrcData
            return of(path, column_info={"g": {"type": "factor", "levels": ["a", "b", "c"]}})
        return rx.RxXdfData(path, create_composite_set=kind == "composite")

    for target in (local, there):
        rx.rx_data_step(rows, source(target), overwrite=True, **QUIET)
    with pytest.raises(rx.InsituError, match="exists"):
        rx.rx_data_step(rows, source(there), **QUIET)
    with pytest.raises(rx.InsituError, match="nothing is appended to files of HDFS"):
        rx.rx_data_step(rows, source(there), append="rows", **QUIET)
    pd.testing.assert_frame_equal(rx.rx_import(source(there), **QUIET), rx.rx_import(source(local), **QUIET))
    for context in (rx.RxLocalSeq(), rx.RxLocalParallel(), rx.RxProcesses(num_workers=2)):
        here, over = (rx.rx_lin_mod("y ~ x + g", source(path), compute_context=context, **QUIET) for path in (local, there))
        np.testing.assert_array_equal(over.coefficients, here.coefficients)
        assert over.nValidObs == here.nValidObs
    listed = list(rx.rx_hadoop_list_files("/")["path"])
    assert f"/rows.{kind}" in listed and not any(each.startswith("/.") for each in listed)  # nothing half is left


def test_a_target_without_an_ending_is_a_set_of_that_name(hdfs, rows):
    """As it always was there: scripts read what they have written by the name that they wrote."""
    for target in (rx.RxXdfData("hdfs:///sets/by a source"), "hdfs:///sets/by its name"):
        rx.rx_hadoop_make_dir("/sets")
        for overwrite in (False, True):
            rx.rx_data_step(rows, target, overwrite=overwrite, **QUIET)
        with pytest.raises(rx.InvalidArgument, match="exists.*overwrite"):
            rx.rx_data_step(rows, target, **QUIET)
        pd.testing.assert_frame_equal(rx.rx_import(target, **QUIET), rx.rx_data_step(rows, **QUIET))
        path = target.file if hasattr(target, "file") else target
        assert {each.rsplit("/", 1)[1] for each in rx.rx_hadoop_list_files(path)["path"]} == {"data", "metadata"}
    model = rx.rx_lin_mod("y ~ x", rx.RxXdfData("hdfs:///sets/by a source"), **QUIET)
    rx.rx_predict(model, rx.RxXdfData("hdfs:///sets/by a source"), rx.RxXdfData("hdfs:///sets/scores"), **QUIET)
    assert rx.rx_get_info(rx.RxXdfData("hdfs:///sets/scores")).numRows == len(rows)
    rx.rx_data_step(rows, rx.RxXdfData("hdfs:///sets/flat", create_composite_set=False), **QUIET)
    assert "/sets/flat.xdf" in rx.rx_hadoop_list_files("/sets")["path"].tolist()
    rx.rx_hadoop_remove_dir("/sets", skip_trash=True)


@pytest.mark.parametrize("fault", ["dead", "cut", "error"])
def test_a_data_node_that_fails_costs_nothing(fake, tmp_path, fault):
    fake.files["/big.bin"] = bytes(range(256)) * 20_000
    fake.faults += [fault, fault]
    rx.rx_hadoop_copy_to_local("/big.bin", str(tmp_path / "big.bin"))
    assert (tmp_path / "big.bin").read_bytes() == fake.files["/big.bin"] and not fake.faults
    if fault == "error":  # the node that has failed is left out by the address of its transfers
        assert f"127.0.0.1:{fake.port(fake.data[0]) + 1000}" in fake.excluded
    fake.faults += ["lost" if fault == "cut" else fault]
    rx.rx_hadoop_copy_from_local(str(tmp_path / "big.bin"), "/up.bin")
    assert fake.files["/up.bin"] == fake.files["/big.bin"]


def test_no_data_node_that_answers_is_an_error_that_leaves_all_as_it_was(fake, tmp_path):
    fake.files["/kept.bin"] = b"old"
    (tmp_path / "new.bin").write_bytes(b"new")
    fake.faults += ["dead"] * 5
    with pytest.raises(rx.InsituError, match="no data node of HDFS answers"):
        rx.rx_hadoop_copy_from_local(str(tmp_path / "new.bin"), "/kept.bin", overwrite=True)
    assert fake.files == {"/kept.bin": b"old"}
    fake.faults += ["dead"] * 5
    with pytest.raises(rx.InsituError, match="no data node of HDFS answers"):
        rx.rx_hadoop_copy_to_local("/kept.bin", str(tmp_path / "x"))
    assert sorted(os.listdir(tmp_path)) == ["new.bin"]


def test_name_nodes_of_old_redirect(fake, tmp_path):
    fake.faults.append("old")
    (tmp_path / "x.bin").write_bytes(os.urandom(2_000_000))
    rx.rx_hadoop_copy_from_local(str(tmp_path / "x.bin"), "/x.bin")
    rx.rx_hadoop_copy_to_local("/x.bin", str(tmp_path / "back.bin"))
    assert (tmp_path / "back.bin").read_bytes() == (tmp_path / "x.bin").read_bytes() == fake.files["/x.bin"]


@pytest.mark.parametrize("name", ["", ".", "..", "../../etc", "a/b", "a\0b", "down"])
def test_folders_of_a_hostile_name_node_lead_nowhere(fake, tmp_path, name):
    fake.told = (name,)
    words = "without a usable name" if name != "down" else "a path of HDFS has at most 8000 bytes and 1000 parts"
    with pytest.raises(rx.InsituError, match=words):
        rx.rx_hadoop_list_files("/", recursive=True)
    (tmp_path / "to").mkdir()
    with pytest.raises(rx.InsituError, match=words if name != "down" else "cannot make the folder .File name too long"):
        rx.rx_hadoop_copy_to_local("/", str(tmp_path / "to" / "here"))
    assert os.listdir(tmp_path) == ["to"] and os.listdir(tmp_path / "to") == []


def test_memory_does_not_grow_with_the_files_of_a_folder(fake):
    text = b"x\n" + b"1.25\n2.5\n-3\n" * 300_000
    for i in range(80):  # 320 MB
        fake.files[f"/many/{i:02}.csv"] = text
        if i < 20:
            fake.files[f"/few/{i:02}.csv"] = text
    script = """
import insitu as rx
def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))
for folder in ("few", "many"):
    found = rx.rx_summary("~x", rx.RxTextData(f"hdfs:///{folder}"), compute_context=rx.RxLocalSeq(), report_progress=0)
    print(int(found.nobs_valid), peak())
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    (few, before), (many, after) = (map(int, line.split()) for line in ran.stdout.splitlines())
    assert (few, many) == (20 * 900_000, 80 * 900_000) and after - before < 100, ran.stdout


def test_nothing_is_appended_from_spark_either(fake):
    fake.files["/kept.xdf"] = b"old"
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    spark = rx.RxSpark(master="local", persistent_run=True)
    for settings, words in (({"append": "rows", "overwrite": True}, "nothing is appended to files of HDFS"), ({}, "exists: hdfs:///kept.xdf")):
        with pytest.raises(rx.InsituError, match=words):
            rx.rx_data_step(frame, rx.RxXdfData("hdfs:///kept.xdf"), compute_context=spark, **settings, **QUIET)
    assert fake.files == {"/kept.xdf": b"old"}


@pytest.mark.parametrize("fault", ["nonsense", "html"])
def test_what_is_no_name_node_is_said(fake, fault):
    assert FAULTS[fault]
    fake.faults += [fault]
    with pytest.raises(rx.InsituError, match="makes no sense" if fault == "nonsense" else "HDFS answers 404"):
        rx.rx_hadoop_list_files("/")


def test_the_active_one_of_two_name_nodes_is_asked(fake):
    fake.files["/x"] = b"1"
    fake.faults.append("standby")  # the first one, for good
    ports = [fake.port(each) for each in fake.names]
    fake.configure({"dfs.nameservices": "main", "dfs.ha.namenodes.main": "one, two", "dfs.namenode.http-address.main.one": f"127.0.0.1:{ports[0]}",
                    "dfs.namenode.http-address.main.two": f"${{host}}:{ports[1]}", "host": "127.0.0.1"}, default="hdfs://main")
    assert rx.rx_hadoop_file_exists("hdfs://main/x") and rx.rx_hadoop_file_exists("/x")


def test_a_cluster_that_speaks_tls_alone_is_asked_so(monkeypatch, tmp_path):
    pair = tmp_path / "pair.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate")], check=True, capture_output=True)
    pair.write_bytes((tmp_path / "certificate").read_bytes() + (tmp_path / "key").read_bytes())
    with FakeHdfs(tls=str(pair)) as hdfs:
        hdfs_of(hdfs.conf, monkeypatch)
        with pytest.raises(rx.InsituError, match="no name node of HDFS answers: https://127.0.0.1.*certificate"):
            rx.rx_hadoop_list_files("/")
        monkeypatch.setenv("INSITU_HDFS_CA", str(tmp_path / "certificate"))
        (tmp_path / "x.bin").write_bytes(os.urandom(2_000_000))
        rx.rx_hadoop_copy_from_local(str(tmp_path / "x.bin"), "/x.bin")
        rx.rx_hadoop_copy_to_local("/x.bin", str(tmp_path / "back.bin"))
        assert (tmp_path / "back.bin").read_bytes() == (tmp_path / "x.bin").read_bytes() == hdfs.files["/x.bin"]


def test_a_cluster_with_kerberos_is_not_told_a_name_and_says_what_is_missing(fake):
    fake.configure({"dfs.namenode.http-address": f"127.0.0.1:{fake.port(fake.names[0])}", "hadoop.security.authentication": "kerberos"})
    fake.faults.append("ticket")
    with pytest.raises(rx.InsituError, match=r"HTTP 401.*get a ticket by kinit"):
        rx.rx_hadoop_list_files("/")
    fake.faults.clear()
    rx.rx_hadoop_list_files("/")
    assert fake.asked and all("user.name" not in query for _, _, _, query in fake.asked)


def test_the_port_for_http_is_an_option(fake, monkeypatch):
    fake.files["/x"] = b"1"
    fake.configure({})
    monkeypatch.delenv("INSITU_HDFS_HTTP_PORT", raising=False)
    before = rx.RxOptions.set_option("hdfsHttpPort", fake.port(fake.names[0]))
    try:
        assert rx.rx_hadoop_file_exists("hdfs://127.0.0.1:8020/x")
    finally:
        rx.RxOptions.set_option("hdfsHttpPort", before)
    assert before == 0 and "INSITU_HDFS_HTTP_PORT" not in os.environ
    with pytest.raises(rx.InvalidArgument, match="hdfsHttpPort must be a whole number"):
        rx.RxOptions.set_option("hdfsHttpPort", "x")


def test_nobody_is_there(monkeypatch, tmp_path):
    monkeypatch.delenv("HADOOP_CONF_DIR", raising=False)
    monkeypatch.setenv("HADOOP_HOME", str(tmp_path))
    if not os.path.isdir("/etc/hadoop/conf"):
        with pytest.raises(rx.InsituError, match="no name node is known: name it in the path"):
            rx.rx_hadoop_list_files("/")
    monkeypatch.setenv("INSITU_HDFS_HTTP_PORT", "1")
    with pytest.raises(rx.InsituError, match="no name node of HDFS answers: http://127.0.0.1:1 does not answer"):
        rx.rx_hadoop_list_files("hdfs://127.0.0.1/x")
    monkeypatch.setenv("INSITU_HDFS_HTTP_PORT", "x")
    with pytest.raises(rx.InsituError, match="INSITU_HDFS_HTTP_PORT must be a port, not x"):
        rx.rx_hadoop_list_files("hdfs://127.0.0.1/x")
    monkeypatch.setenv("HADOOP_CONF_DIR", str(tmp_path / "none"))
    with pytest.raises(rx.InsituError, match="HADOOP_CONF_DIR is no folder"):
        rx.rx_hadoop_list_files("/")
    (tmp_path / "core-site.xml").write_text("<configuration><property>")
    monkeypatch.setenv("HADOOP_CONF_DIR", str(tmp_path))
    with pytest.raises(rx.InsituError, match="core-site.xml, line 1"):
        rx.rx_hadoop_list_files("/")


def test_the_trash_keeps_what_is_removed(monkeypatch):
    with FakeHdfs(trash_minutes=60) as fake:
        hdfs_of(fake.conf, monkeypatch)
        for _ in range(2):
            fake.files["/data/x.csv"] = b"1"
            rx.rx_hadoop_remove("/data/x.csv")
        assert sorted(fake.files) == ["/user/tester/.Trash/Current/data/x.csv", "/user/tester/.Trash/Current/data/x.csv.1"]
        rx.rx_hadoop_remove_dir("/user/tester/.Trash")
        assert not fake.files


def test_a_file_that_is_replaced_in_the_middle_is_an_error(fake):
    text = b"x,k\n" + b"1.25,3\n2.5,4\n-3,5\n" * (4_500_000 + 500_000 * os.cpu_count())  # more than what is kept
    fake.write("/changing.csv", text)
    asked = []

    def replaced(chunk, _=None):
        if not asked:
            fake.write("/changing.csv", text.replace(b"2.5", b"9.5"))
        asked.append(1)
        return chunk

    with pytest.raises(rx.InsituError, match="has changed while it was used: hdfs:///changing.csv"):
        rx.rx_summary("~x", rx.RxTextData("hdfs:///changing.csv"), transform_function=replaced, compute_context=rx.RxLocalSeq(), **QUIET)


# ---- several writers, and those that were killed ---------------------------------------------------------------------------------------


def of_web(hdfs, method, path, query):
    """Somebody else asks the name node."""
    port = hdfs.port(hdfs.names[0]) if hasattr(hdfs, "names") else hdfs.http
    url = f"http://127.0.0.1:{port}/webhdfs/v1{path}?{query}&user.name={hdfs.user}"
    with urllib.request.urlopen(urllib.request.Request(url, method=method)) as reply:
        return reply.read()


def hidden(folder):
    return [path for path in rx.rx_hadoop_list_files(folder, recursive=True)["path"] if "/.insitu" in path]


def test_a_set_that_another_one_makes_meanwhile_takes_in_no_other(hdfs):
    target = rx.RxXdfData("hdfs:///rivals/set", create_composite_set=True)
    data, calls = {"x": np.arange(100_000.0)}, []  # several chunks
    rx.rx_hadoop_make_dir("/rivals")

    def slow(rows):
        calls.append(len(rows))
        if len(calls) > 2:  # the target has been looked at
            of_web(hdfs, "PUT", "/rivals/set/of%20the%20other", "op=MKDIRS")
        return rows

    with pytest.raises(rx.InsituError, match="exists in HDFS: /rivals/set"):
        rx.rx_data_step(data, target, transform_function=slow, rows_per_read=30_000)
    assert list(rx.rx_hadoop_list_files("/rivals", recursive=True)["path"]) == ["/rivals/set", "/rivals/set/of the other"]
    rx.rx_hadoop_remove_dir("/rivals/set", skip_trash=True)
    calls.clear()
    rx.rx_data_step(data, target, transform_function=slow, rows_per_read=30_000, overwrite=True)
    assert rx.rx_get_info(target).numRows == 100_000 and not rx.rx_hadoop_file_exists("/rivals/set/of the other")
    rx.rx_data_step({"x": [3.0]}, target, overwrite=True)
    assert rx.rx_get_info(target).numRows == 1 and hidden("/rivals") == []
    rx.rx_hadoop_remove_dir("/rivals", skip_trash=True)


def test_what_a_killed_writer_has_left_goes_with_the_next_one(hdfs, tmp_path):
    local = rx.RxXdfData(str(tmp_path / "rows.xdf"))
    rx.rx_open(local, "w")
    rx.rx_write_next(pd.DataFrame({"x": [1.0]}), local)
    (name,) = [each for each in os.listdir(tmp_path) if each.startswith(".insitu-new-")]
    rx.rx_close(local)
    host, process, start, _ = name.removeprefix(".insitu-new-").split("-")
    left = [f"/killed/.insitu-new-{host}-{2**22 + 7}-1-0", f"/killed/.insitu-new-{host}-{process}-{int(start) + 1}-0"]
    stays = [f"/killed/.insitu-new-{host}-{process}-{start}-999", f"/killed/.insitu-new-{'0' * 8}-{2**22 + 7}-1-0",
             f"/killed/.insitu-old-{host}-{2**22 + 7}-1-0"]
    for path in left + stays:
        rx.rx_hadoop_make_dir(path + "/parts")
    (tmp_path / "one.txt").write_text("1")
    rx.rx_hadoop_copy_from_local(str(tmp_path / "one.txt"), "/killed/one.txt")
    there = [path for path in left + stays if rx.rx_hadoop_file_exists(path)]
    rx.rx_hadoop_remove_dir("/killed", skip_trash=True)
    assert there == stays
