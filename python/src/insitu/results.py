"""What analyses return: one class for each kind of analysis."""

from insitu._evaluation_result import RxCalibrationResults, RxLiftResults, RxLorenzResults, RxRocResults
from insitu._exec_by_result import RxExecByResults
from insitu._glm_result import RxGlmResults, RxLogitResults
from insitu._hadoop_result import RxHadoopCommandResults
from insitu._histogram_result import RxHistogramResults
from insitu._info_result import GetInfoResults, GetVarInfoResults
from insitu._lin_mod_result import RxLinModResults
from insitu._multinom_result import RxMultinomLogitResults
from insitu._pca_result import RxPcaResults
from insitu._penalized_result import RxElasticNetResults, RxRidgeRegResults
from insitu._result import NotKept, Printed, Result
from insitu._summary_result import RxSummaryResults

#: Classes with properties or methods of their own, by the class that a reply names; the others are a Result.
_CLASSES = {"rxPca": RxPcaResults, "rxLinMod": RxLinModResults, "rxLogit": RxLogitResults, "rxGlm": RxGlmResults,
            "rxMultinomLogit": RxMultinomLogitResults, "rxRidgeReg": RxRidgeRegResults, "rxElasticNet": RxElasticNetResults, "rxSummary": RxSummaryResults,
            "rxRoc": RxRocResults, "rxLorenz": RxLorenzResults, "rxLift": RxLiftResults, "rxCalibration": RxCalibrationResults,
            "rxHistogram": RxHistogramResults}


def class_of_result(name: str) -> type[Result]:
    """The class of a method's result."""
    return _CLASSES.get(name, Result)


__all__ = ["GetInfoResults", "GetVarInfoResults", "NotKept", "Printed", "Result", "RxCalibrationResults", "RxElasticNetResults",
           "RxExecByResults", "RxGlmResults", "RxHadoopCommandResults",
           "RxLiftResults", "RxLinModResults", "RxLogitResults", "RxLorenzResults", "RxMultinomLogitResults", "RxPcaResults",
           "RxRidgeRegResults", "RxRocResults", "RxSummaryResults"]
