"""RxHadoopMR: where to find Hadoop, and how its jobs are to run (docs/hadoop.md)."""

import copy
import getpass

from insitu._constructors import RxHadoopMRSettings
from insitu.cluster_context import ClusterContext
from insitu.contexts import register_context
from insitu.remote_context import RxRemote


class RxHadoopMR(RxHadoopMRSettings, ClusterContext):
    __doc__ = RxHadoopMRSettings.__doc__

    _class_name = "RxHadoopMR"
    _settings = ClusterContext.settings_of("RxHadoopMR")
    # What means nothing here is printed where it was given.
    _usual = {"hadoop_r_path": "/usr/bin/Revo64-8", "revo_path": "/usr/bin/Revo64-8", "ssh_switches": "", "ssh_client_dir": ""}

    def in_place(self):
        """On an edge node whole calls run there: RxRemote with that host, and this context in it."""
        if not self.ssh_hostname or self.on_cluster_node:
            return self
        inner = copy.copy(self)
        inner.ssh_hostname, inner.wait = None, True
        user = self.user if self.user != getpass.getuser() else None
        return RxRemote(self.ssh_hostname, user, self.ssh_switches, self.working_dir, inner, self.wait)

    def _standard(self, user):
        return {**super()._standard(user), "hadoop_r_path": "/usr/bin/Revo64-8", "revo_path": "/usr/bin/Revo64-8",
                "hadoop_switches": "", "using_run_as_user_mode": False, "framework": "auto", "jvm_options": "", "map_memory": 0,
                "reduce_memory": 0, "uber": "auto", "reduce_method": "auto"}


register_context(RxHadoopMR, "hadoopmr")
