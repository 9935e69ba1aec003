"""insitu jobs: work that outlives the command that asked for it."""

import json
import os
import subprocess
import tempfile
import unittest

INSITU = os.environ.get("INSITU_COMMAND", "insitu")


class JobsTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="insitu-jobs-")
        self.folder = self._folder.name
        with open(os.path.join(self.folder, "small.csv"), "w") as file:
            file.write("day,delay,hour\n")
            for i in range(60):
                file.write(f"{('Mon', 'Tue', 'Wed')[i % 3]},{i % 13},{5 + i % 18}.5\n")

    def tearDown(self):
        self._folder.cleanup()

    def insitu(self, *arguments, status=0, **variables):
        environment = {**os.environ, "INSITU_JOBS_FOLDER": os.path.join(self.folder, "jobs"), **variables}
        found = subprocess.run([INSITU, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120, env=environment)
        self.assertEqual(found.returncode, status, found.stderr)
        return found.stdout if status == 0 else found.stderr

    def submitted(self, *arguments):
        job = self.insitu(*arguments, "--no-wait").strip()
        self.assertRegex(job, r"^rxJob_\d+$")
        return job

    def test_the_result_is_what_the_command_prints(self):
        command = ("linmod", "small.csv", "delay ~ day + hour", "--factor", "day")
        job = self.submitted(*command)
        self.assertTrue(self.insitu("jobs", "wait", job).startswith("finished"))
        self.assertEqual(self.insitu("jobs", "result", job, "--keep", "--model", "kept.model"), self.insitu(*command, "--model", "own.model"))
        predictions = []
        for model in ("kept.model", "own.model"):
            self.insitu("predict", model, "small.csv", model + ".csv")
            with open(os.path.join(self.folder, model + ".csv")) as file:
                predictions.append(file.read())
        self.assertEqual(*predictions)
        reply, own = (json.loads(self.insitu(*each, "--json")) for each in (("jobs", "result", job), command))
        self.assertEqual(reply, own)
        self.assertIn("missing", self.insitu("jobs", "show", job))
        self.assertIn(f"there is no job {job}", self.insitu("jobs", "result", job, status=1))

    def test_rows_are_written(self):
        job = self.submitted("import", "small.csv", "small.xdf", "--select", "delay > 5")
        self.insitu("jobs", "wait", job)
        self.assertIn("Number of rows written: 30, variables: 3", self.insitu("jobs", "result", job))
        self.assertTrue(os.path.exists(os.path.join(self.folder, "small.xdf")))

    def test_a_failed_job_says_why(self):
        job = self.submitted("summary", "small.csv", "~ nothing")
        self.assertIn("variable not found: nothing", self.insitu("jobs", "wait", job, status=1))
        self.assertIn("error: variable not found: nothing", self.insitu("jobs", "output", job))
        listed = json.loads(self.insitu("jobs", "list", "--state", "failed", "--json"))["jobs"]
        self.assertEqual([each["id"] for each in listed], [job])
        self.assertIn("removed: failed", self.insitu("jobs", "clean"))
        self.assertEqual(self.insitu("jobs", "list"), "")

    def test_finished_jobs_are_kept_by_clean(self):
        job = self.submitted("summary", "small.csv")
        self.insitu("jobs", "wait", job)
        self.assertIn("kept:    finished", self.insitu("jobs", "clean"))
        self.assertIn("removed: finished", self.insitu("jobs", "clean", job, "--force"))

    def test_what_cannot_be_a_job(self):
        self.assertIn("not standard input", self.insitu("summary", "-", "--no-wait", status=1))
        self.assertIn("a file as TARGET", self.insitu("step", "small.csv", "-", "--no-wait", status=1))
        self.assertIn("--model m", self.insitu("linmod", "small.csv", "delay ~ hour", "--no-wait", "--model", "m", status=1))
        self.assertIn("JOB must be the id of a job", self.insitu("jobs", "show", "x", status=1))
        self.assertIn("absolute path", self.insitu("jobs", "list", status=1, INSITU_JOBS_FOLDER="2"))


if __name__ == "__main__":
    unittest.main()
