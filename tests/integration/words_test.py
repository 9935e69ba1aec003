"""Messages on the command line name what its user can type: options, never the arguments of R."""

import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tools"))
from generate_options import Description  # noqa: E402

INSITU = os.environ.get("INSITU_COMMAND", "insitu")
NAMES = {name for name in Description().arguments if re.search("[A-Z]", name)}
NAMES |= {function for function in Description().functions if re.match("[rR]x", function)}

#: arguments, what the message says
WRONG = [
    (("predict", "plain.model", "small.xdf", "p.csv", "--std-errors"), "fitted with --covariance"),
    (("import", "small.csv", "small.xdf"), "TARGET exists"),
    (("import", "small.csv", "small.xdf"), "replace it with --overwrite"),
    (("import", "latin.csv", "l.xdf"), "name the encoding of the file by --encoding"),
    (("step", "small.xdf", "o.xdf", "--select", "day"), "--select must be true or false"),
    (("step", "small.xdf", "o.xdf", "--start-row", "0"), "--start-row must be 1 or more"),
    (("step", "small.xdf", "o.xdf", "--rows", "-7"), "--rows must be -1"),
    (("step", "small.xdf", "o.xdf", "--keep", "day", "--drop", "delay"), "--keep and --drop exclude each other"),
    (("step", "small.xdf", "o.xdf", "--transform", "x={a;b}"), "a transform function (R, Python)"),
    (("step", "small.xdf", "no/o.xdf"), "folder of TARGET does not exist"),
    (("linmod", "small.xdf", "delay ~ day", "--select", "delay > 1000"), "what --select leaves"),
    (("linmod", "small.xdf", "delay ~ day", "--cube", "--covariance"), "--covariance cannot be combined with --cube"),
    (("linmod", "small.xdf", "delay ~ hour", "--cube"), "--cube needs a categorical first term"),
    (("summary", "small.xdf", "~ delay", "--stats", "Meen"), "--stats: unknown statistic"),
    (("predict", "plain.model", "small.xdf", "p.csv", "--extra", "nope"), "--extra: variable not found"),
    (("predict", "cov.model", "small.xdf", "p.csv", "--interval", "confidence", "--level", "3"), "--level must be between"),
    (("import", "small.csv", "x.xdf", "--col-class", "delay=integer", "--missing", "0", "--sniff", "0"), "--sniff must be"),
    (("import", "small.csv", "x.xdf", "--delimiter", "\u00e9"), "--delimiter must be one ASCII character"),
    (("import", "bad.csv", "x.xdf", "--sniff", "10"), "--sniff"),
]


class WordsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="insitu-words-")
        cls.folder = cls.holder.name
        rows = "".join(f"{('Mon', 'Tue')[i % 2]},{i % 13},{5 + i % 18}.5\n" for i in range(60))
        for name, text in (("small.csv", "day,delay,hour\n" + rows), ("bad.csv", "day,delay,hour\n" + rows + "Mon,x,1\n")):
            with open(os.path.join(cls.folder, name), "w") as file:
                file.write(text)
        with open(os.path.join(cls.folder, "latin.csv"), "wb") as file:
            file.write(b"day,delay\nMon,1\nM\xe4r,2\n")
        for arguments in (("import", "small.csv", "small.xdf", "--factor", "day"),
                          ("linmod", "small.xdf", "delay ~ day", "--model", "plain.model"),
                          ("linmod", "small.xdf", "delay ~ day", "--model", "cov.model", "--covariance")):
            found = cls.insitu(*arguments)
            assert found.returncode == 0, found.stderr

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    @classmethod
    def insitu(cls, *arguments):
        return subprocess.run([INSITU, *arguments], cwd=cls.folder, capture_output=True, text=True, timeout=120)

    def test_wrong_calls_are_answered_in_options(self):
        for arguments, says in WRONG:
            with self.subTest(arguments=arguments):
                found = self.insitu(*arguments)
                self.assertEqual(found.returncode, 1, found.stderr)
                self.assertIn(says, found.stderr)
                self.assertEqual(set(re.findall(r"\w+", found.stderr)) & NAMES, set(), found.stderr)
                self.assertNotRegex(found.stderr, "[\ufdd0\ufdd1]")

    def test_workers_too(self):
        found = self.insitu("import", "latin.csv", "l.xdf", "--context", "processes", "--workers", "2", "--sniff", "1")
        self.assertEqual(found.returncode, 1)
        self.assertIn("--encoding", found.stderr)
        self.assertNotRegex(found.stderr, "[\ufdd0\ufdd1]")

    def test_columns_of_the_user_keep_their_names(self):
        with open(os.path.join(self.folder, "mine.csv"), "w") as file:
            file.write("outFile,covCoef\n1,2\n")
        found = self.insitu("summary", "mine.csv", "~ covCoeff + outFile")
        self.assertIn("covCoef?", found.stderr)

    def test_every_word_is_an_option(self):
        with open(os.path.join(ROOT, "cli", "words.cpp"), encoding="utf-8") as file:
            words = set(re.findall(r'\{"\w+", "(--[a-z-]+)', file.read()))
        self.assertGreater(len(words), 40)
        known = ""
        for command in ("import", "info", "summary", "linmod", "predict", "step", "partition", "convert", "export", "publish"):
            known += self.insitu(command, "--help").stdout
        self.assertEqual({word for word in words if not re.search(word + r"\b(?!-)", known)}, set())


if __name__ == "__main__":
    unittest.main()
