"""The rx functions. Written by tools/generate_options.py from options/*.toml; change those."""

# ruff: noqa
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Mapping, Optional, OrderedDict, Union

from insitu._calls import call

if TYPE_CHECKING:
    from insitu._types import Columns, ColumnInfo, Context, Data, Function, Names, Path, Target
    from insitu.contexts import RxComputeContext
    from insitu.results import (GetInfoResults, GetVarInfoResults, Result, RxCalibrationResults, RxGlmResults, RxHistogramResults, RxLiftResults, RxLinModResults, RxLogitResults, RxLorenzResults, RxMultinomLogitResults, RxPcaResults, RxRidgeRegResults, RxRocResults, RxSummaryResults)
    from insitu.sources import RxDataSource
    from insitu.spark_context import RxSpark


def rx_import(input_data: Data, output_file: Optional[Target] = None, vars_to_keep: Optional[Names] = None,
        vars_to_drop: Optional[Names] = None, row_selection: Optional[str] = None,
        transforms: Optional[Mapping[str, str]] = None, transform_objects: Optional[Columns] = None,
        transform_function: Optional[Function] = None, transform_variables: Optional[Names] = None,
        transform_packages: Optional[Names] = None, transform_environment: Any = None,
        append: Optional[Union[Literal['none', 'rows', 'cols'], bool]] = None, overwrite: bool = False,
        number_rows: Optional[float] = None, strings_as_factors: Optional[bool] = None,
        column_classes: Optional[Columns] = None, column_info: Optional[ColumnInfo] = None,
        rows_per_read: Optional[int] = None, type: Optional[str] = None,
        max_rows_by_columns: Optional[float] = None, report_progress: Optional[int] = None,
        verbose: Optional[int] = None, xdf_compression_level: Optional[int] = None,
        create_composite_set: Optional[bool] = None, blocks_per_composite_file: Optional[int] = None,
        compute_context: Optional[Context] = None, **kwargs: Any) -> Any:
    """Import data into an .xdf file or a data frame.

    Parameters
    ----------
    input_data : data frame, data source or path
        The input: a data source, a path or a data frame.
    output_file : str, path-like or data source
        Where the rows go: path, data source, or nothing for a data frame.
    vars_to_keep : str or list of str
        Variables to keep; not together with vars_to_drop.
    vars_to_drop : str or list of str
        Variables to leave out; not together with vars_to_keep.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    append : 'none', 'rows', 'cols'
        "none" writes a new output, "rows" adds rows to an existing one, "cols" adds columns.
    overwrite : bool
        An existing output may be replaced.
    number_rows : int or float
        Number of rows to use, -1 for all.
    strings_as_factors : bool
        Text columns become factors.
    column_classes : dict
        Types by column name: logical, integer, float32, numeric, character, factor, ordered, int16,
        uint16, Date, POSIXct.
    column_info : dict
        Details by column name: type, newName, description, levels, newLevels, low, high, start,
        width, decimalPlaces, index. Wins over column_classes.
    rows_per_read : int
        Rows read at once and written as one block; never changes a result.
    type : str
        Kind of input; "auto": what the path's ending and its bytes tell.
    max_rows_by_columns : int or float
        Most values (rows times columns) of a returned data frame; more rows of a file are cut off
        with a warning; rows in memory are all returned.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    xdf_compression_level : int
        zlib level of written .xdf blocks, -1 to 9; 0 stores them as they are.
    create_composite_set : bool
        Write a folder with data and metadata files instead of one file.
    blocks_per_composite_file : int
        Blocks in each part file of a composite set.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    data source or data frame
        The source of `output_file`; without one a data frame.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> airline = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "AirlineDemoSmall.csv")
    >>> rows = rx.rx_import(rx.RxTextData(airline, missing_value_string="M"), number_rows=3)
    >>> list(rows.columns), len(rows)
    (['ArrDelay', 'CRSDepTime', 'DayOfWeek'], 3)
    >>> rx.rx_import(rows, "rows.xdf", overwrite=True).shape
    (3, 3)
    """
    return call('rx_import', **locals())


def rx_exec_by(input_data: Data, keys: Optional[Names] = None, function: Optional[Function] = None,
        function_parameters: Optional[Columns] = None, filter_function: Optional[Function] = None,
        compute_context: Optional[Context] = None, **kwargs: Any) -> RxExecByResults:
    """Run a function on each group of rows.

    Parameters
    ----------
    input_data : data frame, data source or path
        The rows: a data source, a path, a data frame.
    keys : str or list of str
        The variables whose values make a group.
    function : callable
        Called with the keys of a group, a data source of its rows, and function_parameters; or an
        analysis, which is computed for all groups at once.
    function_parameters : dict
        Further arguments of func, by name.
    filter_function : callable
        Gets the table of the groups, their keys and data sources; returns those of its rows that
        are wanted.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    RxExecByResults
        A DataFrame with a row for each group, indexed by its keys: result (None where the function
        failed) and status ("OK" or the exception). Of an analysis to_frame() has the numbers of all
        results.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> def mean_cost(keys, data):
    ...     return round(float(rx.rx_import(data)["cost"].mean()), 2)
    >>> groups = rx.rx_exec_by(claims, keys=["type"], function=mean_cost)
    >>> [f"{type} {mean}" for type, mean in groups["result"].items()]
    ['A 226.45', 'B 225.8', 'C 229.23', 'D 296.4']
    >>> models = rx.rx_exec_by(claims, keys=["type"], function=rx.rx_lin_mod, function_parameters={"formula": "cost ~ number"})
    >>> models.to_frame().columns[1:3].tolist(), type(models["result"]["A"]).__name__
    (['coefficients.(Intercept)', 'coefficients.number'], 'RxLinModResults')
    """
    return call('rx_exec_by', **locals())


def rx_partition(input_data: Data, output_data: Target, vars_to_partition: Names,
        append: Union[Literal['none', 'rows', 'cols'], bool] = "rows", overwrite: bool = False,
        **kwargs: Any) -> Any:
    """Write a partitioned set of .xdf files.

    Parameters
    ----------
    input_data : data frame, data source or path
        The rows: a data source, a path, a data frame.
    output_data : str, path-like or data source
        The folder: an RxXdfData with create_partition_set.
    vars_to_partition : str or list of str
        The variables whose values make a group.
    append : 'none', 'rows', 'cols'
        "rows" adds rows to the partitions of a set that is there, "none" writes a new one.
    overwrite : bool
        An existing output may be replaced.

    Returns
    -------
    DataFrame
        A row for each partition: its keys, and the RxXdfData of its file in the column data_source.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> parts = rx.rx_partition(claims, rx.RxXdfData("claims_by_type", create_partition_set=True), ["type"])
    >>> list(parts["type"]), parts["data_source"][0].shape
    (['A', 'B', 'C', 'D'], (32, 6))
    """
    return call('rx_partition', **locals())


def rx_get_partitions(input_data: Data, **kwargs: Any) -> Any:
    """The partitions of a partitioned set.

    Parameters
    ----------
    input_data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.

    Returns
    -------
    DataFrame
        A row for each partition: its keys, and the RxXdfData of its file in the column data_source.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> parts = rx.rx_partition(claims, rx.RxXdfData("claims_by_type", create_partition_set=True), ["type"])
    >>> list(rx.rx_get_partitions(rx.RxXdfData("claims_by_type"))["type"])
    ['A', 'B', 'C', 'D']
    """
    return call('rx_get_partitions', **locals())


def rx_data_step(input_data: Optional[Data] = None, output_file: Optional[Target] = None,
        vars_to_keep: Optional[Names] = None, vars_to_drop: Optional[Names] = None,
        row_selection: Optional[str] = None, transforms: Optional[Mapping[str, str]] = None,
        transform_objects: Optional[Columns] = None, transform_function: Optional[Function] = None,
        transform_variables: Optional[Names] = None, transform_packages: Optional[Names] = None,
        transform_environment: Any = None,
        append: Optional[Union[Literal['none', 'rows', 'cols'], bool]] = None, overwrite: bool = False,
        row_variable_name: Optional[str] = None, remove_missings_on_read: bool = False,
        remove_missings: bool = False, compute_low_high: bool = True, max_rows_by_cols: float = 3000000,
        rows_per_read: int = -1, start_row: float = 1, number_rows_read: float = -1,
        return_transform_objects: bool = False, blocks_per_read: Optional[int] = None,
        report_progress: Optional[int] = None, xdf_compression_level: Optional[int] = None,
        strings_as_factors: Optional[bool] = None, compute_context: Optional[Context] = None,
        **kwargs: Any) -> Any:
    """Select, transform and write rows.

    Parameters
    ----------
    input_data : data frame, data source or path
        The input: a data source, a path or a data frame.
    output_file : str, path-like or data source
        Where the rows go: path, data source, or nothing for a data frame.
    vars_to_keep : str or list of str
        Variables to keep; not together with vars_to_drop.
    vars_to_drop : str or list of str
        Variables to leave out; not together with vars_to_keep.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    append : 'none', 'rows', 'cols'
        "none" writes a new output, "rows" adds rows to an existing one, "cols" adds columns.
    overwrite : bool
        An existing output may be replaced.
    row_variable_name : str
        Name of the variable that holds row names.
    remove_missings_on_read : bool
        Leave out rows with any missing value as they are read.
    remove_missings : bool
        Leave out rows with any missing value from the output.
    compute_low_high : bool
        Compute the stored range of each variable while writing.
    max_rows_by_cols : int or float
        Most values (rows times columns) of a returned data frame; more rows of a file are cut off
        with a warning; rows in memory are all returned.
    rows_per_read : int
        Rows read at once and written as one block; never changes a result.
    start_row : int or float
        First row to use, counted from 1.
    number_rows_read : int or float
        Number of rows to use, -1 for all.
    return_transform_objects : bool
        Return the transform_objects as the functions left them; no rows are written.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    xdf_compression_level : int
        zlib level of written .xdf blocks, -1 to 9; 0 stores them as they are.
    strings_as_factors : bool
        Text columns become factors.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    data source or data frame
        The source of `output_file`; without one a data frame of the kind of `input_data` (pandas
        for files), None where `start_row` lies behind the last row; the transform objects with
        `return_transform_objects`.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rows = rx.rx_data_step(claims, vars_to_keep=["age", "cost"], transforms={"dear": "cost > 300"}, row_selection="age == '60+'")
    >>> list(rows.columns), len(rows)
    (['age', 'cost', 'dear'], 16)
    >>> rx.rx_data_step(rows, "old.xdf", overwrite=True).columns
    ['age', 'cost', 'dear']
    """
    return call('rx_data_step', **locals())


def rx_get_info(data: Data, get_var_info: bool = False, get_block_sizes: bool = False,
        get_value_labels: Optional[bool] = None, vars_to_keep: Optional[Names] = None,
        vars_to_drop: Optional[Names] = None, start_row: float = 1, num_rows: float = 0,
        compute_info: bool = False, all_nodes: bool = False, verbose: int = 0,
        compute_context: Optional[Context] = None, **kwargs: Any) -> GetInfoResults:
    """Information about a data source.

    Parameters
    ----------
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    get_var_info : bool
        Report the variables.
    get_block_sizes : bool
        Report the rows of each block.
    get_value_labels : bool
        Report factor levels and value labels.
    vars_to_keep : str or list of str
        Variables to keep; not together with vars_to_drop.
    vars_to_drop : str or list of str
        Variables to leave out; not together with vars_to_keep.
    start_row : int or float
        First row to use, counted from 1.
    num_rows : int or float
        Rows to show, -1 for all.
    compute_info : bool
        Read the data where the source does not store ranges, levels or the number of rows.
    all_nodes : bool
        Ask every node of a distributed context.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    GetInfoResults
        A mapping with numRows, numVars, numBlocks, varInfo ...; to_frame() has a row a variable.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> info = rx.rx_get_info(claims, get_var_info=True)
    >>> info["numRows"], info["varInfo"]["type"]["levels"]
    (128, ['A', 'B', 'C', 'D'])
    """
    return call('rx_get_info', **locals())


def rx_get_var_info(data: Data, get_value_labels: bool = True, vars_to_keep: Optional[Names] = None,
        vars_to_drop: Optional[Names] = None, compute_info: bool = False, all_nodes: bool = False,
        compute_context: Optional[Context] = None, **kwargs: Any) -> GetVarInfoResults:
    """Information about the variables of a data source.

    Parameters
    ----------
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    get_value_labels : bool
        Report factor levels and value labels.
    vars_to_keep : str or list of str
        Variables to keep; not together with vars_to_drop.
    vars_to_drop : str or list of str
        Variables to leave out; not together with vars_to_keep.
    compute_info : bool
        Read the data where the source does not store ranges, levels or the number of rows.
    all_nodes : bool
        Ask every node of a distributed context.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    GetVarInfoResults
        A dict of dicts by variable: varType, low, high, levels, description ...

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> info = rx.rx_get_var_info(claims)
    >>> info["cost"]["low"], info["cost"]["high"]
    (11.0, 409.0)
    """
    return call('rx_get_var_info', **locals())


def rx_get_var_names(data: Data, **kwargs: Any) -> list[str]:
    """Names of the variables of a data source.

    Parameters
    ----------
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.

    Returns
    -------
    list of str
        The names in their order.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_get_var_names(claims)
    ['RowNum', 'age', 'car.age', 'type', 'cost', 'number']
    """
    return call('rx_get_var_names', **locals())


def rx_set_var_info(var_info: Any, data: Data, **kwargs: Any) -> Any:
    """Change names, descriptions, ranges and labels of variables.

    Parameters
    ----------
    var_info : any
        Information as rx_get_var_info returns it, changed.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.

    Returns
    -------
    data source or data frame
        What was changed: the file in place, or a copy of the data frame.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rows = rx.rx_data_step(claims, "own.xdf", overwrite=True)
    >>> changed = rx.rx_set_var_info({"cost": {"newName": "price", "description": "in pounds"}}, rows)
    >>> rx.rx_get_var_info(changed)["price"]["description"]
    'in pounds'
    """
    return call('rx_set_var_info', **locals())


def rx_set_info(data: Data, description: str = "", **kwargs: Any) -> Any:
    """Set the description of a data set.

    Parameters
    ----------
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    description : str
        A text that describes the data.

    Returns
    -------
    data source or data frame
        What was changed: the file in place, or a copy of the data frame.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rows = rx.rx_data_step(claims, "own.xdf", overwrite=True)
    >>> rx.rx_get_info(rx.rx_set_info(rows, "Claims of motorists"))["description"]
    'Claims of motorists'
    """
    return call('rx_set_info', **locals())


def rx_create_col_info(data: Data, include_low_high: bool = False, factors_only: bool = False,
        vars_to_keep: Optional[Names] = None, sort_levels: bool = False, compute_info: bool = True,
        use_factor_index: bool = False, **kwargs: Any) -> OrderedDict[str, dict[str, Any]]:
    """A colInfo list from a data source.

    Parameters
    ----------
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    include_low_high : bool
        Include the stored ranges.
    factors_only : bool
        Factors only.
    vars_to_keep : str or list of str
        Variables to keep; not together with vars_to_drop.
    sort_levels : bool
        Sort the levels.
    compute_info : bool
        Read the data where the source does not store ranges, levels or the number of rows.
    use_factor_index : bool
        Describe factors by their index.

    Returns
    -------
    OrderedDict
        By column the dict that `column_info` of a source takes.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_create_col_info(claims, vars_to_keep=["type"], sort_levels=True)["type"]
    {'type': 'factor', 'levels': ['A', 'B', 'C', 'D']}
    """
    return call('rx_create_col_info', **locals())


def rx_read_xdf(file: Union[Path, RxDataSource], vars_to_keep: Optional[Names] = None,
        vars_to_drop: Optional[Names] = None, row_var_name: Optional[str] = None, start_row: float = 1,
        num_rows: Optional[float] = None, return_data_frame: bool = True, strings_as_factors: bool = False,
        max_rows_by_columns: Optional[float] = None, report_progress: Optional[int] = None,
        read_by_block: bool = False, cpp_interp: Any = None, **kwargs: Any) -> Any:
    """Read an .xdf file into a data frame.

    Parameters
    ----------
    file : str or path-like
        Path of the file, or of a folder for a set of files.
    vars_to_keep : str or list of str
        Variables to keep; not together with vars_to_drop.
    vars_to_drop : str or list of str
        Variables to leave out; not together with vars_to_keep.
    row_var_name : str
        Name of the variable that holds row names.
    start_row : int or float
        First row to use, counted from 1.
    num_rows : int or float
        Number of rows to use, -1 for all.
    return_data_frame : bool
        Return a data frame instead of a list of columns (Python: a dict by name).
    strings_as_factors : bool
        Text columns become factors.
    max_rows_by_columns : int or float
        Most values (rows times columns) of a returned data frame; more rows of a file are cut off
        with a warning; rows in memory are all returned.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    read_by_block : bool
        Accepted and not used.
    cpp_interp : any
        Accepted and not used.

    Returns
    -------
    data frame
        The rows (pandas), None where `start_row` lies behind the last row.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_read_xdf(claims, vars_to_keep=["RowNum", "type"], start_row=5, num_rows=2)["RowNum"].tolist()
    [5, 6]
    """
    return call('rx_read_xdf', **locals())


