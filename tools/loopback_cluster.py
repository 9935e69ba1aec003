"""A Spark standalone cluster on this machine's loopback: a master and its workers, for tests and the demo.

    with LoopbackCluster(spark_home, folder, workers=2) as cluster:
        rx.rx_spark_connect(master=cluster.url)

Ports are chosen by the system. Every process is ended by its own number, and has ended when the block is left.
"""

import os
import pathlib
import re
import signal
import subprocess
import time

_DAEMON_MEMORY = "300m"
# Short-lived daemons start faster so. The master's door for REST has a port of its own, which others may want.
_DAEMON_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dspark.master.rest.enabled=false"


class LoopbackCluster:
    """``url`` is what Spark calls the master; ``master`` and ``workers`` are the processes.

    Parameters
    ----------
    spark_home : path
        The folder that holds ``bin/spark-class``.
    folder : path
        Where the daemons write their logs and the files of applications; the caller removes it.
    workers, cores, memory : int, int, str
        How many workers, and what each of them offers.
    """

    def __init__(self, spark_home, folder, workers=2, cores=2, memory="2g", patience_seconds=90):
        self._spark_home = pathlib.Path(spark_home)
        self._folder = pathlib.Path(folder)
        self._wanted = [(cores, memory)] * workers
        self._patience = patience_seconds
        self.master, self.workers, self.url = None, [], None

    def __enter__(self):
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def _start(self):
        self.master = self._daemon("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "0",
                                   "--webui-port", "0")
        self.url = self._await_in_log("master", r"Starting Spark master at (spark://\S+)", 1)[0]
        for number, (cores, memory) in enumerate(self._wanted):
            self.workers.append(self._daemon(
                f"worker-{number}", "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0",
                "--cores", str(cores), "--memory", memory, "--work-dir", str(self._folder / f"work-{number}"), self.url))
        self._await_in_log("master", r"Registering worker (\S+)", len(self._wanted))

    def _log(self, name):
        return self._folder / f"{name}.log"

    def _daemon(self, name, *command):
        environment = {**os.environ, "SPARK_HOME": str(self._spark_home), "SPARK_LOCAL_IP": "127.0.0.1",
                       "SPARK_DAEMON_MEMORY": _DAEMON_MEMORY, "SPARK_DAEMON_JAVA_OPTS": _DAEMON_OPTIONS}
        with open(self._log(name), "wb") as log:
            return subprocess.Popen([str(self._spark_home / "bin" / "spark-class"), *command], env=environment,
                                    stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

    def _await_in_log(self, name, pattern, count):
        """Waits until a daemon has said something that often; returns what the pattern's group found."""
        end = time.monotonic() + self._patience
        while True:
            text = self._log(name).read_text(errors="replace")
            found = re.findall(pattern, text)
            if len(found) >= count:
                return found
            for process in [self.master, *self.workers]:
                if process.poll() is not None:
                    raise RuntimeError(f"a daemon of Spark ended with status {process.returncode}; the master said:\n{text[-2000:]}")
            if time.monotonic() > end:
                raise RuntimeError(f"the Spark {name} was not ready after {self._patience} s; it said:\n{text[-2000:]}")
            time.sleep(0.02)

    def stop(self):
        """Ends workers, then the master; their executors end with them."""
        for process in [*self.workers, self.master]:
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in [*self.workers, self.master]:
            if process is None:
                continue
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.workers, self.master = [], None
