"""The rows of one group, as functions of rx_exec_by get them."""

from insitu.sources import RxDataSource


class RxGroupData(RxDataSource):
    """A data source over the rows of one group, in memory; ``frame`` is the pandas DataFrame of them."""

    def __init__(self, frame, label):
        self._given, self._label = {}, label
        self._rows = frame

    def __getattr__(self, name):
        raise AttributeError(f"RxGroupData has no setting {name!r}")

    @property
    def frame(self):
        """The rows."""
        return self._rows

    def held_rows(self):
        return self._rows, self._label

    def descriptor(self):
        raise NotImplementedError("rows in memory have no descriptor")  # Builder.source asks for the rows

    @property
    def shape(self):
        return self._rows.shape

    @property
    def columns(self):
        return list(self._rows.columns)

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)

    def __repr__(self):
        return f"RxGroupData Source\n{self._label}: {len(self._rows)} rows"
