"""What a call will do, and what it has done: rx_explain and the record of execution in results (docs/explain.md)."""

from __future__ import annotations

import contextlib
import contextvars
import json
from collections.abc import Iterator, Mapping
from typing import Any, Callable, Optional

from insitu import _engine
from insitu._table import METHODS
from insitu.errors import InvalidArgument, shown

#: Operations that can be explained: those that make passes over rows, or run tasks.
EXPLAINED = {*METHODS, "import", "data_step", "predict", "refit", "combine", "exec", "group_rows", "partition"}
#: Others that change nothing: what calls look up before they begin.
_HARMLESS = {"info", "var_info", "source_of_path", "head", "print", "print_source", "describe", "partitions", "vif", "coefficient_labels",
             "t_quantile", "f_tail", "unserialize_model", "serialize_model", "job_list", "job_show",
             "working_folder"}

_asked: contextvars.ContextVar[bool] = contextvars.ContextVar("insitu_explains", default=False)
_last: Optional[RxExplanation] = None


class RxExplanation(Mapping[str, Any]):
    """What a call does and where, told before it runs (rx_explain) or measured (``result.execution``); prints as text.

    The fields are those of docs/explain.md: ``explanation["passes"]``; each is an attribute, too.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = dict(document)

    def __getitem__(self, name: str) -> Any:
        return self._document[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._document)

    def __len__(self) -> int:
        return len(self._document)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._document[name]
        except KeyError:
            raise AttributeError(f"an explanation has no field {name!r}; fields: {', '.join(self._document)}") from None

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._document})

    def to_dict(self) -> dict[str, Any]:
        """All fields but the printed text, as a dict of plain values."""
        return {name: value for name, value in self._document.items() if name not in ("printed", "class")}

    def __repr__(self) -> str:
        return str(self._document["printed"]).rstrip("\n")


class Explained(BaseException):
    """Leaves a call that is explained; no error, so that nothing on the way takes it for one."""

    def __init__(self, explanation: RxExplanation) -> None:
        super().__init__("explained")
        self.explanation = explanation


def explains() -> bool:
    """Whether calls are to be explained, not made."""
    return _asked.get()


@contextlib.contextmanager
def _explaining() -> Iterator[None]:
    token = _asked.set(True)
    try:
        yield
    finally:
        _asked.reset(token)


def leave(document: Mapping[str, Any], streams: Any = (), functions: Any = None, **more: Any) -> None:
    """In a call that is explained: ends it with the explanation of this request; returns where the request may be made."""
    if not explains():
        return
    op = document["op"]
    if op in _HARMLESS:
        return
    if op not in EXPLAINED:
        raise InvalidArgument(f"rx_explain: the call makes a request '{op}', which makes no pass over data and would be done at once: "
                              "call the function itself")
    request = {key: value for key, value in document.items() if key != "execution"}
    asked = {"op": "explain", "face": "python", "reportProgress": 0, "request": request, **{k: v for k, v in more.items() if v is not None}}
    text, _, _ = _engine.run(json.dumps(asked), list(streams), functions or {}, None, lambda text: None, lambda text: None)
    raise Explained(RxExplanation(json.loads(text)))


def executed(document: Optional[Mapping[str, Any]]) -> Optional[RxExplanation]:
    """The record of a reply, which is that of the last call now."""
    global _last
    if document is None:
        return None
    _last = RxExplanation(document)
    return _last


def last() -> Optional[RxExplanation]:
    """The record of the last call."""
    return _last


def rx_explain(function: Optional[Callable[..., Any]] = None, /, *args: Any, **kwargs: Any) -> RxExplanation:
    """Says what a call will do before it runs: context, passes, splits, bytes, where each step runs, what is shipped, what is missing.

    Nothing is computed, written or started: headers of files are read, and no Spark application is asked.

    Parameters
    ----------
    function : callable
        The function of the call: rx.rx_lin_mod, or a function without arguments that makes the call. A result of a call: the record
        of its execution. None: the record of the last call that this process has made.
    *args, **kwargs
        Its arguments, as in the call itself.

    Returns
    -------
    RxExplanation
        A mapping of the fields; prints as text; to_dict() is a dict.

    Raises
    ------
    InvalidArgument
        The call makes no pass over data; or what the call itself would raise for its arguments.
    DataError
        The data cannot be opened.

    Examples
    --------
    >>> import insitu as rx, pandas as pd
    >>> frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [2.0, 4.0, 7.0]})
    >>> told = rx.rx_explain(rx.rx_lin_mod, "y ~ x", frame, compute_context=rx.RxLocalSeq())
    >>> [(each["pass"], each["least"], each["most"]) for each in told.passes]
    [('lin_mod', 1, 2)]
    """
    if function is None:
        if _last is None:
            raise InvalidArgument("rx_explain: no call has been executed yet: give a function and its arguments")
        return _last
    record = getattr(function, "execution", None)
    if isinstance(record, RxExplanation):
        return record
    if not callable(function):
        raise InvalidArgument(f"rx_explain: function must be a function, or the result of a call, not {shown(function)}")
    try:
        with _explaining():
            function(*args, **kwargs)
    except Explained as explained:
        return explained.explanation
    raise InvalidArgument(f"rx_explain: {getattr(function, '__name__', 'the call')} makes no pass over data: there is nothing to explain")
