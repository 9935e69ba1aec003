#!/usr/bin/env bash
# Makes what goes to other machines from the release build: a Python wheel and R packages in binary form (./dev wheel).
#   tools/make_packages.sh <release build> <Python with the packages of python-wheel.txt> <target folder>
# Both carry the shared libraries that they need, but for those that every Linux of this age has (auditwheel's list).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
release=$1 python=$2 target=$3
bin=$(dirname "$python")
export PATH="$bin:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$target"
rm -f "$target"/*.whl "$target"/*.tar.gz

# The wheel. Its library for Parquet and ORC uses the pyarrow that is installed beside it and must be of the version it was built
# with, which the wheel therefore asks for: data frames need pyarrow anyway, and two copies of Arrow in a process are one too many.
"$python" -m pip wheel -q --no-deps --no-build-isolation --disable-pip-version-check -C build-dir="$work/cmake" \
  -C cmake.define.INSITU_BUILT="$release" -w "$work/plain" "$root/python"
wheel unpack -d "$work" "$work"/plain/*.whl >/dev/null
unpacked=$(echo "$work"/insitu-*)
major=$("$python" -c 'import pyarrow; print(pyarrow.__version__.split(".")[0])')
sed -i "s/^Requires-Dist: pyarrow.*/Requires-Dist: pyarrow>=$major,<$((major + 1))/" "$unpacked"/insitu-*.dist-info/METADATA
patchelf --force-rpath --set-rpath '$ORIGIN/../../pyarrow' "$unpacked/insitu/_lib/libinsitu_arrow.so"
mkdir "$work/pinned"
wheel pack -d "$work/pinned" "$unpacked" >/dev/null
auditwheel repair --strip --exclude 'libarrow.so.*' --exclude 'libparquet.so.*' -w "$target" "$work"/pinned/*.whl

# The R packages. There is no pyarrow to lean on, so Arrow's libraries are in them, too (64 MB unpacked).
mkdir "$work/library"
MAKEFLAGS="-j$(nproc)" INSITU_BUILD="$release" R CMD INSTALL --strip -l "$work/library" "$root/r/insitu" >"$work/r.log" 2>&1 &&
  R_LIBS="$work/library" R CMD INSTALL -l "$work/library" "$root/r/RevoScaleR" >>"$work/r.log" 2>&1 ||
  { tail -30 "$work/r.log" >&2; exit 1; }
python3 "$root/tools/bundle_libraries.py" "$work/library/insitu" "$bin/patchelf"
for package in insitu RevoScaleR; do
  version=$(sed -n 's/^Version: //p' "$root/r/$package/DESCRIPTION")
  tar -C "$work/library" -czf "$target/${package}_${version}_R_$(uname -m)-linux.tar.gz" "$package"
done
ls -sh "$target" >&2
