"""Constructors of data sources, of RxSpark and RxHadoopMR, with their documentation. Written by tools/generate_options.py from options/*.toml; change those."""

# ruff: noqa
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Mapping, Optional, Union

from insitu._arguments import constructor

if TYPE_CHECKING:
    from insitu._types import Columns, ColumnInfo, Context, Data, Function, Names, Path, Target
    from insitu.sources import RxDataSource


class RxTextDataSettings:
    """A delimited or fixed-format text data source.

    Parameters
    ----------
    file : str or path-like
        Path of the file, or of a folder for a set of files.
    strings_as_factors : bool
        Text columns become factors.
    column_classes : dict
        Types by column name: logical, integer, float32, numeric, character, factor, ordered, int16,
        uint16, Date, POSIXct.
    column_info : dict
        Details by column name: type, newName, description, levels, newLevels, low, high, start,
        width, decimalPlaces, index. Wins over column_classes.
    vars_to_keep : str or list of str
        Variables to keep; not together with vars_to_drop.
    vars_to_drop : str or list of str
        Variables to leave out; not together with vars_to_keep.
    missing_value_string : str
        The one text that stands for a missing value.
    rows_per_read : int
        Rows read at once and written as one block; never changes a result.
    delimiter : str
        The field delimiter; found by sniffing (comma, tab, semicolon, bar, space) when not given.
    combine_delimiters : bool
        Runs of delimiters count as one.
    quote_mark : str
        The quotation mark; "" for none.
    decimal_point : str
        The decimal mark of the text.
    thousands_separator : str
        The mark between thousands.
    read_date_format : str
        How dates are written: %d %m %y %Y and text; [...] is optional.
    read_posixct_format : str
        How date-times are written: %d %m %y %Y %H %M %S %p and text; [...] is optional.
    century_cutoff : int
        Two-digit years below it belong to 20xx, the others to 19xx.
    first_row_is_column_names : bool
        The first row holds the names; found by sniffing when not given.
    rows_to_sniff : int
        Rows from which column types are found.
    rows_to_skip : int
        Leading lines to leave out.
    return_data_frame : bool
        Return a data frame instead of a list of columns (Python: a dict by name).
    default_read_buffer_size : int
        Rows of the read buffer; kept for compatibility, the engine chooses its own.
    default_decimal_column_type : 'float32', 'numeric'
        Type of columns with decimals.
    default_missing_column_type : 'float32', 'numeric', 'character'
        Type of columns with no value among the sniffed rows.
    write_precision : int
        Significant digits written; 0: as many as it takes to read the same values back.
    strip_zeros : bool
        Write whole numbers without decimals.
    quoted_delimiters : bool
        Kept for compatibility: delimiters inside quotes are always part of the text.
    is_fixed_format : bool
        Columns have fixed positions instead of delimiters; found from the file when not given.
    use_fast_read : bool
        Kept for compatibility: there is one reader.
    create_file_set : bool
        Write a folder of text files instead of one file.
    rows_per_out_file : int
        Rows of each file of a set.
    verbose : int
        More output for values above 0.
    check_vars_to_keep : bool
        Unknown names in vars_to_keep or vars_to_drop are an error.
    file_system : any
        "native" or a file system object.
    input_encoding : str
        Encoding of the text, as iconv names it: utf-8 (default), latin1, windows-1252, gb18030,
        utf-16, shift_jis, ...
    write_factors_as_indexes : bool
        Write the position of the level instead of its name.

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
    >>> source = rx.RxTextData(airline, missing_value_string="M", column_info={"DayOfWeek": {"type": "factor"}})
    >>> source.columns
    ['ArrDelay', 'CRSDepTime', 'DayOfWeek']
    >>> source.head(2).shape
    (2, 3)
    """

    @constructor
    def __init__(self, file: Path, strings_as_factors: bool = False, column_classes: Optional[Columns] = None,
            column_info: Optional[ColumnInfo] = None, vars_to_keep: Optional[Names] = None,
            vars_to_drop: Optional[Names] = None, missing_value_string: str = "NA",
            rows_per_read: int = 500000, delimiter: Optional[str] = None, combine_delimiters: bool = False,
            quote_mark: str = '"', decimal_point: str = ".", thousands_separator: Optional[str] = None,
            read_date_format: str = "[%y[-][/]%m[-][/]%d]",
            read_posixct_format: str = "%y[-][/]%m[-][/]%d [%H:%M[:%S]][%p]", century_cutoff: int = 20,
            first_row_is_column_names: Optional[bool] = None, rows_to_sniff: int = 10000,
            rows_to_skip: int = 0, return_data_frame: bool = True, default_read_buffer_size: int = 10000,
            default_decimal_column_type: Optional[Literal['float32', 'numeric']] = None,
            default_missing_column_type: Optional[Literal['float32', 'numeric', 'character']] = None,
            write_precision: int = 7, strip_zeros: bool = False, quoted_delimiters: bool = False,
            is_fixed_format: Optional[bool] = None, use_fast_read: bool = True,
            create_file_set: Optional[bool] = None, rows_per_out_file: Optional[int] = None, verbose: int = 0,
            check_vars_to_keep: bool = False, file_system: Any = "native", input_encoding: str = "utf-8",
            write_factors_as_indexes: bool = False, **kwargs: Any) -> None:
        ...


