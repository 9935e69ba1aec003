"""A15: every argument of every function takes an ordinary value that is not its default, and works or says that it does not.

A function or an argument that is added fails here until it has a value below.
"""

import inspect
import warnings

import matplotlib.figure
import numpy as np
import pandas as pd
import pytest

import insitu as rx
from insitu._table import METHODS, SIGNATURES

#: They start or need Spark; tests/integration/spark and test_spark_faces.py and test_hadoop.py try their arguments.
ON_SPARK = {"RxSpark", "RxHadoopMR", "rx_spark_connect", "rx_spark_disconnect", "rx_stop_engine", "rx_spark_list_data", "rx_spark_remove_data",
            "rx_get_pyspark_connection", "RxHdfsFileSystem"}
#: test_sql_server_self_test.py tries it, with a server.
ON_SQL_SERVER = {"rx_sql_server_self_test"}
#: They need an HDFS; test_hdfs.py tries their arguments.
ON_HDFS = {name for name in SIGNATURES if name.startswith("rx_hadoop_")}


def _rows():
    return pd.DataFrame({"y": [1.0, 2, 4, 3, 5, 7, 6, 9], "x": [1.0, 2, 3, 4, 6, 5, 7, 8], "k": np.array([1, 2] * 4, dtype="int32"),
                         "w": [1.0, 2.0] * 4, "f": pd.Categorical(list("aaaabbbb")), "s": list("pqpqpqpq")})


def _double(data, context=None):
    data["z"] = [2 * each for each in data["x"]]
    return data


def _rows_of_group(keys, data, shift=0):
    return data.shape[0] + shift


