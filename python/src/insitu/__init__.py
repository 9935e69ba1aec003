"""Write an analysis once; compute it where the data lives.

``rx_import``, ``rx_data_step``, ``rx_summary``, ``rx_lin_mod``, ``rx_predict`` ... with the names and results of revoscalepy, on
data of any length, with the same answer to the last bit in every compute context.
"""

from insitu import _engine
from insitu.contexts import (RxComputeContext, RxForeachDoPar, RxLocalParallel, RxLocalSeq, RxProcesses, rx_get_compute_context,
                             rx_set_compute_context, rx_set_temp_compute_context)
from insitu._not_available import attribute_of as _attribute_of
from insitu.errors import DataError, InsituError, InvalidArgument, Unsupported, UserCodeError, WorkerError
from insitu.generated import *  # noqa: F403
from insitu.generated import __all__ as _generated
from insitu.options import RxMissingValues, RxOptions, rx_options
from insitu.results import GetInfoResults, GetVarInfoResults, RxLinModResults, RxSummaryResults
from insitu.file_systems import RxFileSystem, RxHdfsFileSystem, RxNativeFileSystem
from insitu.sources import RxDataSource, RxTextData, RxXdfData
from insitu.spark_context import RxSpark
from insitu.spark_sources import RxHiveData, RxOrcData, RxParquetData, RxSparkData, RxSparkDataFrame

# Those of contexts.py accept keyword arguments and come last.
from insitu.contexts import rx_get_compute_context, rx_set_compute_context  # noqa: E402,F811

__version__ = _engine.version()
__all__ = sorted({
    *_generated, "RxComputeContext", "RxForeachDoPar", "RxLocalParallel", "RxLocalSeq", "RxProcesses", "rx_get_compute_context",
    "rx_set_compute_context", "rx_set_temp_compute_context", "DataError", "InsituError", "InvalidArgument", "Unsupported",
    "UserCodeError", "WorkerError", "RxMissingValues", "RxOptions", "rx_options", "GetInfoResults", "GetVarInfoResults",
    "RxLinModResults", "RxSummaryResults", "RxDataSource", "RxFileSystem", "RxHdfsFileSystem", "RxNativeFileSystem", "RxTextData",
    "RxXdfData", "RxSpark", "RxHiveData", "RxOrcData", "RxParquetData", "RxSparkData", "RxSparkDataFrame",
})

__getattr__ = _attribute_of(__name__)
