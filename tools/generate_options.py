"""Writes the language faces' signatures, argument tables and reference pages from options/*.toml and options/methods.json, which is
what `insitu describe --json` says of the engine's methods (./dev docs writes it; a unit test compares).

    python3 tools/generate_options.py           writes the generated files
    python3 tools/generate_options.py --check   exit status 1 if one of them is not up to date (run as a test)
"""

import json
import pathlib
import re
import sys
import textwrap

import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTE = "Written by tools/generate_options.py from options/*.toml; change those."


def snake(name: str) -> str:
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name).lower()


def python_default(argument: dict) -> str | None:
    """The default in Python: as given, else R's, translated; None: the argument is required."""
    if "py" in argument:
        return argument["py"].replace('\\', '\\\\') if not argument["py"].startswith('"') else argument["py"]
    default = argument.get("r")
    if default is None:
        return None
    plain = {"NULL": "None", "TRUE": "True", "FALSE": "False", "list()": "None", "-1L": "-1"}
    if default in plain:
        return plain[default]
    if re.fullmatch(r'-?[\d.]+|"[^"]*"', default):
        return default
    return "None"


def with_groups(function: str, arguments: list[dict], groups: dict[str, list[dict]]) -> list[dict]:
    """The arguments with those of the groups that are included in their place."""
    found = []
    for argument in arguments:
        if "include" not in argument:
            found.append(argument)
        elif argument["include"] in groups and len(argument) == 1:
            found += with_groups(function, [dict(each) for each in groups[argument["include"]]], groups)
        else:
            raise SystemExit(f"options: {function} includes {argument['include']!r}; an include stands alone and names a group: "
                             f"{', '.join(groups)}")
    return found


def of_method(option: dict) -> dict:
    """An option of a method as an argument: its type, default, choices and meaning."""
    found = {"type": option["kind"], "doc": option["meaning"]}
    if "choices" in option:
        found["choices"] = option["choices"]
    default = option["default"]
    if option["kind"] != "formula":
        found["r"] = {True: "TRUE", False: "FALSE", None: "NULL"}[default] if default is None or isinstance(default, bool) \
            else json.dumps(default) if not isinstance(default, list) \
            else f"c({', '.join(map(json.dumps, default))})"
    return found


def arguments_of_method(function: str, method: dict | None, fixed: dict) -> list[dict]:
    """The arguments of a function that lists none: the formula's, the method's own but the fixed ones, what every analysis has."""
    if method is None:
        raise SystemExit(f"options: {function} has neither arguments nor a method")
    formula = ("formula", "pweights", "fweights")
    own = [{"name": o["key"]} for o in method["options"] if o["key"] not in (*formula, *fixed)]
    return [{"include": "formula"}, *own, {"name": "blocksPerRead", "r": 'rxGetOption("blocksPerRead")', "py": "1"}, {"include": "analysis"}]


def describe_returns(python: dict, entry: dict, method: dict) -> None:
    """What a method's function gives in Python, unless python.toml says it: the result, or one field of it."""
    if "value" in entry:
        python.setdefault("returns", ["data frame", "The matrix by label."])
        return
    python.setdefault("result", "Result")
    labelled = next((f'; labelled("{r["key"]}") is the matrix as a data frame' for r in method["result"] if r["kind"] == "matrix"), "")
    names = ", ".join(r["key"] for r in method["result"][:5])
    python.setdefault("returns", [python["result"], f"A mapping with {names} ...{labelled}."])


