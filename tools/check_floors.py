"""Checks that every #include and every import of Python and Java goes to the same floor or a lower one. Exit status 1 if not."""

import ast
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

STANDS_ON = {  # the architecture, as data
    "base": [],
    "data": ["base"],
    "math": ["base"],
    "formula": ["base", "data", "math"],
    "analysis": ["base", "data"],
    "filesystems": ["base", "data"],
    "sources": ["base", "data"],
    "columnar": ["base", "data", "sources"],
    "algorithms": ["base", "data", "math", "formula", "analysis"],
    "shaping": ["base", "data", "analysis"],
    "contexts": ["base", "data", "analysis"],
    "jobs": ["base", "data", "contexts"],
    "sessions": ["base", "contexts"],
    "remote": ["base", "data", "contexts", "jobs"],
    "sql": ["base", "data"],
    "odbc": ["base", "data", "sources", "sql"],
    "pushdown": ["base", "data", "math", "formula", "analysis", "sql"],
    "in_database": ["base", "data", "analysis", "contexts", "sources", "sql", "odbc", "pushdown"],
    "report": ["base"],
    "insitu": [],  # the public C header
    "methods": ["base", "data", "math", "formula", "analysis", "algorithms", "shaping", "pushdown", "sql", "report"],
    "capi": ["insitu", "methods", "base", "data", "math", "formula", "analysis", "filesystems", "sources", "columnar", "algorithms", "shaping", "contexts", "jobs", "remote", "in_database", "pushdown", "sql", "odbc", "report"],
}

ROOMS = {  # folders within a floor; "" is the floor's own files, of which JOINS may look into the rooms
    "formula": {"expression": [], "functions": ["expression"], "rows": ["expression", "functions"],
                "model": ["expression", "functions"]},
    "sources": {"": [], "text": [""], "xdf": [""]},
    "contexts": {"": [], "gateway": [""], "spark": ["", "gateway"], "hadoop_mr": ["", "gateway"], "mpi": ["", "gateway"]},
}
JOINS = ("sources/registry.cpp", "sources/part_sets.cpp", "sources/column_conversion.cpp", "contexts/registry.cpp")

PYTHON = (  # the modules of the package insitu: each imports from floors below, and from those left of it on its own
    "errors _types _html _table _engine",
    "_not_available _plain_values _families _step_control _arguments _session _calls",
    "_columns_in _frames_out frames _constructors",
    "contexts file_systems mpi_context remote_context cluster_context spark_context hadoop_context",
    "sources spark_sources database_sources database_contexts",
    "_file_sources",
    "_group_data _group_results _exec_by_result",
    "_explain _user_pickle _task_settings _functions_of_user _family_functions _jobs _requests options _task_code _task_batch _task_pool tasks _joblib_backend _joblib",
    "_session_files _session_objects _session_answers _session_snapshots _far_session _near_session remote_sessions",
    "_result _predicted _hadoop_result _info_result _summary_result _lin_mod_result _glm_result _multinom_result _pca_result _penalized_result _plots _evaluation_result _histogram_result _line_plot _residual_plot results",
    "_do.common _do.rows _do.info _do.analyses _do.evaluation _do.pictures _do.moments _do.predict _do.model_file _do.databases _do.publish _do.hadoop _do.export _do.group_analyses _do.groups _do.group_ranges _do.group_analyses_elsewhere _do.groups_elsewhere _do.anova _do.covariance _do.step _do.session _do.jobs _do.nodes "
    "_do.pyspark_attach _do.spark _do",
    "api",
    "sklearn",
    "worker",
    "__init__",
)

JAVA = {  # packages of hosts/jvm: what each may name beside itself, Java's own and Jackson, which every host of ours brings
    "org.insitu.worker": ["org.apache.hadoop"],
    "org.insitu.gateway": ["org.apache.hadoop", "org.insitu.worker"],
    "org.insitu.spark": ["org.apache.hadoop", "org.insitu.worker", "org.insitu.gateway", "org.apache.spark", "scala",
                         "org.apache.parquet", "org.apache.orc"],
    "org.insitu.hadoop": ["org.apache.hadoop", "org.insitu.worker", "org.insitu.gateway"],
}
JAVA_FOR_ALL = ("java", "com.fasterxml.jackson")


