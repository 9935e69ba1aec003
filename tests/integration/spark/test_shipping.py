"""What travels to the cluster (acceptance check 9)."""

import os
import pathlib
import re
import struct
import subprocess
import zipfile

import pytest

from insitu._requests import Builder


@pytest.fixture(scope="module")
def jar(spark_here):
    return Builder("spark_jar", reportProgress=0).run()["jar"]


@pytest.fixture
def worker(jar, tmp_path):
    """The worker out of the jar."""
    with zipfile.ZipFile(jar) as content:
        names = [name for name in content.namelist() if re.fullmatch(r"native/linux-[a-z0-9_]+/insitu-worker", name)]
        assert len(names) == 1
        (tmp_path / "insitu-worker").write_bytes(content.read(names[0]))
    (tmp_path / "insitu-worker").chmod(0o700)
    return tmp_path / "insitu-worker"


def test_09_the_jar_holds_our_classes_and_the_worker_only(jar):
    with zipfile.ZipFile(jar) as content:
        names = [name for name in content.namelist() if not name.endswith("/")]
    assert any(name == "org/insitu/spark/Gateway.class" for name in names)
    for name in names:
        assert re.fullmatch(r"org/insitu/(gateway|spark|worker|hadoop)/[\w$]+\.class|native/linux-\w+/insitu-worker|META-INF/MANIFEST\.MF|source_version\.txt", name), name


def test_09_the_jar_is_small(jar):
    assert pathlib.Path(jar).stat().st_size < 8 << 20


def test_09_the_worker_is_static(worker):
    """No interpreter and no needed libraries in the headers of the ELF file."""
    data = worker.read_bytes()
    assert data[:5] == b"\x7fELF\x02"
    offset, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    kinds = [struct.unpack_from("<I", data, offset + i * size)[0] for i in range(count)]
    assert 1 in kinds  # something is loaded
    assert 3 not in kinds  # no interpreter
    said = subprocess.run(["ldd", str(worker)], capture_output=True, text=True)
    assert "not a dynamic executable" in said.stderr + said.stdout or "statically linked" in said.stdout


def test_09_the_worker_runs_where_nothing_else_is(worker, tmp_path):
    """Without an environment; as root in a root folder that holds nothing else."""
    folder = tmp_path / "empty"
    folder.mkdir()
    worker.rename(folder / "insitu-worker")
    if os.geteuid() == 0:
        command, prepare = ["/insitu-worker", "--version"], lambda: (os.chroot(folder), os.chdir("/"))
    else:
        command, prepare = [str(folder / "insitu-worker"), "--version"], lambda: os.chdir(folder)
    # Popen's search for the program needs no PATH: it is given in full.
    found = subprocess.run(command, env={}, capture_output=True, text=True, preexec_fn=prepare)
    assert found.returncode == 0, found.stderr
    assert re.fullmatch(r"insitu-worker \d+\.\d+\.\d+\n", found.stdout)


def test_09_executors_use_the_worker_of_the_jar(local_spark, gateway_of, formats, answers, run, jar):
    import sample_rows
    from exact import assert_same_bits
    from own_processes import workers_below

    assert_same_bits(sample_rows.linear_model(formats["xdf"], local_spark), answers("xdf", "linear_model"))
    workers = workers_below(gateway_of(local_spark)["pid"])
    assert workers
    with zipfile.ZipFile(jar) as content:
        bytes_of_jar = next(content.read(name) for name in content.namelist() if name.startswith("native/") and name.endswith("worker"))
    for pid in workers:
        path = os.readlink(f"/proc/{pid}/exe")
        assert path.startswith(str(run.temporary)), path
        assert pathlib.Path(path).read_bytes() == bytes_of_jar
        assert os.stat(pathlib.Path(path).parent).st_mode & 0o777 == 0o700
