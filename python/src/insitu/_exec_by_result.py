"""What rx_exec_by returns."""

try:
    from pandas import DataFrame
except ImportError:  # rx_exec_by says so
    DataFrame = object


class RxExecByResults(DataFrame):
    """A row for each group, indexed by its keys: ``result``, what the function returned (None where it failed), and ``status``,
    "OK" or the exception. The results of an analysis are computed when they are looked at."""

    _metadata = ["_numbers"]

    @property
    def _constructor(self):
        return DataFrame

    def to_frame(self) -> DataFrame:
        """The numbers of an analysis: a row for each group, indexed by its keys, and a column for each number of any result,
        named by the fields of RevoScaleR and their labels: ``coefficients.x``. NaN: the group has none, or failed. Of a
        function of the user's: the results themselves."""
        numbers = getattr(self, "_numbers", None)
        return DataFrame(self) if numbers is None else numbers