def rx_xdf_to_data_frame(file: Union[Path, RxDataSource], vars_to_keep: Optional[Names] = None,
        vars_to_drop: Optional[Names] = None, row_variable_name: Optional[str] = None,
        row_selection: Optional[str] = None, transforms: Optional[Mapping[str, str]] = None,
        transform_objects: Optional[Columns] = None, transform_function: Optional[Function] = None,
        transform_variables: Optional[Names] = None, transform_packages: Optional[Names] = None,
        transform_environment: Any = None, remove_missings: bool = False, strings_as_factors: bool = False,
        blocks_per_read: Optional[int] = None, max_rows_by_columns: float = 3000000,
        report_progress: Optional[int] = None, cpp_interp: Any = None, **kwargs: Any) -> Any:
    """Read an .xdf file into a data frame, with transforms.

    Parameters
    ----------
    file : str or path-like
        Path of the file, or of a folder for a set of files.
    vars_to_keep : str or list of str
        Variables to keep; not together with vars_to_drop.
    vars_to_drop : str or list of str
        Variables to leave out; not together with vars_to_keep.
    row_variable_name : str
        Name of the variable that holds row names.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    remove_missings : bool
        Leave out rows with any missing value from the output.
    strings_as_factors : bool
        Text columns become factors.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    max_rows_by_columns : int or float
        Most values (rows times columns) of a returned data frame; more rows of a file are cut off
        with a warning; rows in memory are all returned.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    cpp_interp : any
        Accepted and not used.

    Returns
    -------
    data frame
        The rows (pandas).

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_xdf_to_data_frame(claims, row_selection="RowNum <= 3", vars_to_keep=["RowNum", "age"]).shape
    (3, 2)
    """
    return call('rx_xdf_to_data_frame', **locals())


def rx_open(src: RxDataSource, mode: Literal['r', 'w'] = "r", **kwargs: Any) -> bool:
    """Open a data source for reading or writing piece by piece.

    Parameters
    ----------
    src : data source
        A data source.
    mode : 'r', 'w'
        "r" reads, "w" writes.

    Returns
    -------
    bool
        True.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> source = rx.RxXdfData(claims)
    >>> rx.rx_open(source)
    True
    >>> len(rx.rx_read_next(source))
    128
    >>> rx.rx_close(source)
    True
    """
    return call('rx_open', **locals())


def rx_close(src: RxDataSource, mode: Literal['r', 'w'] = "r", **kwargs: Any) -> bool:
    """Close a data source.

    Parameters
    ----------
    src : data source
        A data source.
    mode : 'r', 'w'
        "r" reads, "w" writes.

    Returns
    -------
    bool
        True; what was written is complete then.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> source = rx.RxXdfData(claims)
    >>> rx.rx_open(source) and rx.rx_close(source)
    True
    """
    return call('rx_close', **locals())


def rx_is_open(src: RxDataSource, mode: Literal['r', 'w'] = "r", **kwargs: Any) -> bool:
    """Whether a data source is open.

    Parameters
    ----------
    src : data source
        A data source.
    mode : 'r', 'w'
        "r" reads, "w" writes.

    Returns
    -------
    bool
        Whether `rx_open` opened this object and `rx_close` has not closed it.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_is_open(rx.RxXdfData(claims))
    False
    """
    return call('rx_is_open', **locals())


def rx_read_next(src: RxDataSource, **kwargs: Any) -> Any:
    """The next piece of an open data source.

    Parameters
    ----------
    src : data source
        A data source.

    Returns
    -------
    data frame
        The next rows (pandas); a data frame without rows at the end.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> airline = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "AirlineDemoSmall.csv")
    >>> source = rx.RxTextData(airline, rows_per_read=100, missing_value_string="M")
    >>> rx.rx_open(source)
    True
    >>> len(rx.rx_read_next(source))
    100
    >>> rx.rx_close(source)
    True
    """
    return call('rx_read_next', **locals())


def rx_write_next(input_data: Any, output_data: RxDataSource, **kwargs: Any) -> bool:
    """Write a piece to an open data source.

    Parameters
    ----------
    input_data : any
        Where the rows come from.
    output_data : data source
        Where the rows go.

    Returns
    -------
    bool
        True.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import insitu as rx
    >>> target = rx.RxXdfData("pieces.xdf")
    >>> rx.rx_open(target, "w")
    True
    >>> rx.rx_write_next({"x": [1.0, 2.0]}, target) and rx.rx_write_next({"x": [3.0]}, target)
    True
    >>> rx.rx_close(target), target.shape
    (True, (3, 1))
    """
    return call('rx_write_next', **locals())


def rx_summary(formula: str, data: Data, by_group_out_file: Optional[Target] = None,
        summary_stats: Optional[Names] = None, by_term: bool = True, pweights: Optional[str] = None,
        fweights: Optional[str] = None, row_selection: Optional[str] = None,
        transforms: Optional[Mapping[str, str]] = None, transform_objects: Optional[Columns] = None,
        transform_function: Optional[Function] = None, transform_variables: Optional[Names] = None,
        transform_packages: Optional[Names] = None, transform_environment: Any = None,
        overwrite: bool = False, use_sparse_cube: Optional[bool] = None,
        remove_zero_counts: Optional[bool] = None, blocks_per_read: Optional[int] = None,
        rows_per_block: int = 100000, report_progress: Optional[int] = None, verbose: int = 0,
        compute_context: Optional[Context] = None, **kwargs: Any) -> RxSummaryResults:
    """Summary statistics.

    Parameters
    ----------
    formula : str
        What to summarise, as ~ x + f + x:f.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    by_group_out_file : str, path-like or data source
        An .xdf (or several, numbered) for the statistics by group.
    summary_stats : str or list of str
        Mean, StdDev, Min, Max, ValidObs, MissingObs, Sum: those to compute.
    by_term : bool
        True: rows with missing values are left out term by term; False: rows with any missing value
        are left out of all terms.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    overwrite : bool
        Allow to replace an existing output.
    use_sparse_cube : bool
        Leave out combinations of levels without rows, as remove_zero_counts.
    remove_zero_counts : bool
        Leave out combinations of levels without rows; by default as use_sparse_cube.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    rows_per_block : int
        Rows in each block of the file of statistics by group.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    RxSummaryResults
        Prints as a table; summary_data_frame, categorical and to_frame() are data frames.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> found = rx.rx_summary("cost + type", claims)
    >>> found["nobs.valid"], found.to_frame()["Name"].tolist()
    (128, ['cost', 'type', 'type', 'type', 'type', 'type'])
    >>> float(found.summary_data_frame["Max"][0])
    409.0
    """
    return call('rx_summary', **locals())


def rx_lin_mod(formula: str, data: Data, pweights: Optional[str] = None, fweights: Optional[str] = None,
        cube: bool = False, cube_predictions: bool = False, variable_selection: Any = None,
        row_selection: Optional[str] = None, transforms: Optional[Mapping[str, str]] = None,
        transform_objects: Optional[Columns] = None, transform_function: Optional[Function] = None,
        transform_variables: Optional[Names] = None, transform_packages: Optional[Names] = None,
        transform_environment: Any = None, drop_first: bool = False, drop_main: bool = True,
        cov_coef: bool = False, cov_data: bool = False,
        coef_label_style: Optional[Literal['Revo', 'R']] = None, keep_moments: bool = False,
        blocks_per_read: int = 1, report_progress: Optional[int] = None, verbose: int = 0,
        compute_context: Optional[Context] = None,
        robust: Literal['none', 'HC0', 'HC1', 'HC2', 'HC3'] = "none", cluster: Any = None,
        **kwargs: Any) -> RxLinModResults:
    """Linear models.

    Parameters
    ----------
    formula : str
        The model: response ~ terms, with + : * ^ - F() N() and functions.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    cube : bool
        Fit by the partitioned inverse: the first term is categorical and keeps all its levels,
        without intercept.
    cube_predictions : bool
        Put the prediction of each cell into countDF.
    variable_selection : dict, as rx_step_control gives it, or str
        Stepwise selection: what rx_step_control gives, or its arguments as text, as in "scope = ~ x
        + f, k = 3".
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    drop_first : bool
        The first level of each factor is the reference instead of the last.
    drop_main : bool
        Drop main effects before interactions when they are aliased.
    cov_coef : bool
        Keep the covariance matrix of the coefficients.
    cov_data : bool
        Keep the covariance matrix of the data.
    coef_label_style : 'Revo', 'R'
        "Revo" labels coefficients factor=level, "R" factorlevel.
    keep_moments : bool
        Keep the sums in the result: rx_refit fits other models from them, rx_combine adds those of
        other rows.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.
    robust : 'none', 'HC0', 'HC1', 'HC2', 'HC3'
        Standard errors that hold where variances differ: HC0; HC1, with n / (n - p); HC2 and HC3,
        by leverages. One more pass over the data.
    cluster : any
        One or two variables, names or a formula such as ~ f + g: standard errors that hold where
        rows of a cluster depend on each other; HC1, or HC0.

    Returns
    -------
    RxLinModResults
        Prints as a table; params, bse, pvalues, conf_int(), rsquared, predict() ... as in
        statsmodels, and RevoScaleR's fields.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> fit = rx.rx_lin_mod("cost ~ age + type", claims, row_selection="number > 0")
    >>> list(fit.params.index)[:3], int(fit.params.isna().sum())
    (['(Intercept)', 'age=17-20', 'age=21-24'], 2)
    >>> bool(fit.rsquared > 0.3), fit.conf_int().shape
    (True, (13, 2))
    """
    return call('rx_lin_mod', **locals())


def rx_logit(formula: str, data: Data, pweights: Optional[str] = None, fweights: Optional[str] = None,
        cube: bool = False, cube_predictions: bool = False, variable_selection: Any = None,
        row_selection: Optional[str] = None, transforms: Optional[Mapping[str, str]] = None,
        transform_objects: Optional[Columns] = None, transform_function: Optional[Function] = None,
        transform_variables: Optional[Names] = None, transform_packages: Optional[Names] = None,
        transform_environment: Any = None, drop_first: bool = False, drop_main: bool = True,
        cov_coef: bool = False, cov_data: bool = False, initial_values: Any = None,
        coef_label_style: Optional[Literal['Revo', 'R']] = None, blocks_per_read: int = 1,
        max_iterations: int = 25, coeff_tolerance: Optional[float] = None,
        gradient_tolerance: Optional[float] = None, objective_function_tolerance: Optional[float] = None,
        report_progress: Optional[int] = None, verbose: int = 0, compute_context: Optional[Context] = None,
        robust: Literal['none', 'HC0', 'HC1', 'HC2', 'HC3'] = "none", cluster: Any = None,
        **kwargs: Any) -> RxLogitResults:
    """Logistic regression.

    Parameters
    ----------
    formula : str
        The model: response ~ terms, with + : * ^ - F() N() and functions. The response is logical,
        0 or 1, or a factor of two levels.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    cube : bool
        Fit by the partitioned inverse: the first term is categorical and keeps all its levels,
        without intercept.
    cube_predictions : bool
        Put the prediction of each cell into countDF.
    variable_selection : dict, as rx_step_control gives it, or str
        Stepwise selection: what rx_step_control gives, or its arguments as text, as in "scope = ~ x
        + f, k = 3".
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    drop_first : bool
        The first level of each factor is the reference instead of the last.
    drop_main : bool
        Drop main effects before interactions when they are aliased.
    cov_coef : bool
        Keep the covariance matrix of the coefficients.
    cov_data : bool
        Keep the covariance matrix of the data.
    initial_values : any
        Where iterations start: one number for each coefficient, or one for all; "NA": means near
        the responses.
    coef_label_style : 'Revo', 'R'
        "Revo" labels coefficients factor=level, "R" factorlevel.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    max_iterations : int
        The most iterations.
    coeff_tolerance : int or float
        Converged when the largest step, by the largest coefficient, is up to this; 0: never so.
    gradient_tolerance : int or float
        Not used: steps and deviances say when iterations have converged.
    objective_function_tolerance : int or float
        Converged when the deviance changes by up to this share; 0: never so.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.
    robust : 'none', 'HC0', 'HC1', 'HC2', 'HC3'
        Standard errors that hold where variances differ: HC0; HC1, with n / (n - p); HC2 and HC3,
        by leverages. One more pass over the data.
    cluster : any
        One or two variables, names or a formula such as ~ f + g: standard errors that hold where
        rows of a cluster depend on each other; HC1, or HC0.

    Returns
    -------
    RxLogitResults
        Prints as a table; params, bse, pvalues, conf_int(), llf, predict() ... as in statsmodels,
        and RevoScaleR's fields.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> fit = rx.rx_logit("costly ~ type", claims, transforms={"costly": "cost > 300"})
    >>> list(fit.params.index)[:2], fit["converged"]
    (['(Intercept)', 'type=A'], True)
    """
    return call('rx_logit', **locals())


def rx_glm(formula: str, data: Data, family: Any = "gaussian", pweights: Optional[str] = None,
        fweights: Optional[str] = None, offset: Optional[str] = None, cube: bool = False,
        variable_selection: Any = None, row_selection: Optional[str] = None,
        transforms: Optional[Mapping[str, str]] = None, transform_objects: Optional[Columns] = None,
        transform_function: Optional[Function] = None, transform_variables: Optional[Names] = None,
        transform_packages: Optional[Names] = None, transform_environment: Any = None,
        drop_first: bool = False, drop_main: bool = True, cov_coef: bool = False, compute_aic: bool = False,
        initial_values: Any = None, coef_label_style: Optional[Literal['Revo', 'R']] = None,
        blocks_per_read: int = 1, max_iterations: int = 25, coeff_tolerance: Optional[float] = None,
        objective_function_tolerance: Optional[float] = None, report_progress: Optional[int] = None,
        verbose: int = 0, compute_context: Optional[Context] = None,
        robust: Literal['none', 'HC0', 'HC1', 'HC2', 'HC3'] = "none", cluster: Any = None,
        **kwargs: Any) -> RxGlmResults:
    """Generalized linear models.

    Parameters
    ----------
    formula : str
        The model: response ~ terms, with + : * ^ - F() N() offset() and functions.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    family : str, family of statsmodels or UserFamily
        Family and link, as gaussian, binomial(probit), Gamma(log), quasi(link = power(0.5),
        variance = "mu"), Tweedie(var.power = 1.5, link.power = 0), negative.binomial(theta = 2).
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    offset : str
        Name of the variable that is added to the linear predictor.
    cube : bool
        Fit by the partitioned inverse: the first term is categorical and keeps all its levels,
        without intercept.
    variable_selection : dict, as rx_step_control gives it, or str
        Stepwise selection: what rx_step_control gives, or its arguments as text, as in "scope = ~ x
        + f, k = 3".
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    drop_first : bool
        The first level of each factor is the reference instead of the last.
    drop_main : bool
        Drop main effects before interactions when they are aliased.
    cov_coef : bool
        Keep the covariance matrix of the coefficients.
    compute_aic : bool
        Compute Akaike's criterion.
    initial_values : any
        Where iterations start: one number for each coefficient, or one for all; "NA": means near
        the responses.
    coef_label_style : 'Revo', 'R'
        "Revo" labels coefficients factor=level, "R" factorlevel.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    max_iterations : int
        The most iterations.
    coeff_tolerance : int or float
        Converged when the largest step, by the largest coefficient, is up to this; 0: never so.
    objective_function_tolerance : int or float
        Converged when the deviance changes by up to this share; 0: never so.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.
    robust : 'none', 'HC0', 'HC1', 'HC2', 'HC3'
        Standard errors that hold where variances differ: HC0; HC1, with n / (n - p); HC2 and HC3,
        by leverages. One more pass over the data.
    cluster : any
        One or two variables, names or a formula such as ~ f + g: standard errors that hold where
        rows of a cluster depend on each other; HC1, or HC0.

    Returns
    -------
    RxGlmResults
        Prints as a table; params, bse, pvalues, conf_int(), llf, predict() ... as in statsmodels,
        and RevoScaleR's fields.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> fit = rx.rx_glm("cost ~ age + type", claims, family="Gamma(log)", drop_first=True)
    >>> fit["family"], fit["link"], fit["iter"]
    ('Gamma', 'log', 4)
    >>> fit = rx.rx_glm("number ~ age", claims, family="poisson", offset="RowNum", max_iterations=3)
    >>> fit["converged"]
    False
    """
    return call('rx_glm', **locals())


