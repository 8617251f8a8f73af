#!/usr/bin/env bash
# Make .venv and install the project with its pinned dependencies: environment.sh PYTHON
set -euo pipefail
cd "$(dirname "$0")/.."

python=$1
needs="setup: expected Python 3.11 or newer"
next="install it, or name one: make setup PYTHON=/path/to/python3.11"

command -v "$python" >/dev/null || { echo "$needs, found no '$python'; $next" >&2; exit 2; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    { echo "$needs, found $("$python" --version 2>&1); $next" >&2; exit 2; }

if ! .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "setup: making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv ||
        { echo "setup: expected the venv module beside '$python'; on Debian: apt-get install python3-venv" >&2; exit 2; }
fi

echo "setup: installing the pinned dependencies into .venv (some minutes the first time)"
.venv/bin/python -m pip install -qq -c constraints.txt -e '.[dev]'

# LightGBM needs the OpenMP runtime, which slim images lack.
if ! .venv/bin/python -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null && [ "$(uname)" = Linux ]; then
    scripts/packages.sh libgomp1 ||
        { echo "setup: expected libgomp.so.1; on Debian: apt-get install libgomp1" >&2; exit 2; }
fi
# No user's first call waits for a compiler.
echo "setup: compiling the feature engine (some minutes the first time)"
.venv/bin/python -m credence features warm >/dev/null 2>&1 ||
    { echo "setup: expected the engine to compile; see .venv/bin/credence features warm" >&2; exit 2; }
echo "setup: ready"
