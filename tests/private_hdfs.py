"""An HDFS for tests: one name node and two data nodes on loopback in a private folder, from the jars of tools/packages/hadoop.xml.

    with PrivateHdfs() as hdfs:
        hdfs.conf                a folder for HADOOP_CONF_DIR, of which hdfs:///path is this HDFS
        hdfs.environment()       what its clients need: HADOOP_CONF_DIR, HADOOP_USER_NAME, INSITU_HADOOP_CLASSPATH, JAVA_HOME
        hdfs.pids                {"namenode": ..., "datanode1": ..., "datanode2": ...}
        hdfs.kill("datanode1")   as a crash does; hdfs.start_data_node(1) starts it again

tests/private_hadoop.py adds YARN and MapReduce. `python3 tests/private_hdfs.py run -- COMMAND ...` runs a command in that
environment; its end is that of the command, and 77 where there can be no HDFS here. INSITU_HADOOP_JARS names another folder of jars
than build/hadoop/jars. Nothing is left at the end.
"""

import ctypes
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
OPTIONS = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]  # small, quick to start, no files in /tmp
LOG = """log4j.rootLogger=INFO,stderr
log4j.appender.stderr=org.apache.log4j.ConsoleAppender
log4j.appender.stderr.target=System.err
log4j.appender.stderr.layout=org.apache.log4j.PatternLayout
log4j.appender.stderr.layout.ConversionPattern=%d{ISO8601} %p %c{1}: %m%n
"""
PATIENCE = 400  # seconds; a machine that does much else is slow


class NoHdfs(Exception):
    """Why there can be none here."""


def jars():
    found = pathlib.Path(os.environ.get("INSITU_HADOOP_JARS", ROOT / "build" / "hadoop" / "jars"))
    if not list(found.glob("hadoop-hdfs-[0-9]*.jar")):
        raise NoHdfs(f"no jars of Hadoop in {found}: ./dev setup hadoop brings them")
    if shutil.which("java") is None:
        raise NoHdfs("no java here")
    return found


