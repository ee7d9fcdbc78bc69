#!/usr/bin/env bash
# All tests, real calls included: sets up what it needs in the checkout (.venv, .cache) and runs everything.
# Arguments go to pytest: ./test.sh tests/test_site.py -k country
set -euo pipefail
cd "$(dirname "$0")"
. scripts/environment.sh

environment '[test]'
need 'ls /usr/lib/postgresql/*/bin/postgres' postgresql
# Warnings are errors, as in the tests.
need '.venv/bin/python -W error -c "import weasyprint"' libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
.venv/bin/python -m onshore.testing.private_asterisk unpack 22 16
[ $# = 0 ] || exec .venv/bin/python -m pytest "$@"

.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/mypy
.venv/bin/vulture
.venv/bin/python -m pytest -m 'not pbx' -n 2 --dist worksteal
.venv/bin/python -m pytest -m 'pbx and beside' -n 5
# Many calls at once, and their sound in real time: they have the machine to themselves.
.venv/bin/python -m pytest -m 'pbx and not beside'
