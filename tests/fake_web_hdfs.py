"""A name node and data nodes of WebHDFS within one process, for tests: files in memory, and every fault that can be asked for.

    with FakeHdfs() as hdfs:
        hdfs.conf                        for HADOOP_CONF_DIR
        hdfs.files["/a/b.csv"] = b"..."  folders are those of files, and hdfs.folders
        hdfs.faults.append("cut")        the next reply of a data node breaks off; see FAULTS

Written after Hadoop's documentation "WebHDFS REST API"; python/tests/test_hdfs.py asks the same of a real HDFS.
"""

import json
import pathlib
import shutil
import sys
import tempfile
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = {
    "dead": "the data node that is named does not answer",
    "cut": "a data node sends half of what it has promised",
    "error": "a data node fails with an error of Java and its stack",
    "nonsense": "the name node answers what is no JSON",
    "html": "the name node answers a page of somebody else",
    "standby": "the name node is not the active one",
    "lost": "a data node takes all bytes and closes the line",
    "ticket": "for good: the name node wants a ticket of Kerberos, and takes none",
    "old": "for good: the name node sends to data nodes as that of Hadoop 2 does, by HTTP's redirection",
}


class Refused(Exception):
    def __init__(self, exception, message, status=403):
        self.status = status
        self.body = {"RemoteException": {"exception": exception, "javaClassName": f"org.apache.hadoop.{exception}", "message": message}}


class FakeHdfs:
    def __init__(self, user="tester", trash_minutes=0, tls=None):
        """`tls`: a file of a certificate and its key; HTTPS is spoken then, and nothing else."""
        self.tls = tls
        self.files, self.folders, self.modified, self.ids = {}, {"/", "/user", f"/user/{user}"}, {}, {}
        self.user, self.trash_minutes, self.faults, self.asked, self.excluded = user, trash_minutes, [], [], []
        #: (offset, length) of what data nodes were asked for, and the function that is called with a path and these before
        #: they send it: it may sleep, raise Refused, write files.
        self.given, self.before_bytes = [], None
        self.lock = threading.RLock()
        self.names = [self.serve(NameNode), self.serve(NameNode)]
        self.data = [self.serve(DataNode), self.serve(DataNode)]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="insitu-fake-hdfs-"))
        self.conf = self.folder
        at = f"127.0.0.1:{self.port(self.names[0])}"
        self.configure({"dfs.http.policy": "HTTPS_ONLY", "dfs.namenode.https-address": at} if tls else {"dfs.namenode.http-address": at})

    def configure(self, values, default="hdfs://127.0.0.1:8020"):
        (self.folder / "core-site.xml").write_text(f"<configuration><property><name>fs.defaultFS</name><value>{default}</value></property></configuration>")
        text = "".join(f"<property><name>{key}</name><value>{value}</value></property>" for key, value in values.items())
        (self.folder / "hdfs-site.xml").write_text(f"<configuration>{text}</configuration>")

    def serve(self, handler):
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        server.hdfs = self
        if self.tls:
            import ssl  # not on top: started from R, Python may find another OpenSSL than its own

            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.tls)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return server

    @staticmethod
    def port(server):
        return server.server_address[1]

    def fault(self, *kinds):
        """Takes one of these from the list of faults."""
        with self.lock:
            for kind in self.faults:
                if kind in kinds:
                    self.faults.remove(kind)
                    return kind
        return None

    def kind(self, path):
        if path in self.files:
            return "FILE"
        inside = path.rstrip("/") + "/"
        if path in self.folders or any(each.startswith(inside) for each in [*self.files, *self.folders]):
            return "DIRECTORY"
        return None

    def status(self, path, name=""):
        kind = self.kind(path) or ("DIRECTORY" if self.told else None)
        if kind is None:
            raise Refused("FileNotFoundException", f"File does not exist: {path}", 404)
        return {"pathSuffix": name, "type": kind, "length": len(self.files.get(path, b"")), "modificationTime": self.modified.get(path, 1_600_000_000_000),
                "fileId": self.ids.get(path, 16385 + sum(map(ord, path))), "owner": self.user, "group": "staff", "permission": "644",
                "replication": 1, "blockSize": 134217728, "accessTime": 0}

    def write(self, path, body):
        with self.lock:
            self.files[path] = body
            self.modified[path] = int(time.time() * 1000)
            self.ids[path] = 20_000 + len(self.asked)

    #: Names that folders tell of beside their own, as a hostile name node does.
    told = ()

    def children(self, path):
        inside = path.rstrip("/") + "/"
        return sorted({each[len(inside):].split("/")[0] for each in [*self.files, *self.folders] if each.startswith(inside) and each != inside})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in [*self.names, *self.data]:
            server.shutdown()
            server.server_close()
        shutil.rmtree(self.folder)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    @property
    def hdfs(self):
        return self.server.hdfs

    def parts(self):
        address = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(address.query, keep_blank_values=True))
        return urllib.parse.unquote(address.path), query

    def reply(self, body, status=200, kind="application/json", length=None, **more):
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def do_GET(self):
        try:
            self.answer(*self.parts())
        except Refused as refused:
            self.reply(json.dumps(refused.body).encode(), refused.status)
        except OSError:  # a client that wants no more
            self.close_connection = True

    do_PUT = do_POST = do_DELETE = do_GET


