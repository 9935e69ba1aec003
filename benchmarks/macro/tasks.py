"""Questions about rx_exec: 10,000 small tasks on two workers that are there, beside joblib and R's own parallel; and what ranks of MPI
cost beside worker processes."""

import json
import os
import shutil
import subprocess
import tempfile

import numpy as np

import insitu as rx

TASKS = 10_000

#: R's side, all in one session: seconds of rxExec, parLapply and mclapply, the smallest of several runs that alternate.
IN_R = """
library(insitu)
rxOptions(reportProgress = 0)
invisible(rxSetComputeContext(RxProcesses(numWorkers = 2)))
work <- function(x) x * 2 + 1
n <- %d
cluster <- parallel::makeCluster(2)
ways <- list(ours = function() rxExec(work, rxElemArg(seq_len(n))), parLapply = function() parallel::parLapply(cluster, seq_len(n), work),
    mclapply = function() parallel::mclapply(seq_len(n), work, mc.cores = 2))
seconds <- c(ours = Inf, parLapply = Inf, mclapply = Inf)
for (run in 1:6) for (way in names(ways)) {
  taken <- system.time(values <- ways[[way]]())[[3L]]
  stopifnot(identical(unname(unlist(values)), seq_len(n) * 2 + 1))
  if (run > 1) seconds[[way]] <- min(seconds[[way]], taken)
}
parallel::stopCluster(cluster)
cat(sprintf('{"ours": %%f, "parLapply": %%f, "mclapply": %%f}', seconds[[1L]], seconds[[2L]], seconds[[3L]]))
"""


def work(x):
    return x * 2 + 1


def question_tasks(table, best):
    from joblib import Parallel, delayed

    context = rx.RxProcesses(2)
    numbers = list(range(TASKS))
    with Parallel(n_jobs=2) as pool:
        pool(delayed(work)(i) for i in range(10))  # starts the workers, as the first run of ours does
        (ours, peer), (found, theirs) = best(lambda: rx.rx_exec(work, x=numbers, compute_context=context),
                                             lambda: pool(delayed(work)(i) for i in numbers))
    assert found == theirs == [work(i) for i in numbers]
    table.add(f"{TASKS:,} small tasks, 2 workers", ours, "joblib (loky)", peer, 1.0)


def question_tasks_in_r(table):
    done = subprocess.run(["Rscript", "-e", IN_R % TASKS], capture_output=True, text=True)
    if done.returncode:
        table.note(f"{TASKS:,} small tasks in R", "not asked: " + done.stderr.strip().splitlines()[-1])
        return
    seconds = json.loads(done.stdout.strip().splitlines()[-1])
    for peer in ("parLapply", "mclapply"):
        table.add(f"{TASKS:,} small tasks in R, 2 workers", seconds["ours"], f"R {peer}", seconds[peer], 1.0)


#: Open MPI starts nothing as root, and no more ranks than cores, unless it is told to.
_MPI = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1"}


def question_mpi(table, best, rows=2_000_000):
    """The same calls on two ranks that are there and on two worker processes: what goes through MPI, and through rank 0."""
    question = f"linear model, {rows:,} rows of a file, 2 ranks of MPI"
    if shutil.which("mpirun") is None:
        table.note(question, "not asked: mpirun is not installed (Debian: openmpi-bin)")
        return
    before = {name: os.environ.get(name) for name in _MPI}
    os.environ.update(_MPI)
    try:
        ranks, processes = rx.RxMpi(2), rx.RxProcesses(2)
        try:
            rx.rx_exec(work, x=[1, 2], compute_context=ranks)
        except rx.WorkerError as failure:
            table.note(question, f"not asked: {failure}")
            return
        numbers = list(range(TASKS))
        (ours, peer), (found, theirs) = best(*(lambda c=c: rx.rx_exec(work, x=numbers, compute_context=c) for c in (ranks, processes)))
        assert found == theirs == [work(i) for i in numbers]
        table.add(f"{TASKS:,} small tasks, 2 ranks of MPI", ours, "RxProcesses(2)", peer, 1.5)
        with tempfile.TemporaryDirectory(prefix="insitu-bench-mpi-") as folder:
            rng = np.random.default_rng(20130101)
            file = os.path.join(folder, "rows.xdf")
            rx.rx_data_step({"y": rng.normal(size=rows), "x": rng.normal(size=rows), "z": rng.normal(size=rows)}, file, rows_per_read=100_000,
                            report_progress=0)
            (ours, peer), (found, theirs) = best(*(lambda c=c: rx.rx_lin_mod("y ~ x + z", file, compute_context=c, report_progress=0)
                                                   .coefficients.tobytes() for c in (ranks, processes)))
            assert found == theirs
            table.add(question, ours, "RxProcesses(2)", peer, 1.5)
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
