"""Text files, ordinary and ugly, whose content is known by construction.

make_files(seed, count) yields TextFile objects, an equal share of each class. The truth of a file is its names and its rows:
None, bool, int, float or str. EMPTY stands for an empty field of a text column, which readers call missing or "".
"""

import bz2
import gzip
import io
import lzma
import random
import zipfile
from dataclasses import dataclass, field

EMPTY = object()
WORDS = ("apple", "Berlin", "x-ray", "Ann", "Bob Ray", "street 5", "north", "Zoë", "naïve", "ok.", "A/B", "co & co", "50 %", "d'Arc")
NAMES = ("id", "name", "city", "age", "Total Amount", "price_eur", "X1", "month", "flag", "born", "note", "q1", "group.a", "Größe", "weight(kg)")


@dataclass
class TextFile:
    kind: str
    ending: str
    content: bytes
    names: list  # None: V1, V2, ...; [] : anything, as many as there are columns
    rows: list
    delimiter: str = ","
    encoding: str = "utf-8"
    may_fail: bool = False  # an error is as right as the rows
    must_fail: bool = False  # an error alone is right
    options: dict = field(default_factory=dict)


def _quoted(text):
    return '"' + text.replace('"', '""') + '"'


class _Writer:
    """One file of a class: chooses columns, values and how they are written."""

    def __init__(self, rng):
        self.rng = rng

    def names(self, count):
        names = self.rng.sample(NAMES, min(count, len(NAMES)))
        return names + [f"v{i}" for i in range(count - len(names))]

    def word(self):
        return self.rng.choice(WORDS) + (str(self.rng.randrange(100)) if self.rng.random() < 0.3 else "")

    def integer(self):
        return self.rng.randrange(-1000, 100000)

    def number(self):
        return round(self.rng.uniform(-1000, 1000), self.rng.randrange(1, 6))

    def date(self):
        return f"{self.rng.randrange(1900, 2100)}-{self.rng.randrange(1, 13):02}-{self.rng.randrange(1, 29):02}"

    def logical(self):
        return self.rng.random() < 0.5

    def column(self, kind, rows):
        make = getattr(self, kind)
        return [make() for _ in range(rows)]

    def table(self, kinds, rows):
        return [list(row) for row in zip(*[self.column(kind, rows) for kind in kinds])]


def cell(value, delimiter=",", always=False):
    if value is None:
        return "NA"
    if value is EMPTY:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return repr(value)
    if always or any(c in value for c in (delimiter, '"', "\n", "\r")):
        return _quoted(value)
    return value


def text_of(names, rows, delimiter=",", line_end="\n", always=False, last=True):
    lines = [] if names is None else [delimiter.join(cell(n, delimiter, always) for n in names)]
    lines += [delimiter.join(cell(v, delimiter, always) for v in row) for row in rows]
    return line_end.join(lines) + (line_end if last else "")


def _file(kind, names, rows, text=None, ending=".csv", encoding="utf-8", **more):
    if text is None:
        text = text_of(names, rows, more.get("delimiter", ","))
    return TextFile(kind, ending, text if isinstance(text, bytes) else text.encode(encoding), names, rows, encoding=encoding, **more)


def _rows(rng, low=2, high=40):
    return rng.randrange(low, high)


def words(w, rng):
    kinds = ["integer", "word", "number", *rng.choices(["integer", "number", "word", "date", "logical"], k=rng.randrange(0, 4))]
    rng.shuffle(kinds)
    return _file("words", w.names(len(kinds)), w.table(kinds, _rows(rng)))


def years(w, rng):
    first = rng.randrange(1950, 2015)
    names = [rng.choice(["id", "country", "code"])] + [str(first + i) for i in range(rng.randrange(1, 6))]
    kind = rng.choice(["word", "integer"])
    if kind == "word":
        names[0] = "country"
    return _file("years", names, w.table([kind] + [rng.choice(["integer", "number"])] * (len(names) - 1), _rows(rng)))


def number_words(w, rng):
    names = ["year", "unem"] + rng.sample(["inf", "nan", "NaN", "Inf", "infinity"], rng.randrange(1, 3))
    return _file("number_words", names, w.table(["integer"] + ["number"] * (len(names) - 1), _rows(rng)))


def all_text(w, rng):
    count = rng.randrange(2, 6)
    return _file("all_text", w.names(count), w.table(["word"] * count, _rows(rng)))


def one_text_column(w, rng):
    ending = rng.choice([".csv", ".csv", ".txt"])
    return _file("one_text_column", [rng.choice(["city", "full name", "note"])], w.table(["word"], _rows(rng)), ending=ending)


def logicals(w, rng):
    kinds = ["word", "logical"] + rng.choices(["logical", "word"], k=rng.randrange(0, 3))
    return _file("logicals", w.names(len(kinds)), w.table(kinds, _rows(rng)))


