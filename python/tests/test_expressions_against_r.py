"""The engine's expressions judged by R: a list in the style of users' scripts, and random ones over typed columns.

INSITU_SEED changes the seed, INSITU_EXPRESSIONS the number of random expressions; both are printed with the shortest that differs.
"""

import json
import math
import os
import pathlib
import random
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

import insitu as rx

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE.parent.parent / "tests" / "expressions"
pytestmark = pytest.mark.skipif(not shutil.which("Rscript") or not FOLDER.exists(), reason="R is not at hand")


def run_r(*arguments):
    subprocess.run(["Rscript", str(FOLDER / "columns.R"), *map(str, arguments)], check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})


def number(text):
    return math.nan if text is None else float(text)


@pytest.fixture(scope="module")
def frame(tmp_path_factory):
    file = tmp_path_factory.mktemp("columns") / "columns.json"
    run_r("data", file)
    columns = {}
    for name, column in json.loads(file.read_text(encoding="utf-8")).items():
        values, kind = column["values"], column["type"]
        if kind in ("factor", "ordered"):
            columns[name] = pd.Categorical(values, categories=column["levels"], ordered=kind == "ordered")
        elif kind == "integer":
            columns[name] = pd.array([None if v is None else int(float(v)) for v in values], dtype="Int32")
        elif kind == "logical":
            columns[name] = pd.array(values, dtype="boolean")
        elif kind == "character":
            columns[name] = values
        elif kind == "Date":
            columns[name] = np.array([np.datetime64("NaT") if v is None else np.datetime64(int(float(v)), "D") for v in values])
        elif kind == "POSIXct":
            columns[name] = np.array([np.datetime64("NaT") if v is None else np.datetime64(int(float(v)), "s") for v in values])
        else:
            columns[name] = [number(v) for v in values]
    # Dates are kept as such: read from text, because a frame's datetime64 is a time.
    frame = pd.DataFrame(columns)
    frame["d"] = ["" if pd.isna(v) else str(v)[:10] for v in frame["d"]]
    return frame


def answers_of_r(folder, texts):
    asked, told = folder / "asked.json", folder / "told.json"
    asked.write_text(json.dumps(texts), encoding="utf-8")
    run_r("answers", asked, told)
    return json.loads(told.read_text(encoding="utf-8"))


def answers_of_engine(frame, texts):
    """Per expression the values as lists, or the error's text. All at once where that goes, else by halves."""
    def run(part):
        steps = {"d": "as.Date(d)", **{f"v{i}": texts[i] for i in part}}
        return rx.rx_data_step(frame, transforms=steps, report_progress=0)

    told = {}

    def solve(part):
        if not part:
            return
        try:
            result = run(part)
        except rx.InsituError as error:
            if len(part) == 1:
                told[part[0]] = str(error)
                return
            middle = len(part) // 2
            solve(part[:middle])
            solve(part[middle:])
            return
        for i in part:
            told[i] = result[f"v{i}"]

    solve(list(range(len(texts))))
    return [told[i] for i in range(len(texts))]