#: Values by argument; for one function ``function.argument``. Names in <> are paths below the folder of the test.
VALUES = {
    "append": "none", "blocks_per_composite_file": 1, "blocks_per_read": 2, "by_term": False, "century_cutoff": 30, "check_factor_levels": False,
    "check_vars_to_keep": True, "coef_label_style": "R", "column_classes": {"x": "character"}, "column_info": {"x": {"type": "character"}},
    "combine_delimiters": True, "compute_context": rx.RxProcesses(1), "compute_info": True, "rx_create_col_info.compute_info": False, "compute_low_high": False,
    "compute_residuals": True, "robust": "HC1", "cluster": ["f"], "residual_type": "pearson", "compute_leverage": True, "compute_cooks_distance": True, "compute_standard_errors": True, "confidence_level": 0.9, "cov_coef": True, "cov_data": True,
    "cpp_interp": [1], "create_composite_set": True, "create_file_set": True, "create_partition_set": True, "cube": True,
    "cube_predictions": True, "decimal_point": ",", "default_decimal_column_type": "numeric", "default_missing_column_type": "character",
    "default_read_buffer_size": 5000, "delimiter": ",", "description": "rows", "drop_first": True, "drop_main": False,
    "extra_vars_to_write": "k", "factors_only": True, "file_system": rx.RxNativeFileSystem(), "first_row_is_column_names": True,
    "fweights": "k", "get_block_sizes": True, "get_value_labels": False, "get_var_info": True, "include_low_high": True,
    "input_encoding": "latin1", "interval": "confidence", "interval_var_names": ["l", "u"], "is_fixed_format": False,
    "max_rows_by_columns": 10**6, "max_rows_by_cols": 10**6, "missing_value_string": "p", "num_rows": 3, "number_rows": 3,
    "number_rows_read": 3, "output_file": "<out.xdf>", "by_group_out_file": "<group.xdf>", "output_data": "<predicted.xdf>", "overwrite": True,
    "pred_names": "p", "predict_var_names": "p", "pweights": "w", "quote_mark": "'", "quoted_delimiters": True, "read_by_block": True,
    "read_date_format": "%y-%m-%d", "read_posixct_format": "%y-%m-%d %H:%M:%S", "remove_missings": True, "remove_missings_on_read": True,
    "remove_zero_counts": True, "report_progress": 1, "residual_var_names": "r", "return_data_frame": False,
    "return_transform_objects": True, "row_selection": "x > 2", "row_var_name": "s", "row_variable_name": "s", "rows_per_block": 100,
    "rows_per_out_file": 100, "rows_per_read": 3, "rows_to_skip": 1, "rows_to_sniff": 5, "sort_levels": True, "start_row": 2,
    "std_errors_var_names": "e", "strings_as_factors": True, "strip_zeros": True, "summary_stats": ["Mean", "Sum"], "thousands_separator": "'",
    "transform_environment": {}, "transform_function": _double, "transform_objects": {"two": 2}, "transform_packages": ["math"],
    "transform_variables": "x", "transforms": {"z": "x * 2"}, "rx_import.type": "text", "rx_predict.type": "response", "use_factor_index": True,
    "use_fast_read": False, "use_sparse_cube": True, "variable_selection": {"method": "stepwise"}, "vars_to_drop": pd.Index(["k"]),
    "vars_to_keep": pd.Index(["y", "x", "f"]), "verbose": 1, "write_factors_as_indexes": True, "write_model_vars": True,
    "write_precision": 5, "xdf_compression_level": 3, "all_nodes": True, "cache": True, "rx_spark_cache_data.cache": False,
    "RxHiveData.column_info": {"x": {"type": "numeric"}}, "RxHiveData.query": "select 1", "RxHiveData.table": "t", "save_as_temp_table": True,
    "rx_locate_file.file_system": "native", "paths_to_search": ["<.>"], "is_out_file": True, "default_ext": ".csv", "exact_match": True,
    "default": 3, "mode": "w", "data_path": ["<.>"], "out_data_path": "<.>", "object": rx.RxLocalSeq(data_path="a"),
    "num_ranks": 2, "mpirun": "mpiexec", "hostfile": "hosts", "switches": "--oversubscribe", "backend": "mpi",
    "ssh_hostname": "elsewhere", "ssh_username": "ann", "ssh_switches": "-p 2222", "working_dir": "/data", "context": rx.RxLocalParallel(),
    "names_only": True, "make_r_node_names": True, "get_workers_only": False, "timeout": 5, "filter": ["success"], "node_names": ["box-2"],
    "num_workers": 2, "worker": ["insitu-worker"], "rx_is_distributed_context.data": "<rows.xdf>", "RxSparkDataFrame.column_info": {"x": {"type": "numeric"}},
    "family": "Gamma(log)", "offset": "w", "compute_aic": True, "initial_values": 0.1, "max_iterations": 20, "coeff_tolerance": 1e-7,
    "gradient_tolerance": 1e-7, "objective_function_tolerance": 1e-9,
    "keep_moments": True, "precise": True, "rx_moments.output_file": "<rows.moments>", "rx_combine.output_file": "<both.moments>",
    "method": "forward", "scope": "~ x + f", "max_steps": 3, "step_criterion": "SigLevel", "max_sig_level_to_add": 0.2,
    "min_sig_level_to_drop": 0.2, "refit_each_step": False, "keep_step_coefs": True, "scale": 1.5, "k": 3, "test": "F",
    "plot_step_breaks": False, "omit_zero_coefs": False, "eps": 0.001, "main": "Steps", "xlab": "step", "ylab": "value",
    "rx_step_plot.type": "l", "pch": "o", "ax": matplotlib.figure.Figure().add_subplot(),
    "metadata": b"mine", "realtime_scoring_only": True, "rx_export_model.type": "c", "dialect": "duckdb", "rx_export_model.name": "scored",
    "as_": "view", "rx_export_model.table": "rows",
    "rx_publish_model.name": "other", "rx_publish_model.version": "2", "rx_publish_model.kind": "sql", "rx_publish_model.rows": "more",
    "rx_unpublish_model.name": "other", "rx_unpublish_model.version": "2",
    "keys": ["f", "k"], "function": _rows_of_group, "function_parameters": {"shift": 2}, "filter_function": lambda table: table[:1],
    "vars_to_partition": ["f"], "rx_partition.append": "rows", "rx_partition.overwrite": True,
    "alpha": 0.5, "num_lambda": 5, "lambda_min_ratio": 0.01, "cor": True, "lambda_": [0.1, 1], "num_components": 1,
    "wait": False, "console_output": True, "auto_cleanup": False, "start_time": 0, "end_time": 1e12, "states": ["finished"], "force": True,
    "rx_cleanup_jobs.verbose": False, "rx_get_jobs.verbose": False,
    "keep_all": False, "var_tol": 1e-6, "rx_cov_cor.type": "Cor",
    "actual_var_name": "f", "pred_var_names": ["p", "q"], "num_breaks": 7, "remove_dups": False, "exact": True, "strategy": "uniform",
    "compute_auc": False, "chance_grid_line": False, "legend": True, "title": "T", "subtitle": "S", "x_title": "X", "y_title": "Y",
    "rx_lorenz.report_progress": 2, "var_name": "x", "probs": [0.1, 0.9], "names": False, "max_integer_bins": 100, "multiple": 10, "numeric_bins": True,
    "num_numeric_breaks": 10, "order_var_name": "x", "value_var_name": "w",
    "rx_histogram.num_breaks": 7, "start_val": 1.5, "end_val": 6, "levels_to_drop": "a", "levels_to_keep": ["b"], "hist_type": "Percent",
    "x_num_ticks": 4, "y_num_ticks": 3, "x_axis_min_max": [0, 9], "y_axis_min_max": [0, 5], "fill_color": "steelblue", "line_color": "red",
    "line_style": "dashed", "line_width": 3, "plot_area_color": "white", "grid_color": "gray80", "grid_line_width": 2,
    "grid_line_style": "dotted", "max_num_panels": 5, "print": False, "rx_line_plot.type": "b", "rx_line_plot.legend": False, "symbol_color": "green",
    "symbol_style": "square", "symbol_size": 2,
    "connection_string": "Driver=SQLite3;Database=rows.db", "sql_query": "SELECT 1 AS x", "dbms_name": "SQLite", "database_name": "rows.db", "trim_space": False,
    "row_buffering": False, "string_as_factors": True, "server": "localhost,5433", "user": "reader", "password": "secret", "key": ["x"], "query_timeout": 5,
    "rx_write_object.key": "k", "rx_write_object.version": "v",
    "rx_read_object.key": "k", "rx_read_object.version": "v",
    "rx_delete_object.key": "k", "rx_delete_object.version": "v",
    "rx_list_keys.key": "k", "rx_list_keys.version": "v",
    "rx_write_object.value": [1], "serialize": False, "compress": "xz", "deserialize": False, "decompress": "none", "all": True,
    "key_name": "version", "value_name": "VALUE", "version_name": "id", "sql_string": "CREATE TABLE t (x INTEGER)",
    "rx_sql_server_table_exists.table": "none", "rx_sql_server_drop_table.table": "none",
    "rx_sql_server_table_exists.connection_string": "Driver=SQLite3;Database=other.db", "rx_sql_server_drop_table.connection_string": "Driver=SQLite3;Database=other.db",
    "RxOdbcData.table": "t", "RxOdbcData.column_info": {"x": {"type": "numeric"}},
    "RxSqlServerData.table": "t", "RxSqlServerData.column_info": {"x": {"type": "numeric"}},
    "RxPostgresData.table": "t", "RxPostgresData.column_info": {"x": {"type": "numeric"}},
    "RxParquetData.column_info": {"x": {"type": "character"}}, "RxOrcData.column_info": {"x": {"type": "character"}},
    "num_tasks": 2, "execution_timeout_seconds": 5, "packages_to_load": ["math"], "share_dir": "<.>", "tier": "stream", "min_group_size": 5,
}

