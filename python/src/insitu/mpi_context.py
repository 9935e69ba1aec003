"""RxMpi: ranks of an MPI job as workers (docs/mpi.md)."""

from __future__ import annotations

from typing import Optional, Union

from insitu._types import Names, Path
from insitu.contexts import RxComputeContext, as_paths, packaged_worker, register_context
from insitu.errors import InvalidArgument, shown


class RxMpi(RxComputeContext):
    """Ranks of MPI, which mpirun starts; the same bits as RxLocalSeq.

    Parameters
    ----------
    num_ranks : int
        Number of ranks; -1: as many as mpirun has slots. It may come first: ``RxMpi(2)``.
    mpirun : str
        The program that starts ranks, by name or path.
    hostfile : str
        File of the machines for the ranks, this one first; all read the same files under the same paths.
    switches : str or list of str
        More arguments of mpirun, such as ``"--oversubscribe"``.
    worker : list of str
        Command line of the worker beside each rank; by default the one that comes with the package.
    object, data_path, out_data_path, wait
        As in RxLocalSeq.

    Raises
    ------
    InvalidArgument
        The number of ranks is no whole number, or a path, a switch or the object is of the wrong kind.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.RxMpi(2, switches="--oversubscribe")
    RxMpi Compute Context
        num_ranks = 2
        switches = '--oversubscribe'
    """

    _settings = ("num_ranks", "mpirun", "hostfile", "switches", "worker", "data_path", "out_data_path", "wait")
    _usual = {"wait": True, "mpirun": "mpirun"}

    def __init__(self, object: Union[RxComputeContext, int, None] = None, num_ranks: int = -1, mpirun: Path = "mpirun",
                 hostfile: Optional[Path] = None, switches: Optional[Names] = None, worker: Optional[Names] = None,
                 data_path: Union[Path, Names, None] = None, out_data_path: Union[Path, Names, None] = None,
                 wait: bool = True) -> None:
        if isinstance(object, int) and not isinstance(object, bool):  # RxMpi(2)
            if num_ranks != -1:
                raise InvalidArgument("RxMpi: num_ranks is given twice")
            object, num_ranks = None, object
        super().__init__(object, data_path, out_data_path, wait)
        if isinstance(num_ranks, bool) or not isinstance(num_ranks, int):
            raise InvalidArgument(f"RxMpi: num_ranks must be a whole number, not {shown(num_ranks)}")
        self.num_ranks = num_ranks
        self.mpirun = _one_path(mpirun, "RxMpi: mpirun")
        self.hostfile = None if hostfile is None else _one_path(hostfile, "RxMpi: hostfile")
        switches = as_paths(switches, "RxMpi: switches")
        self.switches = switches[0] if switches and len(switches) == 1 else switches
        self.worker = as_paths(worker, "RxMpi: worker")

    def descriptor(self):
        found = {"type": "RxMpi", "numRanks": self.num_ranks, "mpirun": self.mpirun}
        if self.hostfile is not None:
            found["hostfile"] = self.hostfile
        if self.switches is not None:
            found["switches"] = self.switches
        command = self.worker or packaged_worker()
        if command:
            found["worker"] = [command] if isinstance(command, str) else list(command)
        return found


def _one_path(value, what):
    paths = as_paths(value, what)
    if not paths or len(paths) != 1:
        raise InvalidArgument(f"{what} must be one path, not {shown(value)}")
    return paths[0]


register_context(RxMpi, "mpi")
