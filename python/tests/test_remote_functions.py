"""Functions of Python within analyses on another machine: a process of Python there runs them (docs/remote.md)."""

import os
import pathlib
import signal
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from remote_machine import machine_with_python


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    with machine_with_python(tmp_path_factory.mktemp("functions")) as machine:
        yield machine


@pytest.fixture
def there(machine):
    return machine.there


def frame(n=4000):
    i = np.arange(n)
    return pd.DataFrame({"x": np.where(i % 11 == 5, np.nan, (i * 37) % 61 - 10.5), "big": 2**53 + i,
                         "k": pd.Categorical(np.array(["a", "ü", "c"])[i % 3], categories=["a", "ü", "c", "unused"])})


def step(data, context, factor=1.0):
    data["y"] = data["x"] * factor + context.start_row
    data["far"] = 1.0 if "SSH_CONNECTION" in os.environ else 0.0
    return data[data["k"] != "c"]


INNER = ["RxLocalSeq", rx.RxProcesses(2)]


@pytest.mark.parametrize("inner", INNER, ids=["local", "processes"])
def test_rows_are_those_of_here(there, inner):
    how = {"transform_function": step, "transform_objects": {"factor": 3.0}, "rows_per_read": 700, "report_progress": 0}
    near, far = (rx.rx_data_step(frame(), **how, compute_context=context) for context in (rx.RxLocalSeq(), there(inner)))
    assert (far.pop("far") == 1).all() and (near.pop("far") == 0).all()
    pd.testing.assert_frame_equal(far, near, check_exact=True)
    none = rx.rx_data_step(frame(0), transform_function=step, transform_objects={"factor": 3.0}, compute_context=there(inner))
    assert len(none) == 0 and "y" in none


def test_models_and_their_predictions_have_the_bits_of_here(there, machine):
    rx.rx_data_step(frame(), str(machine.data / "rows.xdf"), rows_per_read=900, overwrite=True, report_progress=0)
    call = {"formula": "y ~ x + k", "transform_function": step, "transform_objects": {"factor": -0.5}, "report_progress": 0}
    near = rx.rx_lin_mod(data=str(machine.data / "rows.xdf"), **call, compute_context=rx.RxLocalSeq())
    for inner in INNER:
        with rx.rx_set_temp_compute_context(there(inner)):
            far = rx.rx_lin_mod(data="rows.xdf", **call)
            rx.rx_predict(far, rx.RxXdfData("rows.xdf"), "predicted.xdf", overwrite=True, report_progress=0)
        assert far.coefficients.tobytes() == near.coefficients.tobytes()
        rx.rx_predict(near, str(machine.data / "rows.xdf"), str(machine.folder / "near.xdf"), overwrite=True, report_progress=0)
        predicted, again = (rx.rx_data_step(str(folder), report_progress=0) for folder in (machine.data / "predicted.xdf",
                                                                                           machine.folder / "near.xdf"))
        pd.testing.assert_frame_equal(predicted, again, check_exact=True)


def test_a_family_of_ones_own(there):
    family = rx.UserFamily("squares", link=lambda mu: mu, inverse=lambda eta: eta, mu_eta=np.ones_like, variance=np.ones_like,
                           deviance=lambda y, mu: (y - mu) ** 2)
    data = frame().assign(y=lambda d: d["x"] * 2 + d["big"] % 7)
    near, far = (rx.rx_glm("y ~ x", data, family=family, report_progress=0, compute_context=context)
                 for context in (rx.RxLocalSeq(), there()))
    assert far.coefficients.tobytes() == near.coefficients.tobytes()


def test_jobs_with_functions(there):
    call = {"formula": "y ~ x", "data": frame(), "transform_function": step, "report_progress": 0}
    job = rx.rx_lin_mod(**call, compute_context=there(wait=False))
    rx.rx_wait_for_job(job)
    assert job.state == "finished", rx.rx_get_job_output(job)
    assert rx.rx_get_job_results(job).coefficients.tobytes() == rx.rx_lin_mod(**call).coefficients.tobytes()