class Description:
    def __init__(self):
        described = tomllib.loads((ROOT / "options/functions.toml").read_text("utf-8"))
        self.functions = described["functions"]
        self.python = tomllib.loads((ROOT / "options/python.toml").read_text("utf-8"))
        self.r = tomllib.loads((ROOT / "options/r.toml").read_text("utf-8"))
        self.arguments = tomllib.loads((ROOT / "options/arguments.toml").read_text("utf-8"))["arguments"]
        engine = json.loads((ROOT / "options/methods.json").read_text("utf-8"))
        self.methods = {method["op"]: method for method in engine["methods"]}
        self.predict = engine["predict"]
        self.operations, self.common = engine["operations"], engine["common"]
        self.fill_from_engine(engine)
        of_request = {o["op"]: {key["key"]: key["meaning"] for key in o["keys"]} for o in engine["operations"]}
        of_function = {method["function"]: method for method in engine["methods"]}
        for function, entry in self.functions.items():
            if function in of_function:
                entry.setdefault("op", of_function[function]["op"])
                entry.setdefault("title", of_function[function]["title"])
            entry.setdefault("python", snake(function))
            if "arguments" not in entry:
                entry["arguments"] = arguments_of_method(function, self.methods.get(entry.get("op")), entry.get("fixed", {}))
            entry["arguments"] = with_groups(function, entry["arguments"], described["groups"])
            own = {o["key"]: o for o in self.methods.get(entry.get("op"), {}).get("options", [])}
            for argument in entry["arguments"]:
                name = argument["name"]
                if name == "...":
                    continue
                known = of_method(own[name]) if name in own else self.arguments.get(name)
                if known is not None and name in of_request.get(entry.get("op"), {}):
                    known = {**known, "doc": of_request[entry["op"]][name]}
                if known is None:
                    raise SystemExit(f"options: {function}({name}) has no entry in arguments.toml")
                argument.update({k: v for k, v in known.items() if k not in argument})
                if argument.get("required"):
                    argument.pop("r", None)
                self.arguments.setdefault(name, known)
                argument.setdefault("python", snake(name))
        for entry in self.functions.values():
            self.python.setdefault(entry["python"], {})
            if "op" in entry and entry["op"] in self.methods:
                describe_returns(self.python[entry["python"]], entry, self.methods[entry["op"]])
        known = {entry["python"] for entry in self.functions.values()}
        for name in self.python:
            if name not in known:
                raise SystemExit(f"options: python.toml describes {name}, which is no function")
        for name in self.r:
            if name not in self.functions:
                raise SystemExit(f"options: r.toml describes {name}, which is no function")

    def fill_from_engine(self, engine: dict) -> None:
        """Meanings and types of arguments that are keys of requests: arguments.toml says only what a language has otherwise."""
        for operation in (*engine["operations"], {"keys": engine["common"]}):
            for key in operation["keys"]:
                given = self.arguments.setdefault(key["key"], {})
                given.setdefault("type", key["kind"])
                given.setdefault("doc", key["meaning"])
                if given["type"] == "choice":
                    given.setdefault("choices", key.get("choices"))

    def named(self, function: str, language: str) -> list[dict]:
        """The arguments in the order of the language."""
        entry = self.functions[function]
        found = [a for a in entry["arguments"] if a["name"] != "..." and not a.get({"r": "python_only", "python": "r_only"}[language])]
        first = entry.get("py_first", []) if language == "python" else []
        for name in first:
            if name not in [a["python"] for a in found]:
                raise SystemExit(f"options: py_first of {function} names {name}, which is no argument")
        return sorted(found, key=lambda a: first.index(a["python"]) if a["python"] in first else len(first))

    def of(self, language: str):
        """The functions that a language has."""
        return {f: e for f, e in self.functions.items() if language in e.get("languages", ("r", "python"))}


def wrap(text: str, indent: str, width: int = 100) -> str:
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent)


def wrap_list(head: str, items: list[str], tail: str, indent: str, width: int = 110) -> str:
    """head item, item, ... tail, broken between items only (a default may hold blanks)."""
    lines, line = [], head
    for i, item in enumerate(items):
        piece = item + (", " if i + 1 < len(items) else tail)
        if len(line) + len(piece.rstrip()) > width and line.strip():
            lines.append(line.rstrip())
            line = indent
        line += piece
    lines.append((line if items else head + tail).rstrip())
    return "\n".join(lines)


def in_python_words(d: Description, function: str, text: str) -> str:
    """A text with the names of arguments and functions as Python has them (R's are camelCase)."""
    names = {f: e["python"] for f, e in d.functions.items()}
    names.update({name: snake(name) for name in d.arguments})
    for other in (*d.functions, function):  # the function's own names win
        names.update({a["name"]: a["python"] for a in d.functions[other]["arguments"] if a["name"] != "..."})
    return re.sub(r"\b[a-z]+[A-Z]\w*", lambda m: names.get(m.group(), m.group()), text)


