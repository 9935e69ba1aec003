"""Ease of use (part C of the table of faults, tests/faults/README.md): missing names, options, results as other libraries have them."""

import importlib

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from insitu._not_available import NOT_AVAILABLE


@pytest.mark.parametrize("package", ["insitu", "revoscalepy"])
def test_C_missing_names_say_so(package):
    before = rx.RxOptions.get_option("missingIntegers")
    module = importlib.import_module(package)
    rx.RxOptions.set_option("missingIntegers", before)  # revoscalepy changes it
    for name in NOT_AVAILABLE:
        sentence = f"{name} is not available yet in insitu {rx.__version__}"
        with pytest.raises(AttributeError, match=sentence) as caught:
            getattr(module, name)
        assert isinstance(caught.value, rx.Unsupported)
        with pytest.raises(ImportError, match=sentence) as caught:
            exec(f"from {package} import {name}")
        assert isinstance(caught.value, rx.Unsupported)
        assert not hasattr(module, name) and getattr(module, name, 1) == 1 and name not in dir(module)
    with pytest.raises(AttributeError, match="has no attribute 'rx_nonsense'"):
        module.rx_nonsense
    with pytest.raises(ImportError, match="cannot import name 'rx_nonsense'"):
        exec(f"from {package} import rx_nonsense")


def test_C_what_exists_is_not_listed_as_missing():
    assert not NOT_AVAILABLE & (set(rx.__all__) | set(vars(rx)))
    assert {"rx_logit", "rx_exec", "rx_dtree", "RxSqlServerData", "RxInSqlServer"} <= NOT_AVAILABLE