def rx_multinom_logit(formula: str, data: Data, pweights: Optional[str] = None,
        fweights: Optional[str] = None, row_selection: Optional[str] = None,
        transforms: Optional[Mapping[str, str]] = None, transform_objects: Optional[Columns] = None,
        transform_function: Optional[Function] = None, transform_variables: Optional[Names] = None,
        transform_packages: Optional[Names] = None, transform_environment: Any = None,
        drop_first: bool = False, cov_coef: bool = False, coef_label_style: Literal['Revo', 'R'] = "Revo",
        max_iterations: int = 25, coeff_tolerance: Optional[float] = None,
        objective_function_tolerance: Optional[float] = None, blocks_per_read: int = 1,
        report_progress: Optional[int] = None, verbose: int = 0, compute_context: Optional[Context] = None,
        **kwargs: Any) -> RxMultinomLogitResults:
    """Fit a logistic regression of several classes.

    Parameters
    ----------
    formula : str
        The model: response ~ terms, with + : * ^ - F() N() and functions. The response is a factor;
        its first level is what the others are compared with.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    drop_first : bool
        The first level of each factor is the reference instead of the last.
    cov_coef : bool
        Keep the covariance matrix of the coefficients.
    coef_label_style : 'Revo', 'R'
        "Revo" labels coefficients factor=level, "R" factorlevel.
    max_iterations : int
        The most iterations.
    coeff_tolerance : int or float
        Converged when the largest step, by the largest coefficient, is up to this; 0: never so.
    objective_function_tolerance : int or float
        Converged when the deviance changes by up to this share; 0: never so.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    RxMultinomLogitResults
        Prints as a table; params, bse, pvalues (a column for each class), llf, predict() ... as in
        statsmodels.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> fit = rx.rx_multinom_logit("type ~ cost + number", claims)
    >>> fit.params.shape, fit["converged"]
    ((3, 3), True)
    """
    return call('rx_multinom_logit', **locals())


def rx_step_control(method: Optional[Literal['stepwise', 'backward', 'forward']] = None, scope: Any = None,
        max_steps: int = 1000, step_criterion: Literal['AIC', 'SigLevel'] = "AIC",
        max_sig_level_to_add: Optional[float] = None, min_sig_level_to_drop: Optional[float] = None,
        refit_each_step: Optional[bool] = None, keep_step_coefs: bool = False, scale: float = 0, k: float = 2,
        test: Optional[Literal['F', 'Chisq']] = None, **kwargs: Any) -> Any:
    """Control of a stepwise selection.

    For variable_selection of rx_lin_mod, rx_logit and rx_glm. Rows that are complete in all
    variables of the upper scope take part in every model.

    Parameters
    ----------
    method : 'stepwise', 'backward', 'forward'
        Whether terms come, go, or both; "backward" where no scope is given.
    scope : any
        Models that are looked at: the formula of the largest one, or a list of two formulas, lower
        (terms that stay) and upper; "." stands for the terms of the model's own formula.
    max_steps : int
        The most steps.
    step_criterion : 'AIC', 'SigLevel'
        What decides: Akaike's criterion, or significance levels.
    max_sig_level_to_add : int or float
        With step_criterion "SigLevel": a term comes when its p value is at most this; 0.5 forward,
        0.15 stepwise by default.
    min_sig_level_to_drop : int or float
        With step_criterion "SigLevel": a term goes when its p value is above this; 0.1 backward,
        0.15 stepwise by default.
    refit_each_step : bool
        False with rx_logit and rx_glm: models are compared by the weights of one fit of all terms,
        and only the one that is chosen is fitted. Models of rx_lin_mod are exact either way.
    keep_step_coefs : bool
        Keep the coefficients of each step: stepCoefs of the result.
    scale : int or float
        Variance of the residuals, or dispersion, for the AIC; 0: estimated. With rx_lin_mod the
        criterion is then Mallows' Cp.
    k : int or float
        Penalty of a degree of freedom in the AIC; log(n) gives the BIC.
    test : 'F', 'Chisq'
        Test against the model before, for the table of steps and for significance levels; these
        take F by default, Chisq where the dispersion is known.

    Returns
    -------
    dict
        The settings, for `variable_selection`.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> step = rx.rx_step_control(scope="~ age + car_age + type", keep_step_coefs=True)
    >>> fit = rx.rx_lin_mod("cost ~ age", claims, row_selection="number > 0", transforms={"car_age": "`car.age`"}, variable_selection=step)
    >>> fit["formula"], fit["anova"]["Step"].tolist()
    ('cost ~ age + car_age + type', ['', '+ car_age', '+ type'])
    """
    return call('rx_step_control', **locals())


def rx_step_plot(x: Any, plot_step_breaks: bool = True, omit_zero_coefs: bool = True,
        eps: float = 2.220446049250313e-16, main: Optional[str] = None, xlab: str = "Step",
        ylab: str = "Stepwise Coefficients", type: Literal['b', 'o', 'l', 'p'] = "b", pch: str = "*",
        ax: Any = None, **kwargs: Any) -> Any:
    """Draw the coefficients of a stepwise selection.

    A line for each coefficient, over the steps; of a model that was fitted with keep_step_coefs of
    rx_step_control.

    Parameters
    ----------
    x : any
        A model with stepCoefs.
    plot_step_breaks : bool
        A vertical line at each step.
    omit_zero_coefs : bool
        Leave out coefficients that are zero at every step.
    eps : int or float
        Coefficients up to this size count as zero.
    main : str
        The title.
    xlab : str
        Label of the x axis.
    ylab : str
        Label of the y axis.
    type : 'b', 'o', 'l', 'p'
        Lines (l), points (p) or both.
    pch : str
        The character that marks points.
    ax : any
        Axes of matplotlib to draw into; a new figure's by default.

    Returns
    -------
    matplotlib Axes
        What was drawn into.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    Unsupported
        matplotlib is not installed.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> step = rx.rx_step_control(method="backward", keep_step_coefs=True)
    >>> fit = rx.rx_lin_mod("cost ~ age + type", claims, row_selection="number > 0", variable_selection=step)
    >>> fit.labelled("stepCoefs").shape  # what rx_step_plot(fit) draws
    (13, 1)
    """
    return call('rx_step_plot', **locals())


def rx_cov_cor(formula: str, data: Data, pweights: Optional[str] = None, fweights: Optional[str] = None,
        row_selection: Optional[str] = None, transforms: Optional[Mapping[str, str]] = None,
        transform_objects: Optional[Columns] = None, transform_function: Optional[Function] = None,
        transform_variables: Optional[Names] = None, transform_packages: Optional[Names] = None,
        transform_environment: Any = None, keep_all: bool = True, var_tol: Optional[float] = None,
        type: Literal['Cov', 'Cor', 'SSCP'] = "Cov", blocks_per_read: int = 1,
        report_progress: Optional[int] = None, verbose: int = 0, compute_context: Optional[Context] = None,
        **kwargs: Any) -> Result:
    """Covariances, correlations, cross products.

    Parameters
    ----------
    formula : str
        As ~ x + f + x:f; factors have a column for each level.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    keep_all : bool
        False: drops sums of other columns and a constant, and what hardly varies.
    var_tol : int or float
        With keep_all = False: columns with a variance up to this are left out.
    type : 'Cov', 'Cor', 'SSCP'
        Covariances, correlations, or cross products.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    Result
        A mapping with names, CovCor, StdDevs, Means, valid.obs ...; labelled("CovCor") is the
        matrix as a data frame.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_cov_cor("~ cost + number", claims, type="Cor", report_progress=0)["CovCor"].round(4)[0, 1].item()
    -0.1313
    """
    return call('rx_cov_cor', **locals())


def rx_cov(formula: str, data: Data, pweights: Optional[str] = None, fweights: Optional[str] = None,
        row_selection: Optional[str] = None, transforms: Optional[Mapping[str, str]] = None,
        transform_objects: Optional[Columns] = None, transform_function: Optional[Function] = None,
        transform_variables: Optional[Names] = None, transform_packages: Optional[Names] = None,
        transform_environment: Any = None, keep_all: bool = True, var_tol: Optional[float] = None,
        blocks_per_read: int = 1, report_progress: Optional[int] = None, verbose: int = 0,
        compute_context: Optional[Context] = None, **kwargs: Any) -> Any:
    """Covariances, the matrix alone.

    Parameters
    ----------
    formula : str
        As ~ x + f + x:f; factors have a column for each level.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    keep_all : bool
        False: drops sums of other columns and a constant, and what hardly varies.
    var_tol : int or float
        With keep_all = False: columns with a variance up to this are left out.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    data frame
        The matrix by label.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_cov("~ cost + number", claims, report_progress=0).shape
    (2, 2)
    """
    return call('rx_cov', **locals())


def rx_cor(formula: str, data: Data, pweights: Optional[str] = None, fweights: Optional[str] = None,
        row_selection: Optional[str] = None, transforms: Optional[Mapping[str, str]] = None,
        transform_objects: Optional[Columns] = None, transform_function: Optional[Function] = None,
        transform_variables: Optional[Names] = None, transform_packages: Optional[Names] = None,
        transform_environment: Any = None, keep_all: bool = True, var_tol: Optional[float] = None,
        blocks_per_read: int = 1, report_progress: Optional[int] = None, verbose: int = 0,
        compute_context: Optional[Context] = None, **kwargs: Any) -> Any:
    """Correlations, the matrix alone.

    Parameters
    ----------
    formula : str
        As ~ x + f + x:f; factors have a column for each level.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    keep_all : bool
        False: drops sums of other columns and a constant, and what hardly varies.
    var_tol : int or float
        With keep_all = False: columns with a variance up to this are left out.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    data frame
        The matrix by label.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_cor("~ cost + number", claims, report_progress=0).round(4).loc["cost", "number"].item()
    -0.1313
    """
    return call('rx_cor', **locals())


def rx_sscp(formula: str, data: Data, pweights: Optional[str] = None, fweights: Optional[str] = None,
        row_selection: Optional[str] = None, transforms: Optional[Mapping[str, str]] = None,
        transform_objects: Optional[Columns] = None, transform_function: Optional[Function] = None,
        transform_variables: Optional[Names] = None, transform_packages: Optional[Names] = None,
        transform_environment: Any = None, keep_all: bool = True, var_tol: Optional[float] = None,
        blocks_per_read: int = 1, report_progress: Optional[int] = None, verbose: int = 0,
        compute_context: Optional[Context] = None, **kwargs: Any) -> Any:
    """Sums of squares and cross products, the matrix alone.

    Parameters
    ----------
    formula : str
        As ~ x + f + x:f; factors have a column for each level.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    keep_all : bool
        False: drops sums of other columns and a constant, and what hardly varies.
    var_tol : int or float
        With keep_all = False: columns with a variance up to this are left out.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    data frame
        The matrix by label.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_sscp("~ cost + number", claims, report_progress=0).shape
    (3, 3)
    """
    return call('rx_sscp', **locals())


def rx_serialize_model(model: Any, realtime_scoring_only: bool = False, metadata: Any = None,
        **kwargs: Any) -> Any:
    """A fitted model as bytes that R, Python and the command line read.

    Parameters
    ----------
    model : any
        The model of the reply.
    realtime_scoring_only : bool
        Keep only what predictions need; the result cannot be read back.
    metadata : any
        Bytes of the caller's own that go along, as base64.

    Returns
    -------
    bytes
        The model and its result (docs/model.md). The same model gives the same bytes.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> fit = rx.rx_lin_mod("cost ~ age", claims)
    >>> again = rx.rx_unserialize_model(rx.rx_serialize_model(fit))
    >>> str(again) == str(fit), again.params.equals(fit.params)
    (True, True)
    """
    return call('rx_serialize_model', **locals())


def rx_unserialize_model(serialized_model: Any, **kwargs: Any) -> Any:
    """The fitted model in the bytes of rxSerializeModel.

    Parameters
    ----------
    serialized_model : any
        The bytes, as base64.

    Returns
    -------
    result
        The result of the fit, as rx_lin_mod, rx_logit, rx_glm ... have returned it, or a dict of
        `model` and `metadata` where there are metadata.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> kept = rx.rx_serialize_model(rx.rx_logit("costly ~ type", claims, transforms={"costly": "cost > 300"}), metadata=b"mine")
    >>> found = rx.rx_unserialize_model(kept)
    >>> type(found["model"]).__name__, found["metadata"]
    ('RxLogitResults', b'mine')
    """
    return call('rx_unserialize_model', **locals())


def rx_pca(formula: Any, data: Optional[Data] = None, pweights: Optional[str] = None,
        fweights: Optional[str] = None, row_selection: Optional[str] = None,
        transforms: Optional[Mapping[str, str]] = None, transform_objects: Optional[Columns] = None,
        transform_function: Optional[Function] = None, transform_variables: Optional[Names] = None,
        transform_packages: Optional[Names] = None, transform_environment: Any = None, cor: bool = False,
        blocks_per_read: int = 1, report_progress: Optional[int] = None, verbose: int = 0,
        compute_context: Optional[Context] = None, moments: Any = None, **kwargs: Any) -> RxPcaResults:
    """Principal components.

    Parameters
    ----------
    formula : any
        As ~ x + y + z; factors have a column for each level. What rx_cov_cor returned in its place:
        the components of all its columns.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    cor : bool
        Of the correlations: every column is scaled to variance one.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.
    moments : any
        What rx_moments or rx_cov_cor returned, a model that was fitted with keep_moments, or the
        path of a file of moments, in place of data: no row is read. Rows and weights are those of
        the moments.

    Returns
    -------
    RxPcaResults
        A mapping with sdev, loadings, center, scale ..., and scikit-learn's names of them;
        predict(data) gives scores.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> found = rx.rx_pca("~ cost + number", claims, cor=True, report_progress=0)
    >>> found["components"], found.explained_variance_ratio_.round(3).tolist()
    (['Comp.1', 'Comp.2'], [0.566, 0.434])
    """
    return call('rx_pca', **locals())


def rx_ridge_reg(formula: str, data: Optional[Data] = None, lambda_: Any = 0, pweights: Optional[str] = None,
        fweights: Optional[str] = None, row_selection: Optional[str] = None,
        transforms: Optional[Mapping[str, str]] = None, transform_objects: Optional[Columns] = None,
        transform_function: Optional[Function] = None, transform_variables: Optional[Names] = None,
        transform_packages: Optional[Names] = None, transform_environment: Any = None,
        blocks_per_read: int = 1, report_progress: Optional[int] = None, verbose: int = 0,
        compute_context: Optional[Context] = None, moments: Any = None, **kwargs: Any) -> RxRidgeRegResults:
    """Ridge regression.

    Parameters
    ----------
    formula : str
        The model: response ~ terms; factors have a column for each level.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    lambda_ : any
        What is added to the diagonal of the correlations: 0 or more, one number or several.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.
    moments : any
        What rx_moments or rx_cov_cor returned, a model that was fitted with keep_moments, or the
        path of a file of moments, in place of data: no row is read. Rows and weights are those of
        the moments.

    Returns
    -------
    RxRidgeRegResults
        A mapping with coefficients (a row for each lambda), df, r.squared, GCV; to_frame() is the
        matrix as a data frame, predict(data) gives predictions.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> found = rx.rx_ridge_reg("cost ~ number + age", claims, lambda_=[0.01, 1], report_progress=0)
    >>> found.labelled("coefficients").index.tolist()
    ['0.01', '1']
    """
    return call('rx_ridge_reg', **locals())