class NameNode(Handler):
    def answer(self, path, query):
        hdfs = self.hdfs
        if path == "/jmx":
            live = {f"127.0.0.1:{hdfs.port(each) + 1000}": {"infoAddr": f"127.0.0.1:{hdfs.port(each)}", "xferaddr": f"127.0.0.1:{hdfs.port(each) + 1000}"}
                    for each in hdfs.data}
            return self.reply(json.dumps({"beans": [{"LiveNodes": json.dumps(live)}]}).encode())
        if hdfs.fault("nonsense"):
            return self.reply(b"[1, 2")
        if "ticket" in hdfs.faults:
            return self.reply(b"<html>Authentication required</html>", 401, "text/html", WWW_Authenticate="Negotiate")
        if hdfs.fault("html"):
            return self.reply(b"<html>404</html>", 404, "text/html")
        if self.server is hdfs.names[0] and "standby" in hdfs.faults:
            raise Refused("StandbyException", "Operation category READ is not supported in state standby")
        assert path.startswith("/webhdfs/v1/"), path
        path = "/" + path[len("/webhdfs/v1/"):].strip("/") if path != "/webhdfs/v1/" else "/"
        op = query["op"]
        with hdfs.lock:
            hdfs.asked.append((self.command, op, path, query))
            found = getattr(self, op)(path, query)
        if "old" in hdfs.faults and found and "Location" in found:
            self.send_response(307)
            for name, value in (("Location", found["Location"]), ("Content-Length", "0"), ("Connection", "close")):
                self.send_header(name, value)
            self.end_headers()
            self.close_connection = True
            return None
        return self.reply(json.dumps(found).encode() if found is not None else b"")

    def GETFILESTATUS(self, path, _):
        return {"FileStatus": self.hdfs.status(path)}

    def LISTSTATUS(self, path, _):
        status = self.hdfs.status(path)
        if status["type"] == "FILE":
            return {"FileStatuses": {"FileStatus": [status]}}
        found = [self.hdfs.status(f"{path.rstrip('/')}/{name}", name) for name in self.hdfs.children(path)]
        return {"FileStatuses": {"FileStatus": found + [{**self.hdfs.status("/"), "pathSuffix": name} for name in self.hdfs.told]}}

    def GETCONTENTSUMMARY(self, path, _):
        self.hdfs.status(path)
        inside = [len(body) for name, body in self.hdfs.files.items() if name == path or name.startswith(path.rstrip("/") + "/")]
        return {"ContentSummary": {"length": sum(inside), "fileCount": len(inside), "directoryCount": 1}}

    def GETHOMEDIRECTORY(self, _, query):
        return {"Path": f"/user/{query['user.name']}"}

    def GETSERVERDEFAULTS(self, _, query):
        return {"FsServerDefaults": {"trashInterval": self.hdfs.trash_minutes}}

    def MKDIRS(self, path, _):
        if self.hdfs.kind(path) == "FILE":
            raise Refused("FileAlreadyExistsException", f"Path is not a directory: {path}")
        parts = path.strip("/").split("/")
        self.hdfs.folders.update("/" + "/".join(parts[:k]) for k in range(1, len(parts) + 1))
        return {"boolean": True}

    def LISTSTATUS_BATCH(self, path, query):
        found = [each for each in self.LISTSTATUS(path, query)["FileStatuses"]["FileStatus"] if each["pathSuffix"] > query["startAfter"]]
        return {"DirectoryListing": {"partialListing": {"FileStatuses": {"FileStatus": found[:1000]}}, "remainingEntries": len(found[1000:])}}

    def RENAME(self, path, query):
        hdfs, to, option = self.hdfs, query["destination"], query.get("renameoptions")
        orphan = hdfs.kind(to.rsplit("/", 1)[0] or "/") is None
        if option:
            hdfs.status(path)
            if orphan:
                raise Refused("FileNotFoundException", f"rename destination parent of {to} not found.", 404)
            if hdfs.kind(to) and (option != "OVERWRITE" or hdfs.kind(to) == "DIRECTORY"):
                raise Refused("FileAlreadyExistsException", f"rename destination {to} already exists")
            hdfs.files.pop(to, None)
        else:
            if hdfs.kind(to) == "DIRECTORY":  # which takes it in
                to = to.rstrip("/") + "/" + path.rsplit("/", 1)[1]
            if hdfs.kind(path) is None or hdfs.kind(to) is not None or orphan:
                return {"boolean": False}
        for table in (hdfs.files, hdfs.modified, hdfs.ids):
            for name in [each for each in table if each == path or each.startswith(path + "/")]:
                table[to + name[len(path):]] = table.pop(name)
        hdfs.folders = {to + each[len(path):] if each == path or each.startswith(path + "/") else each for each in hdfs.folders}
        return None if option else {"boolean": True}

    def DELETE(self, path, query):
        hdfs = self.hdfs
        if hdfs.kind(path) is None:
            return {"boolean": False}
        if hdfs.kind(path) == "DIRECTORY" and hdfs.children(path) and query["recursive"] != "true":
            raise Refused("PathIsNotEmptyDirectoryException", f"`{path} is non empty': Directory is not empty")
        for name in [each for each in hdfs.files if each == path or each.startswith(path + "/")]:
            del hdfs.files[name]
        hdfs.folders = {each for each in hdfs.folders if each != path and not each.startswith(path + "/")}
        return {"boolean": True}

    def at_data_node(self, path, query):
        hdfs = self.hdfs
        out = [each for each in query.get("excludedatanodes", "").split(",") if each]
        hdfs.excluded.extend(out)
        nodes = [each for each in hdfs.data if f"127.0.0.1:{hdfs.port(each) + 1000}" not in out] or hdfs.data
        port = hdfs.port(nodes[0])
        if hdfs.fault("dead"):
            port = 1  # nobody listens there
        more = {key: value for key, value in query.items() if key not in ("noredirect", "excludedatanodes")}
        return {"Location": f"{'https' if self.hdfs.tls else 'http'}://127.0.0.1:{port}/webhdfs/v1{urllib.parse.quote(path, safe='/+')}?{urllib.parse.urlencode(more)}"}

    def OPEN(self, path, query):
        status = self.hdfs.status(path)
        if status["type"] != "FILE":
            raise Refused("FileNotFoundException", f"Path is not a file: {path}", 404)
        if int(query["offset"]) >= status["length"]:
            raise Refused("IOException", f"Offset={query['offset']} out of the range [0, {status['length']}); OPEN, path={path}")
        return self.at_data_node(path, query)

    CREATE = APPEND = GETFILECHECKSUM = at_data_node


