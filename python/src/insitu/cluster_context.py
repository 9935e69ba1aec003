"""What the contexts of clusters, RxSpark and RxHadoopMR, have in common: folders, a name node, and how a copy is made."""

import copy
import getpass
import os

from insitu import _session
from insitu._arguments import constructor_arguments, signature_of
from insitu.contexts import RxComputeContext, as_paths
from insitu.errors import InvalidArgument, shown
from insitu.file_systems import RxFileSystem, RxHdfsFileSystem, RxNativeFileSystem, whole_port


class ClusterContext(RxComputeContext):
    """A context whose arguments stand in the table, under the name of its class."""

    distributed = True
    _usual = {}
    #: The name of the class in the table.
    _class_name = ""

    @staticmethod
    def settings_of(name):
        return tuple(each for each in signature_of(name)["arguments"] if each != "object")

    def _standard(self, user):
        """The settings that nobody gave, with the folders of this user."""
        return {
            "hdfs_share_dir": f"/user/RevoShare/{user}", "share_dir": f"/var/RevoShare/{user}", "user": user, "client_share_dir": "/tmp",
            "ssh_switches": "", "ssh_client_dir": "", "name_node": _session.option("hdfsHost"), "port": _session.option("hdfsPort"),
            "wait": True, "console_output": False, "show_output_while_waiting": True, "auto_cleanup": True, "results_timeout": 15,
        }

    def _construct(self, args, settings):
        """Returns the context whose copy this is, if it is one of the same class."""
        kind, name = type(self), self._class_name
        if args and isinstance(args[0], RxComputeContext):  # RxSpark(context, master="local"), as in R
            settings["object"], args = args[0], args[1:]
        given = constructor_arguments(name, args, settings)
        origin = given.pop("object", None)
        if origin is not None and not isinstance(origin, RxComputeContext):
            raise InvalidArgument(f"{name}: object must be a compute context, not {shown(origin)}")
        given = {key: value for key, value in given.items() if value is not None}
        same = origin if getattr(origin, "_class_name", "") == name else None
        if origin is not None:
            taken = kind._settings if same is not None else ("data_path", "out_data_path")
            given = {**{key: getattr(origin, key) for key in taken if getattr(origin, key) is not None}, **given}
        values = {**dict.fromkeys(kind._settings), **self._standard(given.get("user") or getpass.getuser()), **given}
        for key in ("data_path", "out_data_path", "packages_to_load"):
            values[key] = as_paths(values[key])
        values["port"] = whole_port(name, values["port"])
        if isinstance(values["file_system"], str):
            hdfs = RxFileSystem(values["file_system"]).file_system_type() == "hdfs"
            values["file_system"] = RxHdfsFileSystem() if hdfs else RxNativeFileSystem()
        self.__dict__.update(values)
        return same

    def modified(self, **changes):
        return type(self)(object=self, **changes) if changes else copy.copy(self)

    def descriptor(self):
        table = signature_of(self._class_name)["arguments"]
        found = {"type": self._class_name}
        # "As Hadoop is configured", folders of which only a cluster with such folders knows, and what is resolved here.
        unsaid = {"name_node": "default", "port": 0, "share_dir": f"/var/RevoShare/{self.user}",
                  "hdfs_share_dir": f"/user/RevoShare/{self.user}", "data_path": self.data_path, "out_data_path": self.out_data_path}
        for name in self._settings:
            value = getattr(self, name)
            if value is not None and value != unsaid.get(name):
                found[table[name][0]] = value.descriptor() if isinstance(value, RxFileSystem) else value
        return found

    def jobs_folder(self):
        usual = f"/var/RevoShare/{self.user}"
        return None if self.share_dir == usual else os.path.join(os.path.abspath(self.share_dir), "jobs")

    def same_place(self, other):
        return type(other) is type(self) and (self.share_dir, self.name_node) == (other.share_dir, other.name_node)
