"""insitu explain: what a command would do, without doing it."""

import json
import os
import subprocess
import tempfile
import unittest

INSITU = os.environ.get("INSITU_COMMAND", "insitu")


class ExplainTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix=f"insitu-explain-{os.getpid()}-")
        self.folder = self._folder.name
        with open(os.path.join(self.folder, "small.csv"), "w") as file:
            file.write("day,delay,hour\n")
            for i in range(60):
                file.write(f"{('Mon', 'Tue', 'Wed')[i % 3]},{i % 13},{5 + i % 18}.5\n")

    def tearDown(self):
        self._folder.cleanup()

    def insitu(self, *arguments, status=0):
        environment = {**os.environ, "INSITU_JOBS_FOLDER": os.path.join(self.folder, "jobs")}
        found = subprocess.run([INSITU, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120, env=environment)
        self.assertEqual(found.returncode, status, found.stderr)
        return found.stdout if status == 0 else found.stderr

    def told(self, *arguments):
        return json.loads(self.insitu("explain", *arguments, "--json"))

    def test_analyses(self):
        command = ("linmod", "small.csv", "delay ~ day + hour", "--factor", "day", "--context", "processes", "--workers", "3")
        told = self.told(*command)
        self.assertEqual((told["context"], told["numWorkers"], told["missing"]), ("RxProcesses", 3, []))
        self.assertEqual([each["pass"] for each in told["passes"]], ["find_levels", "lin_mod"])
        self.assertEqual(told["data"][0]["bytes"], os.path.getsize(os.path.join(self.folder, "small.csv")))
        self.assertRegex(self.insitu("explain", *command), r"^insitu linmod in --context processes\nworkers +3 worker processes")

    def test_nothing_is_done(self):
        before = os.listdir(self.folder)
        self.assertEqual(self.told("import", "small.csv", "made.xdf")["target"]["type"], "RxXdfData")
        self.assertTrue(self.told("linmod", "small.csv", "delay ~ hour", "--no-wait")["job"])
        self.told("step", "small.csv", "made.csv", "--select", "delay > 5")
        self.assertEqual(os.listdir(self.folder), before)

    def test_errors_are_those_of_the_command(self):
        for command in (("linmod", "absent.csv", "delay ~ hour"), ("linmod", "small.csv", "delay ~ nowhere"),
                        ("import", "small.csv", "small.csv"), ("summary", "small.csv", "~ delay", "--select", "delay >")):
            self.assertEqual(self.insitu("explain", *command, status=1), self.insitu(*command, status=1))
        self.assertIn("did you mean", self.insitu("explain", "linmodd", "small.csv", status=1))
        self.assertIn("no pass over data", self.insitu("explain", "info", "small.csv", status=1))
        self.assertIn("COMMAND is missing", self.insitu("explain", status=1))


if __name__ == "__main__":
    unittest.main()