def dates(w, rng):
    kinds = ["word", "date"] + rng.choices(["date", "word"], k=rng.randrange(0, 2))
    return _file("dates", w.names(len(kinds)), w.table(kinds, _rows(rng)))


def sparse(w, rng):
    kinds = ["integer"] + rng.choices(["integer", "number", "word"], k=rng.randrange(1, 4))
    deep = rng.random() < 0.1
    rows = w.table(kinds, 12500 if deep else _rows(rng, 5, 60))
    empty = rng.random() < 0.5
    for c in range(1, len(kinds)):
        until = rng.randrange(10000, 12000) if deep else rng.randrange(1, len(rows) - 2)
        for row in rows[:until]:
            row[c] = EMPTY if empty else None
    return _file("sparse", w.names(len(kinds)), rows)


def missing_first(w, rng):
    kinds = ["integer"] * rng.randrange(2, 5)
    rows = w.table(kinds, _rows(rng, 3))
    rows[0] = [None] * len(kinds)
    return _file("missing_first", w.names(len(kinds)), rows)


def no_header(w, rng):
    kinds = rng.choices(["integer", "number"], k=rng.randrange(2, 6))
    return _file("no_header", None, w.table(kinds, _rows(rng)))


def delimiters(w, rng):
    delimiter = rng.choice("\t;|")
    kinds = ["word", "integer"] + rng.choices(["word", "number", "integer"], k=rng.randrange(1, 4))
    rows = w.table(kinds, _rows(rng))
    others = [d for d in (", ", ";", "|", ",") if d.strip() != delimiter]
    for row in rows:
        for c, value in enumerate(row):
            if isinstance(value, str) and rng.random() < 0.6:
                row[c] = rng.choice(others).join([value, w.word()])
    always = rng.random() < 0.5
    if rng.random() < 0.3:  # the same comma in each row
        for row in rows:
            row[0] = "Doe, " + w.word()
    names = w.names(len(kinds))
    ending = ".tsv" if delimiter == "\t" and rng.random() < 0.5 else rng.choice([".csv", ".txt"])
    return _file("delimiters", names, rows, text_of(names, rows, delimiter, always=always), ending=ending, delimiter=delimiter)


def decimal_commas(w, rng):
    names = w.names(3)
    rows = w.table(["integer", "number", "word"], _rows(rng))
    text = text_of(names, [[r[0], repr(r[1]).replace(".", ","), r[2].replace(";", "")] for r in rows], ";")
    return _file("decimal_commas", names, rows, text, delimiter=";")


def quotes(w, rng):
    kinds = ["integer", "word", "word"]
    rows = w.table(kinds, _rows(rng, 3))
    for row in rows:
        for c in (1, 2):
            row[c] += rng.choice(["", ", and more", ' "so called"', "\nsecond line", '"', ",,", "\n\n", ";x|y"])
    names = w.names(3)
    if rng.random() < 0.3:
        names[1] = "a, b"
    return _file("quotes", names, rows, text_of(names, rows, always=rng.random() < 0.4))


def line_ends(w, rng):
    kinds = ["integer", "word", "number"]
    names, rows = w.names(3), w.table(kinds, _rows(rng, 3))
    kind = rng.choice(["\r\n", "\r", "\r\r\n", "mixed", "cr and crlf", "\n"])
    if kind in ("mixed", "cr and crlf"):
        ends = ["\r\n", "\n"] if kind == "mixed" else ["\r", "\r\n"]
        lines = text_of(names, rows).splitlines()
        text = "".join(line + (ends[i % 2] if i < 2 else rng.choice(ends)) for i, line in enumerate(lines))
    else:
        text = text_of(names, rows, line_end=kind, last=rng.random() < 0.7)
    return _file("line_ends", names, rows, text)


def encodings(w, rng):
    names = ["id", "Größe", "name"]
    rows = w.table(["integer", "number", "word"], _rows(rng, 3))
    for row in rows:
        row[2] = row[2] + rng.choice(["é", "ü", "ñ", ""])
    encoding = rng.choice(["utf-8-sig", "utf-16", "latin-1", "cp1252"])
    return _file("encodings", names, rows, encoding=encoding)


def trailing_delimiters(w, rng):
    kinds = ["integer", "word", "number"]
    names, rows = w.names(3), w.table(kinds, _rows(rng, 3))
    everywhere = rng.random() < 0.5
    lines = text_of(names, rows).splitlines()
    text = "\n".join([lines[0] + ("," if everywhere else "")] + [line + "," for line in lines[1:]]) + "\n"
    return _file("trailing_delimiters", [*names, None], [[*row, EMPTY] for row in rows], text)


def blank_lines(w, rng):
    names, rows = w.names(3), w.table(["integer", "word", "number"], _rows(rng, 3))
    lines = text_of(names, rows).splitlines()
    for _ in range(rng.randrange(1, 5)):
        lines.insert(rng.randrange(0, len(lines) + 1), "")
    return _file("blank_lines", names, rows, "\n".join(lines) + "\n" * rng.randrange(0, 4))