class RxXdfDataSettings:
    """An .xdf data source.

    Parameters
    ----------
    file : str or path-like
        Path of the file, or of a folder for a set of files.
    vars_to_keep : str or list of str
        Variables to keep; not together with vars_to_drop.
    vars_to_drop : str or list of str
        Variables to leave out; not together with vars_to_keep.
    return_data_frame : bool
        Return a data frame instead of a list of columns (Python: a dict by name).
    strings_as_factors : bool
        Text columns become factors.
    blocks_per_read : int
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    file_system : any
        "native" or a file system object.
    create_composite_set : bool
        Write a folder with data and metadata files instead of one file.
    create_partition_set : bool
        Write one file for each partition.
    blocks_per_composite_file : int
        Blocks in each part file of a composite set.

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
    >>> source = rx.RxXdfData(claims, vars_to_keep=["age", "cost"])
    >>> source.shape, source.vars_to_keep
    ((128, 2), ['age', 'cost'])
    """

    @constructor
    def __init__(self, file: Path, vars_to_keep: Optional[Names] = None, vars_to_drop: Optional[Names] = None,
            return_data_frame: bool = True, strings_as_factors: bool = False, blocks_per_read: int = 1,
            file_system: Any = "native", create_composite_set: Optional[bool] = None,
            create_partition_set: Optional[bool] = None, blocks_per_composite_file: int = 3,
            **kwargs: Any) -> None:
        ...


class RxParquetDataSettings:
    """Parquet files.

    A file or a folder of files; read and written in every compute context.

    Parameters
    ----------
    file : str or path-like
        Path of the file, or of a folder for a set of files.
    column_info : dict
        Type and levels by column name: list(x = list(type = "factor", levels = c("a", "b"))).
    file_system : any
        A file system object; "hdfs" leaves a plain path to the context: the cluster's file system
        in RxSpark, the files of this machine elsewhere.
    write_factors_as_indexes : bool
        Write the position of the level instead of its name.
    cache : bool
        Keep the rows in the memory of the Spark application once they have been read.

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
    >>> rows = rx.rx_data_step(claims, rx.RxParquetData("claims.parquet"), overwrite=True)
    >>> rows.shape
    (128, 6)
    """

    @constructor
    def __init__(self, file: Path, column_info: Optional[ColumnInfo] = None, file_system: Any = None,
            write_factors_as_indexes: bool = False, cache: bool = False, **kwargs: Any) -> None:
        ...


class RxOrcDataSettings:
    """ORC files.

    A file or a folder of files; read and written in every compute context.

    Parameters
    ----------
    file : str or path-like
        Path of the file, or of a folder for a set of files.
    column_info : dict
        Type and levels by column name: list(x = list(type = "factor", levels = c("a", "b"))).
    file_system : any
        A file system object; "hdfs" leaves a plain path to the context: the cluster's file system
        in RxSpark, the files of this machine elsewhere.
    write_factors_as_indexes : bool
        Write the position of the level instead of its name.
    cache : bool
        Keep the rows in the memory of the Spark application once they have been read.

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
    >>> rows = rx.rx_data_step(claims, rx.RxOrcData("claims.orc"), overwrite=True)
    >>> rows.shape
    (128, 6)
    """

    @constructor
    def __init__(self, file: Path, column_info: Optional[ColumnInfo] = None, file_system: Any = None,
            write_factors_as_indexes: bool = False, cache: bool = False, **kwargs: Any) -> None:
        ...


