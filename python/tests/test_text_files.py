"""Sniffing against DuckDB and pandas on 2,000 files whose content is known by construction (text_files.py).

On every class we are right at least as often as the better of the two, and never lose a row or a value without an error.
"""

import datetime
import math
import os
from collections import Counter

import duckdb
import numpy as np
import pandas as pd
import pytest

import insitu as rx
from text_files import EMPTY, make_files

SEED = int(os.environ.get("INSITU_TEXT_SEED", "20261128"))
COUNT = int(os.environ.get("INSITU_TEXT_FILES", "2000"))
READERS = ("insitu", "duckdb", "pandas")


def is_missing(value):
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def same(found, truth):
    """Whether a value that a reader gave is the one that was written."""
    if truth is None or truth is EMPTY:
        return is_missing(found) or (truth is EMPTY and found == "")
    if is_missing(found):
        return False
    if isinstance(found, (bool, np.bool_)) or isinstance(truth, bool):
        return isinstance(found, (bool, np.bool_)) and isinstance(truth, bool) and bool(found) == truth
    if isinstance(truth, str):
        if isinstance(found, (datetime.date, datetime.datetime, pd.Timestamp)):
            return found.isoformat()[:10] == truth
        return found == truth
    if isinstance(found, str):  # digits that no number type of the reader holds, and 1,5 where commas were not said to be points
        return found == str(truth) if isinstance(truth, int) and abs(truth) >= 2**63 else found == repr(truth).replace(".", ",")
    if isinstance(truth, int) and not isinstance(found, (int, np.integer)):
        return float(found) == truth and int(found) == truth
    return found == truth


def kept(found, truth):
    """Not lost: the value, or the text that was written for it."""
    if same(found, truth):
        return True
    if isinstance(found, str):
        return found == ("NA" if truth is None else {True: "TRUE", False: "FALSE"}[truth] if isinstance(truth, bool) else str(truth))
    return False


def verdict(frame, file):
    """'right', 'untyped' (all texts are there), or 'lost'."""
    width = len(file.rows[0])
    if frame.shape != (len(file.rows), width):
        if file.kind == "trailing_delimiters" and frame.shape == (len(file.rows), width - 1):
            return verdict(frame.assign(empty=None), file)
        return "lost"
    if file.names is None:
        named = [str(n).lower().lstrip("column").lstrip("v") for n in frame.columns] in ([str(i + 1) for i in range(width)], [str(i) for i in range(width)])
    else:
        named = not file.names or all(n is None or n == str(c) for n, c in zip(file.names, frame.columns))
    right = named
    for c in range(width):
        column = frame.iloc[:, c].tolist()
        for found, row in zip(column, file.rows):
            if not same(found, row[c]):
                right = False
                if not kept(found, row[c]):
                    return "lost"
    return "right" if right else "untyped"


def by_insitu(path, file):
    options = {} if file.encoding in ("utf-8", "utf-8-sig", "utf-16") else {"input_encoding": file.encoding}
    return rx.rx_import(rx.RxTextData(path, default_decimal_column_type="numeric", **options), report_progress=0).astype(object)


def by_duckdb(path, file):
    options = {} if file.encoding in ("utf-8", "utf-8-sig") else {"encoding": {"latin-1": "latin-1", "cp1252": "CP1252", "utf-16": "utf-16"}[file.encoding]}
    table = duckdb.read_csv(path, na_values=["NA", ""], **options)
    rows = table.fetchall()
    return pd.DataFrame({i: pd.Series([r[i] for r in rows], dtype=object) for i in range(len(table.columns))}).set_axis(table.columns, axis=1)


def by_pandas(path, file):
    options = {"sep": None, "engine": "python"} if file.delimiter != "," else {}
    return pd.read_csv(path, keep_default_na=False, na_values=["NA", ""], encoding=file.encoding, **options).reset_index(
        names=["row.names"] if file.kind == "row_names" else None, drop=file.kind != "row_names").astype(object)


