"""The insitu command as a person uses it: what it prints, its exit status, what it leaves behind."""

import gzip
import json
import os
import pty
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock
import xml.etree.ElementTree

INSITU = os.environ.get("INSITU_COMMAND", "insitu")


class CommandTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="insitu-cli-")
        self.folder = self._folder.name
        with open(self.path("small.csv"), "w") as f:
            f.write("day,delay,hour\n")
            for i in range(60):
                f.write(f"{('Mon', 'Tue', 'Wed')[i % 3]},{'NA' if i % 20 == 7 else i % 13},{5 + i % 18}.5\n")

    def tearDown(self):
        self._folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_insitu(self, *arguments, **options):
        return subprocess.run([INSITU, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120, **options)

    def succeed(self, *arguments):
        found = self.run_insitu(*arguments)
        self.assertEqual(found.returncode, 0, found.stderr)
        return found.stdout

    def fail_with(self, status, *arguments):
        found = self.run_insitu(*arguments)
        self.assertEqual(found.returncode, status, found.stdout + found.stderr)
        errors = [line for line in found.stderr.splitlines() if not line.startswith(("Rows ", "insitu: warning"))]
        self.assertEqual(len(errors), 1, found.stderr)
        self.assertTrue(errors[0].startswith("insitu: "), errors[0])
        return errors[0]

    def make_xdf(self):
        self.succeed("import", "small.csv", "small.xdf", "--factor", "day")

    def test_shrunken_models_and_components_predict(self):
        self.make_xdf()
        for command, formula, settings, names in (
                ("ridgereg", "delay ~ hour + day", ("--lambda", "0.1,1"), ["delay_Pred"]),
                ("elasticnet", "delay ~ hour + day", ("--num-lambda", "4"), ["delay_Pred"]),
                ("pca", "~ delay + hour + day", (), ["PC1", "PC2", "PC3", "PC4", "PC5"])):
            self.succeed(command, "small.xdf", formula, *settings, "--model", f"{command}.model")
            self.succeed("predict", f"{command}.model", "small.csv", f"{command}.csv", "--factor", "day")
            with open(self.path(f"{command}.csv")) as f:
                self.assertEqual(f.readline().strip().replace('"', "").split(","), names)
                self.assertEqual(len(f.readlines()), 60)
        self.succeed("predict", "ridgereg.model", "small.xdf", "two.csv", "--lambda", "1,0.1", "--residuals", "--extra", "day")
        with open(self.path("two.csv")) as f:
            self.assertEqual(f.readline().strip().replace('"', ""), "delay_Pred_1,delay_Pred_2,delay_Resid_1,delay_Resid_2,day")
        self.succeed("predict", "pca.model", "small.xdf", "--num-components", "1")
        self.assertIn("PC1", self.succeed("info", "small.xdf"))
        message = self.fail_with(1, "predict", "pca.model", "small.xdf", "x.csv", "--num-components", "9")
        self.assertIn("--num-components must be from 1 to 5, not 9", message)
        message = self.fail_with(1, "predict", "ridgereg.model", "small.xdf", "x.csv", "--lambda", "3")
        self.assertIn("not fitted with --lambda 3, but with 0.1, 1", message)

    def test_models_without_data(self):
        self.make_xdf()
        self.succeed("linmod", "small.xdf", "delay ~ hour + day", "--keep-moments", "kept.moments", "--model", "delay.model", "--covariance")
        self.assertIn("exists", self.fail_with(1, "linmod", "small.xdf", "delay ~ hour", "--keep-moments", "kept.moments"))
        complete = ("--select", "!is.na(delay)")
        for command, formula, settings in (("pca", "~ hour + delay", ("--cor",)), ("ridgereg", "delay ~ hour + day", ("--lambda", "0.1")),
                                           ("elasticnet", "hour ~ delay", ("--num-lambda", "3"))):
            found = json.loads(self.succeed(command, "--moments", "kept.moments", formula, *settings, "--json"))
            expected = json.loads(self.succeed(command, "small.xdf", formula, *settings, *complete, "--json"))
            for key, value in expected.items():
                if isinstance(value, dict) and isinstance(value.get("values"), list):
                    for x, y in zip(found[key]["values"], value["values"]):
                        self.assertAlmostEqual(x, y, 9)
        self.assertIn("Coefficients", self.succeed("refit", "kept.moments", "delay ~ hour", "--brief"))
        self.assertIn("SOURCE and --moments exclude each other", self.fail_with(1, "pca", "small.xdf", "~ hour", "--moments", "kept.moments"))
        self.assertIn("SOURCE is missing", self.fail_with(1, "ridgereg", "delay ~ hour", "--lambda", "1"))
        inflation = self.succeed("vif", "delay.model")
        self.assertIn("GVIF", inflation)
        self.assertEqual([line.split()[0] for line in inflation.splitlines()[1:]], ["hour", "day"])
        self.succeed("linmod", "small.xdf", "delay ~ hour", "--model", "plain.model")
        self.assertIn("--covariance", self.fail_with(1, "vif", "plain.model"))

    def test_the_readme_session(self):
        self.succeed("import", "small.csv", "small.xdf", "--factor", "day", "--overwrite")
        info = self.succeed("info", "small.xdf")
        self.assertIn("Number of observations: 60 \n", info)
        self.assertIn("Var 1: day\n       3 factor levels: Mon Tue Wed\n", info)
        summary = self.succeed("summary", "small.xdf", "~ delay + day")
        self.assertIn("Summary Statistics Results for: ~delay + day\n", summary)
        self.assertIn(" Mon 20", summary.replace("Mon ", "Mon ", 1))
        self.assertIn("Category Counts for day\n", summary)
        self.assertIn("Coefficients: (1 not defined because of singularities)", self.succeed("linmod", "small.xdf", "delay ~ day + hour"))
        self.succeed("step", "small.xdf", "late.xdf", "--transform", "late=delay > 5", "--select", "hour > 7", "--overwrite")
        self.assertIn("late", self.succeed("head", "late.xdf"))
        document = json.loads(self.succeed("info", "late.xdf", "--json"))
        self.assertEqual(document["numVars"], 4)
        self.assertIn("RxLocalSeq: usable", self.succeed("doctor"))

    def test_doctor_fails_for_a_context_that_cannot_be_used(self):
        with unittest.mock.patch.dict(os.environ, JAVA_HOME="/nowhere"):
            self.assertIn("RxSpark: not usable", self.succeed("doctor"))
            self.assertIn("RxSpark cannot be used", self.fail_with(1, "doctor", "spark"))
            self.assertIn("RxHadoopMR cannot be used", self.fail_with(1, "doctor", "hadoop"))

    def test_doctor_starts_ranks_of_mpi(self):
        with unittest.mock.patch.dict(os.environ, INSITU_MPI="/nowhere/insitu-mpi"):
            self.assertIn("FAIL  insitu-mpi: INSITU_MPI", self.succeed("doctor"))
            self.assertIn("RxMpi cannot be used", self.fail_with(1, "doctor", "mpi"))
        if shutil.which("mpirun") is None or not os.environ.get("INSITU_MPI"):
            self.skipTest("this build has no ranks of MPI")
        allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        with unittest.mock.patch.dict(os.environ, allowed):
            self.assertIn("  ok    ranks: mpirun has started them", self.succeed("doctor", "mpi"))
        with unittest.mock.patch.dict(os.environ, dict(allowed, PATH="/nowhere")):
            self.assertIn("RxMpi cannot be used", self.fail_with(1, "doctor", "mpi"))

    def test_formula_and_source_in_either_order(self):
        self.make_xdf()
        self.assertEqual(self.succeed("summary", "~ delay", "small.xdf"), self.succeed("summary", "small.xdf", "~ delay"))

    def test_summary_of_everything(self):
        self.make_xdf()
        self.assertIn("Category Counts for day", self.succeed("summary", "small.xdf"))

    def test_options_take_one_value_each(self):
        self.succeed("import", "--factor", "day", "--col-class", "hour=numeric", "small.csv", "small.xdf")
        self.succeed("step", "--transform", "a=delay+1", "--transform", "b=a*2", "--keep", "day,delay", "small.xdf", "x.xdf")
        names = [each["name"] for each in json.loads(self.succeed("info", "x.xdf", "--json"))["varInfo"]]
        self.assertEqual(names, ["day", "delay", "a", "b"])

    def test_json_holds_rows(self):
        self.make_xdf()
        document = json.loads(self.succeed("head", "small.xdf", "-n", "2", "--json"))
        self.assertEqual(document["frame"], {"day": ["Mon", "Tue"], "delay": [0, 1], "hour": [5.5, 6.5]})

    def test_tail(self):
        self.make_xdf()
        self.assertEqual(json.loads(self.succeed("head", "small.xdf", "-n", "2", "--tail", "--json"))["firstRow"], 59)

    def test_convert_there_and_back(self):
        self.make_xdf()
        self.succeed("convert", "small.xdf", "again.csv")
        self.succeed("convert", "again.csv", "again.xdf", "--factor", "day")
        self.assertEqual(self.succeed("summary", "again.xdf", "~ delay + hour + day").split("\n", 3)[3],
                         self.succeed("summary", "small.xdf", "~ delay + hour + day").split("\n", 3)[3])

    def test_gzip_is_read(self):
        with open(self.path("small.csv"), "rb") as f, gzip.open(self.path("packed.csv.gz"), "wb") as g:
            g.write(f.read())
        self.succeed("import", "packed.csv.gz", "p.xdf")
        self.assertEqual(json.loads(self.succeed("info", "p.xdf", "--json"))["numRows"], 60)

    def test_model_file_and_prediction(self):
        self.make_xdf()
        self.succeed("linmod", "small.xdf", "delay ~ day + hour", "--model", "m.insitu")
        self.assertIn("exists", self.fail_with(1, "linmod", "small.xdf", "delay ~ day", "--model", "m.insitu"))
        self.succeed("predict", "m.insitu", "small.xdf", "p.xdf", "--residuals")
        self.assertEqual(json.loads(self.succeed("info", "p.xdf", "--json"))["numVars"], 2)
        self.succeed("predict", "m.insitu", "small.xdf")
        self.assertEqual(json.loads(self.succeed("info", "small.xdf", "--json"))["numVars"], 4)
        self.assertIn("TARGET", self.fail_with(1, "predict", "m.insitu", "small.csv"))

    def test_regressions_say_what_is_wrong(self):
        with open(self.path("rows.csv"), "w") as f:
            f.write("x,o,w,k,f,g,one,half,three,bad,zero,count,yes,same,split\n")
            for i in range(90):
                f.write(f"{i * 37 % 11},0.{i % 7},1,1,{'abc'[i % 3]},{'uv'[i % 2]},only,0.5,3,{i % 5 - 1},{i % 4},{i * 13 % 5},{i * 7 % 3 % 2},1,"
                        f"{int(i * 37 % 11 > 5)}\n")
        self.succeed("import", "rows.csv", "rows.xdf", "--factor", "f", "--factor", "g", "--factor", "one")
        for command, sentence in (
                (("logit", "same ~ x"), "'same' has only the value 1: there is nothing to tell apart"),
                (("logit", "half ~ x"), "must be 0 or 1: it is 0.5 in row 1"),
                (("glm", "three ~ x", "--family", "binomial"), "from 0 to 1 with the family binomial: it is 3 in row 1"),
                (("glm", "bad ~ x", "--family", "poisson"), "from 0 on with the family poisson: it is -1 in row 1"),
                (("glm", "zero ~ x", "--family", "Gamma"), "above 0 with the family Gamma: it is 0 in row 1"),
                (("glm", "count ~ x", "--family", "poison"), "there is no family 'poison' (did you mean poisson?)"),
                (("glm", "count ~ x", "--family", "poisson(lgo)"), "there is no link 'lgo' (did you mean log?)"),
                (("logit", "one ~ x"), "'one' has 1 level: it must have two"),
                (("logit", "yes ~ x", "--pweights", "w", "--fweights", "k"), "--pweights and --fweights exclude each other: give one of them")):
            with self.subTest(command):
                method, formula, *options = command
                self.assertIn(sentence, self.fail_with(1, method, "rows.xdf", formula, *options))
        for command, sentence in (
                (("logit", "split ~ x"), "the values of 'split' are separated by x"),
                (("logit", "yes ~ x + one"), "the factor 'one' has only the level 'only', which the intercept stands for"),
                (("glm", "count ~ x", "--family", "poisson", "--max-iterations", "1"), "have not converged after 1: raise --max-iterations")):
            with self.subTest(command):
                method, formula, *options = command
                found = self.run_insitu(method, "rows.xdf", formula, *options)
                self.assertEqual(found.returncode, 0, found.stderr)
                self.assertIn(sentence, found.stderr)
                self.assertNotIn("nan", found.stdout.lower())
        self.succeed("glm", "rows.xdf", "count ~ x + f", "--family", "poisson", "--offset", "o", "--model", "counts.model")
        with open(self.path("new.csv"), "w") as f:
            f.write("x,f\n1,a\n")
        self.assertIn("variable not found: o: the model needs it", self.fail_with(1, "predict", "counts.model", "new.csv", "out.csv"))
        with open(self.path("new.csv"), "w") as f:
            f.write("x,o,f\n1,0,a\n1,0,z\n")
        self.assertIn("variable 'f' has the level 'z', which the model does not know (row 2",
                      self.fail_with(1, "predict", "counts.model", "new.csv", "out.csv"))

    def test_predictions_to_standard_output(self):
        self.make_xdf()
        self.succeed("linmod", "small.xdf", "delay ~ hour", "--model", "delay.model")
        self.succeed("predict", "delay.model", "small.xdf", "p.csv", "--extra", "day")
        self.assertEqual(self.succeed("predict", "delay.model", "small.csv", "-", "--extra", "day"), open(self.path("p.csv")).read())

    def test_models_are_exported(self):
        self.make_xdf()
        self.succeed("linmod", "small.xdf", "delay ~ day + hour", "--model", "m.insitu")
        self.assertIn('AS "delay_Pred"\nFROM "data";', self.succeed("export", "m.insitu"))
        self.assertIn("model.c", self.succeed("export", "m.insitu", "model.c", "--type", "c"))
        self.assertIn("double insitu_predict(", open(self.path("model.c")).read())
        self.assertIn("exists", self.fail_with(1, "export", "m.insitu", "model.c", "--type", "c"))
        self.succeed("export", "m.insitu", "model.c", "--type", "pmml", "--overwrite")

    def test_pictures_are_svg_with_the_same_bytes_each_time(self):
        self.make_xdf()
        late = ("--transform", "late=delay > 6", "--transform", "p=delay / 13", "--transform", "q=hour / 24")
        judged = ("--actual", "late", "--predictions", "p,q")
        commands = {
            "bins": ("histogram", "small.xdf", "~ hour | day"), "levels": ("histogram", "small.xdf", "~ day"),
            "roc": ("roc", "small.xdf", *judged, *late), "lift": ("lift", "small.xdf", *judged, *late),
            "calibration": ("calibration", "small.xdf", *judged, *late), "lorenz": ("lorenz", "small.xdf", "--order", "hour"),
            "steps": ("linmod", "small.xdf", "delay ~ 1", "--step", "scope = ~ day + hour, stepCriterion = SigLevel, "
                      "maxSigLevelToAdd = 1, minSigLevelToDrop = 1, keepStepCoefs = TRUE"),
        }
        for name, command in commands.items():
            with self.subTest(name):
                self.succeed(*command, "--svg", name + ".svg", "--title", "a < b & \u00fc")
                first = open(self.path(name + ".svg"), "rb").read()
                texts = [e.text for e in xml.etree.ElementTree.fromstring(first).iter("{http://www.w3.org/2000/svg}text")]
                self.assertIn("a < b & \u00fc", texts)
                self.assertIn("exists", self.fail_with(1, *command, "--svg", name + ".svg"))
                self.succeed(*command, "--svg", name + ".svg", "--title", "a < b & \u00fc", "--overwrite", "--threads", "3",
                             "--context", "parallel")
                self.assertEqual(open(self.path(name + ".svg"), "rb").read(), first)
        self.succeed(*commands["bins"], "--svg", "plain.svg")
        drawn = open(self.path("plain.svg")).read()
        counts = json.loads(self.succeed(*commands["bins"], "--json"))["table"]["counts"]
        self.assertEqual(drawn.count("<rect ") - 1 - 3 * 3, sum(count != 0 for count in counts))
        self.assertIn("Wed", drawn)
        self.assertIn("let --step keep those of all steps", self.fail_with(1, "linmod", "small.xdf", "delay ~ hour", "--svg", "no.svg", "--progress", "0"))
        self.assertFalse(os.path.exists(self.path("no.svg")))

    def test_rows_are_partitioned_by_group(self):
        table = self.succeed("partition", "small.csv", "days", "--by", "day", "--strings-as-factors")
        self.assertEqual([line.split() for line in table.splitlines()],
                         [["day", "rows", "file"], ["Mon", "20", "1.xdf"], ["Tue", "20", "2.xdf"], ["Wed", "20", "3.xdf"]])
        self.succeed("partition", "small.csv", "days", "--by", "day", "--strings-as-factors", "--append", "--select", "day == 'Mon'")
        found = json.loads(self.succeed("partitions", "days", "--json"))
        self.assertEqual(found["keys"], {"day": ["Mon", "Tue", "Wed"], ".rxRows": [40, 20, 20]})
        self.assertIn("Number of observations: 40 ", self.succeed("info", "days.xdf/1.xdf"))
        self.assertIn("TARGET exists", self.fail_with(1, "partition", "small.csv", "days", "--by", "day"))
        self.assertIn("is partitioned by day", self.fail_with(1, "partition", "small.csv", "days", "--by", "hour", "--append"))
        self.assertIn("write one with insitu partition", self.fail_with(1, "partitions", "small.csv"))

    def test_lines_and_residuals_are_drawn(self):
        def points(name):
            return open(self.path(name)).read().count("<circle ")

        self.make_xdf()
        self.succeed("lineplot", "delay + log(hour) ~ hour | day", "small.xdf", "--type", "p", "--svg", "points.svg")
        self.assertEqual(points("points.svg"), 57 + 60 + 2)  # and two in the legend
        self.succeed("lineplot", "small.xdf", "twice ~ day", "--transform", "twice=2 * delay", "--select", "twice > 10", "--type", "b",
                     "--svg", "points.svg", "--overwrite")
        self.assertEqual(points("points.svg"), sum(i % 20 != 7 and 2 * (i % 13) > 10 for i in range(60)))
        self.succeed("lineplot", "small.xdf", "delay ~ hour", "--select", "delay > 100", "--svg", "none.svg")
        self.assertIn("y ~ x", self.fail_with(1, "lineplot", "small.xdf", "~ hour", "--svg", "no.svg"))
        self.assertIn("must be numbers", self.fail_with(1, "lineplot", "small.xdf", "day ~ hour", "--svg", "no.svg"))
        self.assertIn("nope", self.fail_with(1, "lineplot", "small.xdf", "nope ~ hour", "--svg", "no.svg"))
        self.succeed("linmod", "small.xdf", "delay ~ day + hour", "--model", "m.insitu")
        self.succeed("predict", "m.insitu", "small.xdf", "p.csv", "--residuals")
        bands = json.loads(self.succeed("residualplot", "m.insitu", "small.xdf", "--breaks", "5", "--svg", "r.svg", "--json"))
        with open(self.path("p.csv")) as f:
            rows = [tuple(map(float, line.split(","))) for line in f.read().splitlines()[1:] if line.split(",")[1] not in ("", "NA")]
        self.assertEqual(sum(bands["count"]), len(rows))
        for low, high, count, mean in zip(bands["low"], bands["high"], bands["count"], bands["mean"]):
            own = [residual for fitted, residual in rows if low < fitted <= high or fitted == low == bands["low"][0]]
            self.assertEqual(len(own), count)
            self.assertAlmostEqual(sum(own) / len(own), mean)
        first = open(self.path("r.svg"), "rb").read()
        xml.etree.ElementTree.fromstring(first)
        self.succeed("residualplot", "m.insitu", "small.xdf", "--breaks", "5", "--svg", "r.svg", "--overwrite", "--context", "processes")
        self.assertEqual(open(self.path("r.svg"), "rb").read(), first)
        self.assertIn("exists", self.fail_with(1, "residualplot", "m.insitu", "small.xdf", "--svg", "r.svg"))

    def test_tables_are_columns_by_name_in_json(self):
        self.make_xdf()
        reply = json.loads(self.succeed("summary", "small.xdf", "~ delay + delay:day", "--json"))
        self.assertEqual(reply["sDataFrame"]["Name"], ["delay", "delay:day"])
        self.assertEqual(reply["sDataFrame"]["ValidObs"], [57.0, 57.0])
        groups = reply["categorical"][0]
        self.assertEqual((groups["day"], groups["ValidObs"]), (["Mon", "Tue", "Wed"], [19.0, 19.0, 19.0]))

    def test_an_analysis_by_groups_is_a_table(self):
        self.make_xdf()
        lines = self.succeed("linmod", "small.xdf", "delay ~ hour", "--by", "day").splitlines()
        names = lines[0].split(",")
        self.assertEqual(names[:4], ["day", "status", "coefficients.(Intercept)", "coefficients.hour"])
        self.assertEqual([line.split(",")[:2] for line in lines[1:]], [["Mon", "OK"], ["Tue", "OK"], ["Wed", "OK"]])
        groups = json.loads(self.succeed("linmod", "small.csv", "delay ~ hour", "--by", "day", "--select", "hour > 8", "--json"))["groups"]
        alone = json.loads(self.succeed("linmod", "small.csv", "delay ~ hour", "--select", "hour > 8 & day == 'Tue'", "--json"))
        at = groups["day"].index("Tue")
        self.assertEqual([groups["coefficients.(Intercept)"][at], groups["coefficients.hour"][at]], alone["coefficients"]["values"])
        self.assertIn("xx", self.fail_with(1, "linmod", "small.xdf", "delay ~ xx", "--by", "day"))
        self.assertIn("--by", self.fail_with(1, "linmod", "small.xdf", "delay ~ hour", "--by", "day", "--model", "m.model"))
        self.assertIn("nowhere", self.fail_with(1, "summary", "small.xdf", "~ hour", "--by", "nowhere"))

    def test_contexts_agree(self):
        self.make_xdf()
        results = []
        for context in (["--threads", "1"], ["--context", "parallel"], ["--context", "processes", "--workers", "2"]):
            reply = json.loads(self.succeed("linmod", "small.xdf", "delay ~ day + hour", "--json", *context))
            results.append((reply["coefficients"], reply["sigma"], reply["r.squared"]))
        self.assertEqual(results[0], results[1])
        self.assertEqual(results[0], results[2])

    def test_progress_goes_to_standard_error(self):
        found = self.run_insitu("import", "small.csv", "small.xdf")
        self.assertIn("Rows Read: 60, Total Rows Processed: 60, Total Chunk Time: ", found.stderr)
        self.assertNotIn("Rows Read", found.stdout)
        found = self.run_insitu("import", "small.csv", "small.xdf", "--overwrite", "--progress", "0")
        self.assertEqual(found.stderr, "")

    def test_a_terminal_gets_a_bar(self):
        self.write_large(2_000_000)
        host, terminal = pty.openpty()
        with open(self.path("out"), "w") as out:
            process = subprocess.Popen([INSITU, "import", "large.csv", "large.xdf"], cwd=self.folder, stdout=out, stderr=terminal)
        os.close(terminal)
        shown = b""
        while True:
            try:
                part = os.read(host, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
        os.close(host)
        self.assertEqual(process.wait(), 0)
        self.assertIn(b"\r\x1b[K", shown)
        self.assertIn(b"rows/s", shown)
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown[-80:])

    def test_A11_convert_loses_nothing(self):
        rows = ["id,x,t,d", "9007199254740993,123456789.123,a b,2012-01-31", "-9223372036854775807,0.1,\"NA\",", "3,1e-300,NA,0001-01-01"]
        with open(self.path("a.csv"), "w") as f:
            f.write("\n".join(rows) + "\n")
        self.succeed("convert", "a.csv", "b.csv")
        with open(self.path("b.csv")) as f:
            self.assertEqual(f.read().replace('"', ""), "\n".join(rows).replace('"', "") + "\n")
        self.succeed("convert", "b.csv", "c.xdf")
        self.succeed("convert", "c.xdf", "d.csv")
        with open(self.path("b.csv")) as b, open(self.path("d.csv")) as d:
            self.assertEqual(b.read(), d.read())
        self.succeed("convert", "a.csv", "short.csv", "--precision", "3")
        with open(self.path("short.csv")) as f:
            self.assertIn(",123456789.0,", f.read())
        info = json.loads(self.succeed("info", "a.csv", "--json", "--decimal-type", "float32"))
        self.assertEqual(info["varInfo"][1]["storage"], "float32")

    def test_standard_input_and_output(self):
        with open(self.path("small.csv")) as f:
            text = f.read()
        found = self.run_insitu("convert", "-", "-", "--select", "day == 'Mon'", "--keep", "hour,day", input=text)
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertEqual(found.stdout.splitlines()[:2], ['"day","hour"', '"Mon",5.5'])
        self.assertEqual(len(found.stdout.splitlines()), 21)
        self.assertIn("Number of observations: 60", self.run_insitu("info", "-", "--compute", input=text).stdout)
        bad = self.run_insitu("convert", "-", "x.xdf", input="a,b\n1,2\n3\n")
        self.assertEqual(bad.returncode, 1)
        self.assertIn("standard input, line 3", bad.stderr)

    def test_json_keeps_the_order_of_columns_and_whole_numbers(self):
        with open(self.path("order.csv"), "w") as f:
            f.write("z,a,m\n9007199254740993,1,2.5\n2,3,4.5\n")
        document = json.loads(self.succeed("head", "order.csv", "--json"))
        self.assertEqual(list(document["frame"]), ["z", "a", "m"])
        self.assertEqual(document["frame"]["z"], [9007199254740993, 2])
        self.assertIsInstance(document["frame"]["a"][0], int)

    def test_an_unknown_command_is_named_with_the_one_meant(self):
        self.assertIn("unknown command: sumary (did you mean summary?)", self.fail_with(2, "sumary", "small.csv"))
        self.assertIn("commands: import, info", self.fail_with(2, "nope"))

    def test_a_file_that_is_no_model(self):
        self.assertIn("not a model file", self.fail_with(1, "predict", "small.csv"))
        self.assertIn("not a model file", self.fail_with(1, "predict", "small.csv", "small.csv", "p.xdf"))

    def test_D7_columns_cost_little(self):
        count = 200_000
        with gzip.open(self.path("wide.csv.gz"), "wb") as f:
            f.write((",".join(["a"] * count) + "\n" + ",".join(["1"] * count) + "\n").encode())
        process = subprocess.Popen([INSITU, "convert", "wide.csv.gz", "wide.csv"], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        self.assertEqual(process.returncode, 0, errors)
        self.assertLess(used.ru_maxrss, 800_000)  # KB; it was 15 KB a column, 3 GB
        with open(self.path("wide.csv")) as f:
            self.assertTrue(f.readline().endswith(f',"a.{count - 1}"\n'))

    def test_D8_an_interrupt_is_heard_while_gzip_is_inflated(self):
        with open(self.path("long.csv.gz"), "wb") as f:
            f.write(gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n" * 500_000) * 600)
        process = subprocess.Popen([INSITU, "info", "long.csv.gz", "--compute"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.7)
        process.send_signal(signal.SIGINT)
        begin = time.monotonic()
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertLess(time.monotonic() - begin, 3.0)

    def test_wrong_arguments(self):
        for arguments in ([], ["imprt"], ["import", "small.csv"], ["head", "small.csv", "--n0"], ["summary"], ["linmod", "small.csv"],
                          ["step", "a", "b", "--append", "sideways"], ["linmod", "a", "y~x", "--threads", "0"]):
            self.fail_with(2, *arguments)

    def test_help(self):
        self.assertIn("import", self.succeed("--help"))
        self.assertIn("--factor", self.succeed("import", "--help"))
        self.assertRegex(self.succeed("--version"), r"insitu \d+\.\d+\.\d+")

    def test_bad_files(self):
        self.assertIn(self.path("none.xdf"), self.fail_with(1, "info", "none.xdf"))
        self.assertIn(self.path("none.csv"), self.fail_with(1, "import", "none.csv", "x.xdf"))
        os.mkdir(self.path("folder.xdf"))
        self.assertIn("directory", self.fail_with(1, "info", "folder.xdf"))
        with open(self.path("bad.csv"), "w") as f:
            f.write("a,b\n1,2\n3\n")
        self.assertIn("line 3", self.fail_with(1, "import", "bad.csv", "x.xdf"))
        with open(self.path("noise.xdf"), "wb") as f:
            f.write(bytes(range(256)) * 20)
        self.fail_with(1, "info", "noise.xdf")
        self.make_xdf()
        with open(self.path("small.xdf"), "rb") as f:
            whole = f.read()
        with open(self.path("cut.xdf"), "wb") as f:
            f.write(whole[: len(whole) // 2])
        self.fail_with(1, "summary", "cut.xdf", "~ delay")
        with open(self.path("what.bin"), "wb") as f:
            f.write(b"x")
        self.assertIn("ending", self.fail_with(1, "info", "what.bin"))

    def test_bad_options(self):
        self.make_xdf()
        self.assertIn("did you mean delay?", self.fail_with(1, "summary", "small.xdf", "~ delai"))
        self.assertIn("did you mean hour?", self.fail_with(1, "step", "small.xdf", "x.xdf", "--keep", "day,huor"))
        self.assertIn("both", self.fail_with(1, "step", "small.xdf", "x.xdf", "--keep", "day", "--drop", "day"))
        self.assertIn("--transform", self.fail_with(1, "step", "small.xdf", "x.xdf", "--transform", "delay"))
        self.assertIn("do not apply to .xdf", self.fail_with(1, "info", "small.xdf", "--missing", "M"))
        self.assertIn("--workers", self.fail_with(1, "summary", "small.xdf", "~ delay", "--workers", "2"))
        self.assertIn("ending", self.fail_with(1, "convert", "small.xdf", "x.what"))

    def test_options_of_spark_belong_to_spark(self):
        self.assertIn("--ranks applies to --context mpi only", self.fail_with(1, "info", "small.csv", "--ranks", "2"))
        self.assertIn("--threads does not apply to mpi: say --ranks",
                      self.fail_with(1, "info", "small.csv", "--context", "mpi", "--threads", "2"))
        self.assertIn("--master applies to --context spark only", self.fail_with(1, "info", "small.csv", "--master", "local"))
        self.assertIn("say --executors and --executor-cores", self.fail_with(1, "info", "small.csv", "--context", "spark", "--threads", "2"))
        self.assertIn("--executors", self.fail_with(2, "info", "small.csv", "--context", "RxSpark", "--executors", "0"))
        self.assertIn("a target is a table, hive:TABLE", self.fail_with(1, "convert", "small.csv", "hive:select 1"))
        self.assertIn("do not apply to hive:TABLE", self.fail_with(1, "info", "hive:claims", "--header"))

    def test_options_of_hadoop_belong_to_hadoop(self):
        hadoop = ("info", "small.csv", "--context", "hadoop")
        self.assertIn("--uber applies to --context hadoop only", self.fail_with(1, "info", "small.csv", "--uber", "yes"))
        self.assertIn("--executors applies to --context spark only", self.fail_with(1, *hadoop, "--executors", "2"))
        self.assertIn("--threads does not apply to hadoop", self.fail_with(1, *hadoop, "--threads", "2"))
        self.assertIn("--tier applies to --context inpostgres", self.fail_with(1, *hadoop, "--tier", "stream"))
        self.assertIn("did you mean yarn?", self.fail_with(1, *hadoop, "--framework", "yarm"))
        self.assertIn("unknown --uber: \"si\"", self.fail_with(1, "info", "small.csv", "--context", "RxHadoopMR", "--uber", "si"))
        self.assertIn("--hadoop-switches: -D must be followed by key=value", self.fail_with(1, *hadoop, "--hadoop-switches=-D x"))
        self.assertIn("--map-memory", self.fail_with(2, *hadoop, "--map-memory", "1"))

    def test_an_existing_target_is_kept(self):
        self.make_xdf()
        with open(self.path("small.xdf"), "rb") as f:
            before = f.read()
        self.assertIn("overwrite", self.fail_with(1, "import", "small.csv", "small.xdf"))
        with open(self.path("small.xdf"), "rb") as f:
            self.assertEqual(f.read(), before)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_folder_without_permission(self):
        os.mkdir(self.path("locked"), 0o555)
        self.fail_with(1, "import", "small.csv", "locked/x.xdf")

    def write_large(self, rows):
        line = b"Mon,12.25,9.5,17\nTue,3.75,22.25,4\n"
        with open(self.path("large.csv"), "wb") as f:
            f.write(b"day,delay,hour,n\n")
            for _ in range(rows // 2000):
                f.write(line * 1000)

    def wait_for_new_file(self, process):
        """Until the process has begun to write beside its target."""
        for _ in range(6000):
            if any(name.startswith(".insitu-new-") for name in os.listdir(self.folder)):
                return
            self.assertIsNone(process.poll(), "it was done too early to be stopped")
            time.sleep(0.005)
        self.fail("nothing was written in 30 seconds")

    def test_an_interrupt_stops_within_a_second(self):
        self.write_large(20_000_000)
        process = subprocess.Popen([INSITU, "import", "large.csv", "large.xdf", "--factor", "day"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.wait_for_new_file(process)
        process.send_signal(signal.SIGINT)
        begin = time.monotonic()
        _, errors = process.communicate(timeout=60)
        seconds = time.monotonic() - begin
        self.assertEqual(process.returncode, 130, errors)
        self.assertIn("insitu: interrupted", errors)
        self.assertLess(seconds, 3.0)  # one second and what a loaded machine adds
        self.assertEqual(sorted(os.listdir(self.folder)), ["large.csv", "small.csv"])

    def test_killed_while_writing_the_old_file_is_kept(self):
        self.make_xdf()
        with open(self.path("small.xdf"), "rb") as f:
            before = f.read()
        self.write_large(10_000_000)
        process = subprocess.Popen([INSITU, "import", "large.csv", "small.xdf", "--overwrite"], cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_for_new_file(process)
        process.kill()
        process.wait()
        with open(self.path("small.xdf"), "rb") as f:
            self.assertEqual(f.read(), before)
        self.succeed("info", "small.xdf")
        # D3, D10: what is left is hidden, no source of a folder reads it, and the next writer takes it away.
        self.assertTrue(all(name.startswith(".") for name in os.listdir(self.folder) if name not in ("large.csv", "small.csv", "small.xdf")))
        self.succeed("convert", "small.xdf", "other.csv")
        self.assertEqual(sorted(os.listdir(self.folder)), ["large.csv", "other.csv", "small.csv", "small.xdf"])

    def test_D10_signals_that_ask_for_an_end_leave_nothing(self):
        self.write_large(10_000_000)
        for sent in (signal.SIGTERM, signal.SIGHUP):
            for arguments in (("import", "large.csv", "large.xdf"), ("import", "large.csv", "set", "--composite"), ("convert", "large.csv", "new.csv")):
                process = subprocess.Popen([INSITU, *arguments], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                self.wait_for_new_file(process)
                process.send_signal(sent)
                _, errors = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 128 + sent, errors)
                self.assertEqual(sorted(os.listdir(self.folder)), ["large.csv", "small.csv"])

    def test_D4_two_writers_lose_nothing(self):
        self.make_xdf()
        self.succeed("convert", "small.xdf", "more.xdf")
        rivals = [subprocess.Popen([INSITU, "step", "more.xdf", "small.xdf", "--append", "rows"], cwd=self.folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True) for _ in range(4)]
        for rival in rivals:
            _, errors = rival.communicate(timeout=120)
            self.assertEqual(rival.returncode, 0, errors)
        self.assertIn("300", self.succeed("info", "small.xdf"))

    def test_D10_a_limit_of_file_size_is_a_sentence(self):
        self.make_xdf()
        def limited():
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

        self.write_large(100_000)
        for arguments in (("import", "large.csv", "small.xdf", "--overwrite"), ("convert", "large.csv", "x.csv"), ("convert", "large.csv", "x.parquet")):
            found = self.run_insitu(*arguments, preexec_fn=limited)
            self.assertEqual(found.returncode, 1, found.stderr)
            self.assertIn("nothing was replaced", found.stderr)
        self.succeed("info", "small.xdf")

    def test_D18_digits_and_memory(self):
        self.make_xdf()
        self.assertIn("memoryLimit must be a number of bytes", self.fail_with(1, "summary", "small.xdf", "--memory-limit", "much"))
        self.succeed("summary", "small.xdf", "--memory-limit", "500MB", "--no-sync")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