def python_doc(d: Description, function: str, argument: dict) -> str:
    doc = in_python_words(d, function, argument["doc"]).replace("\\", "\\\\").replace("TRUE", "True").replace("FALSE", "False")
    if argument["type"] in ("expression", "expressions"):
        doc += " Text in the portable expression language (docs/expressions.md)."
    return doc


#: Annotations of Python by type of argument (python/src/insitu/_types.py).
ANNOTATIONS = {
    "flag": "bool", "integer": "int", "number": "float", "string": "str", "strings": "Names", "names": "Names", "list": "Columns",
    "expression": "str", "expressions": "Mapping[str, str]", "function": "Function", "data": "Data", "source": "RxDataSource",
    "path": "Union[Path, RxDataSource]", "target": "Target", "formula": "str", "context": "Context", "any": "Any",
    "family": "Any", "selection": "Any",
}
#: How docstrings name the types.
KINDS = {
    "flag": "bool", "integer": "int", "number": "int or float", "string": "str", "strings": "str or list of str",
    "names": "str or list of str", "list": "dict", "expression": "str", "expressions": "dict of str", "function": "callable",
    "data": "data frame, data source or path", "source": "data source", "path": "str or path-like",
    "target": "str, path-like or data source", "formula": "str", "context": "compute context, its class or its name", "any": "any",
    "family": "str, family of statsmodels or UserFamily", "selection": "dict, as rx_step_control gives it, or str",
}
#: Errors that follow from the kinds of arguments.
RAISES = (
    (None, "InvalidArgument", "An argument is unknown, of the wrong kind, or names what is not there; the text says which."),
    ({"data", "path", "source"}, "DataError", "The data cannot be read or written, or contradict the request."),
    ({"function"}, "UserCodeError", "A function of the caller failed; the text names the rows."),
    ({"context"}, "WorkerError", "A worker of the compute context failed or was lost."),
    ({"context"}, "Unsupported", "The compute context cannot do it."),
)
#: What examples begin with, by the variable that they use.
EXAMPLE_PATHS = {"claims": "claims.xdf", "airline": "AirlineDemoSmall.csv"}


def python_annotation(argument: dict, function: str) -> str:
    """The annotation of a parameter; those that may be left out take None, too."""
    kind = argument["type"]
    if kind == "choice":
        found = f"Literal[{', '.join(repr(c) for c in argument['choices'])}]"
        found = f"Union[{found}, bool]" if argument["name"] == "append" else found
    elif argument["name"] == "colInfo":
        found = "ColumnInfo"
    elif kind == "path" and function.startswith("Rx"):
        found = "Path"
    else:
        found = ANNOTATIONS[kind]
    return found if found == "Any" or python_default(argument) != "None" else f"Optional[{found}]"


def python_parameters(d: Description, function: str) -> list[str]:
    """The parameters of a function or class as they are written: required ones first, then those with a default."""
    arguments = [dict(a) for a in d.named(function, "python")]
    for a in arguments:
        if a["name"] == "object" and function.startswith("Rx"):
            a["py"] = "None"
    required = [f"{a['python']}: {python_annotation(a, function)}" for a in arguments if python_default(a) is None]
    optional = [f"{a['python']}: {python_annotation(a, function)} = {python_default(a)}" for a in arguments
                if python_default(a) is not None]
    return required + optional


def example_lines(text: str) -> list[str]:
    """An example with the imports and paths that it uses in front."""
    lines = text.strip().splitlines()
    uses = [name for name in EXAMPLE_PATHS if re.search(rf"\b{name}\b(?!\.)", text)]
    needs_os = uses or "os." in text
    head = [">>> import os"] * bool(needs_os) + [">>> import insitu as rx"]
    head += [f'>>> {name} = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "{EXAMPLE_PATHS[name]}")' for name in uses]
    return head + lines


