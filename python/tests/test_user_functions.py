"""docs/functions.md, held against pandas over the same windows of rows."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest

import insitu as rx


@pytest.fixture(autouse=True)
def quiet():
    before = rx.RxOptions.get_option("reportProgress")
    rx.RxOptions.set_option("reportProgress", 0)
    yield
    rx.RxOptions.set_option("reportProgress", before)


def numbers(rows=100_000):
    random = np.random.default_rng(8)
    return pd.DataFrame({"x": random.normal(size=rows), "k": np.arange(rows) % 5, "s": np.array(["b", "a", "c"])[np.arange(rows) % 3]})


def sources(tmp_path, frame):
    text, xdf, parquet = str(tmp_path / "d.csv"), str(tmp_path / "d.xdf"), str(tmp_path / "d.parquet")
    frame.to_csv(text, index=False)
    frame.to_parquet(parquet, row_group_size=9_000)
    rx.rx_data_step(frame, xdf, rows_per_read=7_000, overwrite=True)
    return {"frame": frame, "text": rx.RxTextData(text, column_classes={"x": "numeric"}), "parquet": rx.RxParquetData(parquet), "xdf": rx.RxXdfData(xdf)}


def sizes_of(data, **arguments):
    sizes = []

    def note(rows, context):
        if not context.test_chunk:
            sizes.append((context.chunk_number, len(rows)))
        return rows

    rx.rx_data_step(data, transform_function=note, max_rows_by_cols=10**9, **arguments)
    assert [number for number, _ in sizes] == list(range(1, len(sizes) + 1))
    return [size for _, size in sizes]


def test_A4_a_variable_may_come_after_the_test_chunk():
    def late(rows, context):
        return rows if context.test_chunk else rows.assign(y=rows.x * 2, x=rows.x.astype(str))

    out = rx.rx_data_step(pd.DataFrame({"x": [1.0, 2.0]}), transform_function=late)
    assert list(out.columns) == ["x", "y"] and out.y.tolist() == [2.0, 4.0] and out.x.tolist() == ["1.0", "2.0"]

    def sometimes(rows, context):
        return rows.assign(late=1.0) if context.chunk_number == 2 else rows

    with pytest.raises(rx.UserCodeError, match=r"variable 'late' is new on chunk 2 \(rows 11 to 20\)"):
        rx.rx_data_step(numbers(30), transform_function=sometimes, rows_per_read=10)


def test_A6_a_model_keeps_the_function_of_its_fit(tmp_path):
    data = numbers(500)
    data["y"] = data.x**2 * 3 + 1
    told = []

    def square(rows, context, power):
        told.append(context.prediction)
        return rows.assign(z=rows.x**power)

    def with_response(rows):
        return rows.assign(z=rows.x**2, **({"ly": np.log(rows.y)} if "y" in rows else {}))

    model = rx.rx_lin_mod("y~z", data, transform_function=lambda rows: rows.assign(z=rows.x**2), transform_variables=["x"])
    new = data[["x"]].iloc[:7]
    for fitted in (model, pickle.loads(pickle.dumps(model))):
        np.testing.assert_allclose(rx.rx_predict(fitted, new)["y_Pred"], data.y[:7], rtol=1e-9)
    model = rx.rx_lin_mod("y~z", data, transform_function=lambda rows, context: square(rows, context, 2), transform_variables=["x"])
    assert not any(told)
    told.clear()
    rx.rx_predict(model, new)
    assert told and all(told)
    model = rx.rx_lin_mod("ly~z", data, transform_function=with_response, transform_variables=["x", "y"])
    assert len(rx.rx_predict(model, new)) == 7
    context = rx.RxProcesses(num_workers=2)
    xdf = str(tmp_path / "new.xdf")
    rx.rx_data_step(new, xdf)
    remote = rx.rx_predict(model, rx.RxXdfData(xdf), str(tmp_path / "p.xdf"), compute_context=context)
    np.testing.assert_array_equal(rx.rx_data_step(remote)["ly_Pred"], rx.rx_predict(model, new)["ly_Pred"])


def test_A6_the_engines_part_of_a_model_holds_no_code():
    data = numbers(100).assign(y=1.5)
    data["y"] = data.x + 1
    model = rx.rx_lin_mod("y~z", data, transform_function=lambda rows: rows.assign(z=rows.x))
    del model._function
    with pytest.raises(rx.InvalidArgument, match=r"function of Python \(transform_function\).*only the model object of Python holds"):
        rx.rx_predict(model, data)


def test_A6_transforms_of_the_fit_do_not_ask_for_the_response():
    data = numbers(100)
    data["y"] = np.exp(data.x)
    model = rx.rx_lin_mod("ly~z", data, transforms={"ly": "log(y)", "z": "x * 2"})
    np.testing.assert_allclose(rx.rx_predict(model, data[["x"]])["ly_Pred"], data.x, rtol=1e-9)


def test_A8_a_call_gets_the_rows_of_a_read(tmp_path):
    data = numbers(30_000)
    for name, source in sources(tmp_path, data).items():
        assert sizes_of(source) == ([7_000] * 4 + [2_000] if name == "xdf" else [30_000]), name
        assert sizes_of(source, rows_per_read=12_000) == [12_000, 12_000, 6_000], name
        assert sizes_of(source, rows_per_read=12_000, start_row=11, number_rows_read=13_000) == [12_000, 1_000], name
    assert sizes_of(rx.RxTextData(str(tmp_path / "d.csv"), rows_per_read=20_000)) == [20_000, 10_000]
    assert sizes_of(rx.RxXdfData(str(tmp_path / "d.xdf")), blocks_per_read=3) == [21_000, 9_000]
    big = pd.DataFrame({"x": np.arange(1_100_000.0)})
    assert sizes_of(big) == [500_000, 500_000, 100_000]


def test_A8_values_of_a_read_are_those_of_pandas_in_every_context(tmp_path):
    data = numbers(200_000)

    def centred(rows, context):
        return {"z": rows.x - rows.x.mean(), "total": rows.x.cumsum(), "chunk": float(context.chunk_number)}

    for rows in (45_000, 200_000):
        for source in sources(tmp_path, data).values():
            read = rx.rx_data_step(source, vars_to_keep=["x"]).x
            window = np.arange(len(data)) // rows
            expected = pd.DataFrame({"z": read - read.groupby(window).transform("mean"), "total": read.groupby(window).cumsum(), "chunk": window + 1.0})
            arguments = {"transform_function": centred, "transform_variables": ["x"], "rows_per_read": rows, "vars_to_drop": ["k", "s"], "max_rows_by_cols": 10**9}
            local = rx.rx_data_step(source, **arguments)
            np.testing.assert_allclose(local[["z", "total", "chunk"]], expected, rtol=1e-9, atol=1e-9)
            remote = rx.rx_data_step(source, compute_context=rx.RxProcesses(num_workers=2), **arguments)
            pd.testing.assert_frame_equal(remote, local)


def test_A8_answers_of_the_engine_do_not_depend_on_reads(tmp_path):
    data = numbers(100_000)
    data.to_csv(tmp_path / "d.csv", index=False)
    found = {rx.rx_summary("~y", rx.RxTextData(str(tmp_path / "d.csv"), rows_per_read=rows), transforms={"y": "x * 3"}).to_frame()["Mean"].iloc[0]
             for rows in (1_000, 40_000, 500_000)}
    assert len(found) == 1


def test_A20_loops_over_rows_count_from_zero_and_end_with_none(tmp_path):
    data = numbers(20)
    for name, source in sources(tmp_path, data).items():
        seen, start = [], 0
        while (piece := rx.rx_data_step(source, start_row=start, number_rows_read=8)) is not None:
            seen.append(len(piece))
            start = max(start, 1) + 8
        assert seen == [8, 8, 4], name
        # Rows that a selection leaves out are no end.
        assert len(rx.rx_data_step(source, start_row=2, number_rows_read=8, row_selection="x > 100")) == 0, name
    assert len(rx.rx_read_xdf(str(tmp_path / "d.xdf"), start_row=0, num_rows=3)) == 3
    assert rx.rx_read_xdf(str(tmp_path / "d.xdf"), start_row=21) is None
    assert len(rx.rx_get_info(str(tmp_path / "d.xdf"), start_row=0, num_rows=2).data) == 2


def test_B1_transform_packages_are_imported_and_known_by_name(tmp_path):
    code = {}
    exec("def letters(rows):\n    return rows.assign(w=textwrap.shorten('a b', 10), j=json.dumps(1))", code)  # imports nothing
    data = numbers(10)
    out = rx.rx_data_step(data, transform_function=code["letters"], transform_packages=["textwrap", "json"])
    assert out.w.tolist() == ["a b"] * 10
    with pytest.raises(rx.InvalidArgument, match="transform_packages: package 'no_such_package' is not installed"):
        rx.rx_data_step(data, transform_function=code["letters"], transform_packages="no_such_package")
    xdf = str(tmp_path / "d.xdf")
    rx.rx_data_step(data, xdf)
    del code["textwrap"], code["json"]
    out = rx.rx_data_step(rx.RxXdfData(xdf), transform_function=code["letters"], transform_packages=["textwrap", "json"],
                          compute_context=rx.RxProcesses(num_workers=1))
    assert out.j.tolist() == ["1"] * 10


def test_B6_functions_of_all_rows_are_refused_in_expressions():
    data = numbers(10)
    for expression in ("x - mean(x)", "(x - mean(x))", "max(x)", "rev(x)", "cut(x, 5)"):
        with pytest.raises(rx.InvalidArgument, match="transform_?[fF]unc|breaks"):
            rx.rx_data_step(data, transforms={"v": expression})


def test_what_a_function_may_return():
    data = numbers(120)

    def step(function):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return rx.rx_data_step(data, transform_function=function, rows_per_read=50)

    polars = pytest.importorskip("polars")
    assert step(lambda rows: polars.DataFrame({"u": rows.x.to_numpy()})).u.tolist() == data.x.tolist()
    assert step(lambda rows: {"one": 1, "x": rows.x, "t": "u"}).t.tolist() == ["u"] * 120
    assert step(lambda rows: {"one": 1}).one.tolist() == [1] * 120
    assert step(lambda rows: {"x": rows.x.tolist(), "y": np.asarray(rows.k)}).y.tolist() == data.k.tolist()
    assert len(step(lambda rows, context: None if context.chunk_number == 2 else rows)) == 70
    assert step(lambda rows: rows.head(3)).x.tolist() == data.x.iloc[[0, 1, 2, 50, 51, 52, 100, 101, 102]].tolist()
    for function, text in (
        (lambda rows: rows.x, "must return a data frame, a dict of columns or None, not Series"),
        (lambda rows: np.ones(3), "not ndarray"),
        (lambda rows: {"x": rows.x, "y": [1, 2]}, "variable 'y' has 2 values, others have 50"),
        (lambda rows: {"m": np.ones((len(rows), 2))}, "variable 'm' has 2 dimensions"),
        (lambda rows: rows.assign(c=rows.x.to_numpy() * 1j), "'c'"),
        (lambda rows, context: 1 / 0 if context.chunk_number == 3 else rows, r"transform_function failed on chunk 3 \(rows 101 to 120\): ZeroDivisionError: .*line \d+"),
        (lambda rows, context: rows.assign(x="u") if context.chunk_number == 2 else rows, "variable 'x' is character on chunk 2.*but was numeric before"),
    ):
        with pytest.raises(rx.UserCodeError, match=text):
            step(function)