class DataNode(Handler):
    def answer(self, path, query):
        hdfs = self.hdfs
        path = path[len("/webhdfs/v1"):]
        op = query["op"]
        body = self.body() if op in ("CREATE", "APPEND") else b""
        fault = hdfs.fault("cut", "error", "lost")
        if fault == "error":
            raise Refused("IOException", "disk failure\n\tat org.apache.hadoop.Thing.run(Thing.java:1)\n\tat java.lang.Thread.run", 500)
        if fault == "lost":
            self.close_connection = True
            return None
        if op == "OPEN":
            offset, length = int(query["offset"]), int(query["length"])
            hdfs.given.append((offset, length))
            if hdfs.before_bytes is not None:
                hdfs.before_bytes(path, offset, length)
            found = hdfs.files[path][offset:offset + length]
            if fault == "cut":
                self.reply(found[:len(found) // 2], 200, "application/octet-stream", len(found))
                return self.connection.close()
            return self.reply(found, 200, "application/octet-stream")
        if op == "GETFILECHECKSUM":
            return self.reply(json.dumps({"FileChecksum": {"algorithm": "length", "bytes": str(len(hdfs.files[path]))}}).encode())
        if op == "CREATE":
            if path in hdfs.files and query["overwrite"] != "true":
                raise Refused("FileAlreadyExistsException", f"{path} for client 127.0.0.1 already exists")
            hdfs.write(path, body)
            return self.reply(b"", 201)
        hdfs.write(path, hdfs.files[path] + body)
        return self.reply(b"")


if __name__ == "__main__":  # for tests of other languages: the folder of its configuration, until the standard input ends
    with FakeHdfs() as served:
        print(served.conf, flush=True)
        sys.stdin.read()