class RxOdbcDataSettings:
    """A table or query of a database, over ODBC.

    SQL Server, PostgreSQL and SQLite, by their ODBC drivers. See docs/databases.md.

    Parameters
    ----------
    connection_string : str
        How the database is reached, as ODBC takes it: "Driver={PostgreSQL
        Unicode};Server=host;Database=name;UID=user" or "DSN=name"; the environment's
        INSITU_CONNECTION or the first line of the file INSITU_CONNECTION_FILE by default.
    table : str
        Name of a table or view, as name, schema.name or [schema].[name], letters as they are; give
        this or sql_query.
    sql_query : str
        A SELECT whose rows are read; give this or table.
    dbms_name : str
        Kept for compatibility: the driver says what engine it is.
    database_name : str
        Name of the database (of SQLite: its file); wins over that of connection_string.
    use_fast_read : bool
        Kept for compatibility: there is one reader.
    trim_space : bool
        Take the blanks off the end of texts of a fixed length (char(n)).
    row_buffering : bool
        Fetch rows in blocks; False: one at a time, for drivers that cannot.
    return_data_frame : bool
        Return a data frame instead of a list of columns (Python: a dict by name).
    string_as_factors : bool
        Text columns become factors.
    column_classes : dict
        Types by column name: logical, integer, int64, float32, numeric, character, factor, int16,
        uint16, Date, POSIXct.
    column_info : dict
        Details by column name: type (also factorIndex: whole numbers from 0 are places of the
        levels), newName, description, levels, newLevels, low, high. Wins over column_classes.
    rows_per_read : int
        Rows read at once and written as one block; never changes a result.
    verbose : int
        More output for values above 0.
    server : str
        The server as host, host,port or host\\instance; wins over that of connection_string.
    user : str
        Name of the user; wins over that of connection_string.
    password : str
        Never shown or written down; better in the environment's INSITU_DATABASE_PASSWORD, or in the
        first line of the file INSITU_DATABASE_PASSWORD_FILE.
    write_factors_as_indexes : bool
        Write the position of the level instead of its name.
    key : str or list of str
        Columns that are different in each row: they give the rows an order, so that results are the
        same to the bit each time and ranges of rows are read at the same time. The primary key of a
        table by default.
    query_timeout : int
        Seconds that a statement may take; 0: as long as it takes.

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
    >>> source.table
    'claims'
    """

    @constructor
    def __init__(self, connection_string: Optional[str] = None, table: Optional[str] = None,
            sql_query: Optional[str] = None, dbms_name: Optional[str] = None,
            database_name: Optional[str] = None, use_fast_read: Optional[bool] = None,
            trim_space: Optional[bool] = None, row_buffering: bool = True, return_data_frame: bool = True,
            string_as_factors: bool = False, column_classes: Optional[Columns] = None,
            column_info: Optional[ColumnInfo] = None, rows_per_read: int = 500000, verbose: int = 0,
            server: Optional[str] = None, user: Optional[str] = None, password: Optional[str] = None,
            write_factors_as_indexes: bool = False, key: Optional[Names] = None,
            query_timeout: Optional[int] = None, **kwargs: Any) -> None:
        ...


