"""Jobs whose client was killed while it submitted them."""

import os
import random
import signal
import subprocess
import sys
import time

import insitu as rx


def kill_a_client(code, is_right):
    """Runs ``code``, which prints a line when it has submitted a job and goes on; kills it at a random moment. What is there then
    are whole jobs, which finish with a value that ``is_right``, or say that they were never begun."""
    client = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    client.stdout.readline()
    time.sleep(random.random() * 0.1)
    os.killpg(client.pid, signal.SIGKILL)
    client.communicate()
    jobs = rx.rx_get_jobs(rx.RxLocalSeq(), verbose=False)
    assert jobs
    for job in jobs:
        rx.rx_wait_for_job(job)
        if job.state == "finished":
            assert is_right(rx.rx_get_job_results(job))
        else:
            assert job.state == "failed" and "has not begun" in job.look()["message"]
            rx.rx_cleanup_jobs(job, verbose=False)