def python_docstring(d: Description, function: str, indent: str) -> list[str]:
    """Title, text, Parameters, Returns, Raises and an example."""
    entry = d.functions[function]
    more = d.python.get(entry["python"])
    if more is None or not more.get("example"):
        raise SystemExit(f"options: {entry['python']} has no example in python.toml")
    arguments = d.named(function, "python")
    out = [f'{indent}"""{entry["title"]}.', ""]
    if "doc" in entry:
        out += [wrap(in_python_words(d, function, entry["doc"]), indent), ""]

    def section(title):
        return [f"{indent}{title}", indent + "-" * len(title)]

    if arguments:
        out += section("Parameters")
        for a in arguments:
            kind = ", ".join(map(repr, a["choices"])) if a["type"] == "choice" else KINDS[a["type"]]
            out += [f"{indent}{a['python']} : {kind}", wrap(python_doc(d, function, a), indent + "    ")]
        out.append("")
    if not function.startswith("Rx"):
        kind, sentence = more["returns"]
        out += section("Returns") + [indent + kind] + ([wrap(sentence, indent + "    ")] if sentence else []) + [""]
    kinds = {a["type"] for a in arguments}
    raised = [(name, text) for which, name, text in RAISES if which is None and arguments or which and which & kinds]
    raised += [tuple(each) for each in more.get("raises", [])]
    if raised:
        out += section("Raises")
        for name, text in dict(raised).items():
            out += [f"{indent}{name}", wrap(text, indent + "    ")]
        out.append("")
    out += section("Examples") + [(indent + line).rstrip() for line in example_lines(more["example"])]
    return out + [f'{indent}"""']


TYPE_IMPORTS = ["from insitu._types import Columns, ColumnInfo, Context, Data, Function, Names, Path, Target"]


def python_table(d: Description) -> str:
    """What the functions and classes take, as data: (engine's name, kind[, choices]) by Python name, and the defaults that are not
    None."""
    out = [f'"""Arguments of the rx functions and classes. {NOTE}"""', "", "# ruff: noqa", "from __future__ import annotations", "",
           "from typing import Any", "", "SIGNATURES: dict[str, dict[str, Any]] = {"]
    for function, entry in d.of("python").items():
        arguments = d.named(function, "python")
        out.append(f"    {entry['python']!r}: {{")
        out.append(f"        'function': {function!r}, 'op': {entry.get('op', '')!r},")
        out.append("        'arguments': {")
        for a in arguments:
            choices = f", {a['choices']!r}" if "choices" in a else ""
            out.append(f"            {a['python']!r}: ({a['name']!r}, {a['type']!r}{choices}),")
        out.append("        },")
        defaults = [f"{a['python']!r}: {python_default(a)}" for a in arguments if python_default(a) not in (None, "None")]
        out.append(wrap_list("        'defaults': {", defaults, "},", " " * 12))
        if entry.get("op") in d.methods:
            session = [a["name"] for a in arguments if a.get("r", "") == f'rxGetOption("{a["name"]}")'
                       and python_default(a) == "None" and a["type"] in ("flag", "choice")]
            out += [f"        {key!r}: {value!r}," for key, value in
                    (("session", session), ("fixed", entry.get("fixed")), ("value", entry.get("value"))) if value]
        out.append("    },")
    out += ["}", "", "#: The engine's methods by op.", "METHODS: dict[str, dict[str, Any]] = {"]
    out += [f"    {op!r}: {{'class': {m['class']!r}, 'keepsModel': {m['keepsModel']!r}, 'layouts': {m['layouts']!r}}},"
            for op, m in d.methods.items()]
    return "\n".join(out + ["}", ""])


def python_module(d: Description) -> str:
    out = [f'"""The rx functions. {NOTE}"""', "", "# ruff: noqa", "from __future__ import annotations", "",
           "from typing import TYPE_CHECKING, Any, Literal, Mapping, Optional, OrderedDict, Union", "",
           "from insitu._calls import call", "", "if TYPE_CHECKING:", *("    " + line for line in TYPE_IMPORTS),
           "    from insitu.contexts import RxComputeContext", "    from insitu.results import (GetInfoResults, GetVarInfoResults, "
           "Result, RxCalibrationResults, RxGlmResults, RxHistogramResults, RxLiftResults, RxLinModResults, RxLogitResults, "
           "RxLorenzResults, RxMultinomLogitResults, RxPcaResults, RxRidgeRegResults, RxRocResults, RxSummaryResults)", "    from insitu.sources import RxDataSource",
           "    from insitu.spark_context import RxSpark", ""]
    for function, entry in d.of("python").items():
        if function.startswith("Rx"):
            continue  # classes are written by hand; their constructors are in _constructors.py
        result = d.python.get(entry["python"], {}).get("result", "Any")
        parameters = python_parameters(d, function) + ["**kwargs: Any"]
        out += ["", wrap_list(f"def {entry['python']}(", parameters, f") -> {result}:", " " * 8)]
        out += python_docstring(d, function, "    ")
        out.append(f"    return call({entry['python']!r}, **locals())")
        out.append("")
    names = [e["python"] for f, e in d.of("python").items() if not f.startswith("Rx")]
    out += ["", "__all__ = ["] + [f"    {n!r}," for n in names] + ["]", ""]
    return "\n".join(out)