def comments(w, rng):
    names, rows = w.names(3), w.table(["integer", "word", "number"], _rows(rng, 3))
    head = "".join(f"# {w.word()}{rng.choice(['', ', made by hand', ': 5'])}\n" for _ in range(rng.randrange(1, 4)))
    return _file("comments", names, rows, head + text_of(names, rows))


def wide(w, rng):
    count = rng.choice([300, 700, 2000])
    names = [f"v{i}" for i in range(count)]
    kinds = [rng.choice(["integer", "number", "word", "logical"]) for _ in names]
    return _file("wide", names, w.table(kinds, rng.randrange(2, 6)))


def one_column(w, rng):
    return _file("one_column", [rng.choice(["x", "value", "n obs"])], w.table([rng.choice(["integer", "number"])], _rows(rng)))


def one_row(w, rng):
    kinds = ["integer"] + rng.choices(["integer", "number", "word"], k=rng.randrange(1, 4))
    return _file("one_row", w.names(len(kinds)), w.table(kinds, 1))


def ragged(w, rng):
    names, rows = w.names(4), w.table(["integer", "word", "number", "integer"], _rows(rng, 8, 60))
    lines = text_of(names, rows).splitlines()
    at = rng.randrange(5, len(lines))
    longer = rng.random() < 0.5
    if longer:
        lines[at] += ",77"
    else:
        lines[at] = lines[at].rsplit(",", 1)[0]
        rows[at - 1][3] = EMPTY
    return _file("ragged", names, rows, "\n".join(lines) + "\n", may_fail=not longer, must_fail=longer)


def row_names(w, rng):
    names, rows = w.names(3), w.table(["integer", "word", "number"], _rows(rng, 3))
    delimiter, quoted = rng.choice([(" ", True), (",", True), ("\t", False), (",", False)])
    named = [[f"r{i + 1}", *row] for i, row in enumerate(rows)]
    text = text_of(names, [], delimiter, always=quoted) + text_of(None, named, delimiter, always=quoted)
    return _file("row_names", [None, *names], named, text, ending=".txt" if delimiter == " " else ".csv", delimiter=delimiter)


def repeated_names(w, rng):
    names = ["x", "x", rng.choice(["x", "y"]), "z"]
    rows = w.table(["integer", "number", "word", "integer"], _rows(rng, 3))
    return _file("repeated_names", [], rows, text_of(names, rows))


def large_integers(w, rng):
    rows = [[i, rng.choice([2**53 + 1, 2**62 + rng.randrange(1000), -(2**40) - 1, 2**31, rng.randrange(2**53, 2**63)])] for i in range(_rows(rng))]
    if rng.random() < 0.2:
        rows[-1][1] = 2**63 + rng.randrange(10**6)
    return _file("large_integers", ["id", "key"], rows)


def blanks(w, rng):
    kinds = ["integer", "number"] + rng.choices(["integer", "number", "logical"], k=rng.randrange(1, 3))
    names, rows = [n.replace(" ", "_") for n in w.names(len(kinds))], w.table(kinds, _rows(rng, 3))
    return _file("blanks", names, rows, text_of(names, rows, " "), ending=".txt", delimiter=" ")


def late_types(w, rng):
    count = rng.randrange(200, 3000)
    rows = w.table(["integer", "integer", "integer"], count)
    at = rng.randrange(count // 2, count)
    rows[at][1] = w.number()
    rows[at][2] = w.word() + " x"
    text = text_of(["a", "b", "c"], rows)
    return _file("late_types", ["a", "b", "c"], [[r[0], r[1], str(r[2])] for r in rows], text)


def compressed(w, rng):
    inner = words(w, rng)
    kind = rng.choice(["gz", "bz2", "xz", "zip", "zst"])
    if kind == "gz":
        cut = inner.content.index(b"\n") + 1
        content = gzip.compress(inner.content[:cut]) + gzip.compress(inner.content[cut:])
    elif kind == "bz2":
        content = bz2.compress(inner.content)
    elif kind == "xz":
        content = lzma.compress(inner.content)
    elif kind == "zip":
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("inner.csv", inner.content)
        content = archive.getvalue()
    else:
        import pyarrow

        content = pyarrow.compress(inner.content, codec="zstd", asbytes=True)
    return TextFile("compressed", ".csv." + kind, content, inner.names, inner.rows)


KINDS = (words, years, number_words, all_text, one_text_column, logicals, dates, sparse, missing_first, no_header, delimiters, decimal_commas,
         quotes, line_ends, encodings, trailing_delimiters, blank_lines, comments, wide, one_column, one_row, ragged, row_names, repeated_names,
         large_integers, blanks, late_types, compressed)


def make_files(seed, count):
    rng = random.Random(seed)
    for i in range(count):
        kind = KINDS[i % len(KINDS)]
        yield kind(_Writer(rng), rng)
