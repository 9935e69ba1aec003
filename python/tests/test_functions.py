import threading
import time

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import insitu as rx


def test_frame_to_xdf_and_back_keeps_types_values_and_missing_ones(tmp_path):
    frame = pd.DataFrame({
        "i": pd.array([1, None, 3], dtype="Int32"), "d": [0.1, np.nan, 1e300], "f": np.array([1.5, np.nan, 2.5], "float32"),
        "l": pd.array([True, None, False], dtype="boolean"), "s": ["ä", None, ""],
        "c": pd.Categorical(["b", None, "a"], ["b", "a", "unused"]),
        "t": pd.to_datetime(["2024-02-29 12:34:56", None, "1969-12-31 23:59:59"]),
    })
    xdf = rx.rx_data_step(frame, str(tmp_path / "all.xdf"))
    back = rx.rx_data_step(xdf)
    assert back["i"].dtype == "Int32" and back["i"].isna().tolist() == [False, True, False] and back["i"].sum() == 4
    assert back["d"].tolist()[0::2] == [0.1, 1e300] and np.isnan(back["d"][1])
    assert back["f"].dtype == np.float32
    assert back["l"].tolist() == [True, None, False]
    assert back["s"].tolist()[0::2] == ["ä", ""] and pd.isna(back["s"][1])
    assert back["c"].cat.categories.tolist() == ["b", "a", "unused"] and back["c"].isna().tolist() == [False, True, False]
    assert back["t"][0] == pd.Timestamp("2024-02-29 12:34:56") and pd.isna(back["t"][1])


def test_every_kind_of_frame_gives_the_same_summary(delays):
    kinds = [delays, pl.from_pandas(delays), pa.Table.from_pandas(delays), pa.Table.from_pandas(delays).to_reader(),
             {"delay": delays["delay"].tolist()}]
    means = {rx.rx_summary("~delay", kind)["sDataFrame"]["Mean"][0] for kind in kinds}
    assert means == {delays["delay"].mean()}


def test_linear_model_agrees_with_numpy(delays):
    fit = rx.rx_lin_mod("delay ~ day + count", delays, cov_coef=True)
    design = np.column_stack([np.ones(len(delays)), delays["day"] == "Mon", delays["day"] == "Tue", delays["count"]]).astype(float)
    expected, *_ = np.linalg.lstsq(design, delays["delay"], rcond=None)
    found = [fit.coef()[n] for n in ("(Intercept)", "day=Mon", "day=Tue", "count")]
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    assert np.isnan(fit.coef()["day=Wed"])
    assert fit.to_frame().shape == (5, 4)
    assert "Dropped" in repr(fit) and "Std. Error" in repr(fit.summary())
    assert "<table" in fit._repr_html_()
    np.testing.assert_allclose(fit.residuals(delays), delays["delay"] - design @ expected, atol=1e-9)


@pytest.mark.parametrize("context", [rx.RxLocalSeq(), rx.RxLocalParallel(), rx.RxProcesses(num_workers=2), rx.RxProcesses(num_workers=3)])
def test_contexts_give_the_same_bits(tmp_path, delays, context):
    big = pd.concat([delays] * 200, ignore_index=True)
    xdf = rx.rx_data_step(big, str(tmp_path / "big.xdf"), max_rows_by_cols=None)
    reference = rx.rx_lin_mod("delay ~ day + count + log(count + 1)", xdf)
    for data in (xdf, big):
        fit = rx.rx_lin_mod("delay ~ day + count + log(count + 1)", data, compute_context=context)
        assert fit.coefficients.tobytes() == reference.coefficients.tobytes()
        assert fit.standard_errors.tobytes() == reference.standard_errors.tobytes()


def test_transforms_and_row_selection(delays):
    out = rx.rx_data_step(delays, transforms={"late": "delay > 15", "twice": "2 * delay"}, row_selection="late & count < 3", vars_to_drop=["name"])
    expected = delays[(delays["delay"] > 15) & (delays["count"] < 3)]
    assert list(out.columns) == ["delay", "count", "day", "late", "twice"]
    assert out["twice"].tolist() == (2 * expected["delay"]).tolist()