def test_what_a_function_raises_is_said_and_the_next_call_works(there):
    def fails(data, context):
        if not context.test_chunk:
            raise ValueError("of mine")
        return data

    with pytest.raises(rx.UserCodeError, match="transform_function failed on chunk 1.*ValueError: of mine"):
        rx.rx_data_step(frame(), transform_function=fails, compute_context=there())

    def leaves(data):
        raise SystemExit(3)

    with pytest.raises(BaseException):  # noqa: B017 - as here, whatever becomes of it
        rx.rx_data_step(frame(), transform_function=leaves, compute_context=there())
    assert len(rx.rx_data_step(frame(), transform_function=lambda d: d.head(2), report_progress=0, compute_context=there())) == 2
    told = rx.rx_explain(rx.rx_data_step, frame(), transform_function=step, compute_context=there())
    assert told.missing == []


def engines(machine):
    """Processes of Python that serve calls of this machine's folder."""
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"insitu.worker" in words and b"--serve" in words and str(machine.data).encode() in words and words[0].endswith(b"python3"):
            yield int(entry.name)


@pytest.mark.parametrize("ends", ["an interrupt", "a lost connection"])
def test_a_function_that_does_not_end_is_ended(there, machine, ends):
    def sleeps(data, context):
        if not context.test_chunk:
            time.sleep(300)
        return data

    assert len(rx.rx_data_step(frame(3), transform_function=lambda d: d, report_progress=0, compute_context=there())) == 3
    before = sorted(engines(machine))
    assert before
    end = (lambda: os.kill(os.getpid(), signal.SIGINT)) if ends == "an interrupt" else machine.server.end_connections
    threading.Timer(0.7, end).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt if ends == "an interrupt" else rx.WorkerError):
        rx.rx_data_step(frame(), "never.xdf", transform_function=sleeps, report_progress=0, compute_context=there())
    assert time.monotonic() - begin < 5
    while set(engines(machine)) & set(before):
        assert time.monotonic() - begin < 20
        time.sleep(0.05)
    assert list(machine.data.glob("*never*")) == [] and list(machine.data.glob(".insitu*")) == []
    assert len(rx.rx_data_step(frame(3), transform_function=lambda d: d, report_progress=0, compute_context=there())) == 3


def test_what_cannot_go_is_said(there, machine, tmp_path, monkeypatch):
    with pytest.raises(rx.Unsupported, match="return_transform_objects gives objects of this process, and the rows are on another machine"):
        rx.rx_data_step("rows.xdf", transform_function=lambda d: d, return_transform_objects=True, transform_objects={"n": 1},
                        compute_context=there())
    with pytest.raises(rx.UserCodeError, match="cannot be loaded in a worker: .*module_of_here"):
        (tmp_path / "module_of_here.py").write_text("def f(data):\n    return data\n")
        monkeypatch.syspath_prepend(tmp_path)
        import module_of_here

        rx.rx_data_step(frame(), transform_function=module_of_here.f, compute_context=there())
    monkeypatch.setitem(sys.modules, "cloudpickle", None)
    with pytest.raises(rx.Unsupported, match="transform_func.*cannot be sent to another machine"):
        rx.rx_data_step(frame(), transform_function=lambda d: d, compute_context=there())


@pytest.mark.parametrize("says", ["echo 'No module named insitu' >&2; exit 1", "exec python3 -c 'print()'"])
def test_a_machine_without_the_package(tmp_path_factory, says):
    folder = tmp_path_factory.mktemp("none")
    (folder / "bin").mkdir()
    (folder / "bin" / "python3").write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{says}\n")
    (folder / "bin" / "python3").chmod(0o755)
    with machine_with_python(folder, PATH=f"{folder}/bin:/usr/bin:/bin") as machine:
        with pytest.raises(rx.InsituError, match="need the package insitu on 'loopback'|not sent what an engine sends"):
            rx.rx_data_step(frame(), transform_function=lambda d: d, compute_context=machine.there())
        assert len(rx.rx_data_step(frame(7), report_progress=0, compute_context=machine.there())) == 7
