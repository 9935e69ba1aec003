"""The examples of chapters of the documentation run as printed, the blocks of a page one after the other."""

import os
import pathlib
import re
import subprocess

import pytest

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"
COMMANDS = {"python": ["python", "-"], "r": ["Rscript", "-"]}
PAGES = ["evaluation.md", "exec.md", "explain.md", "groups.md", "jobs.md", "moments.md", "plots.md", "regression.md",
         "remote-sessions.md"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", COMMANDS)
def test_examples_of_a_page_run_as_printed(page, language, tmp_path):
    blocks = re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    assert blocks
    done = subprocess.run(COMMANDS[language], input="\n".join(blocks), cwd=tmp_path, text=True, capture_output=True, timeout=300,
                          env={**os.environ, "INSITU_JOBS_FOLDER": str(tmp_path / "jobs"),
                               "INSITU_SNAPSHOTS_FOLDER": str(tmp_path / "snapshots")})
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()
