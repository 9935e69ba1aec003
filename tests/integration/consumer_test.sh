#!/bin/sh
# Installs the library into a temporary folder and builds a C program against it with find_package alone.
# Arguments: build folder, source folder.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$1" --prefix "$folder/prefix" >"$folder/install.log"
test -x "$folder/prefix/bin/insitu"
cmake -S "$2/tests/integration/consumer" -B "$folder/build" -DCMAKE_PREFIX_PATH="$folder/prefix" \
  -DCMAKE_EXE_LINKER_FLAGS="${3:-}" >"$folder/configure.log"
cmake --build "$folder/build" >"$folder/build.log" || { cat "$folder/build.log"; exit 1; }
"$folder/build/consumer"
