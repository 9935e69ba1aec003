"""insitu --remote: commands that compute on another machine, here an sshd of the test's own on loopback (docs/remote.md)."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from loopback_sshd import LoopbackServer, NoServer

INSITU = os.environ.get("INSITU_COMMAND", "insitu")


class RemoteTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory(prefix=f"insitu-remote-{os.getpid()}-")
        cls.there = os.path.join(cls._folder.name, "über there")
        cls.here = os.path.join(cls._folder.name, "here")
        for folder in (cls.there, cls.here):
            os.mkdir(folder)
        try:
            cls.server = LoopbackServer({"XDG_CACHE_HOME": os.path.join(cls.there, "cache"),
                                         "INSITU_JOBS_FOLDER": os.path.join(cls.there, "jobs")})
        except NoServer as why:
            cls._folder.cleanup()
            raise unittest.SkipTest(str(why)) from None
        with open(os.path.join(cls.there, "small file.csv"), "w") as file:
            file.write("day,delay,hour\n")
            for i in range(60):
                file.write(f"{('Mon', 'Tue', 'Wed')[i % 3]},{i % 13},{5 + i % 18}.5\n")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls._folder.cleanup()

    def insitu(self, *arguments, status=0, folder=None):
        found = subprocess.run([INSITU, *arguments], cwd=folder or self.here, capture_output=True, text=True, timeout=120)
        self.assertEqual(found.returncode, status, found.stderr)
        return found.stdout if status == 0 else found.stderr

    def remote(self):
        about = self.server.description()
        return ("--remote", about["hostname"], "--ssh=" + about["switches"], "--remote-dir", self.there)

    def test_prints_what_the_command_prints_there(self):
        for command in (("summary", "small file.csv", "~ delay:day + hour", "--factor", "day"),
                        ("linmod", "small file.csv", "delay ~ day + hour", "--factor", "day"),
                        ("linmod", "small file.csv", "delay ~ hour", "--context", "processes", "--workers", "2")):
            far, near = (json.loads(self.insitu(*command, *more, "--json", folder=folder))
                         for more, folder in ((self.remote(), self.here), ((), self.there)))
            for reply in (far, near):
                reply["about"].pop("fileName", None), reply.pop("printed", None)
            self.assertEqual(far, near)

    def test_writes_files_there(self):
        self.insitu("import", "small file.csv", "new.xdf", *self.remote())
        self.assertTrue(os.path.exists(os.path.join(self.there, "new.xdf")))
        self.assertEqual(os.listdir(self.here), [])
        self.assertIn("no_such.xdf", self.insitu("info", "no_such.xdf", *self.remote(), status=1))

    def test_a_job_there_is_followed_by_its_path_or_its_machine(self):
        command = ("summary", "small file.csv", "~ delay", *self.remote())
        path = self.insitu(*command, "--no-wait").strip()
        self.assertRegex(path, r"^rxremote:[\w=-]+/rxJob_\d+$")
        job, machine = path.rpartition("/")[2], self.remote()[:2]
        # A path may come from anywhere, and a configuration of ssh names programs; one that is given is the caller's own.
        self.assertIn("is not taken from the path of a job", self.insitu("jobs", "wait", path, status=1))
        self.assertIn("--ssh needs the machine", self.insitu("jobs", "wait", job, "--ssh=-4", status=1))
        self.assertTrue(self.insitu("jobs", "wait", job, *self.remote()).startswith("finished"))
        self.assertIn(job, self.insitu("jobs", "list", *machine, self.remote()[2]))
        self.assertTrue(self.insitu("jobs", "show", path, *self.remote()).startswith("job: "))
        self.assertEqual(self.insitu("jobs", "result", job, *self.remote()), self.insitu(*command))

    def test_a_path_with_a_configuration_of_the_user_names_its_machine(self):
        with tempfile.TemporaryDirectory() as home:
            os.mkdir(os.path.join(home, ".ssh"))
            shutil.copy(os.path.join(self.server.description()["folder"], "config"), os.path.join(home, ".ssh", "mine"))
            before = os.environ.get("HOME")
            os.environ["HOME"] = home
            try:
                command = ("summary", "small file.csv", "~ delay", "--remote", "loopback", f"--ssh=-F {home}/.ssh/mine",
                           "--remote-dir", self.there)
                path = self.insitu(*command, "--no-wait").strip()
                self.assertTrue(self.insitu("jobs", "wait", path).startswith("finished"))
                self.assertEqual(self.insitu("jobs", "result", path), self.insitu(*command))
            finally:
                os.environ.pop("HOME") if before is None else os.environ.update(HOME=before)

    def test_doctor_says_step_by_step_what_is_in_the_way(self):
        about = self.server.description()
        good = self.insitu("doctor", "remote", about["hostname"], "--ssh=" + about["switches"])
        self.assertEqual([line.split(":")[0] for line in good.splitlines()],
                         ["RxRemote", "  ok    connection", "  ok    engine", "  ok    machine"])
        found = subprocess.run([INSITU, "doctor", "remote", about["hostname"], "--ssh=-p 1 " + about["switches"]], capture_output=True,
                               text=True)
        self.assertEqual(found.returncode, 1)
        self.assertIn("FAIL  connection: 'loopback' refuses connections", found.stdout)
        self.assertIn("doctor remote needs the machine", self.insitu("doctor", "remote", status=1))

    def test_words_are_those_of_the_command(self):
        self.assertIn("--ssh: '-N'", self.insitu("info", "a.xdf", "--remote", "box", "--ssh=-N", status=1))
        self.assertIn("--remote must not begin with '-'", self.insitu("info", "a.xdf", "--remote=-x", status=1))
        self.assertIn("--ssh needs the machine", self.insitu("info", "a.xdf", "--ssh=-4", status=1))


if __name__ == "__main__":
    unittest.main()
