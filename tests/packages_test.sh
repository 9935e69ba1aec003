#!/usr/bin/env bash
# Installs what ./dev wheel made into a fresh venv and a fresh R library and uses it there: tests/packages_test.sh <folder>
set -euo pipefail
packages=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PYTHONPATH R_LIBS INSITU_WORKER INSITU_BUILD INSITU_ARROW INSITU_JVM_JAR
cd "$work"

echo "the wheel"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check "$packages"/insitu-*.whl pandas cloudpickle
venv/bin/python - <<'PYTHON'
import re
import insitu as rx
import revoscalepy  # noqa: F401
rx.RxOptions.set_option("reportProgress", 0)
data = {"x": [float(i) for i in range(100)], "y": [2.0 * i + 1 for i in range(100)]}
local = rx.rx_lin_mod("y ~ x", data)
remote = rx.rx_lin_mod("y ~ x", data, compute_context=rx.RxProcesses(num_workers=2))
assert local.coefficients.tobytes() == remote.coefficients.tobytes()
assert abs(local.coef()["x"] - 2) < 1e-12
for kind in (rx.RxParquetData, rx.RxOrcData, rx.RxXdfData):
    rows = rx.rx_data_step(data, kind(f"rows.{kind.__name__}"), overwrite=True)
    assert rx.rx_lin_mod("y ~ x", rows).coefficients.tobytes() == local.coefficients.tobytes()
loaded = {line.split()[-1] for line in open("/proc/self/maps")}
foreign = [path for path in loaded if re.search("absl|deflate|minizip|pcre2|zstd", path) and "site-packages" not in path]
assert any("insitu.libs" in path for path in loaded) and not foreign, foreign
PYTHON

echo "the R packages"
mkdir library
for package in "$packages"/insitu_*.tar.gz "$packages"/RevoScaleR_*.tar.gz; do
  R_LIBS="$work/library" R CMD INSTALL -l "$work/library" "$package" >>r.log 2>&1 || { tail -30 r.log; exit 1; }
done
R_LIBS="$work/library" Rscript - <<'R'
suppressMessages(library(RevoScaleR))
rxOptions(reportProgress = 0)
fit <- rxLinMod(mpg ~ wt, mtcars)
stopifnot(abs(coef(fit)[["wt"]] + 5.344472) < 1e-6)
stopifnot(identical(coef(rxLinMod(mpg ~ wt, mtcars, computeContext = RxProcesses(numWorkers = 2))), coef(fit)))
for (rows in list(RxParquetData("rows.parquet"), RxOrcData("rows.orc"), RxXdfData("rows.xdf")))
  stopifnot(identical(coef(rxLinMod(mpg ~ wt, rxDataStep(mtcars, rows, overwrite = TRUE))), coef(fit)))
loaded <- unique(sub(".* ", "", readLines("/proc/self/maps")))
ours <- grep("absl|deflate|minizip|arrow", loaded, value = TRUE)
stopifnot(length(ours) > 3, startsWith(ours, normalizePath(Sys.getenv("R_LIBS"))))
R
echo "packages work where they are installed"