def rx_elastic_net(formula: str, data: Optional[Data] = None, alpha: float = 1, lambda_: Any = None,
        num_lambda: int = 100, lambda_min_ratio: float = 1e-4, pweights: Optional[str] = None,
        fweights: Optional[str] = None, row_selection: Optional[str] = None,
        transforms: Optional[Mapping[str, str]] = None, transform_objects: Optional[Columns] = None,
        transform_function: Optional[Function] = None, transform_variables: Optional[Names] = None,
        transform_packages: Optional[Names] = None, transform_environment: Any = None,
        blocks_per_read: int = 1, report_progress: Optional[int] = None, verbose: int = 0,
        compute_context: Optional[Context] = None, moments: Any = None, **kwargs: Any) -> RxElasticNetResults:
    """Elastic-net regression.

    Parameters
    ----------
    formula : str
        The model: response ~ terms; factors have a column for each level.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    alpha : int or float
        From 0, ridge regression, to 1, the lasso.
    lambda_ : any
        Penalties of 0 or more, one number or several; without them a path from the least that
        leaves no column in.
    num_lambda : int
        How many penalties a path has.
    lambda_min_ratio : int or float
        The last penalty of a path as a share of the first.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.
    moments : any
        What rx_moments or rx_cov_cor returned, a model that was fitted with keep_moments, or the
        path of a file of moments, in place of data: no row is read. Rows and weights are those of
        the moments.

    Returns
    -------
    RxElasticNetResults
        A mapping with lambda, coefficients (a row for each penalty), df, r.squared, GCV; to_frame()
        is the matrix as a data frame, predict(data) gives predictions.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> path = rx.rx_elastic_net("cost ~ number + age", claims, alpha=0.5, num_lambda=5, report_progress=0)
    >>> path["coefficients"].shape, path["df"][0].item()
    ((5, 10), 0.0)
    """
    return call('rx_elastic_net', **locals())


def rx_moments(formula: str, data: Data, pweights: Optional[str] = None, fweights: Optional[str] = None,
        row_selection: Optional[str] = None, transforms: Optional[Mapping[str, str]] = None,
        transform_objects: Optional[Columns] = None, transform_function: Optional[Function] = None,
        transform_variables: Optional[Names] = None, transform_packages: Optional[Names] = None,
        transform_environment: Any = None, precise: bool = False, output_file: Optional[str] = None,
        overwrite: bool = False, blocks_per_read: int = 1, report_progress: Optional[int] = None,
        verbose: int = 0, compute_context: Optional[Context] = None, **kwargs: Any) -> Result:
    """Keep the sums from which linear models are fitted.

    Parameters
    ----------
    formula : str
        All that models are to be fitted from: y ~ x + f + x:f, or ~ x + y + f; each number in it
        can be a response.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    precise : bool
        Form the sums in double-double, too, in a second pass; without it only where a fit of all
        terms needs them.
    output_file : str
        File for the moments; without it the result holds them.
    overwrite : bool
        An existing output_file may be replaced.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    Result
        A mapping with y.names, numbers, terms, factorLevels, nValidObs ....

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> kept = rx.rx_moments("cost ~ age + type + number", claims, report_progress=0)
    >>> kept["numbers"], kept["nValidObs"]
    (['number', 'cost'], 121)
    >>> rx.rx_refit(kept, "cost ~ type").coefficient_names[:2]
    ['(Intercept)', 'type=A']
    """
    return call('rx_moments', **locals())


def rx_refit(moments: Any, formula: str, cube: bool = False, cube_predictions: bool = False,
        drop_first: bool = False, drop_main: bool = True, cov_coef: bool = False, cov_data: bool = False,
        coef_label_style: Optional[Literal['Revo', 'R']] = None, **kwargs: Any) -> RxLinModResults:
    """A linear model from kept moments, without the data.

    Parameters
    ----------
    moments : any
        What rx_moments returns, a model with keep_moments, the path of a file of moments, or what
        rx_cov_cor returns.
    formula : str
        The model: response ~ terms, with + : * ^ - F() N() and functions.
    cube : bool
        Fit by the partitioned inverse: the first term is categorical and keeps all its levels,
        without intercept.
    cube_predictions : bool
        Put the prediction of each cell into countDF.
    drop_first : bool
        The first level of each factor is the reference instead of the last.
    drop_main : bool
        Drop main effects before interactions when they are aliased.
    cov_coef : bool
        Keep the covariance matrix of the coefficients.
    cov_data : bool
        Keep the covariance matrix of the data.
    coef_label_style : 'Revo', 'R'
        "Revo" labels coefficients factor=level, "R" factorlevel.

    Returns
    -------
    RxLinModResults
        As rx_lin_mod returns it: the model of the rows that are complete in all variables of the
        moments.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> fit = rx.rx_lin_mod("cost ~ age + number", claims, keep_moments=True, report_progress=0)
    >>> small = rx.rx_refit(fit, "cost ~ number")
    >>> small.coefficient_names, small["nValidObs"]
    (['(Intercept)', 'number'], 121)
    """
    return call('rx_refit', **locals())


def rx_combine(moments: Any, others: Any = None, output_file: Optional[str] = None, overwrite: bool = False,
        **kwargs: Any) -> Result:
    """The sum of moments of different rows.

    Adds moments: what one pass over the rows of all of them would have kept, to the bit where they
    follow each other in one source and are cut between its splits (65,536 rows of an .xdf or a data
    frame).

    Parameters
    ----------
    moments : any
        Moments as rx_moments returns them, a model that was fitted with keep_moments, or the path
        of a file of moments; or a list of several.
    others : any
        Moments of the rows that follow, or a list of several.
    output_file : str
        File for the moments; without it the result holds them.
    overwrite : bool
        An existing output may be replaced.

    Returns
    -------
    Result
        As rx_moments returns it.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> first = rx.rx_moments("cost ~ age + number", claims, row_selection="RowNum <= 60", report_progress=0)
    >>> rest = rx.rx_moments("cost ~ age + number", claims, row_selection="RowNum > 60", report_progress=0)
    >>> rx.rx_combine(first, rest)["nValidObs"]
    121
    """
    return call('rx_combine', **locals())


def rx_roc(actual_var_name: str, pred_var_names: Names, data: Data, num_breaks: int = 100,
        remove_dups: bool = True, blocks_per_read: int = 1, report_progress: int = 0, exact: bool = False,
        row_selection: Optional[str] = None, transforms: Optional[Mapping[str, str]] = None,
        transform_objects: Optional[Columns] = None, transform_function: Optional[Function] = None,
        transform_variables: Optional[Names] = None, transform_packages: Optional[Names] = None,
        transform_environment: Any = None, compute_context: Optional[Context] = None,
        **kwargs: Any) -> RxRocResults:
    """Sensitivity and specificity of predictions by threshold.

    Parameters
    ----------
    actual_var_name : str
        Name of the variable that holds the outcomes: logical, 0 and 1, or a factor of two levels,
        the second of which counts as 1.
    pred_var_names : str or list of str
        Names of the variables that hold the predictions to be judged: numbers.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    num_breaks : int
        Steps between thresholds.
    remove_dups : bool
        Leave out thresholds at which nothing changes.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    exact : bool
        The exact areas under the curves, from the ranks of all predictions; else those under the
        points.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    RxRocResults
        Prints as a table; to_frame() is a data frame, auc() the areas by prediction, plot() draws
        the curves.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> roc = rx.rx_roc("dear", ["number", "RowNum"], claims, transforms={"dear": "cost > 250"})
    >>> list(roc.to_frame().columns)
    ['threshold', 'predVarName', 'sensitivity', 'specificity']
    >>> roc.auc().round(3).to_dict()
    {'number': 0.368, 'RowNum': 0.315}
    """
    return call('rx_roc', **locals())


def rx_auc(x: Any, **kwargs: Any) -> Any:
    """Areas under ROC curves.

    The area under the curve of each prediction of rx_roc: that of the trapezoids under its points,
    the exact one where rx_roc was asked for exact areas.

    Parameters
    ----------
    x : any
        What rx_roc gave.

    Returns
    -------
    float or Series
        The area; of several predictions a Series by name.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> roc = rx.rx_roc("dear", "number", claims, transforms={"dear": "cost > 250"}, exact=True)
    >>> round(rx.rx_auc(roc), 3)
    0.367
    """
    return call('rx_auc', **locals())


def rx_roc_curve(actual_var_name: str, pred_var_names: Names, data: Data, num_breaks: int = 100,
        blocks_per_read: int = 1, report_progress: int = 0, compute_auc: bool = True,
        title: Optional[str] = None, subtitle: Optional[str] = None, x_title: Optional[str] = None,
        y_title: Optional[str] = None, legend: Optional[bool] = None, chance_grid_line: bool = True,
        exact: bool = False, row_selection: Optional[str] = None,
        transforms: Optional[Mapping[str, str]] = None, transform_objects: Optional[Columns] = None,
        transform_function: Optional[Function] = None, transform_variables: Optional[Names] = None,
        transform_packages: Optional[Names] = None, transform_environment: Any = None,
        compute_context: Optional[Context] = None, **kwargs: Any) -> Result:
    """Draw ROC curves.

    Computes rx_roc and draws it.

    Parameters
    ----------
    actual_var_name : str
        Name of the variable that holds the outcomes: logical, 0 and 1, or a factor of two levels,
        the second of which counts as 1.
    pred_var_names : str or list of str
        Names of the variables that hold the predictions to be judged: numbers.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    num_breaks : int
        Steps between thresholds.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    compute_auc : bool
        Say the areas under the curves.
    title : str
        Title of the picture.
    subtitle : str
        Subtitle of the picture.
    x_title : str
        Title of the x axis.
    y_title : str
        Title of the y axis.
    legend : bool
        Draw a legend; by default where there is more than one curve.
    chance_grid_line : bool
        Draw the line of predictions by chance.
    exact : bool
        The exact areas under the curves, from the ranks of all predictions; else those under the
        points.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    matplotlib.axes.Axes
        The picture.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        There is no matplotlib.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> axes = rx.rx_roc_curve("dear", "number", claims, transforms={"dear": "cost > 250"})
    >>> axes.get_xlabel()
    'False positive rate (1 - specificity)'
    """
    return call('rx_roc_curve', **locals())


def rx_quantile(var_name: str, data: Data, pweights: Optional[str] = None, fweights: Optional[str] = None,
        probs: Any = None, names: bool = True, max_integer_bins: int = 500000, multiple: Any = None,
        numeric_bins: bool = False, num_numeric_breaks: int = 1000, blocks_per_read: int = 1,
        report_progress: Optional[int] = None, verbose: int = 0, exact: bool = False,
        row_selection: Optional[str] = None, transforms: Optional[Mapping[str, str]] = None,
        transform_objects: Optional[Columns] = None, transform_function: Optional[Function] = None,
        transform_variables: Optional[Names] = None, transform_packages: Optional[Names] = None,
        transform_environment: Any = None, compute_context: Optional[Context] = None, **kwargs: Any) -> Any:
    """Quantiles of a variable.

    Parameters
    ----------
    var_name : str
        Name of the variable: whole numbers, numbers or logical.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    probs : any
        Probabilities, from 0 to 1.
    names : bool
        Name the quantiles: 25%.
    max_integer_bins : int
        Whole numbers with a range up to this have a bin each, which makes their quantiles exact;
        other numbers have as many bins.
    multiple : any
        Multiply by it and round to whole numbers, as 100 for prices in cents; NA: the numbers as
        they are.
    numeric_bins : bool
        num_numeric_breaks bins of equal width, whatever the numbers are.
    num_numeric_breaks : int
        How many bins numeric_bins makes.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    exact : bool
        The exact quantiles of any numbers, in at most four passes; else those of numbers with
        decimals are interpolated within bins.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    Series
        The quantiles by name; attrs has errorBound, which no quantile is farther from the exact one
        than.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> found = rx.rx_quantile("cost", claims, probs=[0.1, 0.5, 0.9], report_progress=0)
    >>> found.round(2).to_dict(), round(found.attrs["errorBound"], 4)
    ({'10%': 134.0, '50%': 253.0, '90%': 330.0}, 0.0)
    >>> rx.rx_quantile("cost", claims, probs=[0.5], exact=True, report_progress=0)["50%"].item()
    253.0
    """
    return call('rx_quantile', **locals())


def rx_lorenz(order_var_name: str, data: Data, value_var_name: Optional[str] = None, num_breaks: int = 1000,
        pweights: Optional[str] = None, fweights: Optional[str] = None, blocks_per_read: int = 1,
        report_progress: int = 1, verbose: int = 0, row_selection: Optional[str] = None,
        transforms: Optional[Mapping[str, str]] = None, transform_objects: Optional[Columns] = None,
        transform_function: Optional[Function] = None, transform_variables: Optional[Names] = None,
        transform_packages: Optional[Names] = None, transform_environment: Any = None,
        compute_context: Optional[Context] = None, **kwargs: Any) -> RxLorenzResults:
    """The Lorenz curve of a variable.

    Parameters
    ----------
    order_var_name : str
        Name of the variable by which rows are put in order: numbers.
    value_var_name : str
        Name of the variable that is added up, with values of 0 or more; that of the order by
        default.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    num_breaks : int
        Bins of the order, of equal width; whole numbers with a range up to this have a bin each.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    RxLorenzResults
        Prints as a table; to_frame() is a data frame of cumVals and percents, gini() the
        coefficient, plot() draws the curve.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> curve = rx.rx_lorenz("cost", data=claims, report_progress=0)
    >>> list(curve.to_frame().columns), round(curve.gini(), 4)
    (['cumVals', 'percents'], 0.1756)
    """
    return call('rx_lorenz', **locals())


def rx_gini(x: Any, **kwargs: Any) -> float:
    """The Gini coefficient.

    The Gini coefficient of a Lorenz curve, by the trapezoids under its points: 0 for equal shares.

    Parameters
    ----------
    x : any
        What rx_lorenz gave.

    Returns
    -------
    float
        From 0, equal shares, to 1.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> round(rx.rx_gini(rx.rx_lorenz("cost", data=claims, fweights="number", report_progress=0)), 4)
    0.1826
    """
    return call('rx_gini', **locals())


def rx_lift(actual_var_name: str, pred_var_names: Names, data: Data, num_breaks: int = 10,
        blocks_per_read: int = 1, report_progress: int = 0, row_selection: Optional[str] = None,
        transforms: Optional[Mapping[str, str]] = None, transform_objects: Optional[Columns] = None,
        transform_function: Optional[Function] = None, transform_variables: Optional[Names] = None,
        transform_packages: Optional[Names] = None, transform_environment: Any = None,
        compute_context: Optional[Context] = None, **kwargs: Any) -> RxLiftResults:
    """Lift and cumulative gain of predictions.

    Parameters
    ----------
    actual_var_name : str
        Name of the variable that holds the outcomes: logical, 0 and 1, or a factor of two levels,
        the second of which counts as 1.
    pred_var_names : str or list of str
        Names of the variables that hold the predictions to be judged: numbers.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    num_breaks : int
        Groups of as many rows each, by prediction; equal predictions are in one group.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    RxLiftResults
        Prints as a table; to_frame() is a data frame, plot() draws the cumulative gain.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> found = rx.rx_lift("dear", "cost", claims, num_breaks=4, transforms={"dear": "number < 20"})
    >>> found.to_frame()["gain"].round(1).tolist()
    [29.3, 61.0, 85.4, 100.0]
    """
    return call('rx_lift', **locals())


def rx_calibration(actual_var_name: str, pred_var_names: Names, data: Data, num_breaks: int = 10,
        strategy: Literal['quantile', 'uniform'] = "quantile", blocks_per_read: int = 1,
        report_progress: int = 0, row_selection: Optional[str] = None,
        transforms: Optional[Mapping[str, str]] = None, transform_objects: Optional[Columns] = None,
        transform_function: Optional[Function] = None, transform_variables: Optional[Names] = None,
        transform_packages: Optional[Names] = None, transform_environment: Any = None,
        compute_context: Optional[Context] = None, **kwargs: Any) -> RxCalibrationResults:
    """Predicted probabilities and observed rates.

    Parameters
    ----------
    actual_var_name : str
        Name of the variable that holds the outcomes: logical, 0 and 1, or a factor of two levels,
        the second of which counts as 1.
    pred_var_names : str or list of str
        Names of the variables that hold the predictions to be judged: numbers.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    num_breaks : int
        Groups of predictions; equal predictions are in one group.
    strategy : 'quantile', 'uniform'
        Groups of as many rows each, or of equal width from 0 to 1.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    RxCalibrationResults
        Prints as two tables; to_frame() is that of the groups, statistics has the Brier score and
        Hosmer and Lemeshow's test, plot() draws predicted against observed.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> found = rx.rx_calibration("dear", "p", claims, num_breaks=4, transforms={"dear": "cost > 250", "p": "cost / 500"})
    >>> found.to_frame()["observed"].round(3).tolist()
    [0.0, 0.152, 1.0, 1.0]
    >>> found["statistics"]["brier"].round(4).tolist()
    [0.1522]
    """
    return call('rx_calibration', **locals())


