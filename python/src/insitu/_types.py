"""Kinds of arguments, as the signatures name them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Callable, List, Protocol, Type, TypeVar, Union

if TYPE_CHECKING:
    from insitu.contexts import RxComputeContext
    from insitu.sources import RxDataSource


class Frame(Protocol):
    """A data frame of pandas, polars, Arrow or PySpark."""

    @property
    def columns(self) -> Any: ...


Path = Union[str, "os.PathLike[str]"]
#: One name or several: a list, an Index of pandas ...
Names = Iterable[str]
#: Settings by column name.
Columns = Mapping[str, Any]
Data = Union[Path, "RxDataSource", Frame, Mapping[str, Any]]
Target = Union[Path, "RxDataSource"]
Function = Callable[..., Any]
Context = Union["RxComputeContext", str, "Type[RxComputeContext]"]
ColumnInfo = Union[Mapping[str, Any], List[Any]]

Made = TypeVar("Made", bound=Callable[..., None])
