"""Questions about HDFS: files there and back, on a name node and two data nodes of this machine; hadoop.py reads them there."""

import os
import pathlib
import sys
import tempfile

import insitu as rx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests"))


def question_hdfs(table, best):
    from private_hdfs import NoHdfs, PrivateHdfs

    try:
        server = PrivateHdfs({"dfs.blocksize": 64 << 20})
    except NoHdfs as why:
        return table.note("HDFS", str(why))
    with server as hdfs, tempfile.TemporaryDirectory() as folder:
        os.environ["HADOOP_CONF_DIR"], os.environ["HADOOP_USER_NAME"] = str(hdfs.conf), hdfs.user
        file = pathlib.Path(folder, "bytes")
        file.write_bytes(os.urandom(200_000_000))
        (put, put_shell), _ = best(lambda: rx.rx_hadoop_copy_from_local(str(file), "/ours", overwrite=True),
                                   lambda: hdfs.shell("-put", "-f", str(file), "/theirs"), runs=3)
        (get, get_shell), _ = best(lambda: rx.rx_hadoop_copy_to_local("/ours", folder + "/ours", overwrite=True),
                                   lambda: hdfs.shell("-get", "-f", "/theirs", folder + "/theirs"), runs=3)
        for name in ("ours", "theirs"):
            assert pathlib.Path(folder, name).read_bytes() == file.read_bytes()
        table.add("HDFS: 200 MB to it, two copies", put, "hdfs dfs -put, with its JVM", put_shell, 1.0)
        table.add("HDFS: 200 MB from it", get, "hdfs dfs -get, with its JVM", get_shell, 1.0)