def rx_histogram(formula: str, data: Data, pweights: Optional[str] = None, fweights: Optional[str] = None,
        num_breaks: Optional[int] = None, start_val: Optional[float] = None, end_val: Optional[float] = None,
        levels_to_drop: Optional[Names] = None, levels_to_keep: Optional[Names] = None,
        row_selection: Optional[str] = None, transforms: Optional[Mapping[str, str]] = None,
        transform_objects: Optional[Columns] = None, transform_function: Optional[Function] = None,
        transform_variables: Optional[Names] = None, transform_packages: Optional[Names] = None,
        transform_environment: Any = None, blocks_per_read: int = 1,
        hist_type: Literal['Counts', 'Percent'] = "Counts", title: Optional[str] = None,
        subtitle: Optional[str] = None, x_title: Optional[str] = None, y_title: Optional[str] = None,
        x_num_ticks: Optional[float] = None, y_num_ticks: Optional[float] = None, x_axis_min_max: Any = None,
        y_axis_min_max: Any = None, fill_color: str = "cyan", line_color: Names = "black",
        line_style: Any = "solid", line_width: Any = 1, plot_area_color: str = "gray90",
        grid_color: str = "white", grid_line_width: float = 1, grid_line_style: Any = "solid",
        max_num_panels: int = 100, report_progress: Optional[int] = None, print: bool = True, ax: Any = None,
        compute_context: Optional[Context] = None, **kwargs: Any) -> Result:
    """A histogram, or bars of a factor.

    Counts in the engine, in any compute context, and draws the bars. A bin has its upper end, the
    first one both. Infinite values are left out.

    Parameters
    ----------
    formula : str
        ~ x: a number, a factor or F(x); ~ x | g1 + g2: a panel for each combination of the levels
        of factors.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    pweights : str
        Name of the variable that holds probability weights.
    fweights : str
        Name of the variable that holds frequency weights: how often a row counts.
    num_breaks : int
        Bins of equal width between start_val and end_val. NULL: bins at round numbers, their count
        by the rule of Sturges; up to 100 whole numbers have a bar each.
    start_val : int or float
        Where the bins begin; NULL: with the lowest value. Values below are not counted.
    end_val : int or float
        Where the bins end; NULL: with the highest value. Values above are not counted.
    levels_to_drop : str or list of str
        Levels of the factor that are not shown.
    levels_to_keep : str or list of str
        The only levels of the factor that are shown.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    hist_type : 'Counts', 'Percent'
        Heights of the bars: counts (sums of weights), or percent of those of the panel.
    title : str
        Title of the picture.
    subtitle : str
        Subtitle of the picture.
    x_title : str
        Title of the x axis.
    y_title : str
        Title of the y axis.
    x_num_ticks : int or float
        About how many ticks the x axis has.
    y_num_ticks : int or float
        About how many ticks the y axis has.
    x_axis_min_max : any
        Two numbers: the ends of the x axis.
    y_axis_min_max : any
        Two numbers: the ends of the y axis.
    fill_color : str
        Colour of the bars.
    line_color : str or list of str
        Colour of the lines, one for each group; of the borders of bars.
    line_style : any
        Style of the lines: "blank", "solid", "dashed", "dotted", "dotdash", "longdash" or
        "twodash", or their numbers 0 to 6.
    line_width : any
        Width of the lines.
    plot_area_color : str
        Colour of the area behind the data.
    grid_color : str
        Colour of the grid.
    grid_line_width : int or float
        Width of the grid's lines.
    grid_line_style : any
        Of the grid: "blank", "solid", "dashed", "dotted", "dotdash", "longdash" or "twodash", or
        their numbers 0 to 6.
    max_num_panels : int
        More panels than these are an error.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    print : bool
        Draw the picture; False: give what it shows alone (R: the picture of lattice; Python: a
        result whose plot() draws it).
    ax : any
        Axes of matplotlib to draw into; a new figure's by default.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    matplotlib.axes.Axes
        The picture; of several panels an array of Axes. With print=False an RxHistogramResults:
        to_frame() has a row a bar, plot() draws it.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        There is no matplotlib.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> axes = rx.rx_histogram("~ cost", claims, report_progress=0)
    >>> axes.get_title(), len(axes.patches)
    ('Histogram of cost', 9)
    >>> bars = rx.rx_histogram("~ type", claims, print=False, report_progress=0).to_frame()
    >>> dict(zip(bars["value"], bars["counts"]))
    {'A': 32.0, 'B': 32.0, 'C': 32.0, 'D': 32.0}
    """
    return call('rx_histogram', **locals())


def rx_line_plot(formula: str, data: Data, row_selection: Optional[str] = None,
        transforms: Optional[Mapping[str, str]] = None, transform_objects: Optional[Columns] = None,
        transform_function: Optional[Function] = None, transform_variables: Optional[Names] = None,
        transform_packages: Optional[Names] = None, transform_environment: Any = None,
        blocks_per_read: int = 1, type: Literal['l', 'p', 'b', 'smooth', 's', 'r'] = "l",
        title: Optional[str] = None, subtitle: Optional[str] = None, x_title: Optional[str] = None,
        y_title: Optional[str] = None, x_num_ticks: float = 10, y_num_ticks: float = 10, legend: bool = True,
        line_color: Optional[Names] = None, line_style: Any = "solid", line_width: Any = 2,
        symbol_color: Optional[Names] = None, symbol_style: Any = "solid circle",
        symbol_size: Optional[float] = None, plot_area_color: str = "gray90", grid_color: str = "white",
        grid_line_width: float = 1, grid_line_style: Any = "solid", report_progress: Optional[int] = None,
        print: bool = True, ax: Any = None, compute_context: Optional[Context] = None, **kwargs: Any) -> Any:
    """Lines or points of the rows of a data source.

    Reads the variables of the formula into memory, at most a million rows, and draws them in
    panels: lines go from row to row; NA breaks them. For more rows draw what rx_summary,
    rx_histogram or an rx_data_step of fewer rows gives.

    Parameters
    ----------
    formula : str
        y ~ x, y1 + y2 ~ x (a line for each), y ~ x | g1 + g2 (a panel for each combination of the
        levels of g1 and g2).
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    row_selection : str
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : dict of str
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : dict
        Named objects that transforms, transform_function and row_selection may use.
    transform_function : callable
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : str or list of str
        Variables that transform_function gets.
    transform_packages : str or list of str
        Packages that transform_function needs.
    transform_environment : any
        Parent environment of transforms and transform_function.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    type : 'l', 'p', 'b', 'smooth', 's', 'r'
        Lines (l), points (p), both (b), a smooth line (smooth: loess), steps (s) or the least
        squares line (r).
    title : str
        Title of the picture.
    subtitle : str
        Subtitle of the picture.
    x_title : str
        Title of the x axis.
    y_title : str
        Title of the y axis.
    x_num_ticks : int or float
        About how many ticks the x axis has.
    y_num_ticks : int or float
        About how many ticks the y axis has.
    legend : bool
        Draw a legend where there is more than one line.
    line_color : str or list of str
        Colour of the lines, one for each group; of the borders of bars.
    line_style : any
        Style of the lines: "blank", "solid", "dashed", "dotted", "dotdash", "longdash" or
        "twodash", or their numbers 0 to 6.
    line_width : any
        Width of the lines.
    symbol_color : str or list of str
        Colour of the points, one for each line; by default that of the line.
    symbol_style : any
        Of the points: "solid circle", "circle", "square", "triangle", "plus", "cross", "diamond",
        "solid square", "solid triangle", "solid diamond", or one character.
    symbol_size : int or float
        Size of the points, 1 for the usual one.
    plot_area_color : str
        Colour of the area behind the data.
    grid_color : str
        Colour of the grid.
    grid_line_width : int or float
        Width of the grid's lines.
    grid_line_style : any
        Of the grid: "blank", "solid", "dashed", "dotted", "dotdash", "longdash" or "twodash", or
        their numbers 0 to 6.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    print : bool
        Draw the picture; False: give what it shows alone (R: the picture of lattice; Python: a
        result whose plot() draws it).
    ax : any
        Axes of matplotlib to draw into; a new figure's by default.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    matplotlib.axes.Axes
        The picture; of several panels an array of Axes. With print=False a data frame of the rows.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    UserCodeError
        A function of the caller failed; the text names the rows.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        There is no matplotlib.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> axes = rx.rx_line_plot("cost ~ RowNum", claims, report_progress=0)
    >>> axes.get_xlabel(), axes.get_ylabel(), len(axes.lines)
    ('RowNum', 'cost', 1)
    """
    return call('rx_line_plot', **locals())


def rx_residual_plot(model_object: Any, data: Data,
        residual_type: Literal['usual', 'pearson', 'deviance'] = "usual", num_breaks: int = 40,
        title: Optional[str] = None, subtitle: Optional[str] = None, x_title: Optional[str] = None,
        y_title: Optional[str] = None, report_progress: int = 0, print: bool = True, ax: Any = None,
        compute_context: Optional[Context] = None, **kwargs: Any) -> Any:
    """Residuals against fitted values.

    How many rows have which residual at which fitted value, on data of any size: darker cells hold
    more rows (by the square root of their share); lines are the mean of the residuals and their 5%
    and 95% quantiles by bands of fitted values. The predictions go through a temporary .xdf file of
    this machine.

    Parameters
    ----------
    model_object : any
        A fitted model.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    residual_type : 'usual', 'pearson', 'deviance'
        Kind of residuals, as those of rx_predict.
    num_breaks : int
        Bands of fitted values, and of residuals: up to 200.
    title : str
        Title of the picture.
    subtitle : str
        Subtitle of the picture.
    x_title : str
        Title of the x axis.
    y_title : str
        Title of the y axis.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    print : bool
        Draw the picture; False: give what it shows alone (R: the picture of lattice; Python: a
        result whose plot() draws it).
    ax : any
        Axes of matplotlib to draw into; a new figure's by default.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    matplotlib.axes.Axes
        The picture. With print=False a data frame of a row a band: low, high (fitted values),
        count, mean, q05, median, q95 (of the residuals).

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        There is no matplotlib.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> fit = rx.rx_lin_mod("cost ~ number", claims, report_progress=0)
    >>> axes = rx.rx_residual_plot(fit, claims)
    >>> axes.get_xlabel(), axes.get_ylabel()
    ('Fitted values', 'Residuals')
    """
    return call('rx_residual_plot', **locals())


def rx_export_model(model: Any, file: Optional[Union[Path, RxDataSource]] = None, type: str = "sql",
        dialect: Literal['ansi', 'postgres', 'sqlserver', 'duckdb', 'sqlite'] = "ansi",
        name: Optional[str] = None, overwrite: bool = False,
        as_: Literal['select', 'view', 'function', 'procedure'] = "select", table: Optional[str] = None,
        **kwargs: Any) -> Any:
    """A fitted model in SQL, C or PMML.

    Parameters
    ----------
    model : any
        The model of a fit, or a model file.
    file : str or path-like
        Where the text goes; without it, it comes back.
    type : str
        The language.
    dialect : 'ansi', 'postgres', 'sqlserver', 'duckdb', 'sqlite'
        Of SQL.
    name : str
        Of the view, function or procedure in SQL (of a SELECT the table that it reads), the
        function of C (insitu_predict), the model in PMML (its formula).
    overwrite : bool
        An existing output may be replaced.
    as_ : 'select', 'view', 'function', 'procedure'
        In SQL: a SELECT over a table, or the text that makes a view, a function of the columns
        (postgres, sqlserver) or a procedure over the text of a query (sqlserver).
    table : str
        The table that a SELECT or view reads (data).

    Returns
    -------
    str
        The text; of `file` its path.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> fit = rx.rx_lin_mod("cost ~ number", claims)
    >>> print(rx.rx_export_model(fit, type="sql", dialect="duckdb", name="claims").splitlines()[-1])
    FROM "claims";
    """
    return call('rx_export_model', **locals())


def rx_cov_coef(x: Any, **kwargs: Any) -> Any:
    """Covariances of the coefficients of a model.

    Parameters
    ----------
    x : any
        A linear, logistic or generalized linear model that was fitted with cov_coef.

    Returns
    -------
    data frame
        Covariances by the labels of the coefficients; NaN where dropped.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> fit = rx.rx_lin_mod("cost ~ number", claims, cov_coef=True, report_progress=0)
    >>> list(rx.rx_cov_coef(fit))
    ['(Intercept)', 'number']
    """
    return call('rx_cov_coef', **locals())


def rx_cor_coef(x: Any, **kwargs: Any) -> Any:
    """Correlations of the coefficients of a model.

    Parameters
    ----------
    x : any
        A linear, logistic or generalized linear model that was fitted with cov_coef.

    Returns
    -------
    data frame
        Correlations by the labels of the coefficients; NaN where dropped.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> fit = rx.rx_lin_mod("cost ~ number", claims, cov_coef=True, report_progress=0)
    >>> list(rx.rx_cor_coef(fit))
    ['(Intercept)', 'number']
    """
    return call('rx_cor_coef', **locals())


def rx_cov_data(x: Any, **kwargs: Any) -> Any:
    """Covariances of the data of a model.

    Parameters
    ----------
    x : any
        A linear, logistic or generalized linear model that was fitted with cov_data.

    Returns
    -------
    data frame
        Covariances by the columns of the model without the intercept.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> fit = rx.rx_lin_mod("cost ~ number", claims, cov_data=True, report_progress=0)
    >>> list(rx.rx_cov_data(fit))
    ['number']
    """
    return call('rx_cov_data', **locals())


def rx_cor_data(x: Any, **kwargs: Any) -> Any:
    """Correlations of the data of a model.

    Parameters
    ----------
    x : any
        A linear, logistic or generalized linear model that was fitted with cov_data.

    Returns
    -------
    data frame
        Correlations by the columns of the model without the intercept.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> fit = rx.rx_lin_mod("cost ~ number", claims, cov_data=True, report_progress=0)
    >>> list(rx.rx_cor_data(fit))
    ['number']
    """
    return call('rx_cor_data', **locals())


def rx_anova(models: Any, **kwargs: Any) -> Any:
    """Compare nested models: analysis of variance or of deviance.

    Parameters
    ----------
    models : any
        Fitted models of one method, one response and the same rows, each with the terms of those
        before it.

    Returns
    -------
    data frame
        A row a model, as R's anova() has it: residual degrees of freedom, residual sum of squares
        or deviance, the differences to the model before, F (the likelihood ratio where the
        dispersion is known) and its p value.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> models = [rx.rx_lin_mod(formula, claims) for formula in ("cost ~ type", "cost ~ type + age")]
    >>> rx.rx_anova(models).round(4)["Pr(>F)"].tolist()
    [nan, 0.0]
    """
    return call('rx_anova', **locals())


