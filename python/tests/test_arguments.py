import warnings

import pytest

import insitu as rx


def test_unknown_argument_names_the_nearest(delays):
    with pytest.raises(rx.InvalidArgument, match=r"unknown argument 'cube_prediction_'|unknown argument 'row_selektion' \(did you mean row_selection\?\)"):
        rx.rx_summary("~delay", delays, row_selektion="delay > 0")


def test_unique_beginning_is_completed_with_a_warning(delays):
    with pytest.warns(UserWarning, match="'cov_c' completed to 'cov_coef'"):
        fit = rx.rx_lin_mod("delay ~ day", delays, cov_c=True)
    assert fit.vcov().shape[0] >= 3


def test_ambiguous_beginning_is_refused(delays):
    with pytest.raises(rx.InvalidArgument, match="it may be"):
        rx.rx_lin_mod("delay ~ day", delays, cov_=True)


@pytest.mark.parametrize("argument, value, words", [
    ("row_selection", 3, "must be a string that holds an expression"),
    ("by_term", "yes", "must be True or False"),
    ("transforms", "x=1", "must be a dict"),
    ("transform_function", 3, "must be a function"),
])
def test_wrong_kind_names_argument_and_value(delays, argument, value, words):
    with pytest.raises(rx.InvalidArgument, match=words) as failure:
        rx.rx_summary("~delay", delays, **{argument: value})
    assert argument in str(failure.value)


def test_choice_suggests():
    import pandas as pd

    with pytest.raises(rx.InvalidArgument, match=r"append must be one of 'none', 'rows', 'cols', not 'row' \(did you mean 'rows'\?\)"):
        rx.rx_data_step(pd.DataFrame({"x": [1.0]}), append="row")


def test_both_keep_and_drop_is_refused(delays):
    with pytest.raises(rx.InvalidArgument, match="exclude each other"):
        rx.rx_data_step(delays, vars_to_keep=["delay"], vars_to_drop=["day"])


def test_source_checks_its_settings():
    with pytest.raises(rx.InvalidArgument, match=r"unknown argument 'delimeter' \(did you mean delimiter\?\)"):
        rx.RxTextData("x.csv", delimeter=";")
    with pytest.raises(rx.InvalidArgument, match="file is missing"):
        rx.RxXdfData()


def test_paths_are_resolved_at_construction(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = rx.RxXdfData("a.xdf")
    monkeypatch.chdir("/")
    assert source.file == str(tmp_path / "a.xdf")


def test_a_frame_with_mixed_values_names_the_column():
    import pandas as pd

    with pytest.raises(rx.InvalidArgument, match="column 'b'"):
        rx.rx_summary("~b", pd.DataFrame({"a": [1.0, 2.0], "b": [object(), "x"]}))


def test_options():
    assert rx.RxOptions.get_option("ReportProgress") == 0
    before = rx.RxOptions.set_option("reportProgress", 1)
    assert before == 0
    with pytest.raises(rx.InvalidArgument, match=r"did you mean 'reportProgress'"):
        rx.RxOptions.set_option("reportProgres", 1)
    assert rx.RxOptions.get_option("nothing", 5) == 5


def test_contexts_switch_by_object_name_and_nickname():
    before = rx.rx_set_compute_context("localpar")
    assert isinstance(before, rx.RxLocalSeq)
    assert isinstance(rx.rx_get_compute_context(), rx.RxLocalParallel)
    with rx.rx_set_temp_compute_context("RxLocalSeq"):
        assert isinstance(rx.rx_get_compute_context(), rx.RxLocalSeq)
    assert isinstance(rx.rx_get_compute_context(), rx.RxLocalParallel)
    with pytest.raises(rx.InvalidArgument, match="unknown compute context: 'lokal'"):
        rx.rx_set_compute_context("lokal")
    changed = rx.RxLocalSeq().modified(data_path=["/tmp"])
    assert changed.data_path == ["/tmp"]


def test_revoscalepy_has_the_names():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        import revoscalepy

    for name in ("rx_lin_mod", "rx_import", "RxXdfData", "RxTextData", "rx_set_compute_context", "RxMissingValues"):
        assert getattr(revoscalepy, name) is getattr(rx, name)
    assert revoscalepy.RxMissingValues.int32() == -2147483648