#: What an argument needs beside it.
WITH = {
    "num_components": {"model_object": rx.rx_pca("~ y + x", _rows(), report_progress=0)},
    "rx_predict.lambda_": {"model_object": rx.rx_ridge_reg("y ~ x", _rows(), [0.1, 1], report_progress=0)},
    "transform_variables": {"transform_function": _double}, "cube_predictions": {"formula": "y ~ f", "cube": True}, "cube": {"formula": "y ~ f + x"},
    "rx_logit.cube_predictions": {"formula": "(k == 2) ~ f", "cube": True}, "rx_logit.cube": {"formula": "(k == 2) ~ f + x"},
    "transform_objects": {"transforms": {"z": "x * two"}}, "interval_var_names": {"interval": "confidence"}, "residual_var_names": {"compute_residuals": True},
    "residual_type": {"compute_residuals": True},
    "std_errors_var_names": {"compute_standard_errors": True}, "return_transform_objects": {"transform_function": _double},
    "transform_packages": {"transform_function": _double}, "rx_summary.transform_function": {"transform_variables": "x"},
    "rx_summary.transform_packages": {"transform_function": _double, "transform_variables": "x"}, "blocks_per_composite_file": {"create_composite_set": True},
    "create_composite_set": {"output_file": "<set>"}, "rows_per_block": {"by_group_out_file": "<group.xdf>", "formula": "~ x:f", "overwrite": True},
    "by_group_out_file": {"formula": "~ x:f"}, "rows_per_out_file": {"create_file_set": True}, "default_ext": {"file": "rows", "paths_to_search": ["<.>"]},
    "RxHiveData.column_info": {"table": "t"}, "RxHiveData.cache": {"table": "t"}, "save_as_temp_table": {"table": "t"},
    "RxHiveData.write_factors_as_indexes": {"table": "t"},
    "RxOdbcData.connection_string": {"table": "t"},
    "RxOdbcData.column_info": {"table": "t"},
    "RxOdbcData.column_classes": {"table": "t"},
    "RxOdbcData.rows_per_read": {"table": "t"},
    "RxOdbcData.verbose": {"table": "t"},
    "RxOdbcData.return_data_frame": {"table": "t"},
    "RxOdbcData.write_factors_as_indexes": {"table": "t"},
    "RxSqlServerData.connection_string": {"table": "t"},
    "RxSqlServerData.column_info": {"table": "t"},
    "RxSqlServerData.column_classes": {"table": "t"},
    "RxSqlServerData.rows_per_read": {"table": "t"},
    "RxSqlServerData.verbose": {"table": "t"},
    "RxSqlServerData.return_data_frame": {"table": "t"},
    "RxSqlServerData.write_factors_as_indexes": {"table": "t"},
    "RxPostgresData.connection_string": {"table": "t"},
    "RxPostgresData.column_info": {"table": "t"},
    "RxPostgresData.column_classes": {"table": "t"},
    "RxPostgresData.rows_per_read": {"table": "t"},
    "RxPostgresData.verbose": {"table": "t"},
    "RxPostgresData.return_data_frame": {"table": "t"},
    "RxPostgresData.write_factors_as_indexes": {"table": "t"},
    "dbms_name": {"table": "t"}, "database_name": {"table": "t"}, "trim_space": {"table": "t"}, "row_buffering": {"table": "t"},
    "string_as_factors": {"table": "t"}, "server": {"table": "t"}, "user": {"table": "t"}, "password": {"table": "t"}, "key": {"table": "t"},
    "query_timeout": {"table": "t"}, "RxOdbcData.use_fast_read": {"table": "t"}, "RxSqlServerData.use_fast_read": {"table": "t"},
    "rx_write_object.serialize": {"value": b"bytes"}, "rx_read_object.decompress": {"deserialize": False},
    "rx_write_object.key_name": {"version": "v"}, "rx_write_object.version_name": {"version": "v"}, "rx_delete_object.key_name": {"key": "v"},
    "rx_read_object.key_name": {"key": "v", "version": "k", "version_name": "id"}, "rx_read_object.version_name": {"key": "v", "version": "k", "key_name": "version"},
    "rx_sql_server_table_exists.connection_string": {"table": "t"}, "rx_sql_server_drop_table.connection_string": {"table": "t"},
    "rx_sql_server_table_exists.table": {"connection_string": "Driver=SQLite3;Database=other.db"},
    "rx_sql_server_drop_table.table": {"connection_string": "Driver=SQLite3;Database=other.db"},
    "rx_export_model.as_": {"name": "scored"},
    "levels_to_drop": {"formula": "~ f"}, "levels_to_keep": {"formula": "~ f"},
}

