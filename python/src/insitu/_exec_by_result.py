"""What rx_exec_by returns."""

try:
    from pandas import DataFrame
except ImportError:  # rx_exec_by says so
    DataFrame = object


class RxExecByResults(DataFrame):
    """A row for each group, indexed by its keys: ``result``, what the function returned (None where it failed), and ``status``,
    "OK" or the exception."""

    @property
    def _constructor(self):
        return DataFrame
