"""How applications begin and end: with their client, after it, when nobody needs them, when they are told to (acceptance checks 6
and 7; sessions of PySpark are in test_attach.py)."""

import json
import os
import signal

import pytest
import sample_rows
from exact import assert_same_bits
from own_processes import command_of, ends_within, marked, wait_until
from sample_rows import within

import insitu as rx

GONE_WITHIN = 10  # seconds

CONNECTED = """
import json, os, pathlib, sys
import insitu as rx

context = rx.rx_spark_connect(**json.loads(os.environ["SETTINGS"]))
rx.rx_set_compute_context("local")
about = json.loads((pathlib.Path(context.application.folder) / "gw.json").read_text())
print("READY " + json.dumps({"folder": context.application.folder, **about}), flush=True)
"""


def ready(process):
    """What a connected client prints of its application, and what it printed before."""
    before = []
    for line in process.stdout:
        if line.startswith("READY "):
            return json.loads(line[len("READY "):]), "".join(before)
        before.append(line)
    raise AssertionError("the client ended:\n" + "".join(before))


def javas(mark):
    return [pid for pid in marked(mark) if os.path.basename(command_of(pid)[0]) == "java"]


# ---- 6: the end of the client -------------------------------------------------------------------------------------------------------


def test_06_the_application_of_a_killed_client_is_gone(client, run, formats, tmp_path):
    """In the middle of a pass, with a function that would never return."""
    before = run.left_in_folders()
    seen = tmp_path / "seen"
    process = client("""
import json, os, time
import insitu as rx

seen = os.environ["SEEN"]
here = os.getpid()  # which calls the function with the first rows

def endless(data, context):
    import os, time
    if os.getpid() != here:
        open(seen, "w").close()
        while True:
            time.sleep(0.05)
    return data

context = rx.RxSpark(**json.loads(os.environ["SETTINGS"]))
rx.rx_lin_mod("y ~ x", rx.RxXdfData(os.environ["ROWS"]), transform_function=endless, compute_context=context)
""", SETTINGS=json.dumps(run.settings("local[2,4]")), SEEN=str(seen), ROWS=formats["xdf"].file)
    wait_until(lambda: seen.exists() or process.poll() is not None, 60, "the function in a worker")
    assert process.poll() is None, process.communicate()[0]
    assert javas(process.mark)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: not marked(process.mark), GONE_WITHIN, "the end of the application and its workers")
    assert run.left_in_folders() == before


def test_06_the_application_of_one_call_ends_with_it(client, run, formats):
    """A context without a connection: nothing runs, and no folder is left, after the call."""
    before = run.left_in_folders()
    process = client("""
import json, os
import insitu as rx

context = rx.RxSpark(**json.loads(os.environ["SETTINGS"]))
print(rx.rx_lin_mod("y ~ x", rx.RxXdfData(os.environ["ROWS"]), compute_context=context, report_progress=0).nValidObs, flush=True)
print("DONE", flush=True)
input()
""", SETTINGS=json.dumps(run.settings("local[2,4]")), ROWS=formats["xdf"].file)
    said = []
    for line in process.stdout:
        said.append(line)
        if line == "DONE\n":
            break
    assert said[-1:] == ["DONE\n"], "".join(said)
    # The client still runs, and its application has ended.
    assert process.poll() is None
    wait_until(lambda: marked(process.mark) == [process.pid], GONE_WITHIN, "the end of the application")
    assert run.left_in_folders() == before


def test_06_a_kept_application_outlives_its_client_and_is_found_by_another(client, run, formats, answers, tmp_path):
    settings = json.dumps(run.settings("local[2,4]", idle_timeout=300))
    first = client(CONNECTED + "input()\n", home=tmp_path, SETTINGS=settings)
    about, said = ready(first)
    assert "No Spark applications can be reused. It may take 1 to 2 minutes to launch a new Spark application." in said
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = client(CONNECTED + """
fit = rx.rx_lin_mod("y ~ x + n + f + g", rx.RxXdfData(os.environ["ROWS"]), compute_context=context)
print("COEFFICIENTS " + json.dumps([float(value).hex() for value in fit.coefficients]))
rx.rx_spark_disconnect(context)
""", home=tmp_path, SETTINGS=settings, ROWS=formats["xdf"].file)
    found, said = ready(second)
    assert (found["app"], found["pid"], found["folder"]) == (about["app"], about["pid"], about["folder"])
    assert "No Spark applications can be reused" not in said
    output = second.communicate()[0]
    coefficients = [line for line in output.splitlines() if line.startswith("COEFFICIENTS ")]
    expected = [float(value).hex() for value in answers("xdf", "linear_model").coefficients]
    assert coefficients and json.loads(coefficients[0][len("COEFFICIENTS "):]) == expected, output
    assert "We have shut down the current Spark application and switched to local compute context." in output
    assert ends_within(about["pid"], GONE_WITHIN)
    assert not os.path.exists(about["folder"])