def read(reader, path, file):
    try:
        found = verdict(reader(path, file), file)
    except Exception as error:  # readers raise what they like
        if isinstance(error, (KeyboardInterrupt, AssertionError)):
            raise
        refused = file.may_fail or file.must_fail
        if refused and reader is by_insitu:
            assert "line" in str(error), error
        return ("right" if refused else "error"), str(error)[:300]
    return ("lost" if file.must_fail else found), ""


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    found, failing, sizes = {}, {}, Counter()
    duckdb.sql("set threads to 1; set enable_progress_bar to false")
    for number, file in enumerate(make_files(SEED, COUNT)):
        path = str(folder / f"f{number}{file.ending}")
        with open(path, "wb") as out:
            out.write(file.content)
        sizes[file.kind] += 1
        answers = {name: read(reader, path, file) for name, reader in zip(READERS, (by_insitu, by_duckdb, by_pandas))}
        os.remove(path)
        for name, (answer, _) in answers.items():
            found.setdefault(file.kind, {}).setdefault(name, Counter())[answer] += 1
        if answers["insitu"][0] != "right" and (file.kind not in failing or len(file.content) < len(failing[file.kind][1].content)):
            failing[file.kind] = (answers, file, number)
    print(f"\nseed {SEED}, {COUNT} files: right / kept as text / error / lost without an error")
    print(f"{'class':<22}" + "".join(f"{name:>20}" for name in READERS))
    for kind, by in found.items():
        print(f"{kind:<22}" + "".join(
            f"{' / '.join(str(by[name][v]) for v in ('right', 'untyped', 'error', 'lost')):>20}" for name in READERS))
    for kind, (answers, file, number) in failing.items():
        print(f"smallest of {kind} that we did not read right: number {number}, {answers}\n{file.content[:400]!r}")
    return found


def test_A10_right_at_least_as_often_as_the_better_of_duckdb_and_pandas(verdicts):
    worse = {kind: {name: by[name]["right"] for name in READERS} for kind, by in verdicts.items()
             if by["insitu"]["right"] < max(by["duckdb"]["right"], by["pandas"]["right"])}
    assert not worse, f"seed {SEED}: {worse}"


def test_A10_nothing_is_lost_without_an_error(verdicts):
    lost = {kind: by["insitu"]["lost"] for kind, by in verdicts.items() if by["insitu"]["lost"]}
    assert not lost, f"seed {SEED}: {lost}"


def test_the_comparison_can_fail():
    """A reader that drops a row, changes a digit or a name is found out."""
    file = next(make_files(1, 1))
    right = pd.DataFrame(file.rows, columns=file.names).astype(object)
    assert verdict(right, file) == "right"
    assert verdict(right.iloc[1:], file) == "lost"
    assert verdict(right.set_axis([f"V{i}" for i in range(right.shape[1])], axis=1), file) == "untyped"
    number = next(i for i, v in enumerate(file.rows[0]) if isinstance(v, int) and not isinstance(v, bool))
    changed = right.copy()
    changed.iloc[0, number] += 1
    assert verdict(changed, file) == "lost"


def test_what_was_learnt_of_a_file_ends_with_its_version(tmp_path):
    """Where records begin and how many there are is remembered between calls while the file stays the same."""
    path = str(tmp_path / "t.csv")

    def write(lines, time):
        with open(path, "w") as file:
            file.write("a,s\n" + "".join(lines))
        os.utime(path, (time, time))
        return rx.rx_data_step(rx.RxTextData(path), start_row=len(lines) - 1)["a"].tolist()

    lines = [f'{i:06},"x, y"\n' for i in range(300_000)]
    for context in (rx.RxLocalSeq(), rx.RxProcesses(num_workers=2)):
        rx.rx_set_compute_context(context)
        try:
            assert write(lines, 1e9) == [299_998, 299_999]
            assert write(lines, 1e9) == [299_998, 299_999]
            # As many bytes, other records: a quoted field over half of the file.
            joined = ['000000,"x' + "".join(lines[:150_000]).replace('"', "'")[9:-2] + '"\n', *lines[150_000:]]
            assert sum(map(len, joined)) == sum(map(len, lines))
            assert write(joined, 1e9 + 1) == [299_998, 299_999]
            assert len(rx.rx_data_step(rx.RxTextData(path))) == len(joined)
        finally:
            rx.rx_set_compute_context(rx.RxLocalSeq())