#: Arguments that this release takes and refuses in words.
NOT_YET = set()


def _parts(name, xdf, folder):
    target = rx.RxXdfData(str(folder / "some"), create_partition_set=True)
    if name == "rx_get_partitions":
        rx.rx_partition(xdf, target, "f", overwrite=True)
    return target


def _objects(folder):
    """A table of a database with an object."""
    objects = rx.RxOdbcData(f"Driver=SQLite3;Database={folder}/objects.db", table="objects")
    rx.rx_write_object(objects, "k", [1], version="v", overwrite=True)
    return objects


def _published(name, folder, xdf):
    """A table of published models, with what its functions need beside it."""
    models = rx.RxOdbcData(f"Driver=SQLite3;Database={folder}/models.db", table="models")
    for table in ("rows", "more"):
        rx.rx_execute_sql_ddl(models, sql_string=f"CREATE TABLE IF NOT EXISTS {table} (x REAL, f TEXT)")
    rx.rx_unpublish_model(models, "scores")
    fit = {"model": rx.rx_lin_mod("y ~ x + f", xdf), "rows": "rows"}
    return {"destination": models, **({} if name == "rx_published_models" else {"name": "scores"}), **(fit if name == "rx_publish_model" else {})}


def _placed(value, folder):
    if isinstance(value, str) and value.startswith("<"):
        return str(folder / value[1:-1])
    return [_placed(each, folder) for each in value] if isinstance(value, list) else value