def sources(d: Description, language: str) -> dict[str, str]:
    """The classes of data sources: the module of Python that a class is written in, or "generated": files that know their types."""
    return {f: e["source"] for f, e in d.of(language).items() if "source" in e}


def python_sources(d: Description) -> str:
    found = sources(d, "python")
    generated = [f for f, module in found.items() if module == "generated"]
    out = [f'"""The classes of data sources. {NOTE}"""', "", "# ruff: noqa", wrap_list(
        "from insitu._constructors import (", [f + "Settings" for f in generated], ")", "    ")]
    for module in sorted(set(found.values()) - {"generated"}):
        out.append(f"from insitu.{module} import {', '.join(f for f, m in found.items() if m == module)}")
    out += ["from insitu.spark_sources import TypedFiles", ""]
    for f in generated:
        out += ["", f"class {f}({f}Settings, TypedFiles):", f"    __doc__ = {f}Settings.__doc__", ""]
    names = ", ".join(f'"{f}": {f}' for f in found)
    out += ["", "#: By the type of their descriptors.", wrap_list("SOURCES = {", names.split(", "), "}", "           ", 100), "",
            wrap_list("__all__ = [", [f'"{f}"' for f in found], "]", "           ", 100), ""]
    return "\n".join(out)


def python_constructors(d: Description) -> str:
    out = [f'"""Constructors of data sources, of RxSpark and RxHadoopMR, with their documentation. {NOTE}"""', "", "# ruff: noqa",
           "from __future__ import annotations", "",
           "from typing import TYPE_CHECKING, Any, Literal, Mapping, Optional, Union", "",
           "from insitu._arguments import constructor", "", "if TYPE_CHECKING:", *("    " + line for line in TYPE_IMPORTS),
           "    from insitu.sources import RxDataSource", ""]
    for function in (*sources(d, "python"), "RxSpark", "RxHadoopMR"):
        entry = d.functions[function]
        out += ["", f"class {entry['python']}Settings:"]
        out += python_docstring(d, function, "    ")
        out += ["", "    @constructor"]
        out.append(wrap_list("    def __init__(self, ", python_parameters(d, function) + ["**kwargs: Any"], ") -> None:", " " * 12))
        out += ["        ...", ""]
    return "\n".join(out)


def r_default(argument: dict) -> str:
    return f"{argument['name']} = {argument['r']}" if "r" in argument else argument["name"]


def r_signature(entry: dict, checked: bool = False) -> list[str]:
    """The formals; `checked` adds dots where there are none, so that unknown names reach our own check and its suggestion."""
    formals = ["..." if a["name"] == "..." else r_default(a) for a in entry["arguments"] if not a.get("python_only")]
    return formals + ["..."] if checked and "..." not in formals else formals


