"""Wraps lines of Markdown and R that have more than 120 characters; tables and code in Markdown stay as they are.

    python3 tools/wrap_lines.py [files]     writes; by default all files of the repository
    python3 tools/wrap_lines.py --check     names the lines instead; exit status 1 if there are some
"""

import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
WIDTH = 120
GENERATED = ("docs/reference.md", "docs/methods.md", "r/insitu/R/generated.R")

ITEM = re.compile(r"( *)([-*+]|\d+[.)]) +")
#: What ends a paragraph or is none: blank lines, headings, tables, HTML, rulers.
NO_TEXT = re.compile(r" *($|#|\||<|---|\[[^]]+\]: )")


def wrapped_paragraph(lines: list[str]) -> list[str]:
    """A paragraph or an item of a list with lines of at most WIDTH characters, where blanks allow it."""
    if all(len(line) <= WIDTH for line in lines) or any(line.endswith(("  ", "\\")) for line in lines):
        return lines
    item = ITEM.match(lines[0])
    first = item.group() if item else re.match(r" *(> *)?", lines[0]).group()
    rest = " " * len(first) if item else first
    text = " ".join([lines[0][len(first):], *(line.strip().removeprefix(">").strip() if ">" in first else line.strip()
                                              for line in lines[1:])])
    # Blanks within code are no places to break; neither is one before what would begin a list or a heading.
    text = re.sub(r"`[^`]{1,60}`", lambda code: code.group().replace(" ", "\0"), text)
    text = re.sub(r" (?=([-+*#>|]+|\d+[.)])( |$))", "\0", text)
    out = textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False,
                        break_on_hyphens=False)
    return [line.replace("\0", " ") for line in out]


def wrapped_markdown(text: str) -> str:
    out, paragraph, fence = [], [], None

    def end():
        out.extend(wrapped_paragraph(paragraph) if paragraph else [])
        paragraph.clear()

    for line in text.split("\n"):
        mark = re.match(r" *(```+|~~~+)", line)
        if fence or mark:
            end()
            out.append(line)
            fence = (None if line.strip() == fence else fence) if fence else mark.group(1)
        elif NO_TEXT.match(line) or line.startswith("    ") and not paragraph:
            end()
            out.append(line)
        else:
            if ITEM.match(line):
                end()
            paragraph.append(line)
    end()
    return "\n".join(out)


#: After what a line of R may end.
GOES_ON = re.compile(r"(,|&&|\|\||<-|[-+*/~|]|%\w+%)$")
CONTROL = ("if", "for", "while")


class Scan:
    """Reads R line by line: whether a line begins within a text or brackets, where it may be broken, where its comment is."""

    def __init__(self):
        self.quote = None
        self.brackets = []  # what each open bracket is: one of CONTROL, "{" or ""

    def in_call(self) -> bool:
        return bool(self.brackets) and self.brackets[-1] != "{"

    def line(self, line: str) -> tuple[list[tuple[int, int]], int | None]:
        """([(rank, -position)] of places to break, the lowest is the best; position of the comment or None)"""
        places, at, floor = [], 0, len(self.brackets)
        while at < len(line):
            c = line[at]
            if self.quote:
                at += c == "\\" and self.quote != "`"
                self.quote = None if c == self.quote else self.quote
            elif c in "\"'`":
                self.quote = c
            elif c == "#":
                return places, at
            elif c in "([{":
                word = re.search(r"\b(if|for|while) $", line[:at])
                self.brackets.append("{" if c == "{" else word.group(1) if word and c == "(" else "")
            elif c in ")]}":
                kind = self.brackets.pop() if self.brackets else ""
                if kind in CONTROL and not self.in_call() and line[at + 1:at + 2] == " " and line[at + 2:at + 3] != "{":
                    places.append((2 * (len(self.brackets) - floor), -at - 1))
            elif c == " " and GOES_ON.search(line[:at]):
                places.append((2 * (len(self.brackets) - floor) + 1, -at))
            at += 1
        return places, None


def wrapped_r_line(line: str, scan: Scan) -> list[str]:
    """A line of R as lines that mean the same. What follows a line within brackets keeps its indent."""
    within = scan.in_call()
    places, comment = scan.line(line)
    if len(line) <= WIDTH:
        return [line]
    indent = re.match(r" *", line).group()
    if comment is not None and line[:comment].strip():
        return wrapped_comment([indent + line[comment:]]) + broken(line[:comment].rstrip(), places, indent, within)
    return broken(line, places, indent, within)


def broken(line: str, places: list[tuple[int, int]], indent: str, within: bool) -> list[str]:
    fit = [place for place in places if WIDTH * 0.4 < -place[1] <= WIDTH] or \
          [place for place in places if len(indent) + 8 < -place[1] <= WIDTH]
    if len(line) <= WIDTH or not fit:
        return [line]
    at = -min(fit)[1]
    indent += "" if within else "    "
    rest = indent + line[at:].strip()
    moved = len(rest) - len(line)  # to the left by what stands before, to the right by the indent
    return [line[:at], *broken(rest, [(rank, place - moved) for rank, place in places if -place > at], indent, True)]


def wrapped_comment(lines: list[str]) -> list[str]:
    """Lines of one comment, filled."""
    if all(len(line) <= WIDTH for line in lines):
        return lines
    mark = re.match(r" *#+'? *", lines[0]).group()
    text = " ".join(re.sub(r"^ *#+'? *", "", line) for line in lines)
    return textwrap.wrap(text, WIDTH, initial_indent=mark, subsequent_indent=mark, break_long_words=False,
                         break_on_hyphens=False)


def wrapped_r(text: str) -> str:
    out, comment, scan = [], [], Scan()
    for line in text.split("\n"):
        if not scan.quote and line.lstrip().startswith("#"):
            comment.append(line)
            continue
        out += wrapped_comment(comment)
        comment = []
        if scan.quote:  # within a text of several lines
            scan.line(line)
            out.append(line)
            continue
        found = wrapped_r_line(line, scan)
        out += [line] if scan.quote else found
    return "\n".join(out + wrapped_comment(comment))


def main() -> int:
    given = [name for name in sys.argv[1:] if name != "--check"]
    names = given or subprocess.run(["git", "ls-files", "*.md", "*.R"], cwd=ROOT, capture_output=True, text=True,
                                    check=True).stdout.split("\n")
    bad = []
    for name in names:
        path = ROOT / name
        if not name.endswith((".md", ".R")) or name in GENERATED or not path.exists():
            continue
        text = path.read_text("utf-8")
        wrapped = (wrapped_markdown if name.endswith(".md") else wrapped_r)(text)
        if wrapped == text:
            continue
        if "--check" in sys.argv:
            bad += [f"{name}:{at}: {len(line)} characters; ./dev fmt wraps at {WIDTH}"
                    for at, line in enumerate(text.split("\n"), 1) if len(line) > WIDTH][:3]
        else:
            path.write_text(wrapped, "utf-8")
    print("\n".join(bad), end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