def listed(column):
    """A column of the engine as the texts and numbers that R's answer has."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [None if v is None or v != v else str(v) for v in column.astype(object)]
    if str(column.dtype).startswith("datetime64"):
        # as_unit keeps halves of days, which dates may have
        return [None if pd.isna(v) else v.timestamp() for v in column]
    values = []
    for v in column.astype(object):
        missing = v is None or v is pd.NA or v is pd.NaT or (isinstance(v, float) and v != v)
        missing = missing or (str(column.dtype) == "int32" and v == -(2**31))  # whole numbers of old: a code for missing
        if missing:
            values.append(None)
        elif hasattr(v, "toordinal") and not isinstance(v, pd.Timestamp):
            values.append((v.toordinal() - 719163) * 86400.0)
        else:
            values.append(v)
    return values


def difference(engine, r):
    """"" where both say the same."""
    if "error" in r:
        return "" if isinstance(engine, str) else f"R refuses: {r['error']}"
    if isinstance(engine, str):
        return f"refused: {engine}"
    ours, theirs = listed(engine), r["values"]
    if r["type"] in ("factor", "ordered") and not isinstance(engine.dtype, pd.CategoricalDtype):
        return f"no factor but {engine.dtype}"
    if r["type"] in ("factor", "ordered") and [str(v) for v in engine.cat.categories] != list(r["levels"]):
        return f"levels {list(engine.cat.categories)}, R has {r['levels']}"
    for row, (a, b) in enumerate(zip(ours, theirs)):
        if b is None or (isinstance(b, str) and b in ("NaN",)):
            same = a is None
        elif r["type"] in ("character", "factor", "ordered"):
            same = a == b
        elif r["type"] == "logical":
            same = a is not None and bool(a) == b
        else:
            wanted = float(b) * (86400.0 if r["type"] == "Date" else 1.0)
            same = a is not None and (float(a) == wanted or math.isclose(float(a), wanted, rel_tol=4e-14, abs_tol=1e-300))
        if not same:
            return f"row {row}: {a!r}, R has {b!r}"
    return ""


def test_expressions_of_scripts_stay_in_the_engine_and_answer_as_r(frame, tmp_path):
    lines = (FOLDER / "scripts.txt").read_text(encoding="utf-8").splitlines()
    texts = [line for line in lines if line and not line.startswith("#")]
    assert len(texts) >= 150
    told = answers_of_r(tmp_path, texts)
    engine = answers_of_engine(frame, texts)
    faults = [f"{text}: {fault}" for text, a, b in zip(texts, engine, told) if (fault := difference(a, b))]
    assert not faults, f"{len(faults)} of {len(texts)}:\n" + "\n".join(faults)


class Generator:
    """Random expressions of a type, at most `depth` operations deep."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)

    def of(self, kind, depth):
        return getattr(self, kind)(depth - 1) if depth > 0 else self.leaf(kind)

    def leaf(self, kind):
        r = self.random
        if kind == "number":
            return self.pick("x", "y", str(r.randint(-20, 20) / 4), "NA_real_", "i", "pi")
        if kind == "whole":
            return self.pick("i", "j", "k", f"{r.randint(0, 30)}L", "NA_integer_", "m12")
        if kind == "truth":
            return self.pick("b", "TRUE", "FALSE", "NA", "is.na(x)", "(x > 1)", "b")
        if kind == "text":
            return self.pick("s", "'a'", "'apple'", "''", "as.character(f)", "ds")
        if kind == "day":
            return self.pick("d", "as.Date('2004-02-29')", "as.Date(ds, '%m/%d/%Y')")
        return self.pick("f", "o", "m")

    def number(self, n):
        a, b = (lambda kind="number": self.of(kind, n)), self.pick
        return b(
            lambda: f"({a()} {b('+', '-', '*', '/')} {a()})", lambda: f"{a()} {b('%%', '%/%')} {a(b('number', 'whole'))}",
            lambda: f"{b('abs', 'sqrt', 'floor', 'ceiling', 'trunc', 'sign', 'cos', 'atan')}({a()})",
            lambda: f"round({a()}, {b('0', '1', '2', '-1')})", lambda: f"ifelse(xor(b, {a('truth')}), {a()}, {a(b('number', 'whole'))})",
            lambda: f"{b('pmin', 'pmax')}({a()}, {a(b('number', 'whole'))}{b('', ', na.rm = TRUE')})",
            lambda: f"as.numeric({a(b('text', 'truth', 'whole', 'level', 'day'))})", lambda: f"({a()})^{b('2', '0', '3', '0.5')}",
            lambda: f"-{a()}", lambda: f"as.numeric({a('day')} - {a('day')})", lambda: f"(0 + {a('whole')})", lambda: f"signif({a()}, 3)")()

    def whole(self, n):
        a, b = (lambda kind="whole": self.of(kind, n)), self.pick
        return b(
            lambda: f"({a()} {b('+', '-', '*')} {a()})", lambda: f"{a()} {b('%%', '%/%')} {a()}", lambda: f"nchar({a('text')})",
            lambda: f"as.integer({a(b('number', 'truth', 'text', 'level'))})", lambda: f"ifelse(xor(b, {a('truth')}), {a()}, {a()})",
            lambda: f"match({a('text')}, c('apple', 'a', NA))", lambda: f"as.integer(format({a('day')}, '{b('%Y', '%m', '%d', '%j', '%U', '%W', '%u')}'))",
            lambda: f"abs({a()})", lambda: f"({a('truth')} + {a('truth')})", lambda: f"findInterval({a('number')}, c(-1, 0, 2.5))",
            lambda: f"as.POSIXlt({a('day')})${b('year', 'mon', 'mday', 'wday', 'yday')}", lambda: f"bitwAnd({a()}, 5L)")()

    def truth(self, n):
        a, b = (lambda kind="truth": self.of(kind, n)), self.pick
        return b(
            lambda: f"({a('number')} {b('<', '<=', '>', '>=', '==', '!=')} {a(b('number', 'whole'))})", lambda: f"({a()} {b('&', '|')} {a()})",
            lambda: f"!({a()})", lambda: f"is.na({a(b('number', 'whole', 'text', 'level', 'day', 'truth'))})",
            lambda: f"({a('text')} {b('==', '!=')} {a('text')})", lambda: f"({a('whole')} %in% c(1, 2, {b('5', 'NA', '7.5')}))",
            lambda: f"({a('text')} %in% c('a', 'apple'))", lambda: f"grepl('{b('a', '^[0-9]', 'p+', '[[:space:]]', 'l{2}')}', {a('text')})",
            lambda: f"xor({a()}, {a()})", lambda: f"(f {b('==', '!=')} 'a')", lambda: f"(o {b('<', '<=', '>', '>=', '==')} 'mid')",
            lambda: f"({a('day')} {b('<', '>=', '==')} {a('day')})", lambda: f"startsWith({a('text')}, 'a')",
            lambda: f"as.logical({a(b('number', 'whole'))})", lambda: f"ifelse(xor(b, {a()}), {a()}, {a()})")()

    def text(self, n):
        a, b = (lambda kind="text": self.of(kind, n)), self.pick
        return b(
            lambda: f"paste({a()}, {a(b('text', 'whole', 'truth'))})", lambda: f"paste0({a()}, {a(b('whole', 'text', 'level'))})",
            lambda: f"{b('toupper', 'tolower', 'trimws')}({a()})", lambda: f"substr(paste0({a()}, s), {b('1', '2', '0')}, {a('whole')})",
            lambda: f"sub('{b('a', '[aeiou]', '^.', 'p*')}', '{b('', 'X')}', {a()})",
            lambda: f"gsub('{b('a', '[aeiou]', ' ')}', '{b('', '_')}', {a()})", lambda: f"as.character({a(b('whole', 'truth', 'level'))})",
            lambda: f"ifelse(xor(b, {a('truth')}), {a()}, {a()})", lambda: f"format({a('day')}, '{b('%Y-%m', '%b', '%A', '%d.%m.%y', '%V', '%G', '%g', '%e')}')",
            lambda: f"sprintf('%{b('', '5', '-4', '03', '+')}d', {a('whole')})", lambda: f"sprintf('%{b('.2', '8.1', '', '-9.3')}f', {a('whole')} / 4)",
            lambda: f"sprintf('%s', {a(b('text', 'whole'))})", lambda: f"weekdays({a('day')})", lambda: f"months({a('day')}, TRUE)",
            lambda: f"formatC({a('whole')}, width = {b('3', '6')}, flag = '{b('0', ' ', '-')}')", lambda: f"chartr('ae', 'XY', {a()})")()

    def day(self, n):
        a, b = (lambda kind="day": self.of(kind, n)), self.pick
        return b(lambda: f"({a()} {b('+', '-')} {a('whole')})", lambda: f"as.Date({a('whole')}, origin = '2000-01-01')",
                 lambda: f"as.Date(format({a()}, '%Y-%m-01'))")()

    def level(self, n):
        a, b = (lambda kind="level": self.of(kind, n)), self.pick
        return b(
            lambda: f"factor({a('whole')}, levels = c(1, 2, 3), labels = c('u', 'v', 'w'))", lambda: f"cut({a('number')}, c(-5, 0, 1.5, 10){b('', ', right = FALSE', ', include.lowest = TRUE')})",
            lambda: f"factor({a('text')}, levels = c('a', 'apple', ''))", lambda: "relevel(f, 'b')", lambda: f"ordered({a('whole')}, levels = 3:1)",
            lambda: f"factor({a('truth')}, levels = c(TRUE, FALSE))")()


