#!/usr/bin/env bash
# A call to Onshore, for real: unpacks a private Asterisk into .cache, installs Onshore into it, phones it twice over
# SIP, and prints what each caller heard. Needs no root but for missing Debian packages; leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")"
. scripts/environment.sh

environment
exec .venv/bin/python scripts/demo.py
