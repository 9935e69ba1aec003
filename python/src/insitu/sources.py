"""Data sources: descriptions of where rows are. Paths are resolved once, when a source is made, and printed in full."""

import os

from insitu._dispatch import check_type, check_unknown, signature_of
from insitu.errors import InvalidArgument, Unsupported
from insitu.options import RxOptions


def rx_locate_path(file, is_out_file=False):
    """The absolute path of a file: the working directory first, then the data paths of the context or the options."""
    from insitu.contexts import rx_get_compute_context

    if not isinstance(file, (str, os.PathLike)):
        raise InvalidArgument(f"file must be a path, not {file!r}")
    file = os.fspath(file)
    if file == "":
        raise InvalidArgument("file must be a path, not an empty string")
    if file.startswith("file://"):
        file = file[len("file://"):]
    elif "://" in file:
        raise Unsupported(f"no file system for {file}: use a local path or file://")
    file = os.path.expanduser(file)
    if os.path.isabs(file) or os.path.exists(file):
        return os.path.abspath(file)
    context = rx_get_compute_context()

    def folders(own, option):
        value = own or RxOptions.get_option(option)
        return [value] if isinstance(value, str) else list(value or [])

    if not is_out_file:
        for folder in folders(context.data_path, "dataPath"):
            if os.path.exists(os.path.join(folder, file)):
                return os.path.abspath(os.path.join(folder, file))
    for folder in folders(context.out_data_path, "outDataPath"):
        if folder != "." and os.path.isdir(folder):
            return os.path.abspath(os.path.join(folder, file))
    return os.path.abspath(file)


class RxFileSystem:
    """A file system by its type: ``"native"``."""

    def __init__(self, file_system_type="native"):
        self._type = file_system_type

    def file_system_type(self):
        return self._type

    def __repr__(self):
        return f"RxFileSystem: {self._type}"


class RxNativeFileSystem(RxFileSystem):
    """The files of this machine."""

    def __init__(self):
        super().__init__("native")


class RxDataSource:
    """Base of all data sources. Settings are attributes by their Python names."""

    def __init__(self, *args, **settings):
        name = type(self).__name__
        table = signature_of(name)["arguments"]
        names = list(table)
        if len(args) > len(names):
            raise InvalidArgument(f"{name}: too many arguments")
        given = dict(zip(names, args))
        for key in settings:
            if key in given:
                raise InvalidArgument(f"{name}: {key} is given twice")
        unknown = {k: settings.pop(k) for k in list(settings) if k not in table}
        given.update(settings)
        given.update(check_unknown(name, names, unknown))
        for key, value in given.items():
            engine_name, kind, *choices = table[key]
            check_type(name, key, kind if kind != "path" else "any", value, choices[0] if choices else None)
        self._given = {k: v for k, v in given.items() if v is not None}
        if "file" in table:
            if self._given.get("file") is None:
                raise InvalidArgument(f"{name}: file is missing")
            self._given["file"] = rx_locate_path(self._given["file"])
        if self._given.get("vars_to_keep") is not None and self._given.get("vars_to_drop") is not None:
            raise InvalidArgument(f"{name}: vars_to_keep and vars_to_drop exclude each other; give one of them")

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
                value = value.file_system_type()
            if kind == "names" and isinstance(value, str):
                value = [value]
            found[engine_name] = value
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
        lines = [f"{type(self).__name__} Source", f'"{self._given.get("file", "")}"']
        lines += [f"{k}: {v!r}" for k, v in self._given.items() if k != "file"]
        return "\n".join(lines)


class RxXdfData(RxDataSource):
    """An .xdf file, or a folder that holds a composite set."""


class RxTextData(RxDataSource):
    """Delimited or fixed-format text: a file, a folder of files, or a .sts schema."""