def rx_predict(model_object: Any = None, data: Optional[Data] = None, output_data: Optional[Target] = None,
        compute_standard_errors: bool = False, interval: Literal['none', 'confidence', 'prediction'] = "none",
        confidence_level: float = 0.95, compute_residuals: bool = False, type: Optional[str] = None,
        write_model_vars: bool = False, extra_vars_to_write: Optional[Names] = None,
        remove_missings: bool = False, append: Optional[Union[Literal['none', 'rows', 'cols'], bool]] = None,
        overwrite: bool = False, check_factor_levels: bool = True, predict_var_names: Optional[Names] = None,
        residual_var_names: Optional[Names] = None, interval_var_names: Optional[Names] = None,
        std_errors_var_names: Optional[Names] = None, pred_names: Optional[Names] = None,
        blocks_per_read: Optional[int] = None, report_progress: Optional[int] = None, verbose: int = 0,
        xdf_compression_level: Optional[int] = None,
        residual_type: Literal['usual', 'response', 'pearson', 'deviance', 'working'] = "usual",
        compute_leverage: bool = False, compute_cooks_distance: bool = False, lambda_: Any = None,
        num_components: Optional[int] = None, compute_context: Optional[Context] = None,
        **kwargs: Any) -> Any:
    """Predictions of a fitted model.

    Parameters
    ----------
    model_object : any
        A fitted model.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.
    output_data : str, path-like or data source
        Where the results go: path, data source, or nothing for a data frame (for an .xdf as input:
        into that file). A data frame: a copy of it gets the columns.
    compute_standard_errors : bool
        Write standard errors of the predictions; the model must have been fitted with cov_coef.
    interval : 'none', 'confidence', 'prediction'
        Write intervals: of the mean response (confidence) or of a new value (prediction).
    confidence_level : int or float
        Confidence level of the intervals, between 0 and 1.
    compute_residuals : bool
        Write residuals too.
    type : str
        Predictions on the scale of the response or of the link, or the likeliest class.
    write_model_vars : bool
        Write the variables of the model too.
    extra_vars_to_write : str or list of str
        Further variables of the data to write beside the predictions.
    remove_missings : bool
        Leave out rows with a missing value in a written variable.
    append : 'none', 'rows', 'cols'
        "none" writes a new output, "rows" adds rows to an existing one, "cols" adds columns.
    overwrite : bool
        An existing output may be replaced.
    check_factor_levels : bool
        A factor level of the data that the model does not know is an error; False: its predictions
        are missing.
    predict_var_names : str or list of str
        Names of the predictions.
    residual_var_names : str or list of str
        Names of the residuals.
    interval_var_names : str or list of str
        Names of the lower and the upper bounds.
    std_errors_var_names : str or list of str
        Names of the standard errors.
    pred_names : str or list of str
        Another name of predict_var_names.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : int
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : int
        More output for values above 0.
    xdf_compression_level : int
        zlib level of written .xdf blocks, -1 to 9; 0 stores them as they are.
    residual_type : 'usual', 'response', 'pearson', 'deviance', 'working'
        Kind of residuals: usual and response are response - prediction; pearson, deviance and
        working as in R.
    compute_leverage : bool
        Write leverages, the diagonal of the hat matrix; the model must have been fitted with
        cov_coef.
    compute_cooks_distance : bool
        Write Cook's distances; the model must have been fitted with cov_coef.
    lambda_ : any
        Of a ridge regression or an elastic net: the penalties, a column of predictions for each;
        without it the one with the least generalised cross-validation.
    num_components : int
        Of principal components: how many are scored; -1: all.
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    data source or data frame
        The source of `output_data`; of a data frame a data frame of predictions with its index; an
        .xdf without `output_data` gets the columns itself. A data frame as `output_data` comes back
        as a copy with the columns behind its own.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rows = rx.rx_data_step(claims)
    >>> fit = rx.rx_lin_mod("cost ~ age", rows, cov_coef=True)
    >>> list(rx.rx_predict(fit, rows, interval="confidence").columns)
    ['cost_Pred', 'cost_Lower', 'cost_Upper']
    >>> found = rx.rx_predict(fit, rows, compute_residuals=True, residual_type="pearson", compute_cooks_distance=True)
    >>> list(found.columns)
    ['cost_Pred', 'cost_Resid', 'cost_CooksDistance']
    """
    return call('rx_predict', **locals())


def rx_vif(model_object: Any, **kwargs: Any) -> Any:
    """Variance inflation factors of the terms of a model.

    Parameters
    ----------
    model_object : any
        A fitted model.

    Returns
    -------
    data frame
        A row a term with columns that were not dropped: GVIF, Df (its columns) and GVIF^(1/(2*Df)),
        as car::vif.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> fit = rx.rx_lin_mod("cost ~ age + type", claims, cov_coef=True)
    >>> rx.rx_vif(fit).round(3)["Df"].tolist()
    [7.0, 3.0]
    """
    return call('rx_vif', **locals())


def rx_set_compute_context(compute_context: Context, **kwargs: Any) -> RxComputeContext:
    """Make a compute context the active one.

    Parameters
    ----------
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.

    Returns
    -------
    RxComputeContext
        The context that was active before.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import insitu as rx
    >>> before = rx.rx_set_compute_context("localpar")
    >>> type(rx.rx_set_compute_context(before)).__name__
    'RxLocalParallel'
    """
    return call('rx_set_compute_context', **locals())


def rx_get_compute_context(**kwargs: Any) -> RxComputeContext:
    """The active compute context.

    Returns
    -------
    RxComputeContext
        The context that calls use which name none.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_get_compute_context()
    RxLocalSeq Compute Context
    """
    return call('rx_get_compute_context', **locals())


def rx_get_option(opt: str, default: Any = None, **kwargs: Any) -> Any:
    """The value of an option.

    Parameters
    ----------
    opt : str
        Name of an option.
    default : any
        What to return for a name that is no option.

    Returns
    -------
    any
        The value; `default` for a name that is none, where it is given.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_get_option("numDigits"), rx.rx_get_option("nothing", 3)
    (7, 3)
    """
    return call('rx_get_option', **locals())


def rx_xdf_file_name(x: Any, **kwargs: Any) -> str:
    """The file name of an .xdf data source.

    Parameters
    ----------
    x : any
        A data source or path.

    Returns
    -------
    str
        The full path.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_xdf_file_name(rx.RxXdfData(claims)) == claims
    True
    """
    return call('rx_xdf_file_name', **locals())


def rx_locate_file(file: Union[Path, RxDataSource], paths_to_search: Optional[Names] = None,
        file_system: Any = None, is_out_file: bool = False, default_ext: str = ".xdf", verbose: int = 0,
        **kwargs: Any) -> str:
    """Find a file in the data paths.

    Parameters
    ----------
    file : str or path-like
        Path of the file, or of a folder for a set of files.
    paths_to_search : str or list of str
        Folders searched after the working directory.
    file_system : any
        "native" or a file system object.
    is_out_file : bool
        The path is one to write.
    default_ext : str
        Extension added to a name without one.
    verbose : int
        More output for values above 0.

    Returns
    -------
    str
        The full path.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_locate_file("claims", paths_to_search=[os.path.dirname(claims)]) == claims
    True
    """
    return call('rx_locate_file', **locals())


def rx_compare_contexts(context1: Context, context2: Context, exact_match: bool = False,
        **kwargs: Any) -> bool:
    """Whether two compute contexts are the same.

    Parameters
    ----------
    context1 : compute context, its class or its name
        A compute context.
    context2 : compute context, its class or its name
        The compute context to compare with.
    exact_match : bool
        Compare every setting instead of the identity only.

    Returns
    -------
    bool
        Whether both compute at the same place; with `exact_match` whether all settings agree.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_compare_contexts(rx.RxLocalSeq(), rx.RxLocalSeq(data_path="data"), exact_match=True)
    False
    """
    return call('rx_compare_contexts', **locals())


def rx_get_node_info(compute_context: Optional[Context] = None, names_only: bool = False,
        make_r_node_names: bool = False, get_workers_only: bool = True, **kwargs: Any) -> Any:
    """The machines of a compute context.

    A list with an element for each machine: nodeName, cpuSpeed (MHz), memSize (MB), numCores,
    numSockets, nodeState ("online"), isReachable. What the system does not tell is missing. A
    context of this machine has one, RxRemote that other one, RxSpark that of its driver.

    Parameters
    ----------
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.
    names_only : bool
        The names alone.
    make_r_node_names : bool
        Names as rx_make_r_node_names writes them.
    get_workers_only : bool
        Kept for compatibility: every machine here works.

    Returns
    -------
    list
        A dict for each machine; with `names_only` their names.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import insitu as rx
    >>> [node["nodeState"] for node in rx.rx_get_node_info(rx.RxLocalSeq())]
    ['online']
    """
    return call('rx_get_node_info', **locals())


def rx_get_available_nodes(compute_context: Optional[Context] = None, make_r_node_names: bool = False,
        **kwargs: Any) -> list[str]:
    """The names of the machines of a compute context that answer.

    The other machine of RxRemote is asked; where it does not answer there are none.

    Parameters
    ----------
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.
    make_r_node_names : bool
        Names as rx_make_r_node_names writes them.

    Returns
    -------
    list of str
        Their names.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import insitu as rx
    >>> len(rx.rx_get_available_nodes(rx.RxLocalSeq()))
    1
    """
    return call('rx_get_available_nodes', **locals())


def rx_ping_nodes(compute_context: Optional[Context] = None, timeout: float = 0,
        filter: Optional[Names] = None, **kwargs: Any) -> dict[str, str]:
    """Whether the machines of a compute context compute.

    Each reads three rows in the compute context. Statuses: "success", "unavail" (the machine does
    not answer), "failedSession" (no worker could be started), "failedJob", "timeout".

    Parameters
    ----------
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.
    timeout : int or float
        Seconds after which an answer comes too late; 0: none does. One attempt is always made.
    filter : str or list of str
        Report those of these statuses only.

    Returns
    -------
    dict
        The status of each machine by its name.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import insitu as rx
    >>> list(rx.rx_ping_nodes(rx.RxLocalSeq()).values())
    ['success']
    """
    return call('rx_ping_nodes', **locals())


def rx_make_r_node_names(node_names: Names, **kwargs: Any) -> list[str]:
    """Names of machines as R writes them.

    Upper case, without blanks, up to the first dot, "_" for "-".

    Parameters
    ----------
    node_names : str or list of str
        Names of machines.

    Returns
    -------
    list of str
        The names.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_make_r_node_names(["cluster-head2.example.com"])
    ['CLUSTER_HEAD2']
    """
    return call('rx_make_r_node_names', **locals())


def rx_is_distributed_context(compute_context: Optional[Context] = None, data: Optional[Data] = None,
        **kwargs: Any) -> bool:
    """Whether a compute context is distributed.

    Parameters
    ----------
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.
    data : data frame, data source or path
        A data source, the path of an .xdf, or a data frame.

    Returns
    -------
    bool
        Whether analyses of the context run on several machines.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_is_distributed_context(rx.RxLocalSeq())
    False
    """
    return call('rx_is_distributed_context', **locals())


def rx_get_job_status(job_info: Any, **kwargs: Any) -> RxRemoteJobStatus:
    """What has become of a job.

    Parameters
    ----------
    job_info : any
        A job, or its id.

    Returns
    -------
    RxRemoteJobStatus
        QUEUED, RUNNING, FINISHED, FAILED, CANCELED, or UNDETERMINED, also for a job that is no
        longer there.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> job = rx.rx_summary("~x", {"x": [1.0, 2.0, 6.0]}, compute_context=rx.RxLocalSeq(wait=False))
    >>> rx.rx_wait_for_job(job)
    >>> rx.rx_get_job_status(job).value
    'finished'
    >>> job.close()
    """
    return call('rx_get_job_status', **locals())


def rx_get_job_results(job_info: Any, console_output: Optional[bool] = None,
        auto_cleanup: Optional[bool] = None, **kwargs: Any) -> Any:
    """The results of a finished job.

    What the call would have returned in a compute context that waits. For a job that is not
    finished it is a text that says so, with a warning.

    Parameters
    ----------
    job_info : any
        A job, or its id.
    console_output : bool
        Show what the job has printed before; by default as its compute context says.
    auto_cleanup : bool
        Remove the job once its results are here; by default as its compute context says.

    Returns
    -------
    any
        What the call would have returned.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> job = rx.rx_summary("~x", {"x": [1.0, 2.0, 6.0]}, compute_context=rx.RxLocalSeq(wait=False))
    >>> rx.rx_wait_for_job(job)
    >>> rx.rx_get_job_results(job).to_frame()["Mean"].tolist()
    [3.0]
    """
    return call('rx_get_job_results', **locals())


def rx_get_job_output(job_info: Any, **kwargs: Any) -> str:
    """What a job has printed so far.

    Parameters
    ----------
    job_info : any
        A job, or its id.

    Returns
    -------
    str
        The text; at most its last 16 MiB.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> job = rx.rx_summary("~x", {"x": [1.0, 2.0, 6.0]}, report_progress=2, compute_context=rx.RxLocalSeq(wait=False))
    >>> rx.rx_wait_for_job(job)
    >>> "Rows Processed: 3" in rx.rx_get_job_output(job)
    True
    >>> job.close()
    """
    return call('rx_get_job_output', **locals())


def rx_get_jobs(compute_context: Optional[Context] = None, exact_match: bool = False, start_time: Any = None,
        end_time: Any = None, states: Optional[Names] = None, verbose: bool = True, **kwargs: Any) -> Any:
    """The jobs of a compute context.

    Parameters
    ----------
    compute_context : compute context, its class or its name
        Where this call computes; the active compute context by default.
    exact_match : bool
        Only jobs of a compute context with the same settings; else all that share its folder of
        jobs.
    start_time : any
        Only jobs submitted then or later.
    end_time : any
        Only jobs submitted then or before.
    states : str or list of str
        Only jobs of these statuses: "queued", "running", "finished", "failed", "canceled",
        "undetermined".
    verbose : bool
        Print status, time of the last change and id of each.

    Returns
    -------
    list
        The jobs, in the order in which they were submitted.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import insitu as rx
    >>> job = rx.rx_summary("~x", {"x": [1.0, 2.0, 6.0]}, compute_context=rx.RxLocalSeq(wait=False))
    >>> job in rx.rx_get_jobs(rx.RxLocalSeq(), verbose=False)
    True
    >>> job.close()
    """
    return call('rx_get_jobs', **locals())


def rx_wait_for_job(job_info: Any, **kwargs: Any) -> Any:
    """Wait until a job has ended.

    Parameters
    ----------
    job_info : any
        A job, or its id.

    Returns
    -------
    None

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> job = rx.rx_summary("~x", {"x": [1.0, 2.0, 6.0]}, compute_context=rx.RxLocalSeq(wait=False))
    >>> rx.rx_wait_for_job(job)
    >>> job.state
    'finished'
    >>> job.close()
    """
    return call('rx_wait_for_job', **locals())


def rx_cancel_job(job_info: Any, console_output: bool = False, **kwargs: Any) -> bool:
    """Stop a job.

    What it has computed is removed; a file that it was writing is as it was before.

    Parameters
    ----------
    job_info : any
        A job, or its id.
    console_output : bool
        Show what the job has printed so far.

    Returns
    -------
    bool
        Whether the job was stopped: not, where it had ended before.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> job = rx.rx_summary("~x", {"x": [1.0, 2.0, 6.0]}, compute_context=rx.RxLocalSeq(wait=False))
    >>> rx.rx_wait_for_job(job)
    >>> rx.rx_cancel_job(job)
    False
    >>> job.close()
    """
    return call('rx_cancel_job', **locals())


def rx_cleanup_jobs(job_info_list: Any, force: bool = False, verbose: bool = True, **kwargs: Any) -> Any:
    """Remove jobs.

    Jobs that have failed or were canceled; a finished job whose results were not fetched is kept,
    with a warning.

    Parameters
    ----------
    job_info_list : any
        A job, its id, or a list of them.
    force : bool
        Remove any job, also one with results; one that runs is stopped.
    verbose : bool
        Say what is removed.

    Returns
    -------
    None

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> job = rx.rx_summary("~x", {"x": [1.0, 2.0, 6.0]}, compute_context=rx.RxLocalSeq(wait=False))
    >>> rx.rx_cleanup_jobs(job, force=True, verbose=False)
    >>> job.state
    'missing'
    """
    return call('rx_cleanup_jobs', **locals())


def rx_get_job_info(job: Any, **kwargs: Any) -> Any:
    """The job in an object.

    Parameters
    ----------
    job : any
        Any object.

    Returns
    -------
    RxRemoteJob or None
        The object where it is a job.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_get_job_info(3) is None
    True
    """
    return call('rx_get_job_info', **locals())


def rx_get_job_id(job_info: Any, **kwargs: Any) -> str:
    """The id of a job.

    Parameters
    ----------
    job_info : any
        A job, or its id.

    Returns
    -------
    str
        As rxJob_1461.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> job = rx.rx_summary("~x", {"x": [1.0, 2.0, 6.0]}, compute_context=rx.RxLocalSeq(wait=False))
    >>> rx.rx_get_job_id(job) == job.id
    True
    >>> job.close()
    """
    return call('rx_get_job_id', **locals())


def rx_is_job(job: Any, **kwargs: Any) -> bool:
    """Whether an object is a job.

    Parameters
    ----------
    job : any
        Any object.

    Returns
    -------
    bool
        Whether it is a job.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_is_job(3)
    False
    """
    return call('rx_is_job', **locals())


