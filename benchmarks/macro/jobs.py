"""A question about jobs: from the call to the id of the job, beside the bare start of the process that runs it."""

import subprocess
import sys

import insitu as rx


def question_jobs(table, best):
    context = rx.RxLocalSeq(wait=False)
    submitted = []

    def submit():
        submitted.append(rx.rx_exec(lambda x: 2 * x, x=[1, 2], compute_context=context))

    (ours, peer), _ = best(submit, lambda: subprocess.run([sys.executable, "-c", ""], check=True))
    for job in submitted:
        rx.rx_wait_for_job(job)
        assert rx.rx_get_job_results(job) == [2, 4]
    table.add("from the call to the id of a job", ours, "a bare start of Python", peer, 1.0)
