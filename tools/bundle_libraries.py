"""Puts the shared libraries that programs of a folder need beside them, as auditwheel does for wheels.

    python3 tools/bundle_libraries.py <folder> <patchelf>

Libraries that every Linux has, those of R, and those that lie in the folder stay where they are.
"""

import pathlib
import re
import shutil
import subprocess
import sys

EVERYWHERE = re.compile(r"(linux-vdso|ld-linux.*|libc|libm|libdl|librt|libpthread|libutil|libresolv|libstdc\+\+|libgcc_s|libgomp|"
                        r"libR|libRblas|libblas|liblapack|libRlapack)\.so(\.|$)")


def needs(program: pathlib.Path) -> dict[str, str]:
    """The libraries that are loaded with a program: paths by name."""
    found = {}
    for line in subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout.splitlines():
        name, _, path = line.strip().partition(" => ")
        name, path = name.split(" ")[0], path.split(" (")[0]
        if EVERYWHERE.match(pathlib.Path(name).name):
            continue
        if not path.startswith("/"):
            raise SystemExit(f"bundle_libraries: {program} needs {name}, which is not found")
        found[name] = path
    return found


def is_program(path: pathlib.Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF"


def main() -> int:
    folder, patchelf = pathlib.Path(sys.argv[1]), sys.argv[2]
    place = folder / "bundled"
    place.mkdir(exist_ok=True)
    programs = [path for path in folder.rglob("*") if is_program(path) and place not in path.parents]
    wanted = {}
    for program in programs:
        wanted.update(needs(program))
    own = {path.name for path in programs}
    for name, path in wanted.items():
        if name not in own:
            shutil.copy(path, place / name)
            (place / name).chmod(0o755)
    # Old-style paths hold for what the libraries themselves need.
    for program in [*programs, *place.iterdir()]:
        up = pathlib.Path(*[".."] * len(program.parent.relative_to(folder).parts)) / "bundled"
        subprocess.run([patchelf, "--force-rpath", "--set-rpath", f"$ORIGIN/{up}", program], check=True)
    for program in programs:
        for name, path in needs(program).items():
            if not path.startswith(str(folder)) and not pathlib.Path(path).resolve().is_relative_to(folder.resolve()):
                raise SystemExit(f"bundle_libraries: {program} still loads {name} from {path}")
    print(f"{len(wanted)} libraries lie in {place}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