def rx_spark_connect(hdfs_share_dir: Optional[str] = None, share_dir: Optional[str] = None,
        user: Optional[str] = None, name_node: Optional[str] = None, master: str = "yarn", port: Any = None,
        auto_cleanup: bool = True, console_output: bool = False, packages_to_load: Optional[Names] = None,
        idle_timeout: Optional[float] = None, num_executors: Optional[int] = None,
        executor_cores: Optional[int] = None, executor_mem: Optional[str] = None,
        driver_mem: Optional[str] = None, executor_overhead_mem: Optional[str] = None,
        extra_spark_config: str = "", spark_reduce_method: Literal['auto', 'oneStage', 'twoStage'] = "auto",
        tmp_fs_work_dir: Optional[str] = None, interop: Optional[Names] = None, reset: bool = False,
        client_share_dir: Optional[str] = None, ssh_hostname: Optional[str] = None, ssh_switches: str = "",
        ssh_profile_script: Optional[str] = None, ssh_client_dir: str = "",
        job_tracker_url: Optional[str] = None, on_cluster_node: Optional[bool] = None,
        suppress_warning: bool = True, show_output_while_waiting: bool = True,
        working_dir: Optional[str] = None, data_path: Optional[Names] = None,
        out_data_path: Optional[Names] = None, file_system: Any = None, results_timeout: float = 15,
        **kwargs: Any) -> RxSpark:
    """Connect to a Spark application that stays.

    Starts a Spark application, or finds one of this user again that was started with the same
    settings, and makes its compute context the active one. Returns the context.

    Parameters
    ----------
    hdfs_share_dir : str
        Scratch folder in HDFS; with master "local" share_dir is used instead.
    share_dir : str
        Scratch folder that driver and executors see.
    user : str
        Kept for compatibility: the driver runs on this machine, as you.
    name_node : str
        Name node of the HDFS where paths without a host lie; "default": as Spark is configured.
    master : str
        "yarn", "standalone", "local" or a URL such as "spark://host:7077".
    port : any
        Port of the name node; 0: its own.
    auto_cleanup : bool
        Remove what a job left behind once its result is fetched.
    console_output : bool
        Show what workers print.
    packages_to_load : str or list of str
        Packages that workers of the language load.
    idle_timeout : int or float
        Seconds without work after which a kept Spark application stops; negative: never.
    num_executors : int
        Number of Spark executors; 65535: as many as there are.
    executor_cores : int
        Cores of each Spark executor.
    executor_mem : str
        Java memory of each Spark executor, for example "4g".
    driver_mem : str
        Memory of the Spark driver, for example "4g".
    executor_overhead_mem : str
        Memory of each Spark executor outside Java, where the workers of the engine live.
    extra_spark_config : str
        Further arguments of spark-submit: "--conf key=value ...".
    spark_reduce_method : 'auto', 'oneStage', 'twoStage'
        How states are merged: by the client ("oneStage"), by executors first ("twoStage"), or as
        their size says ("auto"). The answer is the same.
    tmp_fs_work_dir : str
        Folder in memory for the workers; /dev/shm where it has room.
    interop : str or list of str
        "sparklyr" (R) or "pyspark" (Python): compute in the Spark session of that package.
    reset : bool
        Stop every Spark application of this user first, with all that they cached.
    client_share_dir : str
        Folder of this machine for the socket and the log of the Spark application.
    ssh_hostname : str
        Kept for compatibility: the driver runs on this machine; another host is refused.
    ssh_switches : str
        Kept for compatibility: the driver runs on this machine.
    ssh_profile_script : str
        Kept for compatibility: the driver runs on this machine.
    ssh_client_dir : str
        Kept for compatibility: the driver runs on this machine.
    job_tracker_url : str
        Turns the web pages of the Spark application on.
    on_cluster_node : bool
        This session runs on a node of the cluster.
    suppress_warning : bool
        No notes on arguments that mean nothing with this master.
    show_output_while_waiting : bool
        Show the output of the driver while a call waits.
    working_dir : str
        Working directory of the driver.
    data_path : str or list of str
        Folders searched for input files, in order.
    out_data_path : str or list of str
        Folders for output files; the first that exists is used.
    file_system : any
        "native" or a file system object.
    results_timeout : int or float
        Seconds to go on asking for results on a loaded cluster.

    Returns
    -------
    RxSpark
        The context, which is the active one now.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    WorkerError
        Spark could not be started; the text says why.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> context = rx.rx_spark_connect(master="local")
    No Spark applications can be reused. It may take 1 to 2 minutes to launch a new Spark application.
    >>> rx.rx_summary("~cost", rx.RxXdfData(claims))["nobs.valid"]
    128
    >>> rx.rx_spark_disconnect(context)
    We have shut down the current Spark application and switched to local compute context.
    """
    return call('rx_spark_connect', **locals())


def rx_spark_disconnect(compute_context: Optional[Context] = None, **kwargs: Any) -> None:
    """Stop the Spark application of a context and compute locally again.

    A session of PySpark or sparklyr that was attached lives on.

    Parameters
    ----------
    compute_context : compute context, its class or its name
        The context of rx_spark_connect; the active one by default.

    Returns
    -------
    None

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import insitu as rx
    >>> context = rx.rx_spark_connect(master="local")
    No Spark applications can be reused. It may take 1 to 2 minutes to launch a new Spark application.
    >>> rx.rx_spark_disconnect()
    We have shut down the current Spark application and switched to local compute context.
    >>> rx.rx_get_compute_context()
    RxLocalSeq Compute Context
    """
    return call('rx_spark_disconnect', **locals())


def rx_stop_engine(compute_context: Optional[Context] = None, scope: Literal['session', 'user'] = "session",
        **kwargs: Any) -> None:
    """Stop Spark applications.

    Parameters
    ----------
    compute_context : compute context, its class or its name
        An RxSpark context; the active one by default.
    scope : 'session', 'user'
        "session": the application of this context; "user": all of this user.

    Returns
    -------
    None

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import insitu as rx
    >>> context = rx.rx_spark_connect(master="local")
    No Spark applications can be reused. It may take 1 to 2 minutes to launch a new Spark application.
    >>> rx.rx_stop_engine(context)
    """
    return call('rx_stop_engine', **locals())


def rx_spark_cache_data(in_data: RxDataSource, cache: bool = True, **kwargs: Any) -> RxDataSource:
    """Have Spark keep the rows of a data source.

    Returns the source with its cache flag changed; its rows stay in the memory of the Spark
    application once they have been read. For .xdf, Parquet, ORC and Hive sources.

    Parameters
    ----------
    in_data : data source
        The data source.
    cache : bool
        Keep the rows in the memory of the Spark application once they have been read.

    Returns
    -------
    data source
        A copy of the source with the setting changed.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        The data cannot be read or written, or contradict the request.

    Examples
    --------
    >>> import insitu as rx
    >>> print(rx.rx_spark_cache_data(rx.RxXdfData("rows.xdf"), True))
    RxXdfData Source
    "...rows.xdf"
    cache: True
    """
    return call('rx_spark_cache_data', **locals())


def rx_spark_list_data(show_description: bool = True, compute_context: Optional[Context] = None,
        **kwargs: Any) -> list[dict[str, Any]]:
    """What the Spark application keeps in memory.

    Parameters
    ----------
    show_description : bool
        Print the list too.
    compute_context : compute context, its class or its name
        An RxSpark context; the active one by default.

    Returns
    -------
    list of dict
        name, kind, columns, partitions, memory and disk of what is kept.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import insitu as rx
    >>> context = rx.rx_spark_connect(master="local")
    No Spark applications can be reused. It may take 1 to 2 minutes to launch a new Spark application.
    >>> rx.rx_spark_list_data(False)
    []
    >>> rx.rx_spark_disconnect()
    We have shut down the current Spark application and switched to local compute context.
    """
    return call('rx_spark_list_data', **locals())


def rx_spark_remove_data(remove_list: Any, compute_context: Optional[Context] = None, **kwargs: Any) -> int:
    """Remove kept rows from the memory of the Spark application.

    Parameters
    ----------
    remove_list : any
        What to remove: a data source, a name, a list of them, or what rx_spark_list_data returned
        (all).
    compute_context : compute context, its class or its name
        An RxSpark context; the active one by default.

    Returns
    -------
    int
        How many were removed.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import insitu as rx
    >>> context = rx.rx_spark_connect(master="local")
    No Spark applications can be reused. It may take 1 to 2 minutes to launch a new Spark application.
    >>> rx.rx_spark_remove_data(rx.rx_spark_list_data(False))
    0
    >>> rx.rx_spark_disconnect()
    We have shut down the current Spark application and switched to local compute context.
    """
    return call('rx_spark_remove_data', **locals())


def rx_get_pyspark_connection(compute_context: Optional[Context] = None, **kwargs: Any) -> Any:
    """The SparkContext of a compute context.

    Of a context that rx_spark_connect(interop='pyspark') returned.

    Parameters
    ----------
    compute_context : compute context, its class or its name
        The context; the active one by default.

    Returns
    -------
    pyspark.SparkContext
        That of the session that is computed in.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    WorkerError
        A worker of the compute context failed or was lost.
    Unsupported
        The compute context cannot do it.

    Examples
    --------
    >>> import insitu as rx
    >>> context = rx.rx_spark_connect(master="local", interop="pyspark")
    >>> type(rx.rx_get_pyspark_connection(context)).__name__
    'SparkContext'
    >>> rx.rx_spark_disconnect()
    We have shut down the current Spark application and switched to local compute context.
    """
    return call('rx_get_pyspark_connection', **locals())


def rx_hadoop_list_files(path: Names = "", recursive: bool = False, **kwargs: Any) -> Any:
    """Files in folders of HDFS.

    Over WebHDFS (docs/hdfs.md): Hadoop need not be here. Paths are hdfs:// URIs, or paths of the
    cluster that HADOOP_CONF_DIR describes. A data frame: path, folder, size in bytes, modified,
    owner, group, permission, replication, block_size.

    Parameters
    ----------
    path : str or list of str
        Folders or files; empty: the home folder.
    recursive : bool
        With all that is below.

    Returns
    -------
    DataFrame
        A row each: path, folder, size (bytes), modified (UTC), owner, group, permission,
        replication, block_size (bytes).

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        Nobody answers, or HDFS refuses it; the text says why.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_hadoop_make_dir("/data")
    >>> rx.rx_hadoop_copy_from_local(claims, "/data/claims.xdf")
    >>> list(rx.rx_hadoop_list_files("/data")["path"])
    ['/data/claims.xdf']
    >>> rx.rx_summary("~cost", rx.RxXdfData("hdfs:///data/claims.xdf"), report_progress=0)["nobs.valid"]
    128
    """
    return call('rx_hadoop_list_files', **locals())


def rx_hadoop_file_exists(path: Names, **kwargs: Any) -> Any:
    """Whether something is in HDFS.

    Over WebHDFS (docs/hdfs.md): Hadoop need not be here. Paths are hdfs:// URIs, or paths of the
    cluster that HADOOP_CONF_DIR describes. True where all paths are there.

    Parameters
    ----------
    path : str or list of str
        In HDFS: a URI, or a path of the default cluster; of put, here.

    Returns
    -------
    bool
        Whether all of them are there.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        Nobody answers, or HDFS refuses it; the text says why.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_hadoop_file_exists(["/user", "/none"])
    False
    """
    return call('rx_hadoop_file_exists', **locals())


def rx_hadoop_make_dir(path: Names, **kwargs: Any) -> Any:
    """Make folders in HDFS.

    Over WebHDFS (docs/hdfs.md): Hadoop need not be here. Paths are hdfs:// URIs, or paths of the
    cluster that HADOOP_CONF_DIR describes. Folders above them are made, too; those that are there
    stay.

    Parameters
    ----------
    path : str or list of str
        In HDFS: a URI, or a path of the default cluster; of put, here.

    Returns
    -------
    None
        Nothing.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        Nobody answers, or HDFS refuses it; the text says why.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_hadoop_make_dir("/data/2026/11")
    >>> rx.rx_hadoop_file_exists("/data/2026")
    True
    """
    return call('rx_hadoop_make_dir', **locals())


def rx_hadoop_remove(path: Names, skip_trash: bool = False, **kwargs: Any) -> Any:
    """Remove files of HDFS.

    Over WebHDFS (docs/hdfs.md): Hadoop need not be here. Paths are hdfs:// URIs, or paths of the
    cluster that HADOOP_CONF_DIR describes.

    Parameters
    ----------
    path : str or list of str
        In HDFS: a URI, or a path of the default cluster; of put, here.
    skip_trash : bool
        Not into the trash, where the cluster has one.

    Returns
    -------
    None
        Nothing.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        Nobody answers, or HDFS refuses it; the text says why.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_hadoop_copy_from_local(claims, "/old.xdf")
    >>> rx.rx_hadoop_remove("/old.xdf", skip_trash=True)
    """
    return call('rx_hadoop_remove', **locals())


def rx_hadoop_remove_dir(path: Names, skip_trash: bool = False, **kwargs: Any) -> Any:
    """Remove folders of HDFS.

    Over WebHDFS (docs/hdfs.md): Hadoop need not be here. Paths are hdfs:// URIs, or paths of the
    cluster that HADOOP_CONF_DIR describes. With all that is in them.

    Parameters
    ----------
    path : str or list of str
        In HDFS: a URI, or a path of the default cluster; of put, here.
    skip_trash : bool
        Not into the trash, where the cluster has one.

    Returns
    -------
    None
        Nothing.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        Nobody answers, or HDFS refuses it; the text says why.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_hadoop_make_dir("/old")
    >>> rx.rx_hadoop_remove_dir("/old", skip_trash=True)
    """
    return call('rx_hadoop_remove_dir', **locals())


def rx_hadoop_move(source: str, dest: str, **kwargs: Any) -> Any:
    """Rename within HDFS.

    Over WebHDFS (docs/hdfs.md): Hadoop need not be here. Paths are hdfs:// URIs, or paths of the
    cluster that HADOOP_CONF_DIR describes.

    Parameters
    ----------
    source : str
        A file or folder.
    dest : str
        Its new name, or a folder that it goes into.

    Returns
    -------
    None
        Nothing.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        Nobody answers, or HDFS refuses it; the text says why.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_hadoop_copy_from_local(claims, "/draft.xdf")
    >>> rx.rx_hadoop_move("/draft.xdf", "/final.xdf")
    >>> rx.rx_hadoop_file_exists("/draft.xdf")
    False
    """
    return call('rx_hadoop_move', **locals())


def rx_hadoop_copy(source: str, dest: str, overwrite: bool = False, **kwargs: Any) -> Any:
    """Copy within HDFS.

    Over WebHDFS (docs/hdfs.md): Hadoop need not be here. Paths are hdfs:// URIs, or paths of the
    cluster that HADOOP_CONF_DIR describes. The bytes pass this machine.

    Parameters
    ----------
    source : str
        A file or folder of HDFS.
    dest : str
        Its name there, or a folder that it goes into.
    overwrite : bool
        Replace what is there.

    Returns
    -------
    None
        Nothing.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        Nobody answers, or HDFS refuses it; the text says why.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_hadoop_copy_from_local(claims, "/a.xdf")
    >>> rx.rx_hadoop_copy("/a.xdf", "/b.xdf")
    """
    return call('rx_hadoop_copy', **locals())


def rx_hadoop_copy_from_local(source: str, dest: str, overwrite: bool = False, **kwargs: Any) -> Any:
    """Copy to HDFS.

    Over WebHDFS (docs/hdfs.md): Hadoop need not be here. Paths are hdfs:// URIs, or paths of the
    cluster that HADOOP_CONF_DIR describes. It is seen there when it is whole.

    Parameters
    ----------
    source : str
        A file or folder of this machine.
    dest : str
        Its name in HDFS, or a folder that it goes into.
    overwrite : bool
        Replace what is there.

    Returns
    -------
    None
        Nothing.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        Nobody answers, or HDFS refuses it; the text says why.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_hadoop_copy_from_local(claims, "/claims.xdf")
    """
    return call('rx_hadoop_copy_from_local', **locals())


def rx_hadoop_copy_to_local(source: str, dest: str, overwrite: bool = False, **kwargs: Any) -> Any:
    """Copy from HDFS.

    Over WebHDFS (docs/hdfs.md): Hadoop need not be here. Paths are hdfs:// URIs, or paths of the
    cluster that HADOOP_CONF_DIR describes.

    Parameters
    ----------
    source : str
        A file or folder of HDFS.
    dest : str
        Its name on this machine, or a folder that it goes into.
    overwrite : bool
        Replace what is there.

    Returns
    -------
    None
        Nothing.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        Nobody answers, or HDFS refuses it; the text says why.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_hadoop_copy_from_local(claims, "/claims.xdf")
    >>> rx.rx_hadoop_copy_to_local("/claims.xdf", "copy.xdf")
    >>> rx.rx_summary("~cost", "copy.xdf", report_progress=0)["nobs.valid"]
    128
    """
    return call('rx_hadoop_copy_to_local', **locals())


