"""RxSpark: where to find a Spark cluster, and how much of it to use."""

import copy
import functools
import getpass
import importlib.machinery
import os
import sys

from insitu import _session
from insitu._arguments import constructor_arguments, signature_of
from insitu._constructors import RxSparkSettings
from insitu.contexts import RxComputeContext, as_paths, register_context
from insitu.errors import InvalidArgument, shown
from insitu.file_systems import RxFileSystem, RxHdfsFileSystem, RxNativeFileSystem, whole_port

#: Settings of an application: a context that changes one of them needs another application.
_OF_APPLICATION = ("hdfs_share_dir", "share_dir", "name_node", "master", "port", "num_executors", "executor_cores", "executor_mem",
                   "driver_mem", "executor_overhead_mem", "extra_spark_config", "tmp_fs_work_dir", "job_tracker_url")


def _standard(settings):
    """The settings that nobody gave; user names are those of ``settings`` or of this process."""
    user = settings.get("user") or getpass.getuser()
    option = _session.option
    return {
        "hdfs_share_dir": f"/user/RevoShare/{user}", "share_dir": f"/var/RevoShare/{user}", "user": user, "client_share_dir": "/tmp",
        "ssh_switches": "", "ssh_client_dir": "", "name_node": option("hdfsHost"), "master": "yarn", "port": option("hdfsPort"),
        "wait": True, "num_executors": option("spark.numExecutors"), "executor_cores": option("spark.executorCores"),
        "executor_mem": option("spark.executorMem"), "driver_mem": "4g", "executor_overhead_mem": option("spark.executorOverheadMem"),
        "extra_spark_config": "", "persistent_run": False, "spark_reduce_method": "auto", "idle_timeout": 3600,
        "suppress_warning": True, "console_output": False, "show_output_while_waiting": True, "auto_cleanup": True,
        "results_timeout": 15,
    }


@functools.cache
def _spark_of_pyspark():
    """The Spark that comes with PySpark, where that is installed; PySpark is not loaded to find out."""
    # Not from the current folder, nor from others that are named by their way from it: what lies there is data.
    here = os.getcwd()
    folders = [folder for folder in sys.path if os.path.isabs(folder) and os.path.realpath(folder) != os.path.realpath(here)]
    package = importlib.machinery.PathFinder.find_spec("pyspark", folders)
    folders = list(package.submodule_search_locations or []) if package else []
    return next((folder for folder in folders if os.path.exists(os.path.join(folder, "bin", "spark-submit"))), None)


class Application:
    """The application that runs for a context: one thing, however many copies of the context there are."""

    def __init__(self):
        #: Where its gateway listens; None: there is no application that stays.
        self.folder = None
        #: The PySpark session that is computed in, and whether it was started for the context.
        self.pyspark_session = None
        self.owns_pyspark_session = False

    def forget(self):
        """Nothing is computed in it any more. A session that PySpark's user holds lives on."""
        session, owned = self.pyspark_session, self.owns_pyspark_session
        self.__init__()
        if session is not None and owned:
            session.stop()


class RxSpark(RxSparkSettings, RxComputeContext):
    __doc__ = RxSparkSettings.__doc__

    distributed = True
    _usual = {}
    _settings = tuple(name for name in signature_of("RxSpark")["arguments"] if name != "object")

    def _construct(self, args, settings):
        if args and isinstance(args[0], RxComputeContext):  # RxSpark(context, master="local"), as in R
            settings["object"], args = args[0], args[1:]
        given = constructor_arguments("RxSpark", args, settings)
        origin = given.pop("object", None)
        if origin is not None and not isinstance(origin, RxComputeContext):
            raise InvalidArgument(f"RxSpark: object must be a compute context, not {shown(origin)}")
        given = {key: value for key, value in given.items() if value is not None}
        if origin is not None:
            taken = self._settings if isinstance(origin, RxSpark) else ("data_path", "out_data_path")
            given = {**{key: getattr(origin, key) for key in taken if getattr(origin, key) is not None}, **given}
        values = {**dict.fromkeys(self._settings), **_standard(given), **given}
        for name in ("data_path", "out_data_path", "packages_to_load"):
            values[name] = as_paths(values[name])
        values["port"] = whole_port("RxSpark", values["port"])
        if values["persistent_run"]:
            values["wait"] = True
        if isinstance(values["file_system"], str):
            hdfs = RxFileSystem(values["file_system"]).file_system_type() == "hdfs"
            values["file_system"] = RxHdfsFileSystem() if hdfs else RxNativeFileSystem()
        self.__dict__.update(values)
        same = isinstance(origin, RxSpark) and all(getattr(self, n) == getattr(origin, n) for n in _OF_APPLICATION)
        self.application = origin.application if same else Application()

    def modified(self, **changes):
        return RxSpark(object=self, **changes) if changes else copy.copy(self)

    def descriptor(self):
        table = signature_of("RxSpark")["arguments"]
        found = {"type": "RxSpark"}
        # "As Hadoop is configured", folders of which only a cluster with such folders knows, and what is resolved here.
        unsaid = {"name_node": "default", "port": 0, "share_dir": f"/var/RevoShare/{self.user}",
                  "hdfs_share_dir": f"/user/RevoShare/{self.user}", "data_path": self.data_path, "out_data_path": self.out_data_path}
        for name in self._settings:
            value = getattr(self, name)
            if value is not None and value != unsaid.get(name):
                found[table[name][0]] = value.descriptor() if isinstance(value, RxFileSystem) else value
        if self.master == "local" and "shareDir" in found:
            found["hdfsShareDir"] = found["shareDir"]
        home = _spark_of_pyspark()
        if home is not None:
            found["sparkHome"] = home
        if self.application.pyspark_session is not None:
            found["interop"] = ["pyspark"]
        if self.application.folder is not None:
            found["session"] = self.application.folder
        return found

    def jobs_folder(self):
        usual = f"/var/RevoShare/{self.user}"
        return None if self.share_dir == usual else os.path.join(os.path.abspath(self.share_dir), "jobs")

    def goes_on(self):
        # A connection, and what is kept of it, belong to this session.
        return not self.persistent_run and self.application.folder is None and self.application.pyspark_session is None

    def same_place(self, other):
        return isinstance(other, RxSpark) and (self.share_dir, self.name_node) == (other.share_dir, other.name_node)

    def __repr__(self):
        folder = self.application.folder
        running = [] if folder is None else [f"    connected through {folder}"]
        return "\n".join([super().__repr__(), *running])


register_context(RxSpark, "spark")
