"""Snapshots of remote sessions of Python, where they run: a folder for each, with an archive of objects and files."""

import grp
import io
import json
import os
import pathlib
import pickle
import pwd
import re
import secrets
import shutil
import stat
import tarfile
import time

from insitu._session_files import path_inside
from insitu._session_objects import Refused

_ARCHIVE = "snapshot.tar.gz"


def create(title, objects, modules, home):
    """(id, names of files that no archive holds); ``objects`` are bytes, ``home`` is the folder whose files are kept."""
    root = _root()
    name = time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(6)
    part = root / f".part-{name}"
    part.mkdir(mode=0o700)
    odd = []
    try:
        with tarfile.open(part / _ARCHIVE, "w:gz", compresslevel=1) as archive:
            for entry, content in (("workspace.pickle", objects), ("modules.json", json.dumps(modules).encode())):
                about = tarfile.TarInfo(entry)
                about.size = len(content)
                archive.addfile(about, io.BytesIO(content))
            _add_files(archive, home, odd)
        (part / "name").write_text(title, "utf-8")
        part.rename(root / name)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return name, odd


def _add_files(archive, home, odd):
    """Files and folders, links to files as what they lead to; ``odd`` gets the names of what has no content."""
    for path in sorted(home.rglob("*")):
        inside = path.relative_to(home).as_posix()
        about = archive.gettarinfo(path, f"files/{inside}")
        if path.is_dir() and not path.is_symlink():
            archive.addfile(about)
        elif path.is_file():
            with open(path, "rb") as content:
                found = os.fstat(content.fileno())
                about.type, about.linkname, about.size, about.mode = tarfile.REGTYPE, "", found.st_size, found.st_mode & 0o777
                archive.addfile(about, content)
        else:
            odd.append(inside)


def unpack(name, stage):
    """(objects, names of modules) of a snapshot; its files are put into the folder ``stage``, which is made."""
    stage.mkdir(mode=0o700)
    with tarfile.open(archive_of(name), "r:gz") as archive:
        objects = pickle.load(archive.extractfile("workspace.pickle"))
        modules = json.load(archive.extractfile("modules.json"))
        for entry in archive.getmembers():
            if not entry.name.startswith("files/"):
                continue
            path = path_inside(stage, entry.name[len("files/"):])
            if entry.isdir():
                path.mkdir(parents=True, exist_ok=True)
            elif entry.isreg() or entry.islnk():  # the latter of earlier releases
                path.parent.mkdir(parents=True, exist_ok=True)
                with open(path, "wb") as to:
                    shutil.copyfileobj(archive.extractfile(entry), to)
                os.chmod(path, entry.mode & 0o777)
                os.utime(path, (entry.mtime, entry.mtime))
    return objects, modules


def move_into(stage, home):
    """Puts the files of a folder over those of another; a link that is in the way is replaced, never followed."""
    for each in sorted(stage.iterdir()):
        there = home / each.name
        folder = there.is_dir() and not there.is_symlink()
        if each.is_dir() and folder:
            move_into(each, there)
            continue
        if folder:
            shutil.rmtree(there)
        elif each.is_dir():
            there.unlink(missing_ok=True)
        os.replace(each, there)


def delete(name):
    shutil.rmtree(_folder(name))


def names_by_id():
    """What snapshots are called, by their ids; oldest first."""
    found = sorted(path for path in _root().iterdir() if not path.name.startswith("."))
    return {path.name: (path / "name").read_text("utf-8") for path in found}


def archive_of(name):
    return _demand_own(_folder(name) / _ARCHIVE)


def _folder(name):
    root = _root()
    if not isinstance(name, str) or not re.fullmatch("[0-9A-Za-z-]+", name) or not (root / name).is_dir():
        raise Refused(f"snapshot_id: there is no snapshot {name!r}; list_snapshots() lists them")
    return _demand_own(root / name)


def _root():
    folder = os.environ.get("INSITU_SNAPSHOTS_FOLDER")
    if not folder:
        state = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
        folder = os.path.join(state, "insitu", "snapshots")
    path = pathlib.Path(folder).absolute() / "python"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for above in path.resolve().parents:
        _demand_unmovable(above)
    return _demand_own(path)


def _demand_own(path):
    """Objects are read from there: a place that others can write to is none."""
    about = path.lstat()
    if stat.S_ISLNK(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & 0o022:
        raise Refused(f"'{path}' is not the user's own, or others can write there; move it away, or chmod go-w")
    return path


def _demand_unmovable(path):
    """A folder above, in which others can put another in the place of what is the user's."""
    about = path.stat()
    writes = about.st_mode & 0o002 or about.st_mode & 0o020 and not _private_group(about.st_gid)
    if about.st_uid not in (0, os.geteuid()) or writes and not about.st_mode & stat.S_ISVTX:
        raise Refused(f"others can write to '{path}', where snapshots would lie; name another place in INSITU_SNAPSHOTS_FOLDER, or "
                      "chmod go-w")


def _private_group(number):
    """Whether a group is the user's alone, as many systems make one for each."""
    try:
        return number == 0 or grp.getgrgid(number).gr_name == pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return False