def r_module(d: Description) -> str:
    out = [f"# The rx functions. {NOTE}", "", ".rxSignatures <- list("]
    entries = []
    for function, entry in d.of("r").items():
        types = [f'{a["name"]} = "{a["type"]}"' for a in d.named(function, "r")]
        choices = ", ".join(f'{a["name"]} = c({", ".join(chr(34) + c + chr(34) for c in a["choices"])})'
                            for a in d.named(function, "r") if "choices" in a)
        value = entry.get("r_value", entry.get("value"))
        more = "".join([f", fixed = list({', '.join(f'{k} = {json.dumps(v)}' for k, v in entry['fixed'].items())})"
                        if "fixed" in entry else "", f', value = "{value}"' if value else ""])
        # Arguments of these names would be those of c() itself.
        begin, end = ("unlist(list(", "))") if {"recursive", "use.names"} & {a["name"] for a in d.named(function, "r")} else ("c(", ")")
        entries.append(wrap_list(f'  {function} = list(op = "{entry.get("op", "")}", types = {begin}', types,
                                 f"{end}, choices = list({choices}){more})", "    "))
    out.append(",\n".join(entries))
    out += [")", "", "# The engine's methods by op.", ".rxMethods <- list("]
    out.append(",\n".join(wrap_list(f'  {op} = list(class = "{m["class"]}", options = c(', [f'"{o["key"]}"' for o in m["options"]],
                                    "))", "    ") for op, m in d.methods.items()))
    out += [")", ""]
    found = sources(d, "r")
    generated = [f for f, module in found.items() if module == "generated"]
    out.append(wrap_list(".rxSourceClasses <- c(", [f'"{f}"' for f in found], ")", "  "))
    out += ["# Of files that know the types of their columns.", wrap_list(".rxTypedFileClasses <- c(", [f'"{f}"' for f in generated], ")", "  "), ""]
    for function, entry in d.of("r").items():
        if function.startswith("Rx"):
            name = function
        else:
            name = "rxPredict.default" if function == "rxPredict" else function
        out.append(wrap_list(f"{name} <- function(", r_signature(entry, checked=True), ") {", "    "))
        out.append(f'  .rxDispatch("{function}", sys.call(), environment(), parent.frame())')
        out += ["}", ""]
    return "\n".join(out)


def rd_escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("{", "\\{").replace("}", "\\}")


def rd_page(d: Description, function: str) -> str:
    entry = d.functions[function]
    usage = wrap_list(f"{function}(", r_signature(entry), ")", "    ", 90)
    out = [f"% {NOTE}", f"\\name{{{function}}}", f"\\alias{{{function}}}", f"\\title{{{rd_escape(entry['title'])}}}",
           f"\\description{{{rd_escape(entry.get('doc', entry['title'] + '.'))}}}", "\\usage{", usage.replace("%", "\\%").replace("\\\\", "\\\\\\\\"), "}"]
    arguments = d.named(function, "r")
    if arguments:
        out.append("\\arguments{")
        out += [f"  \\item{{{a['name']}}}{{{rd_escape(a['doc'])}}}" for a in arguments]
        if any(a["name"] == "..." for a in entry["arguments"]):
            out.append("  \\item{...}{Settings of the data source or the engine; unknown names are an error.}")
        out.append("}")
    if function in d.r:
        example = d.r[function]["example"].strip().replace("\\", "\\\\").replace("%", "\\%")
        out += ["\\examples{", example, "}"]
    return "\n".join(out) + "\n"


def reference_page(d: Description) -> str:
    out = ["# Reference of functions", "", f"<!-- {NOTE} -->", "",
           "Names and defaults of both languages. An unknown argument is an error with a suggestion; a unique beginning of a name is",
           "accepted with a warning.", ""]
    for function, entry in d.functions.items():
        only = {("r",): " (R)", ("python",): " (Python)"}.get(tuple(entry.get("languages", ())), "")
        out += [f"## {function} · {entry['python']}{only}", "", entry.get("doc", entry["title"] + "."), ""]
        if not d.named(function, "python"):
            continue
        out += ["| R | default | Python | default | meaning |", "| --- | --- | --- | --- | --- |"]
        for a in d.named(function, "python"):
            r = ("—", "") if a.get("python_only") else (a["name"], a.get("r", ""))
            cells = [f"`{r[0]}`", f"`{r[1]}`" if r[1] else "", f"`{a['python']}`",
                     f"`{python_default(a)}`" if python_default(a) is not None else "", a["doc"]]
            out.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
        out.append("")
        if function in d.r:
            out += ["```r", d.r[function]["example"].strip(), "```", ""]
            out += ["```python", *example_lines(d.python[entry["python"]]["example"]), "```", ""]
    return "\n".join(out)


