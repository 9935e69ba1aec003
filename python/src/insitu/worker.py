"""A worker that runs functions written in Python: ``python -m insitu.worker`` serves one host over stdin and stdout."""

import os
import pickle
import sys


def load(language, code):
    if language != "python":
        raise ValueError(f"a Python worker cannot run a function written in {language}")
    return pickle.loads(code)


def main():
    from insitu import _engine

    # What a user's function prints must not mix with the frames on stdout.
    sys.stdout = os.fdopen(os.dup(2), "w", buffering=1)
    _engine.serve(load)


if __name__ == "__main__":
    main()
