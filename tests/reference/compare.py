"""Compares what an example printed with the figures of the reference documentation.

Numbers must agree to one unit in the last printed digit; words must be equal. Machine paths are
compared by their last part, times not at all. In the printed header no line may stand that the page
does not have, except those that only newer builds print (ALLOWED). Tables must stand as R sets them
(layout.py).
"""

import re

import layout

# Header lines whose value names a path; and lines that some pages leave out.
PATHS = ("File name",)
ALLOWED = {"Call", "Data", "File name", "Condition number", "Compression type"}
# Lines that are not "name: value", and how they look.
SPECIAL = {
    "dispersion_line": lambda value: f"({value})",
    "coefficients_not_defined": lambda value: (
        f"Coefficients: ({value} not defined because of singularities)"
    ),
}
# Header lines of a page that are not asked for; the reasons stand in DECISIONS.md.
NOT_ASKED = {"F055": {"Number of blocks"}}
HEADER_LINE = re.compile(r"^\s*((?:-2\*)?[A-Za-z][A-Za-z0-9 ().*-]*?):\s*(.*?)\s*$")
NUMBER = re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$", re.IGNORECASE)
DECORATION = {"***", "**", "*", ".", "|"}


def unit(text):
    """One unit in the last printed digit."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - decimals)


# The reference's normal distribution ends at 7 standard deviations: beyond, p is its floor.
FLOOR, FLOORED_BELOW = "2.22e-16", 2.6e-12


def same_word(expected, printed):
    if expected == FLOOR and NUMBER.match(printed) and 0 < float(printed) < FLOORED_BELOW:
        return True
    if expected == printed:
        return True
    clean, other = expected.rstrip(",;"), printed.rstrip(",;")
    if clean == other:
        return True
    strip = "()[]\"'"
    clean, other = clean.strip(strip), other.strip(strip)
    if clean == other:
        return True
    if NUMBER.match(clean) and NUMBER.match(other):
        return abs(float(clean) - float(other)) <= 1.000001 * unit(clean)
    return False


def same_words(expected, printed):
    return len(expected) == len(printed) and all(map(same_word, expected, printed))


def words(text):
    return text.replace("‘", "'").replace("’", "'").split()


def last_part(path):
    return re.split(r"[\\/]", path.strip().strip('"').rstrip("\\/"))[-1].strip().lower()


def joined_lines(text):
    """Lines; those that continue the one before (a path, a list of levels) are joined to it."""
    lines = []
    for line in text.splitlines():
        if lines and re.match(r"^\s+\d+ factor levels:", line):
            lines[-1] += " ; " + line.strip()
        elif lines and re.match(r"^\s+Type: ", line) and re.match(r"^Var \d+: ", lines[-1]):
            lines[-1] = lines[-1].rstrip() + " ; " + line.strip()
        elif lines and re.match(r"^\s*(File name|File):\s*$", lines[-1]) and line.startswith(" "):
            lines[-1] = lines[-1].rstrip() + " " + line.strip()
        else:
            lines.append(line)
    return lines


def header_problems(expected, lines):
    printed = {}
    for line in lines:
        match = HEADER_LINE.match(line)
        if match:
            printed.setdefault(match[1], []).append(match[2])
    problems, seen = [], set()
    order = {}
    for key, value in expected.items():
        name = key.split("#")[0]
        if name in SPECIAL:
            if not any(SPECIAL[name](value) == line.strip() for line in lines):
                problems.append(f"line not printed: {SPECIAL[name](value)}")
            continue
        seen.add(name)
        candidates = printed.get(name, [])
        if name in PATHS or name == "Data":
            if not candidates and name in ALLOWED:
                problems.append(f"line not printed: {name}")
            elif name in PATHS and last_part(value) not in map(last_part, candidates):
                problems.append(f"{name}: expected {last_part(value)}, printed {candidates}")
            elif name == "Data" and not any(same_words(words(value), words(c)) for c in candidates):
                problems.append(f"Data: expected {value}, printed {candidates}")
            continue
        good = [i for i, c in enumerate(candidates) if same_words(words(value), words(c))]
        # A repeated name takes the next line of that name.
        good = [i for i in good if i >= order.get(name, 0)] or good[:1]
        if not good:
            problems.append(f"{name}: expected {value}, printed {candidates or 'nothing'}")
        else:
            order[name] = good[0] + 1
    return problems, seen


def unexpected(seen, lines):
    """Header lines before the first table that the page does not have."""
    problems = []
    for line in lines:
        match = HEADER_LINE.match(line)
        if (
            match
            and match[1] not in seen | ALLOWED
            and not line.startswith(("Var ", "Data (", "rx"))
        ):
            if re.match(r"^(Number of|Total|Dependent|Probability|Frequency|Sum of)", match[1]):
                problems.append(f"printed, but not on the page: {line.strip()}")
    return problems


def variable_problems(expected, lines):
    printed = [
        re.sub(r"^\s*Var \d+: ", "", line) for line in lines if re.match(r"^\s*Var \d+: ", line)
    ]
    problems = []
    for number, value in enumerate(expected):
        if number >= len(printed):
            problems.append(f"variable not printed: {value}")
        elif not same_words(
            words(value.replace(" ; ", " ")), words(printed[number].replace(" ; ", " "))
        ):
            problems.append(
                f"variable {number + 1}: expected {value}, printed {printed[number].strip()}"
            )
    if len(printed) > len(expected):
        problems.append(f"{len(printed)} variables printed, {len(expected)} expected")
    return problems


def vector_problems(rows, lines):
    expected = [w for row in rows for cell in row for w in words(str(cell))]
    printed = []
    for line in lines:
        match = re.match(r"^\s*\[\d+\]\s*(.*)$", line)
        if match:
            printed += words(match[1])
    for start in range(len(printed) - len(expected) + 1):
        if same_words(expected, printed[start : start + len(expected)]):
            return []
    return [f"vector: expected {' '.join(expected)}, printed {' '.join(printed) or 'nothing'}"]


def is_subsequence(expected, printed):
    rest = iter(printed)
    return all(any(same_word(e, p) for p in rest) for e in expected)


def table_problems(table, lines, wrapped):
    problems = []
    rows = [
        [w for cell in row for w in words("" if cell is None else str(cell))]
        for row in table["rows"]
    ]
    columns = [
        w for c in table.get("columns", []) for w in words(c) if w not in DECORATION and w != "\\"
    ]
    printed = [[w for w in words(line) if w not in DECORATION] for line in lines]
    fits = is_subsequence if wrapped else same_words
    position = 0
    if columns:
        heads = [i for i, line in enumerate(printed) if is_subsequence(columns, line)]
        if not heads:
            return [f"table header not printed: {' '.join(columns)}"]
        position = heads[0] + (0 if wrapped else 1)
    title = table.get("title", "")
    if "rows starting" in title and not any(title in line for line in lines):
        problems.append(f"title not printed: {title}")
    for row in rows:
        found = next((i for i in range(position, len(printed)) if fits(row, printed[i])), None)
        if found is None:
            near = next(
                (lines[i] for i in range(position, len(lines)) if printed[i][:1] == row[:1]), ""
            )
            problems.append(
                f"row not printed: {' '.join(row)}" + (f"; printed: {near.strip()}" if near else "")
            )
        else:
            position = found + (0 if wrapped else 1)
    return problems


def differences(example, text):
    """Problems, as lines; none if every printed figure agrees."""
    figures = example["figures"]
    lines = joined_lines(text)
    problems = []
    if "header" in figures:
        excused = NOT_ASKED.get(example.get("id"), set())
        asked = {k: v for k, v in figures["header"].items() if k not in excused}
        found, seen = header_problems(asked, lines)
        problems += found
        if example["stage"] in ("print", "summary") or "variables" in figures:
            problems += unexpected(seen, lines)
    if "variables" in figures:
        problems += variable_problems(figures["variables"], lines)
    for table in figures.get("tables", []):
        if table.get("title") == "vector":
            problems += vector_problems(table["rows"], lines)
        elif (
            table.get("columns") is None and len(table["rows"]) == 1 and len(table["rows"][0]) == 1
        ):
            if not any(same_word(table["rows"][0][0], w) for line in lines for w in words(line)):
                problems.append(f"not printed: {table['rows'][0][0]}")
        else:
            found = table_problems(table, lines, example["lang"] == "Python")
            problems += found
            if not found:
                for line in layout.missing_lines(example, table, text.splitlines()):
                    problems.append(f"layout, due: {line!r}")
    values = figures.get("values")
    if isinstance(values, dict):
        found, _ = header_problems(
            {k: " ".join(v) if isinstance(v, list) else v for k, v in values.items()}, lines
        )
        problems += found
    elif isinstance(values, list):
        expected = [w for v in values for w in words(str(v))]
        if not any(is_subsequence(expected, words(line)) for line in lines):
            problems.append(f"values not printed: {' '.join(expected)}")
    return problems
