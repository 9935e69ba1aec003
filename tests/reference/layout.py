"""Rebuilds, from the figures alone, the very lines in which R prints a table.

The figures are the printed cells; R's rules give the blanks between them: in a data frame or a
matrix every column is as wide as its widest cell and cells stand right; with right = FALSE
(summaries) numbers stand right among themselves and the column stands left; row names stand left.
A coefficient table has the stars of the p-value and, with cube, a bar and the counts.
"""

import re

NUMERIC = re.compile(r"^[-+]?(\d|\.\d)|^NA$|^NaN$|^-?Inf$")


def stars(p):
    if not re.match(r"^[\d.]", p):
        return ""
    for bound, text in ((0.001, "***"), (0.01, "**"), (0.05, "*"), (0.1, ".")):
        if float(p) < bound:
            return text
    return ""


def right(cells):
    width = max(map(len, cells))
    return [cell.rjust(width) for cell in cells]


def left(cells):
    width = max(map(len, cells))
    return [cell.ljust(width) for cell in cells]


def joined(columns):
    return [" ".join(cells).rstrip() for cells in zip(*columns, strict=True)]


def coefficient_table(columns, rows):
    """printCoefmat: label, estimates, stars; with cube a bar and counts."""
    names = left(["", *(row[0] for row in rows)])
    body = [right([head, *(row[i + 1] for row in rows)]) for i, head in enumerate(columns[:4])]
    marks = left(["", *(stars(row[4]) for row in rows)])
    lines = [names, *body, marks]
    if len(columns) > 4:
        bar = ["|"] * (len(rows) + 1)
        lines += [bar, right([columns[4], *(row[5] if len(row) > 5 else "" for row in rows)])]
    return joined(lines)


def data_frame(columns, rows):
    """print.data.frame or a matrix: row names, columns to the right."""
    names = left(["", *(row[0] for row in rows)])
    body = [right([head, *(row[i + 1] for row in rows)]) for i, head in enumerate(columns)]
    return joined([names, *body])


def summary_table(columns, rows):
    """print.data.frame(right = FALSE, row.names = FALSE): one blank, then columns to the left."""
    body = []
    for i, head in enumerate(columns):
        cells = [row[i] for row in rows]
        cells = right(cells) if all(map(NUMERIC.match, cells)) and not is_text(head) else cells
        body.append(left([head, *cells]))
    return [" " + line for line in joined(body)]


def is_text(head):
    return head not in ("Mean", "Means", "StdDev", "Min", "Max", "ValidObs", "MissingObs", "Counts")


def table_lines(example, table):
    """The lines of one table, blanks at the end left off; None where no rule is known."""
    columns, rows = table.get("columns"), table["rows"]
    if not columns or example["lang"] != "R":
        return None
    if columns[0] == "Estimate":
        return coefficient_table(columns, rows)
    if example["function"] == "rxSummary" and all(len(row) == len(columns) for row in rows):
        return summary_table(columns, rows)
    if all(len(row) == len(columns) + 1 for row in rows):
        return data_frame(columns, rows)
    return None


def missing_lines(example, table, printed):
    """Lines of the table that are not printed as they stand, nor with other digits."""
    due = table_lines(example, table)
    if due is None:
        return []
    have = [line.rstrip() for line in printed]
    return [line for line in due if line not in have and last_digits_off(line, have) is False]


def last_digits_off(line, have):
    """Whether a line of this shape with other digits was printed: then a figure is at fault."""
    shape = re.sub(r"\d", "0", line)
    return any(re.sub(r"\d", "0", other) == shape for other in have)
