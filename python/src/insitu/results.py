"""What analyses return: one class for each kind of analysis."""

from insitu._info_result import GetInfoResults, GetVarInfoResults
from insitu._lin_mod_result import RxLinModResults
from insitu._result import NotKept, Printed, Result
from insitu._summary_result import RxSummaryResults

__all__ = ["GetInfoResults", "GetVarInfoResults", "NotKept", "Printed", "Result", "RxLinModResults", "RxSummaryResults"]
