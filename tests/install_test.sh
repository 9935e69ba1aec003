#!/usr/bin/env bash
# Installs the ordinary ways into empty folders and uses what was installed: pip, R CMD INSTALL, cmake --install.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PYTHONPATH R_LIBS INSITU_WORKER INSITU_BUILD
cd "$work"

# From a copy, so that nothing is built inside the tree.
mkdir "$work/checkout"
(cd "$root" && tar cf - --exclude=./build --exclude=./.git .) | tar xf - -C "$work/checkout"

echo "pip install ./python"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check "$work/checkout/python" pandas cloudpickle
"$work/venv/bin/python" - <<'PYTHON'
import insitu as rx
import revoscalepy
rx.RxOptions.set_option("reportProgress", 0)
data = {"x": [float(i) for i in range(100)], "y": [2.0 * i + 1 for i in range(100)]}
local = rx.rx_lin_mod("y ~ x", data)
remote = rx.rx_lin_mod("y ~ x", data, compute_context=rx.RxProcesses(num_workers=2))
assert local.coefficients.tobytes() == remote.coefficients.tobytes()
assert abs(local.coef()["x"] - 2) < 1e-12
parquet = rx.rx_data_step(data, rx.RxParquetData("rows.parquet"))
assert rx.rx_lin_mod("y ~ x", parquet).coefficients.tobytes() == local.coefficients.tobytes()
PYTHON

echo "R CMD INSTALL r/insitu r/RevoScaleR"
mkdir "$work/library"
R_LIBS="$work/library" R CMD INSTALL --no-docs -l "$work/library" "$work/checkout/r/insitu" "$work/checkout/r/RevoScaleR" >"$work/r.log" 2>&1 ||
  { tail -30 "$work/r.log"; exit 1; }
R_LIBS="$work/library" Rscript -e 'library(RevoScaleR); rxOptions(reportProgress = 0); stopifnot(abs(coef(rxLinMod(mpg ~ wt, mtcars))[["wt"]] + 5.344472) < 1e-6)'

echo "cmake --install"
cmake --install "$root/build/release" --prefix "$work/prefix" >/dev/null
mkdir "$work/consumer"
cat >"$work/consumer/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(consumer LANGUAGES C)
find_package(insitu REQUIRED)
add_executable(consumer main.c)
target_link_libraries(consumer PRIVATE insitu::insitu)
CMAKE
cat >"$work/consumer/main.c" <<'C'
#include <insitu/insitu.h>
#include <stdio.h>

int main(void) {
  printf("%s\n", insitu_version());
  return 0;
}
C
cmake -S "$work/consumer" -B "$work/consumer/build" -DCMAKE_PREFIX_PATH="$work/prefix" >/dev/null
cmake --build "$work/consumer/build" >/dev/null
"$work/consumer/build/consumer"
"$work/prefix/bin/insitu" --version
echo "installations work"
