"""What travels with a function beside names in its code, and comes back: classes with slots, warnings of groups."""

import dataclasses
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest

import insitu as rx


@pytest.fixture(autouse=True)
def quiet():
    rx.rx_options(reportProgress=0)


class Slots:
    __slots__ = ("own", "__private")

    def __init__(self, own):
        self.own, self.__private = own, own * 2

    def both(self):
        return self.own, self.__private


class More(Slots):
    __slots__ = "more"

    def __init__(self, own):
        super().__init__(own)
        self.more = -own


@dataclasses.dataclass(slots=True, frozen=True)
class Point:
    x: int
    y: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True)
class Plain:
    x: int = 3


def contexts():
    return [rx.RxLocalSeq(), rx.RxLocalParallel(), rx.RxProcesses(num_workers=1)]


@pytest.mark.parametrize("context", contexts(), ids=lambda each: type(each).__name__)
def test_classes_with_slots_go_and_come_back(context):
    there = rx.rx_exec(lambda each: (Slots(each.own + 1), More(each.own), Point(each.own, [1]), Plain(each.own), hasattr(each, "__dict__")),
                       each=[Slots(1), Slots(2)], compute_context=context)
    for i, (slots, more, point, plain, has_dict) in enumerate(there, 1):
        assert type(slots) is Slots and slots.both() == (i + 1, 2 * i + 2)
        assert type(more) is More and more.both() == (i, 2 * i) and more.more == -i
        assert point == Point(i, [1]) and plain == Plain(i)
        assert not has_dict and not hasattr(slots, "__dict__")


def test_classes_with_slots_of_a_script(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("""
import concurrent.futures
import insitu as rx
rx.rx_options(reportProgress=0)
class S:
    __slots__ = ("q",)
    def __init__(self, q):
        self.q = q
if __name__ == "__main__":
    for context in (rx.RxLocalParallel(), rx.RxForeachDoPar(backend=concurrent.futures.ProcessPoolExecutor(1))):
        found = rx.rx_exec(lambda c: S(c.q + 1), c=[S(1), S(2)], compute_context=context)
        print([type(each) is S and each.q for each in found])
    job = rx.rx_exec(lambda c: S(c), c=[1, 2], compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    print([each.q for each in rx.rx_get_job_results(job)])
""")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.stdout.split("\n")[:3] == ["[2, 3]", "[2, 3]", "[1, 2]"], done.stderr


def warn_of(keys, data):
    if keys["k"] > 1:
        warnings.warn(f"large: {keys['k']}", stacklevel=1)
    if keys["k"] == 0:
        raise ValueError("none")
    return 1


@pytest.mark.parametrize("context", contexts(), ids=lambda each: type(each).__name__)
def test_warnings_of_groups_are_told(context):
    frame = pd.DataFrame({"k": np.arange(40) % 4, "v": 1.0})
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        groups = rx.rx_exec_by(frame, keys=["k"], function=warn_of, compute_context=context)
    text = " ".join(str(each.message) for each in told)
    assert "large: 2" in text and "large: 3" in text and "failed" not in text
    assert [each == "OK" for each in groups["status"]] == [False, True, True, True]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        groups = rx.rx_exec_by(frame[frame["k"] < 2], keys=["k"], function=warn_of, compute_context=context)
    assert [each == "OK" for each in groups["status"]] == [False, True]


class Unloadable:
    def __reduce__(self):
        return eval, ("1 / 0",)


class Silent(Exception):
    def __str__(self):
        raise RuntimeError("no")


def odd_value(x):
    if x == 2:
        return [Unloadable()]
    if x == 3:
        raise Silent
    return {"x": x}


@pytest.mark.parametrize("context", [rx.RxLocalParallel(), rx.RxProcesses(num_workers=1)], ids=lambda each: type(each).__name__)
def test_values_that_cannot_be_rebuilt_fail_their_slot_alone(context):
    with pytest.warns(rx.errors.InsituWarning, match="2 of 4 tasks failed.*Silent: <its text cannot be had: RuntimeError>"):
        found = rx.rx_exec(odd_value, x=[1, 2, 3, 4], compute_context=context)
    assert found[0] == {"x": 1} and found[3] == {"x": 4}
    assert isinstance(found[1], rx.errors.UserCodeError) and "division by zero" in str(found[1])
    assert isinstance(found[2], Exception)
    with pytest.warns(rx.errors.InsituWarning, match="text cannot be had"):
        assert isinstance(rx.rx_exec(odd_value, x=[3], times_to_run=1, compute_context="local")[0], Silent)


def test_a_group_whose_value_cannot_be_rebuilt_fails_alone():
    frame = pd.DataFrame({"k": [1, 1, 2, 3], "v": 1.0})
    groups = rx.rx_exec_by(frame, keys=["k"], function=lambda keys, data: odd_value(int(keys["k"])), compute_context=rx.RxLocalParallel())
    assert [str(each) == "OK" for each in groups["status"].map(lambda each: each if isinstance(each, str) else "failed")] == [True, False, False]


def _as_set():
    import decimal

    found = [str(decimal.Decimal(1) / 3), str(np.array([1 / 3])), str(pd.Series([1 / 3]))]
    for call in (lambda: np.float64(1) / 0, lambda: warnings.warn("no more", UserWarning, stacklevel=1)):
        try:
            found.append(str(call()))
        except (FloatingPointError, UserWarning) as error:
            found.append(type(error).__name__)
    return found


@pytest.mark.filterwarnings("error:no more:UserWarning")
def test_tasks_have_the_settings_of_the_session():
    import decimal

    kept = rx.RxLocalParallel(wait=False)
    with decimal.localcontext(decimal.Context(prec=7)), np.errstate(divide="raise"), np.printoptions(precision=3), \
            pd.option_context("display.float_format", "<{}>".format):
        here, *there = [rx.rx_exec(_as_set, times_to_run=2, compute_context=context) for context in contexts()]
        job = rx.rx_exec(_as_set, times_to_run=2, compute_context=kept)
        rx.rx_wait_for_job(job)
        there.append(rx.rx_get_job_results(job))
    assert here[0][0] == "0.3333333" and here[0][1] == "[0.333]" and "<0.333" in here[0][2]
    assert here[0][3:] == ["FloatingPointError", "UserWarning"]
    for each in there:
        assert each == here
    # The next call is one of a session that has set nothing.
    assert rx.rx_exec(lambda: str(np.array([1 / 3])), times_to_run=1, compute_context=contexts()[1]) == ["[0.33333333]"]