# ---- 7: idle, reset, told to ---------------------------------------------------------------------------------------------------------


IDLE_TIMEOUT = 2  # seconds


def test_07_an_application_is_not_idle_while_it_computes_and_ends_by_itself_when_it_is(client, run, formats, tmp_path):
    """The function waits in the first block until a file is there, for longer than the time-out."""
    process = client(CONNECTED + """
go = os.environ["GO"]
here = os.getpid()  # which calls the function with the first rows

def slow(data, context):
    import os, time
    while os.getpid() != here and not os.path.exists(go):
        time.sleep(0.02)
    return data

fit = rx.rx_lin_mod("y ~ x", rx.RxXdfData(os.environ["ROWS"]), transform_function=slow, compute_context=context, report_progress=0)
print("FITTED", fit.nValidObs)
""", home=tmp_path, SETTINGS=json.dumps(run.settings("local[2,4]", idle_timeout=IDLE_TIMEOUT)), GO=str(tmp_path / "go"),
                     ROWS=formats["xdf"].file)
    about, _ = ready(process)
    assert not ends_within(about["pid"], 2 * IDLE_TIMEOUT)
    (tmp_path / "go").touch()
    assert "FITTED" in process.communicate()[0]
    assert ends_within(about["pid"], IDLE_TIMEOUT + GONE_WITHIN)
    assert not os.path.exists(about["folder"])


def test_07_reset_ends_all_applications_of_the_user(client, run, tmp_path):
    started = []
    for memory in ("900m", "1g"):
        process = client(CONNECTED, home=tmp_path, SETTINGS=json.dumps(run.settings("local[2,4]", driver_mem=memory)))
        started.append(ready(process)[0])
        assert process.wait(20) == 0
    assert started[0]["pid"] != started[1]["pid"]
    process = client(CONNECTED + "rx.rx_stop_engine(scope='user', compute_context=context)\n", home=tmp_path,
                     SETTINGS=json.dumps(run.settings("local[2,4]", reset=True)))
    fresh, said = ready(process)
    assert fresh["pid"] not in [about["pid"] for about in started]
    assert "No Spark applications can be reused" in said
    for about in started:
        assert ends_within(about["pid"], 1) and not os.path.exists(about["folder"])
    # rx_stop_engine ends the new one.
    output = process.communicate()[0]
    assert process.returncode == 0, output
    assert ends_within(fresh["pid"], GONE_WITHIN) and not os.path.exists(fresh["folder"])


# ---- several at once -----------------------------------------------------------------------------------------------------------------


def test_several_contexts_are_alive_at_once(local_spark, local_cluster, standalone_spark, formats, answers, gateway_of):
    contexts = [local_spark, local_cluster, standalone_spark]
    assert len({gateway_of(context)["app"] for context in contexts}) == 3
    for _ in range(2):
        for context in contexts:
            assert_same_bits(sample_rows.linear_model(formats["parquet"], context), answers("parquet", "linear_model"))


def test_two_clients_use_one_application_at_once(local_spark, formats, answers):
    from background import InBackground

    calls = [InBackground(sample_rows.linear_model, formats[format], local_spark) for format in ("parquet", "xdf", "orc", "text")]
    for call, format in zip(calls, ("parquet", "xdf", "orc", "text")):
        assert_same_bits(call.value(), answers(format, "linear_model"))


def test_the_context_of_one_call_wins_over_the_active_one(local_spark, formats, answers, tmp_path):
    with rx.rx_set_temp_compute_context(rx.RxSpark(master="spark://127.0.0.1:9")):  # nobody is there
        found = rx.rx_lin_mod("y ~ x + n + f + g", formats["xdf"], cov_coef=True, compute_context=local_spark)
    assert_same_bits(found, answers("xdf", "linear_model"))


def test_one_line_switches_a_script(local_spark, formats, tmp_path):
    """Rows and fits of the same files are equal; files that were written have row groups of their own."""
    def script(name):
        fit = rx.rx_lin_mod("y ~ z + g", formats["parquet"], transforms={"z": "x / 2"}, row_selection="n < 30")
        step = rx.rx_data_step(formats["parquet"], rx.RxParquetData(str(tmp_path / name)), transforms={"z": "x / 2"},
                               row_selection="n < 30")
        found = rx.rx_predict(fit, step, rx.RxParquetData(str(tmp_path / f"{name}-predicted")), write_model_vars=True)
        return fit, rx.rx_data_step(step), rx.rx_data_step(found), rx.rx_get_info(found)["numRows"]

    here = script("here")
    rx.rx_set_compute_context(local_spark)
    there = script("there")
    rx.rx_set_compute_context("local")
    assert_same_bits(there, here)


def test_a_connected_context_survives_a_failing_call(local_spark, formats, answers):
    with pytest.raises(rx.InsituError):
        within(local_spark, rx.rx_data_step, rx.RxHiveData("SELEKT 1"))
    assert_same_bits(sample_rows.linear_model(formats["xdf"], local_spark), answers("xdf", "linear_model"))