def test_transform_function_gets_objects_and_context(delays):
    seen = []

    def add(data, context):
        seen.append((context.test_chunk, context.rows))
        data["sum"] = data["delay"] + context.objects["offset"]
        return data

    out = rx.rx_data_step(delays, transform_function=add, transform_objects={"offset": 100.0}, transform_variables=["delay"])
    assert out["sum"].tolist() == (delays["delay"] + 100).tolist()
    assert any(test for test, _ in seen) and sum(rows for test, rows in seen if not test) == len(delays)

    def scaled(data, factor):
        data["scaled"] = data["delay"] * factor
        return data

    out = rx.rx_data_step(delays, transform_function=scaled, transform_objects={"factor": 3}, transform_variables=["delay"])
    assert out["scaled"].tolist() == (delays["delay"] * 3).tolist()


def test_transform_function_runs_in_worker_processes(tmp_path, delays):
    xdf = rx.rx_data_step(delays, str(tmp_path / "d.xdf"))

    def halve(data):
        data["half"] = data["delay"] / 2
        return data

    local = rx.rx_lin_mod("half ~ day", xdf, transform_function=halve, transform_variables=["delay"])
    remote = rx.rx_lin_mod("half ~ day", xdf, transform_function=halve, transform_variables=["delay"],
                           compute_context=rx.RxProcesses(num_workers=2))
    assert local.coefficients.tobytes() == remote.coefficients.tobytes()


def test_error_of_a_transform_function_names_function_line_and_variable(delays):
    def broken(data):
        return data["nothing"]

    with pytest.raises(rx.UserCodeError, match=r"transform_function failed on the test chunk .*: KeyError: 'nothing' \(line \d+ of broken\)"):
        rx.rx_data_step(delays, transform_function=broken, transform_variables=["delay"])


def test_prediction_appends_to_the_input_file(tmp_path, delays):
    xdf = rx.rx_data_step(delays, str(tmp_path / "d.xdf"))
    fit = rx.rx_lin_mod("delay ~ count", xdf, cov_coef=True)
    rx.rx_predict(fit, xdf, compute_residuals=True, compute_standard_errors=True, interval="confidence")
    names = rx.rx_get_var_names(xdf)
    assert names[-5:] == ["delay_Pred", "delay_Resid", "delay_StdErr", "delay_Lower", "delay_Upper"]
    frame = rx.rx_data_step(xdf)
    np.testing.assert_allclose(frame["delay_Pred"] + frame["delay_Resid"], frame["delay"], atol=1e-9)


def test_info_and_changing_it(tmp_path, delays):
    xdf = rx.rx_data_step(delays, str(tmp_path / "d.xdf"))
    info = rx.rx_get_info(xdf, get_var_info=True, num_rows=2)
    assert info["numRows"] == 1000 and info["numVars"] == 4 and len(info["data"]) == 2
    assert "Number of observations:1000.0" in repr(info)
    variables = rx.rx_get_var_info(xdf)
    assert variables["day"]["levels"] == ["Mon", "Tue", "Wed"]
    variables["day"]["levels"] = ["M", "T", "W"]
    variables["count"]["newName"] = "number"
    rx.rx_set_var_info(variables, xdf)
    assert rx.rx_get_var_info(xdf)["day"]["levels"] == ["M", "T", "W"]
    assert rx.rx_get_var_names(xdf) == ["delay", "number", "day", "name"]
    assert rx.rx_create_col_info(xdf)["day"] == {"type": "factor", "levels": ["M", "T", "W"]}


