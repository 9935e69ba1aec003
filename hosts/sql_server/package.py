"""The extension as SQL Server takes it: python3 package.py <libinsitu_sql.so> <out.zip>"""

import pathlib
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

from bundle_libraries import needs

LIBRARY = "libinsitu_sql.so"


def write_zip(library: pathlib.Path, out: pathlib.Path) -> None:
    """The same bytes for the same libraries. `out` appears whole or not at all."""
    files = {LIBRARY: library, **{name: pathlib.Path(path) for name, path in needs(library).items()}}
    new = out.with_suffix(".new")
    with zipfile.ZipFile(new, "w") as archive:
        for name, path in sorted(files.items()):
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    new.rename(out)


if __name__ == "__main__":
    write_zip(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
