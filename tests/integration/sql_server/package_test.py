"""insitu-sql-linux.zip: loads where nothing of ours is installed, exports the interface alone, asks for no newer system
libraries than docs/in-sql-server.md says."""

import ctypes
import os
import re
import subprocess
import sys
import zipfile

import pytest

ZIP = os.environ.get("INSITU_SQL_ZIP")
pytestmark = pytest.mark.skipif(not ZIP, reason="ctest says where the zip is")
EXPORTS = {"GetInterfaceVersion", "Init", "InitSession", "InitColumn", "InitParam", "Execute", "GetResultColumn",
           "GetResults", "GetOutputParam", "GetTelemetryResults", "CleanupSession", "Cleanup"}  # fmt: skip
# Debian 12, on which releases are built: that is the floor, and it is documented.
FLOOR = {"GLIBC": (2, 36), "GLIBCXX": (3, 4, 30), "CXXABI": (1, 3, 13), "GCC": (12,)}


@pytest.fixture
def unpacked(tmp_path):
    with zipfile.ZipFile(ZIP) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def test_only_the_interface_is_exported(unpacked):
    text = subprocess.run(["objdump", "-T", unpacked / "libinsitu_sql.so"], capture_output=True, text=True, check=True).stdout
    assert {line.split()[-1] for line in text.splitlines() if " g " in line and "*UND*" not in line} == EXPORTS


def test_the_floor_of_the_system(unpacked):
    for library in unpacked.iterdir():
        text = subprocess.run(["objdump", "-T", library], capture_output=True, text=True, check=True).stdout
        for name, number in re.findall(r"\b(GLIBC|GLIBCXX|CXXABI|GCC)_([\d.]+)", text):
            assert tuple(map(int, number.split("."))) <= FLOOR[name], f"{library.name}: {name}_{number}"


def test_it_loads_by_what_lies_beside_it(unpacked):
    wanted = "import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).GetInterfaceVersion()); print(open('/proc/self/maps').read())"
    ran = subprocess.run([sys.executable, "-c", wanted, unpacked / "libinsitu_sql.so"], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[0] == "2"
    assert ctypes.sizeof(ctypes.c_void_p) == 8
    ours = {path.name for path in unpacked.iterdir()}
    for path in re.findall(r"/\S+\.so[\d.]*", ran.stdout):
        name = os.path.basename(path)
        if name in ours and "absl" in name or "insitu" in name:
            assert path.startswith(str(unpacked)), path
