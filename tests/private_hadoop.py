"""A Hadoop for tests: HDFS, YARN and MapReduce on loopback in a private folder, from the jars of tools/packages/hadoop.xml.

    with PrivateHadoop() as hadoop:           # the HDFS of private_hdfs.py, a resource manager, two node managers, a history server
        hadoop.environment()                  what its clients need, as there; YARN and MapReduce are configured in hadoop.conf
        hadoop.pids                           of all seven: "resourcemanager", "nodemanager1", "historyserver" ...
        hadoop.kill("nodemanager1")           as a crash does; hadoop.start_node_manager(1) starts it again
        hadoop.container_processes()          {pid: command line} of all that runs in containers now
        hadoop.applications()                 what the resource manager knows of them, the last one last

`python3 tests/private_hadoop.py run -- COMMAND ...` runs a command beside one. By hand:

    eval "$(python3 tests/private_hadoop.py start FOLDER)"    # one is up, and this shell's HADOOP_CONF_DIR and the rest name it
    python3 tests/private_hadoop.py stop FOLDER

Nothing is left at the end, whatever was started in containers included. All ports are free ones of 127.0.0.1, but that of the shuffle,
which Hadoop opens to all interfaces.
"""

import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from private_hdfs import OPTIONS, NoHdfs, PrivateHdfs, free_ports, run_beside

NODE_MANAGERS = (1, 2)
MEMORY = 3072  # MB of containers on a node


class PrivateHadoop(PrivateHdfs):
    name = "hadoop"

    def configure(self):
        if not list(self.jars.glob("hadoop-yarn-server-nodemanager-*.jar")):
            raise NoHdfs(f"no jars of YARN in {self.jars}: ./dev setup hadoop brings them")
        super().configure()
        client, scheduler, tracker, admin, self.manager, history, self.history, history_admin = free_ports(8)
        jvm = " ".join(OPTIONS)
        self.write("yarn-site.xml", {
            "yarn.resourcemanager.hostname": "127.0.0.1", "yarn.resourcemanager.address": f"127.0.0.1:{client}",
            "yarn.resourcemanager.scheduler.address": f"127.0.0.1:{scheduler}",
            "yarn.resourcemanager.resource-tracker.address": f"127.0.0.1:{tracker}",
            "yarn.resourcemanager.admin.address": f"127.0.0.1:{admin}", "yarn.resourcemanager.webapp.address": f"127.0.0.1:{self.manager}",
            "yarn.resourcemanager.scheduler.class": "org.apache.hadoop.yarn.server.resourcemanager.scheduler.capacity.CapacityScheduler",
            # What is started together finds each other soon, and containers whose cluster was killed do not wait for it.
            "yarn.resourcemanager.connect.retry-interval.ms": 500, "yarn.resourcemanager.connect.max-wait.ms": 60_000,
            "yarn.resourcemanager.nodemanagers.heartbeat-interval-ms": 100, "yarn.nm.liveness-monitor.expiry-interval-ms": 20_000,
            "yarn.scheduler.minimum-allocation-mb": 128, "yarn.scheduler.maximum-allocation-mb": MEMORY,
            "yarn.nodemanager.resource.memory-mb": MEMORY, "yarn.nodemanager.resource.cpu-vcores": 4,
            # Memory is checked by the monitor: what is "enforced" needs cgroups, and turns the check off where there are none.
            "yarn.nodemanager.resource.memory.enforced": "false", "yarn.nodemanager.pmem-check-enabled": "true",
            "yarn.nodemanager.vmem-check-enabled": "false", "yarn.nodemanager.container-monitor.interval-ms": 1000,
            "yarn.nodemanager.aux-services": "mapreduce_shuffle", "yarn.nodemanager.env-whitelist": "JAVA_HOME",
            "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage": 99.9,
            "yarn.nodemanager.disk-health-checker.min-free-space-per-disk-mb": 0,
            "yarn.nodemanager.sleep-delay-before-sigkill.ms": 250, "yarn.nodemanager.delete.debug-delay-sec": 0,
            "yarn.nodemanager.address": "127.0.0.1:0", "yarn.nodemanager.localizer.address": "127.0.0.1:0",
            "yarn.nodemanager.webapp.address": "127.0.0.1:0", "yarn.log-aggregation-enable": "true",
            "yarn.application.classpath": f"{self.jars}/*"})
        self.write("mapred-site.xml", {
            "mapreduce.framework.name": "yarn", "mapreduce.shuffle.port": 0,
            "mapreduce.application.classpath": f"{self.jars}/*",  # as a path: ${env.X} stays as it is in containers
            "mapreduce.jobhistory.address": f"127.0.0.1:{history}", "mapreduce.jobhistory.webapp.address": f"127.0.0.1:{self.history}",
            "mapreduce.jobhistory.admin.address": f"127.0.0.1:{history_admin}", "mapreduce.jobhistory.move.interval-ms": 2000,
            "yarn.app.mapreduce.am.staging-dir": "/tmp/hadoop-yarn/staging", "yarn.app.mapreduce.am.resource.mb": 384,
            "yarn.app.mapreduce.am.command-opts": f"-Xmx256m {jvm}", "mapreduce.map.memory.mb": 384, "mapreduce.reduce.memory.mb": 384,
            "mapreduce.map.java.opts": f"-Xmx192m {jvm}", "mapreduce.reduce.java.opts": f"-Xmx192m {jvm}",
            "mapreduce.task.io.sort.mb": 16,  # 100 would not fit into that heap
            "yarn.app.mapreduce.am.scheduler.heartbeat.interval-ms": 100, "mapreduce.client.progressmonitor.pollinterval": 200,
            "mapreduce.client.completion.pollinterval": 200})
        self.write("capacity-scheduler.xml", {
            "yarn.scheduler.capacity.root.queues": "default", "yarn.scheduler.capacity.root.default.capacity": 100,
            "yarn.scheduler.capacity.maximum-am-resource-percent": 0.5,  # two applications at once
            "yarn.scheduler.capacity.resource-calculator": "org.apache.hadoop.yarn.util.resource.DefaultResourceCalculator"})

    def start_daemons(self):
        super().start_daemons()
        self.launch("resourcemanager", 256, "org.apache.hadoop.yarn.server.resourcemanager.ResourceManager")
        for number in NODE_MANAGERS:
            self.start_node_manager(number)
        super().wait_until_ready()  # a name node that is still starting may close a connection, which ends this one
        self.launch("historyserver", 192, "org.apache.hadoop.mapreduce.v2.hs.JobHistoryServer")

    def start_node_manager(self, number):
        folder = self.folder / f"nm{number}"
        self.launch(f"nodemanager{number}", 192, "org.apache.hadoop.yarn.server.nodemanager.NodeManager",
                    "-D", f"yarn.nodemanager.local-dirs={folder}/local", "-D", f"yarn.nodemanager.log-dirs={folder}/log")

    def wait_until_ready(self):
        super().wait_until_ready()
        self.wait_for(lambda: f'"activeNodes":{len(NODE_MANAGERS)},' in self.get("/ws/v1/cluster/metrics", self.manager))
        self.wait_for(lambda: "hadoopVersion" in self.get("/ws/v1/history/info", self.history))

    def applications(self):
        found = json.loads(self.get("/ws/v1/cluster/apps", self.manager))["apps"]
        return sorted(found["app"], key=lambda each: each["id"]) if found else []

    def container_processes(self):
        """What runs in a container has its working folder below one of those of the node managers, whoever its parent is by now."""
        found = {}
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(process / "cwd").startswith(f"{self.folder}/nm"):
                    found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            except OSError:  # it has ended, or is not ours
                pass
        return found

    def stop(self):
        # The managers go first, so that they start no more; then what they had started, until no more of it comes to light.
        for name, daemon in self.daemons.items():
            if name.startswith(("nodemanager", "resourcemanager")):
                daemon.kill()
                daemon.wait()
        end = time.monotonic() + 10
        while (left := self.container_processes()) and time.monotonic() < end:
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass
            time.sleep(0.02)
        super().stop()


