"""The examples of README.md run as printed, in a folder of their own."""

import pathlib
import re
import subprocess

import pytest

README = (pathlib.Path(__file__).resolve().parent.parent / "README.md").read_text("utf-8")
COMMANDS = {"python": ["python", "-"], "r": ["Rscript", "-"], "sh": ["sh", "-e"]}


def blocks(language):
    found = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return [block for block in found if "./dev" not in block]


@pytest.mark.parametrize("language", ["python", "r", "sh"])
def test_example_runs_as_printed(language, tmp_path):
    (block,) = blocks(language)
    assert len(block.strip().splitlines()) >= 8
    done = subprocess.run(COMMANDS[language], input=block, cwd=tmp_path, text=True, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()
