#!/bin/sh
# Keeps models, requests and states of this version, once, when it is released: tests/kept/make.sh 0.2
# writes tests/kept/0.2 and, with the Python package, tests/kept/models_0.2 (make_models.py). What is there is never made anew: tests/unit/capi/kept_test.cpp asks every later
# version for the same numbers.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$here/${1:?the version that is kept}
[ ! -e "$folder" ] || { echo "make.sh: $folder is there already" >&2; exit 1; }
mkdir "$folder"
INSITU_KEEP=$folder "$here/../../build/release/tests/unit_capi_kept" --gtest_filter=*AreMade*
"$here/../../build/venv/bin/python" "$here/make_models.py" "$here/models_$1"