def test_random_expressions_answer_as_r(frame, tmp_path):
    seed = int(os.environ.get("INSITU_SEED", "20240817"))
    count = int(os.environ.get("INSITU_EXPRESSIONS", "1500"))
    print(f"INSITU_SEED={seed} INSITU_EXPRESSIONS={count}")
    generator = Generator(seed)
    kinds = ["number", "whole", "truth", "text", "day", "level"]
    texts = [generator.of(generator.pick(*kinds), generator.pick(1, 1, 2, 2, 3)) for _ in range(count)]
    told = answers_of_r(tmp_path, texts)
    engine = answers_of_engine(frame, texts)
    faults = [(text, fault) for text, a, b in zip(texts, engine, told) if (fault := difference(a, b))]
    # Documented: ifelse() has the type of both branches here, in R that of the values it used, which other functions may refuse;
    # and what the engine refuses alone, in its own words.
    documented = ("the test is one value", "subtracted", "needs strings", "is not defined for a factor")
    faults = [(text, fault) for text, fault in faults if not any(words in fault for words in documented) and
              not ("ifelse(" in text and fault.startswith("R refuses"))]
    faults.sort(key=lambda each: len(each[0]))
    shown = "\n".join(f"{text}: {fault}" for text, fault in faults[:15])
    assert not faults, f"seed {seed}: {len(faults)} of {count} differ, the shortest first:\n{shown}"