class RxSqlServerDataSettings:
    """A table or query of SQL Server.

    Over the ODBC driver of Microsoft or FreeTDS, whichever is installed. See docs/databases.md.

    Parameters
    ----------
    connection_string : str
        How the database is reached, as ODBC takes it: "Driver={PostgreSQL
        Unicode};Server=host;Database=name;UID=user" or "DSN=name"; the environment's
        INSITU_CONNECTION or the first line of the file INSITU_CONNECTION_FILE by default.
    table : str
        Name of a table or view, as name, schema.name or [schema].[name], letters as they are; give
        this or sql_query.
    sql_query : str
        A SELECT whose rows are read; give this or table.
    row_buffering : bool
        Fetch rows in blocks; False: one at a time, for drivers that cannot.
    return_data_frame : bool
        Return a data frame instead of a list of columns (Python: a dict by name).
    string_as_factors : bool
        Text columns become factors.
    column_classes : dict
        Types by column name: logical, integer, int64, float32, numeric, character, factor, int16,
        uint16, Date, POSIXct.
    column_info : dict
        Details by column name: type (also factorIndex: whole numbers from 0 are places of the
        levels), newName, description, levels, newLevels, low, high. Wins over column_classes.
    rows_per_read : int
        Rows read at once and written as one block; never changes a result.
    verbose : int
        More output for values above 0.
    use_fast_read : bool
        Kept for compatibility: there is one reader.
    server : str
        The server as host, host,port or host\\instance; wins over that of connection_string.
    database_name : str
        Name of the database (of SQLite: its file); wins over that of connection_string.
    user : str
        Name of the user; wins over that of connection_string.
    password : str
        Never shown or written down; better in the environment's INSITU_DATABASE_PASSWORD, or in the
        first line of the file INSITU_DATABASE_PASSWORD_FILE.
    write_factors_as_indexes : bool
        Write the position of the level instead of its name.
    trim_space : bool
        Take the blanks off the end of texts of a fixed length (char(n)).
    key : str or list of str
        Columns that are different in each row: they give the rows an order, so that results are the
        same to the bit each time and ranges of rows are read at the same time. The primary key of a
        table by default.
    query_timeout : int
        Seconds that a statement may take; 0: as long as it takes.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.RxSqlServerData(table="dbo.claims", server="db.example.com,1433", database_name="insurance", user="reader").table
    'dbo.claims'
    """

    @constructor
    def __init__(self, connection_string: Optional[str] = None, table: Optional[str] = None,
            sql_query: Optional[str] = None, row_buffering: bool = True, return_data_frame: bool = True,
            string_as_factors: bool = False, column_classes: Optional[Columns] = None,
            column_info: Optional[ColumnInfo] = None, rows_per_read: int = 50000, verbose: int = 0,
            use_fast_read: bool = True, server: Optional[str] = None, database_name: Optional[str] = None,
            user: Optional[str] = None, password: Optional[str] = None,
            write_factors_as_indexes: bool = False, trim_space: Optional[bool] = None,
            key: Optional[Names] = None, query_timeout: Optional[int] = None, **kwargs: Any) -> None:
        ...


class RxPostgresDataSettings:
    """A table or query of PostgreSQL.

    Over its ODBC driver. See docs/databases.md.

    Parameters
    ----------
    connection_string : str
        How the database is reached, as ODBC takes it: "Driver={PostgreSQL
        Unicode};Server=host;Database=name;UID=user" or "DSN=name"; the environment's
        INSITU_CONNECTION or the first line of the file INSITU_CONNECTION_FILE by default.
    table : str
        Name of a table or view, as name, schema.name or [schema].[name], letters as they are; give
        this or sql_query.
    sql_query : str
        A SELECT whose rows are read; give this or table.
    row_buffering : bool
        Fetch rows in blocks; False: one at a time, for drivers that cannot.
    return_data_frame : bool
        Return a data frame instead of a list of columns (Python: a dict by name).
    string_as_factors : bool
        Text columns become factors.
    column_classes : dict
        Types by column name: logical, integer, int64, float32, numeric, character, factor, int16,
        uint16, Date, POSIXct.
    column_info : dict
        Details by column name: type (also factorIndex: whole numbers from 0 are places of the
        levels), newName, description, levels, newLevels, low, high. Wins over column_classes.
    rows_per_read : int
        Rows read at once and written as one block; never changes a result.
    verbose : int
        More output for values above 0.
    server : str
        The server as host, host,port or host\\instance; wins over that of connection_string.
    database_name : str
        Name of the database (of SQLite: its file); wins over that of connection_string.
    user : str
        Name of the user; wins over that of connection_string.
    password : str
        Never shown or written down; better in the environment's INSITU_DATABASE_PASSWORD, or in the
        first line of the file INSITU_DATABASE_PASSWORD_FILE.
    write_factors_as_indexes : bool
        Write the position of the level instead of its name.
    trim_space : bool
        Take the blanks off the end of texts of a fixed length (char(n)).
    key : str or list of str
        Columns that are different in each row: they give the rows an order, so that results are the
        same to the bit each time and ranges of rows are read at the same time. The primary key of a
        table by default.
    query_timeout : int
        Seconds that a statement may take; 0: as long as it takes.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.RxPostgresData(sql_query="SELECT age, cost FROM claims", server="localhost", database_name="insurance", key="id").key
    'id'
    """

    @constructor
    def __init__(self, connection_string: Optional[str] = None, table: Optional[str] = None,
            sql_query: Optional[str] = None, row_buffering: bool = True, return_data_frame: bool = True,
            string_as_factors: bool = False, column_classes: Optional[Columns] = None,
            column_info: Optional[ColumnInfo] = None, rows_per_read: int = 500000, verbose: int = 0,
            server: Optional[str] = None, database_name: Optional[str] = None, user: Optional[str] = None,
            password: Optional[str] = None, write_factors_as_indexes: bool = False,
            trim_space: Optional[bool] = None, key: Optional[Names] = None,
            query_timeout: Optional[int] = None, **kwargs: Any) -> None:
        ...


