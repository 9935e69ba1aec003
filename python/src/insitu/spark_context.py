"""RxSpark: where to find a Spark cluster, and how much of it to use."""

import functools
import importlib.machinery
import os
import sys

from insitu import _session
from insitu._constructors import RxSparkSettings
from insitu.cluster_context import ClusterContext
from insitu.contexts import register_context

#: Settings of an application: a context that changes one of them needs another application.
_OF_APPLICATION = ("hdfs_share_dir", "share_dir", "name_node", "master", "port", "num_executors", "executor_cores", "executor_mem",
                   "driver_mem", "executor_overhead_mem", "extra_spark_config", "tmp_fs_work_dir", "job_tracker_url")


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


class RxSpark(RxSparkSettings, ClusterContext):
    __doc__ = RxSparkSettings.__doc__

    _class_name = "RxSpark"
    _settings = ClusterContext.settings_of("RxSpark")

    def _standard(self, user):
        option = _session.option
        return {
            **super()._standard(user), "master": "yarn", "num_executors": option("spark.numExecutors"),
            "executor_cores": option("spark.executorCores"), "executor_mem": option("spark.executorMem"), "driver_mem": "4g",
            "executor_overhead_mem": option("spark.executorOverheadMem"), "extra_spark_config": "", "persistent_run": False,
            "spark_reduce_method": "auto", "idle_timeout": 3600, "suppress_warning": True,
        }

    def _construct(self, args, settings):
        origin = super()._construct(args, settings)
        if self.persistent_run:
            self.wait = True
        same = origin is not None and all(getattr(self, n) == getattr(origin, n) for n in _OF_APPLICATION)
        self.application = origin.application if same else Application()
        return origin

    def descriptor(self):
        found = super().descriptor()
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

    def goes_on(self):
        # A connection, and what is kept of it, belong to this session.
        return not self.persistent_run and self.application.folder is None and self.application.pyspark_session is None

    def __repr__(self):
        folder = self.application.folder
        running = [] if folder is None else [f"    connected through {folder}"]
        return "\n".join([super().__repr__(), *running])


register_context(RxSpark, "spark")
