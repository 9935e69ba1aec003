"""The classes of data sources. Written by tools/generate_options.py from options/*.toml; change those."""

# ruff: noqa
from insitu._constructors import (RxParquetDataSettings, RxOrcDataSettings)
from insitu.database_sources import RxOdbcData, RxSqlServerData, RxPostgresData
from insitu.sources import RxTextData, RxXdfData
from insitu.spark_sources import RxHiveData, RxSparkDataFrame
from insitu.spark_sources import TypedFiles


class RxParquetData(RxParquetDataSettings, TypedFiles):
    __doc__ = RxParquetDataSettings.__doc__


class RxOrcData(RxOrcDataSettings, TypedFiles):
    __doc__ = RxOrcDataSettings.__doc__


#: By the type of their descriptors.
SOURCES = {"RxTextData": RxTextData, "RxXdfData": RxXdfData, "RxParquetData": RxParquetData,
           "RxOrcData": RxOrcData, "RxOdbcData": RxOdbcData, "RxSqlServerData": RxSqlServerData,
           "RxPostgresData": RxPostgresData, "RxHiveData": RxHiveData,
           "RxSparkDataFrame": RxSparkDataFrame}

__all__ = ["RxTextData", "RxXdfData", "RxParquetData", "RxOrcData", "RxOdbcData", "RxSqlServerData",
           "RxPostgresData", "RxHiveData", "RxSparkDataFrame"]
