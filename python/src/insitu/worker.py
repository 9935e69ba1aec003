"""A worker that runs functions written in Python: ``python -m insitu.worker`` serves one host over stdin and stdout, with
``--connect PATH`` over a Unix socket."""

import os
import pickle
import sys

from insitu import _engine


def load(language, code):
    if language != "python":
        raise ValueError(f"a Python worker cannot run a function written in {language}")
    return pickle.loads(code)


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and not (len(arguments) == 2 and arguments[0] == "--connect"):
        sys.exit("usage: python -m insitu.worker [--connect PATH]\nServes a host of the worker protocol; not for use by hand.")
    # What a user's function prints must not mix with the frames on stdout.
    sys.stdout = os.fdopen(os.dup(2), "w", buffering=1)
    _engine.serve(load, arguments[1] if arguments else "")


if __name__ == "__main__":
    main()