def free_ports(count):
    """Below those that the kernel gives to outgoing connections: one of them could take a port before its daemon does."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as line:
        first = int(line.read().split()[0])
    taken = []
    while len(taken) < count:
        try:
            taken.append(socket.create_server(("127.0.0.1", random.SystemRandom().randrange(max(1024, first - 16_384), max(first, 2048)))))
        except OSError:
            continue
    ports = [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()
    return ports


def end_with_parent():  # tests that are killed leave no daemons
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class PrivateHdfs:
    name = "hdfs"

    def __init__(self, settings=None):
        """`settings` are keys of Hadoop, of whichever file."""
        self.jars = jars()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"insitu-{self.name}-{os.getpid()}-"))
        self.conf = self.folder / "conf"
        self.class_path = f"{self.conf}:{self.jars}/*"
        self.java_home = str(pathlib.Path(shutil.which("java")).resolve().parent.parent)
        self.rpc, self.http = free_ports(2)
        self.user = "tester"
        self.settings = settings or {}
        self.daemons = {}
        try:
            self.configure()
            self.start()
        except BaseException:
            self.stop()
            raise

    def configure(self):
        (self.folder / "tmp").mkdir()
        (self.conf / "webapps" / "hdfs" / "WEB-INF").mkdir(parents=True)
        (self.conf / "webapps" / "datanode" / "WEB-INF").mkdir(parents=True)
        for each in ("hdfs", "datanode"):  # not in the jars that are published
            (self.conf / "webapps" / each / "WEB-INF" / "web.xml").write_text('<web-app version="2.4"/>')
        self.write("core-site.xml", {"fs.defaultFS": f"hdfs://127.0.0.1:{self.rpc}", "hadoop.tmp.dir": self.folder / "tmp",
                                     "hadoop.security.group.mapping": "org.apache.hadoop.security.NullGroupsMapping"})
        self.write("hdfs-site.xml", {
            "dfs.namenode.name.dir": f"file://{self.folder}/name", "dfs.namenode.http-address": f"127.0.0.1:{self.http}",
            "dfs.namenode.secondary.http-address": "127.0.0.1:0", "dfs.replication": 2, "dfs.blocksize": 1 << 20,
            "dfs.namenode.fs-limits.min-block-size": 1 << 16, "dfs.namenode.resource.du.reserved": 1 << 20, "dfs.datanode.du.reserved": 0,
            "dfs.namenode.datanode.registration.ip-hostname-check": "false", "dfs.namenode.safemode.extension": 0,
            "dfs.namenode.safemode.min.datanodes": 1, "dfs.client.block.write.replace-datanode-on-failure.policy": "NEVER",
            "dfs.heartbeat.interval": 1, "dfs.namenode.handler.count": 4, "dfs.permissions.superusergroup": "nobody"})
        (self.conf / "log4j.properties").write_text(LOG)

    def write(self, name, values):
        text = "".join(f"<property><name>{key}</name><value>{value}</value></property>\n" for key, value in {**values, **self.settings}.items())
        (self.conf / name).write_text(f'<?xml version="1.0"?>\n<configuration>\n{text}</configuration>\n')

    def java(self, heap, *arguments):
        return ["java", f"-Xmx{heap}m", *OPTIONS, f"-Djava.io.tmpdir={self.folder}/tmp", "-cp", self.class_path, *map(str, arguments)]

    def environment(self):
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HADOOP_")}
        return {**kept, "HADOOP_CONF_DIR": str(self.conf), "HADOOP_USER_NAME": self.user, "INSITU_HADOOP_CLASSPATH": self.class_path,
                "JAVA_HOME": self.java_home}

    @property
    def pids(self):
        return {name: daemon.pid for name, daemon in self.daemons.items()}

    def launch(self, name, heap, *arguments):
        log = open(self.folder / f"{name}.log", "ab")
        self.daemons[name] = subprocess.Popen(self.java(heap, *arguments), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                              env=self.environment(), preexec_fn=end_with_parent, cwd=self.folder)
        log.close()

    def start(self):
        subprocess.run(self.java(192, "org.apache.hadoop.hdfs.server.namenode.NameNode", "-format", "-force", "-nonInteractive"), check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.environment(), cwd=self.folder)
        self.start_daemons()
        self.wait_until_ready()

    def start_daemons(self):
        self.launch("namenode", 256, "org.apache.hadoop.hdfs.server.namenode.NameNode")
        for number in (1, 2):
            self.start_data_node(number)

    def wait_until_ready(self):
        self.wait_for(lambda: '"NumLiveDataNodes" : 2' in self.get("/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState"))
        self.wait_for(lambda: '"Safemode" : ""' in self.get("/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo"))

    def start_data_node(self, number):
        self.launch(f"datanode{number}", 192, "org.apache.hadoop.hdfs.server.datanode.DataNode",
                    "-D", f"dfs.datanode.data.dir=file://{self.folder}/data{number}", "-D", "dfs.datanode.address=127.0.0.1:0",
                    "-D", "dfs.datanode.ipc.address=127.0.0.1:0", "-D", "dfs.datanode.http.address=127.0.0.1:0")

    def kill(self, name):
        self.daemons[name].kill()
        self.daemons[name].wait()

    def get(self, path, port=None):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port or self.http}{path}", timeout=5) as reply:
                return reply.read().decode()
        except (urllib.error.URLError, OSError):
            return ""

    def wait_for(self, ready):
        end = time.monotonic() + PATIENCE
        while not ready():
            for name, daemon in self.daemons.items():
                if daemon.poll() is not None:
                    raise RuntimeError(f"{name} has ended: {(self.folder / f'{name}.log').read_text(errors='replace')[-2000:]}")
            if time.monotonic() > end:
                raise RuntimeError(f"{self.name} does not get ready")
            time.sleep(0.1)

    def live_data_nodes(self):
        beans = json.loads(self.get("/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo"))["beans"]
        return json.loads(beans[0]["LiveNodes"])

    def run(self, main, *arguments, heap=192):
        """A program of Hadoop's: what it prints; what it logs is in the error if it fails."""
        done = subprocess.run(self.java(heap, main, *arguments), capture_output=True, env=self.environment(), cwd=self.folder)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode(errors="replace")[-4000:])
        return done.stdout

    def shell(self, *arguments):
        """`hdfs dfs`: what Hadoop's own client prints."""
        return self.run("org.apache.hadoop.fs.FsShell", *arguments)

    def stop(self):
        for daemon in self.daemons.values():
            daemon.kill()
        for daemon in self.daemons.values():
            daemon.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def run_beside(kind, command):
    """Runs a command while such a cluster is there, and ends as the command does."""
    try:
        cluster = kind()
    except NoHdfs as why:
        print(why, file=sys.stderr)
        sys.exit(77)
    with cluster:
        ended = subprocess.run(command, env=cluster.environment())
    sys.exit(ended.returncode)


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1:3] != ["run", "--"]:
        sys.exit(__doc__)
    run_beside(PrivateHdfs, sys.argv[3:])