def test_reading_and_writing_piece_by_piece(tmp_path, delays):
    xdf = rx.rx_data_step(delays, str(tmp_path / "d.xdf"), rows_per_read=300)
    rx.rx_open(xdf)
    sizes = []
    while len(piece := rx.rx_read_next(xdf)):
        sizes.append(len(piece))
    rx.rx_close(xdf)
    assert sizes == [300, 300, 300, 100]
    copy = rx.RxXdfData(str(tmp_path / "copy.xdf"))
    rx.rx_open(copy, mode="w")
    rx.rx_write_next(delays.iloc[:10], copy)
    rx.rx_write_next(delays.iloc[10:15], copy)
    rx.rx_close(copy)
    assert copy.shape == (15, 4)


def test_head_and_tail(delays, tmp_path):
    xdf = rx.rx_data_step(delays, str(tmp_path / "d.xdf"))
    assert xdf.head(3)["name"].tolist() == ["row 0", "row 1", "row 2"]
    tail = xdf.tail(2)
    assert tail["name"].tolist() == ["row 998", "row 999"] and tail.index.tolist() == [998, 999]


@pytest.mark.parametrize("work, error, words", [
    (lambda d, t: rx.rx_summary("~x", str(t / "missing.xdf")), rx.InsituError, "missing.xdf"),
    (lambda d, t: rx.rx_summary("~x", str(t)), rx.InsituError, "folder holds no files"),
    (lambda d, t: rx.rx_summary("~delai", d), rx.InvalidArgument, r"delai \(did you mean delay\?\)"),
    (lambda d, t: rx.rx_lin_mod("delay ~ +", d), rx.InvalidArgument, "formula"),
    (lambda d, t: rx.rx_data_step(d, row_selection="delay >"), rx.InvalidArgument, "rowSelection|row_selection"),
    (lambda d, t: rx.rx_data_step(d, transforms={"z": "foo(delay)"}), rx.InvalidArgument, "foo"),
    (lambda d, t: rx.rx_lin_mod("delay ~ count", d, row_selection="delay > 1e9"), rx.InsituError, "no|valid"),
])
def test_bad_input_gives_one_clear_error(tmp_path, delays, work, error, words):
    with pytest.raises(error, match=words) as failure:
        work(delays, tmp_path)
    assert "\n" not in str(failure.value).strip()


def test_existing_output_is_kept_without_overwrite(tmp_path, delays):
    path = tmp_path / "d.xdf"
    rx.rx_data_step(delays, str(path))
    before = path.read_bytes()
    with pytest.raises(rx.InsituError, match="overwrite"):
        rx.rx_data_step(delays.iloc[:5], str(path))
    assert path.read_bytes() == before


def test_interrupt_stops_within_a_second(tmp_path):
    import os
    import signal

    def slow(data):
        time.sleep(0.05)
        return data

    frame = pd.DataFrame({"x": np.arange(3_000_000, dtype=float)})
    # Shells start what runs in the background with interrupts ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
        timer.start()
        begin = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            for _ in range(1000):
                rx.rx_summary("~ x + pow(x, 2) + log(x + 1) + exp(-x)", frame)
        assert time.monotonic() - begin < 2.5
    finally:
        signal.signal(signal.SIGINT, before)


def test_progress_lines(tmp_path, delays, capsys):
    xdf = rx.rx_data_step(delays, str(tmp_path / "d.xdf"), rows_per_read=500)
    rx.rx_summary("~delay", xdf, report_progress=2)
    out = capsys.readouterr().out
    assert "Rows Read: 500, Total Rows Processed: 500, Total Chunk Time:" in out
    assert "Rows Read: 500, Total Rows Processed: 1000, Total Chunk Time:" in out
    assert "Computation time:" in out


def test_a_sample_file_of_the_original(samples):
    source = rx.RxXdfData(str(samples / "AirlineDemoSmall-1block.xdf"))
    assert source.shape == (600000, 3)
    summary = rx.rx_summary("ArrDelay+CRSDepTime", source)
    # Printed in the original's documentation: mean 11.31794, standard deviation 40.68854, 17,372 missing.
    row = summary.to_frame().iloc[0]
    assert round(row["Mean"], 5) == 11.31794 and round(row["StdDev"], 5) == 40.68854 and row["MissingObs"] == 17372
