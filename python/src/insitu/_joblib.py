"""insitu as a backend of joblib: ``with joblib.parallel_backend("insitu"):`` runs in the active compute context (docs/exec.md).

joblib is known to nothing else and is imported by nothing here: the backend is registered when the user imports joblib.
"""

import importlib
import importlib.machinery
import sys

_NAME = "insitu"


def _backend(**settings):
    return importlib.import_module("insitu._joblib_backend").InsituBackend(**settings)  # it needs joblib


class _WhenImported:
    """An entry of sys.meta_path that registers the backend as soon as joblib has been imported."""

    def find_spec(self, name, path=None, target=None):
        if name != "joblib.parallel":
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_and_register(module):
                load(module)
                _register(module)

            spec.loader.exec_module = load_and_register
        return spec


def _register(joblib_parallel):
    joblib_parallel.register_parallel_backend(_NAME, _backend)


def offer():
    """Makes the backend known to joblib, now or when it is imported."""
    module = sys.modules.get("joblib.parallel")
    if module is not None:
        _register(module)
    elif not any(isinstance(each, _WhenImported) for each in sys.meta_path):
        sys.meta_path.insert(0, _WhenImported())
