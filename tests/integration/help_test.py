"""The help of every command: its examples run as printed; the completion of shells knows what the commands know."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from fake_web_hdfs import FakeHdfs

INSITU = os.environ.get("INSITU_COMMAND", "insitu")


def run(arguments, folder=None, **options):
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=120, **options)


def commands(before=()):
    """The commands below ``before``, as its help lists them."""
    text = run([INSITU, *before, "--help"]).stdout
    listed = re.search(r"^(?:Subcommands|SUBCOMMANDS):\n((?:  +.*\n)+)", text, re.MULTILINE)
    found = []
    for name in re.findall(r"^  ([a-z-]+)\b", listed.group(1), re.MULTILINE) if listed else []:
        found += [(*before, name), *commands((*before, name))]
    return found


def examples(command):
    text = run([INSITU, *command, "--help"]).stdout
    return re.findall(r"^  (.*\binsitu .*)$", text.partition("Examples:\n")[2], re.MULTILINE)


def asks_a_server(line):
    """Their words are looked at, but they are not run."""
    return re.search(r"\binsitu (spark|selftest|doctor hadoop)\b", line) is not None


class HelpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = commands()

    def test_every_command_has_examples(self):
        self.assertIn(("spark", "stop"), self.commands)
        self.assertGreaterEqual(len(self.commands), 14)
        for command in self.commands:
            self.assertTrue(examples(command), command)

    def test_examples_run_as_printed(self):
        with tempfile.TemporaryDirectory(prefix="insitu-help-") as folder, FakeHdfs() as hdfs:
            hdfs.files["/data/flights.csv"] = b"day,delay\nMon,1\n"
            with open(os.path.join(folder, "flights.csv"), "w") as file:
                file.write("day,delay,hour\n")
                for i in range(120):
                    file.write(f"{('Mon', 'Tue', 'Wed')[i % 3]},{'NA' if i % 20 == 7 else i * 7 % 13},{5 + i % 17}.5\n")
            os.mkdir(os.path.join(folder, "bin"))
            os.symlink(INSITU, os.path.join(folder, "bin", "insitu"))
            environment = {**os.environ, "HOME": folder, "HADOOP_CONF_DIR": str(hdfs.conf), "INSITU_JOBS_FOLDER": os.path.join(folder, "jobs"), "PATH": os.path.join(folder, "bin") + ":" + os.environ["PATH"]}
            for name in (".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions"):
                os.makedirs(os.path.join(folder, name))
            for command in self.commands:
                for line in examples(command):
                    if asks_a_server(line):
                        continue
                    found = run(["bash", "-o", "pipefail", "-c", line], folder, env=environment)
                    self.assertEqual(found.returncode, 0, line + "\n" + found.stderr)

    def test_examples_of_servers_have_the_right_arguments(self):
        for command in self.commands:
            for line in examples(command):
                if asks_a_server(line):
                    self.assertEqual(run([INSITU, *line.split()[1:], "--help"]).returncode, 0, line)


class CompletionTest(unittest.TestCase):
    def complete(self, *words):
        """What bash offers for the last word."""
        script = run([INSITU, "completion", "bash"]).stdout
        line = " ".join(f"'{word}'" for word in words)
        code = f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _insitu; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        with tempfile.TemporaryDirectory() as folder:
            open(os.path.join(folder, "flights.csv"), "w").close()
            found = run(["bash", "-s"], folder, input=code)  # more than one argument may be
        self.assertEqual(found.stderr, "")
        return found.stdout.split()

    def test_commands(self):
        self.assertEqual(self.complete("insitu", "im"), ["import"])
        self.assertEqual(set(self.complete("insitu", "spark", "")), {"list-data", "remove-data", "stop"})

    def test_options_are_those_of_the_help(self):
        for command in commands():
            text = run([INSITU, *command, "--help"]).stdout
            of_help = set(re.findall(r"^  +(?:-\w, *)?(--[a-z-]+)", text, re.MULTILINE))
            offered = {each for each in self.complete("insitu", *command, "--") if each.startswith("--")}
            self.assertEqual(offered, of_help, command)

    def test_values_and_files(self):
        self.assertEqual(set(self.complete("insitu", "info", "--style", "")), {"R", "python"})
        self.assertEqual(self.complete("insitu", "predict", "--interval", "c"), ["confidence"])
        self.assertEqual(self.complete("insitu", "info", "fli"), ["flights.csv"])
        self.assertEqual(self.complete("insitu", "linmod", "--model", "fli"), ["flights.csv"])

    def test_other_shells(self):
        for shell, mark in (("zsh", "#compdef insitu"), ("fish", "complete -c insitu")):
            text = run([INSITU, "completion", shell]).stdout
            self.assertIn(mark, text)
            for command in commands():
                self.assertIn(command[-1], text)
            self.assertIn("missing", text)
            if shutil.which(shell):
                self.assertEqual(run([shell, "-n"], input=text).returncode, 0, shell)
        found = run([INSITU, "completion", "tcsh"])
        self.assertEqual(found.returncode, 2)


if __name__ == "__main__":
    unittest.main()
