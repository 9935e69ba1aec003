"""Write an analysis once; compute it where the data lives.

``rx_import``, ``rx_data_step``, ``rx_summary``, ``rx_lin_mod``, ``rx_predict`` ... with the names and results of revoscalepy, on
data of any length, with the same answer to the last bit in every compute context.
"""

from insitu import _do, _engine, _joblib  # noqa: F401  _do registers the implementations of the functions
from insitu._explain import RxExplanation as RxExplanation
from insitu._explain import rx_explain as rx_explain
from insitu._families import UserFamily as UserFamily
from insitu._families import rx_tweedie as rx_tweedie
from insitu._file_sources import *  # noqa: F403 the classes of data sources
from insitu._file_sources import __all__ as _sources
from insitu._jobs import RxRemoteJob as RxRemoteJob
from insitu._jobs import RxRemoteJobStatus as RxRemoteJobStatus
from insitu._jobs import last_job as _last_job
from insitu._not_available import attribute_of as _attribute_of
from insitu.api import *  # noqa: F403
from insitu.api import __all__ as _functions

# A name that is imported as itself is public to type checkers. Those of contexts come after those of api, which take no keywords.
from insitu.contexts import RxComputeContext as RxComputeContext
from insitu.contexts import RxForeachDoPar as RxForeachDoPar
from insitu.contexts import RxLocalParallel as RxLocalParallel
from insitu.contexts import RxLocalSeq as RxLocalSeq
from insitu.contexts import RxProcesses as RxProcesses
from insitu.contexts import rx_get_compute_context as rx_get_compute_context
from insitu.contexts import rx_set_compute_context as rx_set_compute_context
from insitu.contexts import rx_set_temp_compute_context as rx_set_temp_compute_context
from insitu.database_contexts import RxInPostgres as RxInPostgres
from insitu.database_contexts import RxInSqlServer as RxInSqlServer
from insitu.errors import DataError as DataError
from insitu.errors import InsituError as InsituError
from insitu.errors import InvalidArgument as InvalidArgument
from insitu.errors import Unsupported as Unsupported
from insitu.errors import UserCodeError as UserCodeError
from insitu.errors import WorkerError as WorkerError
from insitu.file_systems import RxFileSystem as RxFileSystem
from insitu.file_systems import RxHdfsFileSystem as RxHdfsFileSystem
from insitu.file_systems import RxNativeFileSystem as RxNativeFileSystem
from insitu.hadoop_context import RxHadoopMR as RxHadoopMR
from insitu.mpi_context import RxMpi as RxMpi
from insitu.options import RxMissingValues as RxMissingValues
from insitu.options import RxOptions as RxOptions
from insitu.options import rx_options as rx_options
from insitu.remote_context import RxRemote as RxRemote
from insitu.remote_context import rx_remote as rx_remote
from insitu.remote_sessions import *  # noqa: F403
from insitu.remote_sessions import __all__ as _remote_sessions
from insitu.results import GetInfoResults as GetInfoResults
from insitu.results import GetVarInfoResults as GetVarInfoResults
from insitu.results import RxCalibrationResults as RxCalibrationResults
from insitu.results import RxElasticNetResults as RxElasticNetResults
from insitu.results import RxExecByResults as RxExecByResults
from insitu.results import RxGlmResults as RxGlmResults
from insitu.results import RxHadoopCommandResults as RxHadoopCommandResults
from insitu.results import RxLiftResults as RxLiftResults
from insitu.results import RxLinModResults as RxLinModResults
from insitu.results import RxLogitResults as RxLogitResults
from insitu.results import RxLorenzResults as RxLorenzResults
from insitu.results import RxMultinomLogitResults as RxMultinomLogitResults
from insitu.results import RxPcaResults as RxPcaResults
from insitu.results import RxRidgeRegResults as RxRidgeRegResults
from insitu.results import RxRocResults as RxRocResults
from insitu.results import RxSummaryResults as RxSummaryResults
from insitu.sources import RxDataSource as RxDataSource
from insitu.spark_context import RxSpark as RxSpark
from insitu.spark_sources import RxSparkData as RxSparkData
from insitu.tasks import RxExecManifest as RxExecManifest
from insitu.tasks import rx_elem_arg as rx_elem_arg
from insitu.tasks import rx_exec as rx_exec
from insitu.tasks import rx_exec_manifest as rx_exec_manifest
from insitu.tasks import rx_get_enable_thread_pool as rx_get_enable_thread_pool
from insitu.tasks import rx_remote_get_id as rx_remote_get_id
from insitu.tasks import rx_set_enable_thread_pool as rx_set_enable_thread_pool
from insitu.tasks import rx_task_rng as rx_task_rng

__version__: str = _engine.version()
__all__ = sorted({  # noqa: PLE0605  a list
    *_functions, *_sources, *_remote_sessions, "RxComputeContext", "RxForeachDoPar", "RxLocalParallel", "RxLocalSeq", "RxProcesses", "RxRemote", "rx_get_compute_context", "rx_remote",
    "rx_set_compute_context", "rx_set_temp_compute_context", "DataError", "InsituError", "InvalidArgument", "Unsupported",
    "UserCodeError", "WorkerError", "RxRemoteJob", "RxRemoteJobStatus", "RxMissingValues", "RxMpi", "RxInPostgres", "RxInSqlServer", "RxOptions", "rx_options", "GetInfoResults", "GetVarInfoResults",
    "RxGlmResults", "RxLinModResults", "RxLogitResults", "RxMultinomLogitResults", "RxCalibrationResults", "RxLiftResults",
    "RxLorenzResults", "RxElasticNetResults", "RxPcaResults", "RxRidgeRegResults", "RxRocResults", "RxSummaryResults",
    "rx_tweedie", "UserFamily", "RxDataSource", "RxFileSystem", "RxHadoopMR", "RxHdfsFileSystem", "RxNativeFileSystem", "RxSpark",
    "RxSparkData",
    "RxExplanation", "rx_explain",
    "RxExecManifest", "rx_elem_arg", "rx_exec", "rx_exec_manifest", "rx_get_enable_thread_pool", "rx_remote_get_id",
    "rx_set_enable_thread_pool", "rx_task_rng",
})

_missing = _attribute_of(__name__)
_joblib.offer()


def __getattr__(name: str) -> object:
    if name == "rxgLastPendingJob":  # as scripts know it: the job that was submitted last, or None
        return _last_job()
    return _missing(name)
