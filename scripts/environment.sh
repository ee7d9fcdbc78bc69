# Sourced by demo.sh and test.sh: a Python environment of the checkout's own, in .venv. Nothing outside is changed,
# but for Debian packages where they are missing and this is root.

say() { printf '%s\n' "$*" >&2; }
fail() { say "$(basename "$0"): $*"; exit 1; }

# need COMMAND-THAT-MUST-SUCCEED PACKAGE...: install Debian packages if a check fails.
need() {
    local check=$1
    shift
    eval "$check" >/dev/null 2>&1 && return
    command -v apt-get >/dev/null || fail "missing: $*. This machine has no apt-get: install them by hand, then run this again."
    if [ "$(id -u)" = 0 ]; then
        say "Installing $* …"
        { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install "$@"; } >&2 || fail "apt-get could not install $*; its message is above."
    elif sudo -n true 2>/dev/null; then
        say "Installing $* (with sudo) …"
        { sudo apt-get -qq update && sudo DEBIAN_FRONTEND=noninteractive apt-get -qq -y install "$@"; } >&2 || fail "apt-get could not install $*; its message is above."
    fi
    eval "$check" >/dev/null 2>&1 || fail "missing: $*. As root: apt-get install $*"
}

# environment [EXTRA]: make or mend .venv, with Onshore in it.
environment() {
    local stamp extra=${1:-}
    need 'python3 -c "import sys"' python3
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed; this is $(python3 --version)."
    need 'python3 -c "import ensurepip, venv"' python3-venv
    stamp="$(python3 --version) $PWD $(cat requirements.txt setup.cfg pyproject.toml scripts/environment.sh | sha256sum)"
    [ "$(cat ".venv/onshore$extra" 2>/dev/null)" = "$stamp" ] && [ -x .venv/bin/onshore ] && return
    say "Setting up Python's libraries in .venv …"
    if [ "$(cat .venv/onshore 2>/dev/null)" != "$stamp" ]; then
        python3 -m venv --clear .venv || fail "python3 -m venv did not work; its message is above."
    fi
    .venv/bin/python -m pip --disable-pip-version-check -q install -c requirements.txt -e ".$extra" >&2 ||
        fail "pip could not install what requirements.txt names; its message is above. Is there a network?"
    printf '%s' "$stamp" >.venv/onshore
    printf '%s' "$stamp" >".venv/onshore$extra"
}