class RxHiveDataSettings:
    """A table of Hive or the rows of a query.

    Read and written in RxSpark. The rows of a query or table have no order of their own: sums may
    differ in the last digits when their partitions do.

    Parameters
    ----------
    query : str
        A query in Spark's SQL; give this or table.
    table : str
        A table of Hive, as table or database.table; give this or query.
    save_as_temp_table : bool
        Written rows become a temporary table of the Spark application, kept in memory.
    write_factors_as_indexes : bool
        Write the position of the level instead of its name.
    column_info : dict
        Type and levels by column name.
    cache : bool
        Keep the rows in the memory of the Spark application once they have been read.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import os
    >>> import insitu as rx
    >>> claims = os.path.join(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf")
    >>> rx.RxHiveData(table="claims", column_info={"type": {"type": "factor"}}).table
    'claims'
    """

    @constructor
    def __init__(self, query: Optional[str] = None, table: Optional[str] = None,
            save_as_temp_table: bool = False, write_factors_as_indexes: bool = False,
            column_info: Optional[ColumnInfo] = None, cache: bool = False, **kwargs: Any) -> None:
        ...


class RxSparkDataFrameSettings:
    """A data frame of PySpark.

    Read and written in RxSpark, connected with interop='pyspark'. Written rows are found as the
    attribute spark_data_frame.

    Parameters
    ----------
    data : any
        A pyspark.sql.DataFrame; None for a target.
    column_info : dict
        Type and levels by column name.
    write_factors_as_indexes : bool
        Write the position of the level instead of its name.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.RxSparkDataFrame(write_factors_as_indexes=True).spark_data_frame is None
    True
    """

    @constructor
    def __init__(self, data: Any = None, column_info: Optional[ColumnInfo] = None,
            write_factors_as_indexes: bool = False, **kwargs: Any) -> None:
        ...


class RxSparkSettings:
    """Compute in Apache Spark.

    Each call starts a Spark application and stops it at the end; rx_spark_connect keeps one. The
    answers are those of RxLocalSeq to the last bit. See docs/spark.md.

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
    persistent_run : bool
        Keep the Spark application between calls; calls then always wait for their result.
    wait : bool
        Calls return when they are done; False: analyses and calls that write return a job at once.
    object : any
        An RxSpark context to copy; arguments given here replace its settings. Of another context
        the paths are taken over.
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

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> context = rx.RxSpark(master="local", num_executors=2)
    >>> context.master, context.num_executors
    ('local', 2)
    """

    @constructor
    def __init__(self, hdfs_share_dir: Optional[str] = None, share_dir: Optional[str] = None,
            user: Optional[str] = None, name_node: Optional[str] = None, master: str = "yarn",
            port: Any = None, auto_cleanup: bool = True, console_output: bool = False,
            packages_to_load: Optional[Names] = None, idle_timeout: float = 3600,
            num_executors: Optional[int] = None, executor_cores: Optional[int] = None,
            executor_mem: Optional[str] = None, driver_mem: Optional[str] = None,
            executor_overhead_mem: Optional[str] = None, extra_spark_config: str = "",
            spark_reduce_method: Literal['auto', 'oneStage', 'twoStage'] = "auto",
            tmp_fs_work_dir: Optional[str] = None, persistent_run: bool = False, wait: bool = True,
            object: Any = None, client_share_dir: Optional[str] = None, ssh_hostname: Optional[str] = None,
            ssh_switches: str = "", ssh_profile_script: Optional[str] = None, ssh_client_dir: str = "",
            job_tracker_url: Optional[str] = None, on_cluster_node: Optional[bool] = None,
            suppress_warning: bool = True, show_output_while_waiting: bool = True,
            working_dir: Optional[str] = None, data_path: Optional[Names] = None,
            out_data_path: Optional[Names] = None, file_system: Any = None, results_timeout: float = 15,
            **kwargs: Any) -> None:
        ...