def check_includes() -> list[str]:
    bad = []
    for path in sorted((ROOT / "src").rglob("*.?pp")):
        place = path.relative_to(ROOT / "src").parts
        floor, room = place[0], place[1] if len(place) > 2 else ""
        if floor not in STANDS_ON:
            bad.append(f"{path.relative_to(ROOT)}: unknown floor {floor}")
            continue
        rooms = ROOMS.get(floor)
        if rooms is not None and room not in rooms:
            bad.append(f"{path.relative_to(ROOT)}: unknown room {floor}/{room}")
            continue
        for target, inner in re.findall(r'#include "(\w+)/(?:(\w+)/)?', path.read_text(encoding="utf-8")):
            if target != floor and target not in STANDS_ON[floor]:
                bad.append(f"{path.relative_to(ROOT)}: {floor} may not include {target}")
            if target != floor or rooms is None or path.relative_to(ROOT / "src").as_posix() in JOINS:
                continue
            if inner != room and inner not in rooms[room]:
                bad.append(f"{path.relative_to(ROOT)}: {floor}/{room} may not include {target}/{inner}")
    return bad


def imports_of(tree: ast.AST):
    """The imports of a module as (node, whether it lies in a function); those for type checkers alone are none."""
    def walk(node, in_function):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
                continue
            if isinstance(child, (ast.Import, ast.ImportFrom)):
                yield child, in_function
            yield from walk(child, in_function or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)))

    return walk(tree, False)


def check_imports() -> list[str]:
    package = ROOT / "python/src/insitu"
    order = {name: (floor, place) for floor, line in enumerate(PYTHON) for place, name in enumerate(line.split())}
    bad = []
    for path in sorted(package.rglob("*.py")):
        shown = path.relative_to(ROOT)
        module = ".".join(path.relative_to(package).with_suffix("").parts)
        module = module.removesuffix(".__init__")
        if module not in order:
            bad.append(f"{shown}: on no floor")
            continue
        for node, in_function in imports_of(ast.parse(path.read_text(encoding="utf-8"))):
            targets = []
            for alias in node.names:
                full = alias.name if isinstance(node, ast.Import) else f"{node.module}.{alias.name}"
                if isinstance(node, ast.ImportFrom) and node.level:
                    bad.append(f"{shown}:{node.lineno}: write imports from the package's name on")
                parts = full.split(".")
                if parts[0] != "insitu":
                    continue
                names = [".".join(parts[1:end]) for end in range(len(parts), 1, -1)]
                targets.append(next((name for name in names if name in order), "__init__"))
            for target in targets:
                if in_function:
                    bad.append(f"{shown}:{node.lineno}: imports {target} in a function; import it at the top")
                if order[target] >= order[module]:
                    bad.append(f"{shown}:{node.lineno}: {module} may not import {target}, which stands above it")
    return bad


def check_java() -> list[str]:
    sources = ROOT / "hosts/jvm/src/main/java"
    bad = []
    for path in sorted(sources.rglob("*.java")):
        shown = path.relative_to(ROOT)
        package = ".".join(path.relative_to(sources).parent.parts)
        if package not in JAVA:
            bad.append(f"{shown}: unknown package {package}")
            continue
        code = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', "", path.read_text(encoding="utf-8"), flags=re.S)
        # Imports and what is written in full; names of packages are small, those of classes are not.
        for name in re.findall(r"(?<![\w.$])((?:[a-z_]\w*\.)+)[A-Z]|import ((?:[a-z_]\w*\.)+)\*", code):
            target = (name[0] or name[1]).rstrip(".")
            roots = [package, *JAVA[package], *JAVA_FOR_ALL]
            if "." in target and not any(f"{target}.".startswith(f"{root}.") for root in roots):
                bad.append(f"{shown}: {package} may not name {target}")
    return bad


def main() -> int:
    bad = check_includes() + check_imports() + check_java()
    print("\n".join(bad) or "floors are sound")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