def _base(name, folder):
    """Arguments with which a function works."""
    xdf, csv = str(folder / "rows.xdf"), str(folder / "rows.csv")
    if name in ("rx_close", "rx_read_next", "rx_is_open"):
        source = rx.RxXdfData(xdf)
        rx.rx_open(source)
        return {"src": source}
    if name == "rx_write_next":
        target = rx.RxXdfData(str(folder / "written.xdf"))
        rx.rx_open(target, "w")
        return {"input_data": _rows(), "output_data": target}
    if name == "rx_predict":
        return {"model_object": rx.rx_lin_mod("y ~ x + f", xdf, cov_coef=True), "data": _rows()}
    if "_job" in name:
        job = rx.rx_summary("~x", xdf, compute_context=rx.RxLocalSeq(wait=False))
        rx.rx_wait_for_job(job)
        return {argument: job for argument in ("job", "job_info", "job_info_list") if argument in SIGNATURES[name]["arguments"]}
    if name in ("rx_refit", "rx_combine"):
        kept = rx.rx_moments("y ~ x + f", xdf)
        return {"moments": kept, "formula": "y ~ f"} if name == "rx_refit" else {"moments": kept, "others": [kept]}
    if name == "rx_residual_plot":
        pytest.importorskip("matplotlib").use("agg")
        return {"model_object": rx.rx_lin_mod("y ~ x + f", xdf), "data": xdf}
    if name == "rx_vif":
        return {"model_object": rx.rx_lin_mod("y ~ x + f", xdf, cov_coef=True)}
    if name == "rx_step_plot":
        return {"x": rx.rx_lin_mod("y ~ x + f", _rows(), variable_selection=rx.rx_step_control(keep_step_coefs=True))}
    if name in ("rx_serialize_model", "rx_export_model"):
        return {"model": rx.rx_lin_mod("y ~ x + f", xdf)}
    if name in ("rx_publish_model", "rx_published_models", "rx_unpublish_model"):
        return _published(name, folder, xdf)
    if name == "rx_unserialize_model":
        return {"serialized_model": rx.rx_serialize_model(rx.rx_lin_mod("y ~ x + f", xdf))}
    if name == "rx_anova":
        return {"models": [rx.rx_lin_mod(formula, xdf) for formula in ("y ~ x", "y ~ x + f")]}
    if name == "rx_elastic_net":
        return {"formula": "y ~ x + f", "data": xdf}
    if name == "rx_pca":
        return {"formula": "~ y + x + f", "data": xdf}
    if name == "rx_ridge_reg":
        return {"formula": "y ~ x + f", "data": xdf, "lambda_": 0.5}
    if name == "rx_logit":
        return {"formula": "(k == 2) ~ x + f", "data": xdf}
    if name == "rx_multinom_logit":
        return {"formula": "f ~ w", "data": xdf}
    if "actual_var_name" in SIGNATURES[name]["arguments"]:
        pytest.importorskip("matplotlib").use("agg")
        return {"actual_var_name": "f", "pred_var_names": "p", "data": _rows().assign(p=lambda d: d.x / 10, q=lambda d: d.y / 10)}
    if name in ("rx_histogram", "rx_line_plot"):
        pytest.importorskip("matplotlib").use("agg")
        return {"formula": "~ x" if name == "rx_histogram" else "y ~ x", "data": xdf}
    method = METHODS.get(SIGNATURES[name]["op"])
    if method and "formula" in SIGNATURES[name]["arguments"]:
        return {"formula": "y ~ x + f" if method["keepsModel"] else "~ y + f", "data": xdf}
    return {
        **{each: {"dest" if each == "rx_write_object" else "src": _objects(folder), "key": "k", **({"value": [1]} if each == "rx_write_object" else {})}
           for each in ("rx_write_object", "rx_read_object", "rx_delete_object", "rx_list_keys") if each == name},
        "rx_execute_sql_ddl": {"src": rx.RxOdbcData(f"Driver=SQLite3;Database={folder}/other.db", table="t")},
        "rx_exec_by": {"input_data": xdf, "keys": ["f"], "function": _rows_of_group},
        "RxRemote": {"ssh_hostname": "box"}, "rx_make_r_node_names": {"node_names": ["box-1"]},
        "rx_partition": {"input_data": xdf, "output_data": rx.RxXdfData(str(folder / "parts"), create_partition_set=True), "vars_to_partition": "f"},
        "rx_get_partitions": {"input_data": _parts(name, xdf, folder)},
        "rx_import": {"input_data": csv}, "rx_data_step": {"input_data": xdf}, "rx_get_info": {"data": xdf}, "rx_get_var_info": {"data": xdf},
        "rx_get_var_names": {"data": xdf}, "rx_set_var_info": {"var_info": {"x": {"description": "d"}}, "data": xdf},
        "rx_set_info": {"data": xdf, "description": "d"}, "rx_create_col_info": {"data": xdf}, "rx_read_xdf": {"file": xdf},
        "rx_xdf_to_data_frame": {"file": xdf}, "rx_open": {"src": rx.RxXdfData(xdf)}, "rx_set_compute_context": {"compute_context": "local"}, "rx_get_option": {"opt": "numDigits"},
        "RxTextData": {"file": csv}, "RxXdfData": {"file": xdf}, "rx_xdf_file_name": {"x": xdf}, "rx_locate_file": {"file": "rows.xdf"},
        "rx_quantile": {"var_name": "x", "data": xdf}, "rx_lorenz": {"order_var_name": "x", "data": xdf},
        "rx_compare_contexts": {"context1": rx.RxLocalSeq(), "context2": rx.RxLocalSeq()}, "RxParquetData": {"file": str(folder / "rows.parquet")},
        "RxOrcData": {"file": str(folder / "rows.orc")}, "rx_spark_cache_data": {"in_data": rx.RxXdfData(xdf)},
    }.get(name, {})


