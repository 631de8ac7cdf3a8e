#!/bin/sh
# Finds a Python that runs and hands over to bootstrap.py. A name on PATH proves nothing:
# pyenv, for one, puts `python3.12` there whether or not that version is switched on.
set -eu

NAMES="python3 python3.14 python3.13 python3.12 python3.11 python3.10 python"

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1
}

if [ -n "${PYTHON:-}" ]; then
    if ! fits "$PYTHON"; then
        if ! command -v "$PYTHON" >/dev/null; then
            echo "PYTHON=$PYTHON: there is no such command." >&2
        elif answer=$("$PYTHON" -c 'import sys; print(sys.version.split()[0])' 2>&1); then
            echo "PYTHON=$PYTHON is Python $answer; this project needs 3.10 or later." >&2
        else
            echo "PYTHON=$PYTHON does not run: $(printf '%s\n' "$answer" | head -n 1)" >&2
        fi
        others=""
        for name in $NAMES; do
            if fits "$name"; then others="$others $name"; fi
        done
        if [ -n "$others" ]; then
            echo "These do, here:$others. Leave PYTHON out and the first of them is taken." >&2
        else
            echo "Nor does any other name tried:" "$NAMES. Give the full path of one that does." >&2
        fi
        exit 2
    fi
else
    for name in $NAMES; do
        if fits "$name"; then PYTHON=$name; break; fi
    done
    if [ -z "${PYTHON:-}" ]; then
        echo "No Python 3.10 or later found (tried: $NAMES)." >&2
        echo "Install one (Debian, Ubuntu: sudo apt-get install python3 python3-venv)," >&2
        echo "or name one: make PYTHON=/path/to/python3" >&2
        exit 2
    fi
fi

exec "$PYTHON" "$(dirname "$0")/bootstrap.py" "$@"
