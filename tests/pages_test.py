"""The examples of chapters of the documentation run as printed, the blocks of a page one after the other."""

import os
import pathlib
import re
import subprocess

import pytest

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"
COMMANDS = {"python": ["python", "-"], "r": ["Rscript", "-"]}
PAGES = ["evaluation.md", "exec.md", "explain.md", "groups.md", "hadoop.md", "jobs.md", "moments.md", "plots.md", "regression.md",
         "remote-sessions.md"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", COMMANDS)
def test_examples_of_a_page_run_as_printed(page, language, tmp_path):
    blocks = re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    assert blocks
    hadoop = {}
    if page == "hadoop.md":
        jars = DOCS.parent / "build" / "hadoop" / "jars"
        if not (jars.is_dir() and os.environ.get("INSITU_JVM_JAR")):
            pytest.skip("no Hadoop: ./dev setup hadoop brings its jars, ./dev build makes insitu-jvm.jar of them and of Spark's")
        hadoop = {"INSITU_HADOOP_CLASSPATH": f"{jars}/*", "HADOOP_CONF_DIR": ""}
    done = subprocess.run(COMMANDS[language], input="\n".join(blocks), cwd=tmp_path, text=True, capture_output=True, timeout=300,
                          env={**os.environ, **hadoop, "INSITU_JOBS_FOLDER": str(tmp_path / "jobs"),
                               "INSITU_SNAPSHOTS_FOLDER": str(tmp_path / "snapshots")})
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()
