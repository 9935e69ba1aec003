"""Another machine for tests, where the package of Python is found: an sshd of their own on loopback (docs/remote.md)."""

import contextlib
import os
import pathlib
import sys

import pytest

import insitu as rx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests"))
from loopback_sshd import LoopbackServer, NoServer


class Machine:
    """Its files lie in ``data``, temporary ones in ``temporary``, jobs in ``jobs``; ``there()`` is a context of it."""

    def __init__(self, folder, server):
        self.folder, self.server = folder, server
        self.data, self.temporary, self.jobs = folder / "Größe und Maß", folder / "temporary files", folder / "state" / "jobs"
        self.data.mkdir()
        self.temporary.mkdir()

    def there(self, inner="RxLocalSeq", switches="", **settings):
        about = self.server.description()
        return rx.RxRemote(about["hostname"], ssh_switches=f"{switches} {about['switches']}".strip(), working_dir=str(self.data),
                           context=inner, **settings)


@contextlib.contextmanager
def machine_with_python(folder, **environment):
    paths = os.pathsep.join(each for each in sys.path if each)
    try:
        server = LoopbackServer({"PATH": f"{pathlib.Path(sys.executable).parent}:/usr/bin:/bin", "PYTHONPATH": paths,
                                 "XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder / "temporary files"),
                                 "INSITU_JOBS_FOLDER": str(folder / "state" / "jobs"),
                                 **{name: os.environ[name] for name in ("INSITU_WORKER", "INSITU_MPI") if name in os.environ}, **environment})
    except NoServer as why:
        pytest.skip(str(why))
    try:
        yield Machine(folder, server)
    finally:
        server.stop()