def start(folder):
    """Leaves a process behind that keeps the cluster until it is told to stop; prints what a shell needs for being its client."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "environment").exists():
        sys.exit(f"there is one already: {folder}")
    with open(folder / "keeper.log", "w") as log:
        keeper = subprocess.Popen([sys.executable, __file__, "keep", str(folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  start_new_session=True)
    while not (folder / "environment").exists():
        if keeper.poll() is not None:
            sys.exit((folder / "keeper.log").read_text().strip() or "the cluster has not come up")
        time.sleep(0.1)
    print((folder / "environment").read_text(), end="")


def keep(folder):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))  # while it starts, too, what was started is ended
    try:
        with PrivateHadoop() as hadoop:
            own = {key: value for key, value in hadoop.environment().items() if os.environ.get(key) != value}
            text = "".join(f"export {key}={shlex.quote(value)}\n" for key, value in own.items())
            (folder / "pid").write_text(str(os.getpid()))
            (folder / "environment.new").write_text(text)
            (folder / "environment.new").rename(folder / "environment")
            while True:
                signal.pause()
    except NoHdfs as why:
        sys.exit(str(why))
    finally:
        for name in ("environment", "pid"):
            (folder / name).unlink(missing_ok=True)


def stop(folder):
    try:
        pid = int((folder / "pid").read_text())
    except FileNotFoundError:
        sys.exit(f"none was started there: {folder}")
    os.kill(pid, signal.SIGTERM)
    while (folder / "pid").exists() and pathlib.Path(f"/proc/{pid}").exists():
        time.sleep(0.1)
    (folder / "keeper.log").unlink(missing_ok=True)


def main(arguments):
    if arguments[:2] == ["run", "--"] and len(arguments) > 2:
        run_beside(PrivateHadoop, arguments[2:])
    if len(arguments) != 2 or arguments[0] not in ("start", "keep", "stop"):
        sys.exit(__doc__)
    {"start": start, "keep": keep, "stop": stop}[arguments[0]](pathlib.Path(arguments[1]).resolve())


if __name__ == "__main__":
    main(sys.argv[1:])