def _given(name):
    """The arguments that carry what the call is about: they are in every call."""
    return {"input_data", "data", "file", "formula", "model_object", "src", "x", "var_info", "context1", "context2", "job", "job_info", "job_info_list", "opt", "in_data", "moments", "dest", "destination",
            "others", "model", "models", "serialized_model"} & set(
        SIGNATURES[name]["arguments"]) | ({"output_data"} if name in ("rx_write_next", "rx_partition") else set()) | (
        {"compute_context"} if name == "rx_set_compute_context" else set())


def _call(name, argument, folder):
    own = f"{name}.{argument}"
    assert own in VALUES or argument in VALUES, f"give a value for argument {argument} of {name}"
    value = VALUES[own] if own in VALUES else VALUES[argument]
    also = WITH.get(own, WITH.get(argument, {}))
    also = {key: each for key, each in also.items() if key in SIGNATURES[name]["arguments"]}
    arguments = {**_base(name, folder), **{key: _placed(each, folder) for key, each in also.items()}, argument: _placed(value, folder)}
    parameters = inspect.signature(getattr(rx, name)).parameters
    if argument in parameters and parameters[argument].default is not inspect.Parameter.empty and argument != "append":
        default = parameters[argument].default
        assert not (type(value) is type(default) and value == default), f"{own}: {value!r} is the default"
    result = getattr(rx, name)(**arguments)
    if isinstance(result, (rx.RxTextData, rx.RxXdfData, rx.RxParquetData, rx.RxOrcData)):
        rows = rx.rx_data_step(result)
        assert len(rows) > 0, own
        if name in ("RxTextData", "RxXdfData"):
            target = type(result)(**{**arguments, "file": str(folder / ("copy" if "create_file_set" in arguments else f"copy{result.file[-4:]}"))})
            if not {"vars_to_keep", "vars_to_drop", "create_partition_set"} & set(arguments):
                rx.rx_data_step(_rows(), target, overwrite=True)
    return result