def words_of_python(d: Description) -> str:
    """What the engine's messages call an argument or a function in Python (src/capi/words.cpp)."""
    out = [f"// {NOTE}", "// {operation, or \"\" for any, R's name, Python's name}"]
    found = {}
    for function, entry in d.functions.items():
        if function != entry["python"]:
            found.setdefault(("", function), entry["python"])
        for a in d.named(function, "python"):
            # An argument has one name nearly everywhere; where functions differ, the first of the operation counts.
            found.setdefault((entry.get("op", ""), a["name"]), a["python"])
            found.setdefault(("", a["name"]), a["python"])
    general = {name: python for (op, name), python in found.items() if not op}
    for (op, name), python in sorted(found.items()):
        if name != python and not op or op and general[name] != python:
            out.append(f'{{"{op}", "{name}", "{python}"}},')
    return "\n".join(out) + "\n"


def option_row(o: dict) -> str:
    choices = ": " + ", ".join(f"`{c}`" for c in o["choices"]) if "choices" in o else ""
    return f"| `{o['key']}` | {o['kind']}{choices} | `{json.dumps(o['default'])}` | {o['meaning'].replace('|', chr(92) + '|')} |"


def key_row(key: dict) -> str:
    choices = ": " + ", ".join(f"`{c}`" for c in key["choices"]) if "choices" in key else ""
    return f"| `{key['key']}` | {key['kind']}{choices} | {key['meaning'].replace('|', chr(92) + '|')} |"


def operations_page(d: Description) -> str:
    """The keys of the requests that are no method, for docs/requests.md."""
    head = ["", "| key | kind | meaning |", "| --- | --- | --- |"]
    out = ["# Operations: keys of requests", "", NOTE, "Replies and what keys mean together: docs/requests.md; methods: docs/methods.md.",
           "", "## Every request", *head, *map(key_row, d.common)]
    for operation in d.operations:
        out += ["", f"## {operation['op']}", "", operation["meaning"]]
        if operation["keys"]:
            out += [*head, *map(key_row, operation["keys"])]
    return "\n".join([*out, ""])


def methods_page(d: Description) -> str:
    """Requests and replies of the methods, for docs/requests.md."""
    out = ["# Methods: requests and replies", "", f"{NOTE} Keys of a request",
           "beside these: `data`, the pipeline, the common ones and `print` (docs/requests.md). Every reply has `class`, the fields",
           "below, `params` (the options as they were used) and `about` (what its printed form shows of the call)."]
    for op, method in d.methods.items():
        functions = ", ".join(f"`{f}`" for f, e in d.functions.items() if e.get("op") == op)
        out += ["", f"## {op}", "", f"{method['title']}: {functions}, `insitu {method['command']}`.", "", "| key | kind | default | meaning |",
                "| --- | --- | --- | --- |"]
        out += map(option_row, method["options"])
        out += ["", "| field | kind | by | meaning |", "| --- | --- | --- | --- |"]
        for r in method["result"]:
            by = " x ".join(f"`{r[side]}`" for side in ("rows", "columns") if side in r)
            out.append(f"| `{r['key']}` | {r['kind']} | {by} | {r['meaning'].replace('|', chr(92) + '|')} |")
    out += ["", "## predict", "", "What a model of any kind is asked; the other keys are in docs/requests.md.", "",
            "| key | kind | default | meaning |", "| --- | --- | --- | --- |", *map(option_row, d.predict)]
    return "\n".join([*out, ""])


def generated_files(d: Description) -> dict[str, str]:
    files = {
        "python/src/insitu/_table.py": python_table(d),
        "python/src/insitu/api.py": python_module(d),
        "python/src/insitu/_constructors.py": python_constructors(d),
        "python/src/insitu/_file_sources.py": python_sources(d),
        "r/insitu/R/generated.R": r_module(d),
        "docs/reference.md": reference_page(d),
        "docs/methods.md": methods_page(d),
        "docs/operations.md": operations_page(d),
        "src/capi/python_words.inc": words_of_python(d),
    }
    for function in d.of("r"):
        files[f"r/insitu/man/{function}.Rd"] = rd_page(d, function)
    return files


def main() -> int:
    stale = []
    for name, text in generated_files(Description()).items():
        path = ROOT / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    if "--check" in sys.argv and stale:
        print("not up to date, run tools/generate_options.py: " + ", ".join(stale))
        return 1
    print(f"{len(stale)} generated files {'stale' if '--check' in sys.argv else 'written'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
