"""Data sources: descriptions of where rows are. Paths are resolved once, when a source is made, and printed in full."""

from insitu._dispatch import constructor_arguments, signature_of
from insitu.errors import InvalidArgument
from insitu.file_systems import RxFileSystem, RxHdfsFileSystem, file_system_of, rx_locate_path


class RxDataSource:
    """Base of all data sources. Settings are attributes by their Python names."""

    #: Whether Spark keeps the rows (``rx_spark_cache_data``) of a source that has no such setting of its own.
    _cached = False

    def __init__(self, *args, **settings):
        name = type(self).__name__
        self._given = {k: v for k, v in constructor_arguments(name, args, settings).items() if v is not None}
        if "file" in signature_of(name)["arguments"]:
            if self._given.get("file") is None:
                raise InvalidArgument(f"{name}: file is missing")
            files, written = self._file_system(), self._given["file"]
            self._given["file"] = rx_locate_path(written, file_system=files)
            if isinstance(files, RxHdfsFileSystem) and "://" not in str(written):
                self._given["file_system"] = files  # that of the context, which may be another later
        if self._given.get("vars_to_keep") is not None and self._given.get("vars_to_drop") is not None:
            raise InvalidArgument(f"{name}: vars_to_keep and vars_to_drop exclude each other; give one of them")

    def _file_system(self):
        """Where a path without a file system lies."""
        return file_system_of(self._given.get("file_system"))

    def check_writable(self, what):
        """Raises InvalidArgument, naming the argument, where rows cannot be written to such a source."""

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name in signature_of(type(self).__name__)["arguments"]:
            return self._given.get(name)
        raise AttributeError(f"{type(self).__name__} has no setting {name!r}")

    def descriptor(self):
        """What the engine is told (docs/requests.md)."""
        table = signature_of(type(self).__name__)["arguments"]
        found = {"type": type(self).__name__}
        for key, value in self._given.items():
            engine_name, kind, *_ = table[key]
            if isinstance(value, RxFileSystem):
                value = value.descriptor()
            if kind == "names" and isinstance(value, str):
                value = [value]
            found[engine_name] = value
        if self._cached:
            found["cache"] = True
        return found

    def head(self, num_rows=6, report_progress=0):
        """The first rows as a data frame."""
        from insitu.functions import head

        return head(self, num_rows, "head")

    def tail(self, num_rows=6, report_progress=0):
        """The last rows as a data frame."""
        from insitu.functions import head

        return head(self, num_rows, "tail")

    @property
    def shape(self):
        """(rows, columns)"""
        from insitu.functions import shape

        return shape(self)

    @property
    def columns(self):
        """Names of the variables."""
        from insitu.generated import rx_get_var_names

        return rx_get_var_names(self)

    def __len__(self):
        return self.shape[0]

    def __bool__(self):
        return True

    def __repr__(self):
        lines = [f"{type(self).__name__} Source"]
        if "file" in self._given:
            lines.append(f'"{self._given["file"]}"')
        lines += [f"{k}: {v!r}" for k, v in self._given.items() if k != "file"]
        return "\n".join(lines + ["cache: True"] * self._cached)


class RxXdfData(RxDataSource):
    """An .xdf file, or a folder that holds a composite set."""


class RxTextData(RxDataSource):
    """Delimited or fixed-format text: a file, a folder of files, or a .sts schema."""
