"""Results as notebooks show them: everything that is text is escaped, nothing is cut but very long tables, which say so."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

#: Rows of one table; a browser does not survive a factor of a million levels.
MOST_ROWS = 10_000


def cell(value: Any) -> str:
    """One value: numbers with seven digits as they print, missing ones as NaN, texts escaped."""
    if value is None:
        return ""
    if isinstance(value, float) or hasattr(value, "dtype") and value.dtype.kind == "f":
        number = float(value)
        if math.isnan(number):
            return "NaN"
        if number.is_integer() and abs(number) < 1e15:
            return str(int(number))
        return f"{number:.7g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(cell, value))
    return html.escape(str(value))


def paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def facts(pairs: Iterable[tuple[str, Any]]) -> str:
    """Names and values, one a line; those without a value are left out."""
    rows = "".join(f'<tr><th style="text-align:left">{html.escape(name)}</th><td style="text-align:left">{cell(value)}</td></tr>'
                   for name, value in pairs if value is not None)
    return f"<table><tbody>{rows}</tbody></table>"


def table(columns: Mapping[str, Sequence[Any]], labels: Sequence[str] | None = None, caption: str = "") -> str:
    """A table of columns of one length; ``labels``: a first column of row names."""
    lists = {name: list(values) for name, values in columns.items()}
    count = len(labels) if labels is not None else max(map(len, lists.values()), default=0)
    heads = ([""] if labels is not None else []) + list(lists)
    lines = []
    for row in range(min(count, MOST_ROWS)):
        label = f"<th>{html.escape(str(labels[row]))}</th>" if labels is not None else ""
        lines.append(f"<tr>{label}{''.join(f'<td>{cell(values[row])}</td>' for values in lists.values())}</tr>")
    if count > MOST_ROWS:
        lines.append(f'<tr><td colspan="{len(heads)}">{count - MOST_ROWS:,} more rows: see to_frame()</td></tr>')
    title = f'<caption style="caption-side:top;text-align:left">{html.escape(caption)}</caption>' if caption else ""
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in heads)
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def frame(data: Any, caption: str = "") -> str:
    """A data frame of pandas, Arrow or polars."""
    if hasattr(data, "iloc"):
        return table({str(name): data.iloc[:, at].tolist() for at, name in enumerate(data.columns)}, caption=caption)
    if hasattr(data, "to_pydict"):
        return table(data.to_pydict(), caption=caption)
    return table({name: data[name].to_list() for name in data.columns}, caption=caption)