class RxHadoopMRSettings:
    """Compute in Hadoop MapReduce.

    Passes over files run as jobs of MapReduce, on YARN or in Hadoop's local runner, as
    HADOOP_CONF_DIR says; a gateway in Java stays between the calls of a session. The answers are
    those of RxLocalSeq to the last bit. See docs/hadoop.md.

    Parameters
    ----------
    hdfs_share_dir : str
        Folder in HDFS for the files of jobs; the usual one stands for one in the home folder there.
    share_dir : str
        Folder of this machine for jobs that do not wait; the usual one stands for ~/.insitu/jobs.
    user : str
        The user there, and of the default folders; jobs are submitted as HADOOP_USER_NAME says.
    name_node : str
        Name node of the HDFS where paths without a host lie; "default": as Hadoop is configured.
    port : any
        Port of the name node; 0: its own.
    auto_cleanup : bool
        Remove what a job left behind once its result is fetched.
    console_output : bool
        Show what workers print.
    packages_to_load : str or list of str
        Packages that workers of the language load.
    wait : bool
        Calls return when they are done; False: analyses and calls that write return a job at once.
    object : any
        An RxHadoopMR context to copy; arguments given here replace its settings. Of another context
        the paths are taken over.
    client_share_dir : str
        Folder of this machine for the socket and the log of the gateway.
    hadoop_r_path : str
        Kept for compatibility: tasks of rxExec run in the R or Python of this session.
    hadoop_switches : str
        Generic options of Hadoop: "-D key=value -files a,b -archives c -libjars d".
    revo_path : str
        Kept for compatibility: nothing is installed on the nodes.
    ssh_hostname : str
        An edge node, where whole calls run: the value is RxRemote with this host, and this context
        in it; with on_cluster_node nothing.
    ssh_switches : str
        Switches of ssh, as "-i key.pem -p 2222".
    ssh_profile_script : str
        Kept for compatibility: the environment is what ssh finds there.
    ssh_client_dir : str
        Kept for compatibility: ssh is that of PATH.
    using_run_as_user_mode : bool
        Tasks run as another user: folders of jobs are open to the group.
    job_tracker_url : str
        Kept for compatibility: the web pages of YARN are found by its configuration.
    on_cluster_node : bool
        This session runs on a node of the cluster.
    show_output_while_waiting : bool
        Show the output of the gateway while a call waits.
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
    framework : 'auto', 'yarn', 'local'
        Where jobs run: on YARN, in Hadoop's local runner, or as Hadoop is configured ("auto", which
        runs small jobs in the local runner).
    jvm_options : str
        Options of the gateway's Java, such as "-Xmx2g".
    map_memory : int
        Memory of a map task in MB, where the workers of the engine live beside Java; 0: as Hadoop
        is configured.
    reduce_memory : int
        Memory of a reduce task in MB; 0: as Hadoop is configured.
    uber : 'auto', 'yes', 'no'
        Whether the tasks of a job run in the process of its master: as its size says ("auto"),
        always or never.
    reduce_method : 'auto', 'none', 'oneStage', 'twoStage'
        How states are merged: by the client ("none"), by one reducer ("oneStage"), by several
        ("twoStage"), or as their size says. The answer is the same.

    Raises
    ------
    InvalidArgument
        An argument is unknown, of the wrong kind, or names what is not there; the text says which.

    Examples
    --------
    >>> import insitu as rx
    >>> context = rx.RxHadoopMR(framework="local", jvm_options="-Xmx1g")
    >>> context.framework, context.port
    ('local', 0)
    """

    @constructor
    def __init__(self, hdfs_share_dir: Optional[str] = None, share_dir: Optional[str] = None,
            user: Optional[str] = None, name_node: Optional[str] = None, port: Any = None,
            auto_cleanup: bool = True, console_output: bool = False, packages_to_load: Optional[Names] = None,
            wait: bool = True, object: Any = None, client_share_dir: Optional[str] = None,
            hadoop_r_path: str = "/usr/bin/Revo64-8", hadoop_switches: str = "",
            revo_path: str = "/usr/bin/Revo64-8", ssh_hostname: Optional[str] = None, ssh_switches: str = "",
            ssh_profile_script: Optional[str] = None, ssh_client_dir: str = "",
            using_run_as_user_mode: bool = False, job_tracker_url: Optional[str] = None,
            on_cluster_node: Optional[bool] = None, show_output_while_waiting: bool = True,
            working_dir: Optional[str] = None, data_path: Optional[Names] = None,
            out_data_path: Optional[Names] = None, file_system: Any = None, results_timeout: float = 15,
            framework: Literal['auto', 'yarn', 'local'] = "auto", jvm_options: str = "", map_memory: int = 0,
            reduce_memory: int = 0, uber: Literal['auto', 'yes', 'no'] = "auto",
            reduce_method: Literal['auto', 'none', 'oneStage', 'twoStage'] = "auto", **kwargs: Any) -> None:
        ...
