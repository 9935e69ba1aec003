"""The examples of README.md run as printed, in a folder of their own."""

import importlib.util
import json
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = {"python": ["python", "-"], "r": ["Rscript", "-"], "sh": ["sh", "-e"]}


def blocks(language):
    found = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return [block for block in found if "./dev" not in block]


def run(language, code, folder):
    done = subprocess.run(COMMANDS[language], input=code, cwd=folder, text=True, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()


def require_spark():
    """Skips, saying what is missing, where nothing can be computed on Spark; INSITU_REQUIRE_SPARK makes that a failure."""
    done = subprocess.run(["insitu", "doctor", "spark", "--json"], text=True, capture_output=True, check=True)
    missing = [c["found"] for c in json.loads(done.stdout)["contexts"][0]["checks"] if not c["ok"]]
    if missing:
        (pytest.fail if os.environ.get("INSITU_REQUIRE_SPARK") else pytest.skip)("no Spark: " + "; ".join(missing))


@pytest.mark.parametrize("language", ["python", "r", "sh"])
def test_example_runs_as_printed(language, tmp_path):
    (block,) = blocks(language)
    assert len(block.strip().splitlines()) >= 8
    run(language, block, tmp_path)


def test_the_chapter_on_other_libraries_runs_as_printed(tmp_path):
    chapter = (ROOT / "docs" / "interop.md").read_text("utf-8")
    found = re.findall(r"```(python|r)\n(.*?)```", chapter, re.DOTALL)
    assert [language for language, _ in found] == ["python", "r", "python"]
    for language, code in found:
        if "sklearn" not in code or importlib.util.find_spec("sklearn"):
            run(language, code, tmp_path)


@pytest.mark.parametrize("language", ["python", "r"])
def test_example_goes_on_on_spark(language, tmp_path):
    require_spark()
    (before,), (block,) = blocks(language), blocks(f"{language} spark")
    run(language, before + block, tmp_path)