def rx_hadoop_command(cmd: str, **kwargs: Any) -> Any:
    """Run a command of Hadoop.

    Hadoop's own program, which must be here: the script of HADOOP_HOME or PATH, or Java with the
    class path of INSITU_HADOOP_CLASSPATH. The words are split as a shell would, without a shell. R:
    what it prints is printed, or given as lines with intern; a failure is a warning with its
    status. Python: both, in an object.

    Parameters
    ----------
    cmd : str
        What stands behind `hadoop`: "fs -ls /", "version"; "-ls /" is a command of fs, too.

    Returns
    -------
    RxHadoopCommandResults
        What it printed: stdout, stderr and return_code.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    Unsupported
        Hadoop is not here; the text says what to set.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_hadoop_command("fs -ls /").return_code
    0
    """
    return call('rx_hadoop_command', **locals())


def rx_hadoop_version(**kwargs: Any) -> Any:
    """The version of Hadoop here.

    As rx_hadoop_command("version") says it, the number alone.

    Returns
    -------
    str
        The version, as "3.5.0".

    Raises
    ------
    Unsupported
        Hadoop is not here; the text says what to set.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_hadoop_version()
    '3.5.0'
    """
    return call('rx_hadoop_version', **locals())


def rx_hadoop_copy_from_client(source: str, native_target: str = "/tmp", hdfs_dest: Optional[str] = None,
        **kwargs: Any) -> Any:
    """Copy from this machine to HDFS.

    Over WebHDFS (docs/hdfs.md) the bytes go straight there, so that no folder of another machine is
    between: the same as rx_hadoop_copy_from_local.

    Parameters
    ----------
    source : str
        A file or folder of this machine.
    native_target : str
        Kept for compatibility: nothing is put there.
    hdfs_dest : str
        Its name in HDFS, or a folder that it goes into.

    Returns
    -------
    None
        Nothing.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.
    DataError
        Nobody answers, or HDFS refuses it; the text says why.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.rx_hadoop_copy_from_client(claims, hdfs_dest="/claims.xdf")
    >>> rx.rx_hadoop_file_exists("/claims.xdf")
    True
    """
    return call('rx_hadoop_copy_from_client', **locals())


def rx_sql_server_table_exists(table: Any, connection_string: Optional[str] = None, **kwargs: Any) -> Any:
    """Whether a table of a database is there.

    Of SQL Server, PostgreSQL or SQLite, by the connection string's driver.

    Parameters
    ----------
    table : any
        Name of a table, or a data source of one.
    connection_string : str
        How the database is reached, as ODBC takes it: "Driver={PostgreSQL
        Unicode};Server=host;Database=name;UID=user" or "DSN=name"; the environment's
        INSITU_CONNECTION or the first line of the file INSITU_CONNECTION_FILE by default.

    Returns
    -------
    bool
        Whether a table or view of that name is there.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> source = rx.RxOdbcData("Driver=SQLite3;Database=claims.db", table="claims")
    >>> _ = rx.rx_data_step(claims, source, overwrite=True)
    >>> rx.rx_sql_server_table_exists(source), rx.rx_sql_server_table_exists("none", "Driver=SQLite3;Database=claims.db")
    (True, False)
    """
    return call('rx_sql_server_table_exists', **locals())


def rx_sql_server_drop_table(table: Any, connection_string: Optional[str] = None, **kwargs: Any) -> Any:
    """Drop a table of a database.

    Of SQL Server, PostgreSQL or SQLite, by the connection string's driver. True if it was there.

    Parameters
    ----------
    table : any
        Name of a table, or a data source of one.
    connection_string : str
        How the database is reached, as ODBC takes it: "Driver={PostgreSQL
        Unicode};Server=host;Database=name;UID=user" or "DSN=name"; the environment's
        INSITU_CONNECTION or the first line of the file INSITU_CONNECTION_FILE by default.

    Returns
    -------
    bool
        Whether the table was there.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> _ = rx.rx_data_step(claims, rx.RxOdbcData("Driver=SQLite3;Database=claims.db", table="old"), overwrite=True)
    >>> rx.rx_sql_server_drop_table("old", "Driver=SQLite3;Database=claims.db")
    True
    """
    return call('rx_sql_server_drop_table', **locals())


def rx_execute_sql_ddl(src: Any, sql_string: Optional[str] = None, **kwargs: Any) -> Any:
    """Run a statement in a database.

    Parameters
    ----------
    src : any
        A data source of the database; its table or query means nothing here.
    sql_string : str
        The statement, in the words of the database.

    Returns
    -------
    None

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> source = rx.RxOdbcData("Driver=SQLite3;Database=claims.db", table="notes")
    >>> rx.rx_execute_sql_ddl(source, sql_string="CREATE TABLE IF NOT EXISTS notes (x INTEGER)")
    """
    return call('rx_execute_sql_ddl', **locals())


def rx_write_object(dest: Any = None, key: Optional[str] = None, value: Any = None,
        version: Optional[str] = None, key_name: str = "id", value_name: str = "value",
        version_name: str = "version", serialize: bool = True, overwrite: bool = False,
        compress: Literal['gzip', 'bzip2', 'xz', 'none', 'zip'] = "zip", **kwargs: Any) -> Any:
    """Keep an object in a table of a database.

    The table has a column each for keys, values and versions, and is made where it is missing.
    Without a table: the bytes of the object.

    Parameters
    ----------
    dest : any
        A data source of the table.
    key : str
        The text under which the object is kept.
    value : any
        The object.
    version : str
        A version of the object.
    key_name : str
        The column of keys; "id" without it.
    value_name : str
        The column of bytes; "value" without it.
    version_name : str
        The column of versions; "version" without it.
    serialize : bool
        Make bytes of the object (R: serialize, Python: pickle); otherwise it is bytes (R: a raw
        vector).
    overwrite : bool
        Remove what is there of the key, and of the version if there is one, first.
    compress : 'gzip', 'bzip2', 'xz', 'none', 'zip'
        How the bytes are compressed; "zip" is Python's word for gzip.

    Returns
    -------
    bool or bytes
        True; without `dest` the bytes of the object.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> objects = rx.RxOdbcData("Driver=SQLite3;Database=claims.db", table="objects")
    >>> rx.rx_write_object(objects, "levels", ["a", "b"], version="1", overwrite=True)
    True
    >>> rx.rx_read_object(objects, "levels")
    ['a', 'b']
    """
    return call('rx_write_object', **locals())


def rx_read_object(src: Any, key: Optional[str] = None, version: Optional[str] = None, key_name: str = "id",
        version_name: str = "version", value_name: str = "value", deserialize: bool = True,
        decompress: Literal['gzip', 'bzip2', 'xz', 'none', 'zip'] = "zip", **kwargs: Any) -> Any:
    """An object that is kept in a table of a database.

    Whoever may write the table decides what is unserialised, which may run code: read objects only
    from tables that you trust.

    Parameters
    ----------
    src : any
        A data source of the table, or of a query that gives one row (key and version mean nothing
        then); bytes that rx_write_object has made.
    key : str
        The text under which the object is kept.
    version : str
        A version of the object.
    key_name : str
        The column of keys; "id" without it.
    version_name : str
        The column of versions; "version" without it.
    value_name : str
        The column of bytes; "value" without it.
    deserialize : bool
        Make the object again; otherwise its bytes.
    decompress : 'gzip', 'bzip2', 'xz', 'none', 'zip'
        How the bytes were compressed; what they say of themselves counts.

    Returns
    -------
    any
        The object, or its bytes with deserialize=False.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> objects = rx.RxOdbcData("Driver=SQLite3;Database=claims.db", table="objects")
    >>> _ = rx.rx_write_object(objects, "cuts", (1, 2.5), overwrite=True)
    >>> rx.rx_read_object(objects, "cuts")
    (1, 2.5)
    """
    return call('rx_read_object', **locals())


def rx_delete_object(src: Any, key: Optional[str] = None, version: Optional[str] = None, key_name: str = "id",
        value_name: str = "value", version_name: str = "version", all: bool = False, **kwargs: Any) -> Any:
    """Remove objects from a table of a database.

    True if there were any.

    Parameters
    ----------
    src : any
        A data source of the table.
    key : str
        The text under which the objects are kept.
    version : str
        A version of the object; all without it.
    key_name : str
        The column of keys; "id" without it.
    value_name : str
        The column of bytes; "value" without it.
    version_name : str
        The column of versions; "version" without it.
    all : bool
        Remove every object of the table, whatever its key.

    Returns
    -------
    bool
        Whether there were any.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> objects = rx.RxOdbcData("Driver=SQLite3;Database=claims.db", table="objects")
    >>> _ = rx.rx_write_object(objects, "old", 1, overwrite=True)
    >>> rx.rx_delete_object(objects, "old"), rx.rx_delete_object(objects, "old")
    (True, False)
    """
    return call('rx_delete_object', **locals())


def rx_list_keys(src: Any, key: Optional[str] = None, version: Optional[str] = None, key_name: str = "id",
        version_name: str = "version", **kwargs: Any) -> Any:
    """The keys of a table of objects.

    A data frame of one column: the keys, or the versions of one key.

    Parameters
    ----------
    src : any
        A data source of the table.
    key : str
        The text whose versions are wanted; all keys without it.
    version : str
        Only keys with this version.
    key_name : str
        The column of keys; "id" without it.
    version_name : str
        The column of versions; "version" without it.

    Returns
    -------
    data frame
        One column, named as that of the table.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> objects = rx.RxOdbcData("Driver=SQLite3;Database=claims.db", table="kept")
    >>> _ = rx.rx_write_object(objects, "b", 1, overwrite=True), rx.rx_write_object(objects, "a", 2, overwrite=True)
    >>> rx.rx_list_keys(objects)["id"].tolist()
    ['a', 'b']
    """
    return call('rx_list_keys', **locals())


def rx_publish_model(model: Any, destination: Any, name: str, version: Optional[str] = None,
        kind: Literal['auto', 'sql', 'engine'] = "auto", rows: Any = None, overwrite: bool = False,
        **kwargs: Any) -> Any:
    """A model that others use from SQL.

    One transaction writes the model into a table of a database, and a procedure (SQL Server),
    function (PostgreSQL) or view (SQLite) that scores with it; without overwrite a name that is
    taken is refused.

    Parameters
    ----------
    model : any
        A fitted model, or the bytes of rx_serialize_model.
    destination : any
        A data source of the table of published models, which is made where it is missing.
    name : str
        What it is called there.
    version : str
        Of the model; others of the name stay in the table.
    kind : 'auto', 'sql', 'engine'
        Who scores: SQL, the engine within the server, or the first of them that can.
    rows : any
        The table whose rows are scored, or a data source of it (SQLite, which has views only).
    overwrite : bool
        Replace what is published under the name; other versions stay in the table.

    Returns
    -------
    str
        The name of the procedure, function or view.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> models = rx.RxOdbcData("Driver=SQLite3;Database=claims.db", table="models")
    >>> fit = rx.rx_lin_mod("cost ~ number", claims, report_progress=0)
    >>> rx.rx_publish_model(fit, models, "cost", rows="claims", overwrite=True)
    '"predict_cost"'
    """
    return call('rx_publish_model', **locals())


def rx_published_models(destination: Any, **kwargs: Any) -> Any:
    """The models that are published in a database.

    A data frame: name, version, object (what scores with it in SQL; of older versions the empty
    text) and kind (who scores).

    Parameters
    ----------
    destination : any
        A data source of the table of published models.

    Returns
    -------
    data frame
        A row for each version of a model.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> models = rx.RxOdbcData("Driver=SQLite3;Database=claims.db", table="kept_models")
    >>> fit = rx.rx_lin_mod("cost ~ number", claims, report_progress=0)
    >>> _ = rx.rx_publish_model(fit, models, "listed", rows="claims", overwrite=True)
    >>> rx.rx_published_models(models)["name"].tolist()
    ['listed']
    """
    return call('rx_published_models', **locals())


def rx_unpublish_model(destination: Any, name: str, version: Optional[str] = None, **kwargs: Any) -> Any:
    """Remove a published model.

    And what scores with it, in one transaction. True if there was one.

    Parameters
    ----------
    destination : any
        A data source of the table of published models.
    name : str
        What it is called.
    version : str
        That version alone; all without it.

    Returns
    -------
    bool
        Whether there was one.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> models = rx.RxOdbcData("Driver=SQLite3;Database=claims.db", table="models")
    >>> fit = rx.rx_lin_mod("cost ~ number", claims, report_progress=0)
    >>> _ = rx.rx_publish_model(fit, models, "short", rows="claims", overwrite=True)
    >>> rx.rx_unpublish_model(models, "short"), rx.rx_unpublish_model(models, "short")
    (True, False)
    """
    return call('rx_unpublish_model', **locals())


def rx_sql_server_self_test(connection_string: Optional[str] = None, print: bool = True,
        **kwargs: Any) -> Any:
    """Try on a SQL Server what was tested without one.

    Types both ways, writing, pushdown, scoring, and the extension where it is installed: a line for
    each, in a data frame of line, ok (missing where it was not tried) and found. What it makes is
    dropped at its end. docs/in-sql-server.md says what each line verifies.

    Parameters
    ----------
    connection_string : str
        How the database is reached, as ODBC takes it: "Driver={PostgreSQL
        Unicode};Server=host;Database=name;UID=user" or "DSN=name"; the environment's
        INSITU_CONNECTION or the first line of the file INSITU_CONNECTION_FILE by default.
    print : bool
        Print the lines, to be pasted into a report.

    Returns
    -------
    data frame
        A row for each line: line, ok, found.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> try:
    ...     rx.rx_sql_server_self_test("Driver=SQLite3;Database=claims.db")
    ... except rx.InvalidArgument as refused:
    ...     print(str(refused).partition(", and")[0])
    the self-test is of SQL Server
    """
    return call('rx_sql_server_self_test', **locals())


__all__ = [
    'rx_import',
    'rx_exec_by',
    'rx_partition',
    'rx_get_partitions',
    'rx_data_step',
    'rx_get_info',
    'rx_get_var_info',
    'rx_get_var_names',
    'rx_set_var_info',
    'rx_set_info',
    'rx_create_col_info',
    'rx_read_xdf',
    'rx_xdf_to_data_frame',
    'rx_open',
    'rx_close',
    'rx_is_open',
    'rx_read_next',
    'rx_write_next',
    'rx_summary',
    'rx_lin_mod',
    'rx_logit',
    'rx_glm',
    'rx_multinom_logit',
    'rx_step_control',
    'rx_step_plot',
    'rx_cov_cor',
    'rx_cov',
    'rx_cor',
    'rx_sscp',
    'rx_serialize_model',
    'rx_unserialize_model',
    'rx_pca',
    'rx_ridge_reg',
    'rx_elastic_net',
    'rx_moments',
    'rx_refit',
    'rx_combine',
    'rx_roc',
    'rx_auc',
    'rx_roc_curve',
    'rx_quantile',
    'rx_lorenz',
    'rx_gini',
    'rx_lift',
    'rx_calibration',
    'rx_histogram',
    'rx_line_plot',
    'rx_residual_plot',
    'rx_export_model',
    'rx_cov_coef',
    'rx_cor_coef',
    'rx_cov_data',
    'rx_cor_data',
    'rx_anova',
    'rx_predict',
    'rx_vif',
    'rx_set_compute_context',
    'rx_get_compute_context',
    'rx_get_option',
    'rx_xdf_file_name',
    'rx_locate_file',
    'rx_compare_contexts',
    'rx_get_node_info',
    'rx_get_available_nodes',
    'rx_ping_nodes',
    'rx_make_r_node_names',
    'rx_is_distributed_context',
    'rx_get_job_status',
    'rx_get_job_results',
    'rx_get_job_output',
    'rx_get_jobs',
    'rx_wait_for_job',
    'rx_cancel_job',
    'rx_cleanup_jobs',
    'rx_get_job_info',
    'rx_get_job_id',
    'rx_is_job',
    'rx_spark_connect',
    'rx_spark_disconnect',
    'rx_stop_engine',
    'rx_spark_cache_data',
    'rx_spark_list_data',
    'rx_spark_remove_data',
    'rx_get_pyspark_connection',
    'rx_hadoop_list_files',
    'rx_hadoop_file_exists',
    'rx_hadoop_make_dir',
    'rx_hadoop_remove',
    'rx_hadoop_remove_dir',
    'rx_hadoop_move',
    'rx_hadoop_copy',
    'rx_hadoop_copy_from_local',
    'rx_hadoop_copy_to_local',
    'rx_hadoop_command',
    'rx_hadoop_version',
    'rx_hadoop_copy_from_client',
    'rx_sql_server_table_exists',
    'rx_sql_server_drop_table',
    'rx_execute_sql_ddl',
    'rx_write_object',
    'rx_read_object',
    'rx_delete_object',
    'rx_list_keys',
    'rx_publish_model',
    'rx_published_models',
    'rx_unpublish_model',
    'rx_sql_server_self_test',
]
