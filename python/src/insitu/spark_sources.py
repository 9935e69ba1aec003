"""Sources that Spark decodes: Parquet and ORC files, tables and queries of Hive, data frames of PySpark."""

import difflib
import uuid
import weakref

from insitu._constructors import RxHiveDataSettings, RxSparkDataFrameSettings
from insitu.errors import InvalidArgument, Unsupported, shown
from insitu.sources import RxDataSource

#: Column types that ``column_info`` may ask for.
_TYPES = ("logical", "integer", "int16", "float32", "numeric", "character", "factor", "Date", "POSIXct")


def _check_column_info(name, column_info):
    """The files and tables know their types; what may be said beside them are other types and levels."""
    if column_info is not None and not isinstance(column_info, dict):
        raise InvalidArgument(f"{name}: column_info must be a dict of columns, not {shown(column_info)}")
    for column, entry in (column_info or {}).items():
        if not isinstance(entry, dict):
            raise InvalidArgument(f"{name}: column_info[{column!r}] must be a dict with 'type' and 'levels', not {shown(entry)}")
        for key in entry:
            if key not in ("type", "levels"):
                raise InvalidArgument(f"{name}: column_info[{column!r}] may hold 'type' and 'levels', not {shown(key)}")
        kind = entry.get("type")
        if kind is not None and kind not in _TYPES:
            near = difflib.get_close_matches(str(kind), _TYPES, 1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise InvalidArgument(f"{name}: the type of column {column!r} must be one of {', '.join(_TYPES)}, not {shown(kind)}{hint}")
        if entry.get("levels") is not None and kind not in (None, "factor"):
            raise InvalidArgument(f"{name}: column {column!r} of type {kind!r} cannot have levels; make it a factor")


class _Typed(RxDataSource):
    def _construct(self, args, settings):
        super()._construct(args, settings)
        _check_column_info(type(self).__name__, self._given.get("column_info"))


class TypedFiles(_Typed):
    """Base of files that know the types of their columns; the classes are in _file_sources.py."""

    def _file_system(self):
        # "hdfs" is the default of old and leaves a plain path to the context, which knows its default file system.
        if isinstance(self._given.get("file_system"), str) and self._given["file_system"] == "hdfs":
            del self._given["file_system"]
        return super()._file_system()


class RxSparkData(_Typed):
    """Base of the sources whose rows Spark owns: they have no order of their own."""

    def _construct(self, args, settings):
        if type(self) is RxSparkData:
            raise InvalidArgument("RxSparkData is only the base of RxHiveData and RxSparkDataFrame; make one of those")
        super()._construct(args, settings)


class RxHiveData(RxHiveDataSettings, RxSparkData):
    __doc__ = RxHiveDataSettings.__doc__

    df_type = "hive"

    def _construct(self, args, settings):
        super()._construct(args, settings)
        if (self.query is None) == (self.table is None):
            raise InvalidArgument("RxHiveData: give either query or table" + (", not both" if self.query else ""))

    @property
    def df_source(self):
        return self.table or self.query

    def check_writable(self, what):
        if self.table is None:
            raise InvalidArgument(f"{what} is an RxHiveData of a query, and rows are written to a table: give RxHiveData(table=...)")


def is_spark_frame(value):
    """Whether a value is a data frame of PySpark; PySpark is not loaded to find out."""
    return type(value).__name__ == "DataFrame" and type(value).__module__.partition(".")[0] == "pyspark"


# A data frame is one view, however often it is used; a view is but a name and costs nothing. It is not dropped with the
# Python object: Spark would drop the data that the user keeps in memory under it, too.
_views = weakref.WeakKeyDictionary()


def _view_of(frame):
    if not hasattr(frame, "_jdf"):
        raise Unsupported("RxSparkDataFrame: the data frame belongs to a Spark Connect session, which runs no code of the engine; "
                          "use a session with its own driver (SparkSession.builder.master(...))")
    if frame not in _views:
        name = f"insitu_{uuid.uuid4().hex}"
        frame.createOrReplaceTempView(name)
        _views[frame] = name
    return _views[frame]


class RxSparkDataFrame(RxSparkDataFrameSettings, RxSparkData):
    __doc__ = RxSparkDataFrameSettings.__doc__

    df_type = "dataframe"
    view = None
    _held_here = ("data",)

    def _construct(self, args, settings):
        super()._construct(args, settings)
        frame = self._given.get("data")
        if frame is not None and not is_spark_frame(frame):
            raise InvalidArgument(f"RxSparkDataFrame: data must be a pyspark.sql.DataFrame, not {type(frame).__name__}")
        self.view = _view_of(frame) if frame is not None else f"insitu_{uuid.uuid4().hex}"
        self._written_in = None

    @property
    def df_source(self):
        return self.view

    @property
    def spark_data_frame(self):
        """The ``pyspark.sql.DataFrame``; None for a target that nothing was written to yet."""
        if self._given.get("data") is not None:
            return self._given["data"]
        return None if self._written_in is None else self._written_in.table(self.view)

    def check_writable(self, what):
        if self.data is not None:
            raise InvalidArgument(f"{what} is an RxSparkDataFrame that holds rows: give RxSparkDataFrame() as the output")

    def written_in(self, session):
        """Remembers the session whose view now holds the rows."""
        self._written_in = session

    def descriptor(self):
        return {**super().descriptor(), "view": self.view}


def in_session(value, context, what):
    """Raises InvalidArgument unless ``context`` computes in the PySpark session that the data frame belongs to."""
    application = getattr(context, "application", None)
    session = application and application.pyspark_session
    kind = type(context).__name__
    if session is None:
        place = f"{kind} is not attached to its session" if kind == "RxSpark" else f"{kind} does not reach it"
        raise InvalidArgument(f"{what} is a data frame of PySpark, and {place}: connect with rx_spark_connect(interop='pyspark') first")
    frame = value.data
    if frame is not None and not frame.sparkSession._jsparkSession.equals(session._jsparkSession):
        raise InvalidArgument(f"{what} is a data frame of another Spark session than the one that is attached; "
                              "make that session the active one and connect with rx_spark_connect(interop='pyspark') again")
    return session


def as_source(value):
    """A Spark data frame as the source that stands for it; anything else as it is."""
    return RxSparkDataFrame(value) if is_spark_frame(value) else value