@pytest.mark.parametrize("name", sorted(set(SIGNATURES) - ON_SPARK - ON_SQL_SERVER - ON_HDFS))
def test_A15_every_argument_works_or_says_that_it_does_not(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert hasattr(rx, name)
    failures = []
    for argument in SIGNATURES[name]["arguments"]:
        if argument in _given(name) and f"{name}.{argument}" not in VALUES:
            continue
        rx.rx_data_step(_rows(), str(tmp_path / "rows.xdf"), overwrite=True, rows_per_read=4)
        rx.rx_data_step(_rows(), rx.RxParquetData(str(tmp_path / "rows.parquet")), overwrite=True)
        rx.rx_data_step(_rows(), rx.RxOrcData(str(tmp_path / "rows.orc")), overwrite=True)
        _rows().to_csv(tmp_path / "rows.csv", index=False)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                _call(name, argument, tmp_path)
            except rx.InsituError as error:
                if (name, argument) not in NOT_YET or "not available yet" not in str(error):
                    failures.append(f"{argument}: {error}")
            else:
                if (name, argument) in NOT_YET:
                    failures.append(f"{argument}: works now; take it from NOT_YET")
    assert not failures, f"{name}:\n" + "\n".join(failures)


def test_A15_rows_come_as_columns_where_no_frame_is_wanted(tmp_path):
    xdf = rx.rx_data_step(_rows(), str(tmp_path / "rows.xdf"), rows_per_read=4)
    columns = rx.rx_read_xdf(xdf.file, return_data_frame=False, vars_to_keep=["x", "f"])
    assert type(columns) is dict and list(columns) == ["x", "f"]
    assert list(columns["x"]) == list(_rows()["x"]) and list(columns["f"]) == list("aaaabbbb")
    _rows().to_csv(tmp_path / "rows.csv", index=False)
    for source in (rx.RxXdfData(xdf.file, return_data_frame=False), rx.RxTextData(tmp_path / "rows.csv", return_data_frame=False)):
        assert source != type(source)(source.file) and rx.rx_data_step(source).shape == (8, 6)
        rx.rx_open(source)
        piece = rx.rx_read_next(source)
        rx.rx_close(source)
        assert type(piece) is dict and list(piece) == ["y", "x", "k", "w", "f", "s"] and len(piece["y"]) in (4, 8)


def test_A15_no_function_is_left_out():
    tried = sum(len(SIGNATURES[name]["arguments"]) for name in set(SIGNATURES) - ON_SPARK)
    assert tried > 250 and ON_SPARK <= set(SIGNATURES)
