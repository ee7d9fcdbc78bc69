#!/usr/bin/env bash
# The README's commands on a machine that has nothing: --help tells.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    cat <<'END'
Usage: scripts/fresh.sh SUITE

Makes a minimal Debian (SUITE: bookworm, trixie, forky, …), puts a clone of this checkout's HEAD into it, and runs
./demo.sh and ./test.sh there as root, in an empty environment, as the README says. Prints how long each took and its
last lines; the exit code is 0 when both passed.

  scripts/fresh.sh bookworm && scripts/fresh.sh trixie     before anything is called done

Needs root, and Debian's debootstrap (apt install debootstrap). Packages come from the mirror of this machine's apt;
only its proxies and certificates are taken along, no cache. The minimal system is kept in .cache/fresh/SUITE.tar for a
week, the logs in .cache/fresh/SUITE/. Each run starts from the minimal system. When it ends, or is ended, nothing of it
is mounted and nothing runs: it is in a mount and a process namespace of its own. After a failure the machine's files
stay in .cache/fresh/SUITE/root, to be looked at; the next run removes them.
END
}

say() { printf '%s\n' "$*"; }
fail() { printf 'fresh.sh: %s\n' "$*" >&2; exit 1; }

# --- outside: the machine's files, and the namespaces it runs in

main() {
    local suite=${1:-}
    case $suite in
        --help | -h) usage; exit ;;
        '' | -*) usage >&2; exit 2 ;;
    esac
    [ $# = 1 ] || { usage >&2; exit 2; }
    [ "$(id -u)" = 0 ] || fail "a minimal Debian is made as root: run it with sudo, or in a container."
    command -v debootstrap >/dev/null || fail "debootstrap is missing. As root: apt install debootstrap"

    local folder=$PWD/.cache/fresh/$suite
    mkdir -p "$folder"
    exec 9>"$folder/lock"
    flock -n 9 || fail "another run has $folder."
    minimal "$suite" "$folder"
    say "A clone of $(git rev-parse --short HEAD) goes into a minimal Debian $suite."
    [ -z "$(git status --porcelain)" ] || say "This tree has changes that are not committed: they are not in it."
    git clone -q . "$folder/root/root/onshore"

    # Killed with its parent, and all that runs in it with it: the kernel ends a process namespace and its mounts.
    unshare --mount --pid --kill-child=KILL "$0" --inside "$folder" </dev/null &
    inside=$!
    trap 'kill -KILL "$inside" 2>/dev/null || true' EXIT
    trap 'exit 130' INT TERM HUP
    wait "$inside" || fail "the machine's files stay in $folder/root, the logs in $folder."
    remove "$folder/root"
}

# minimal SUITE FOLDER: a minimal Debian in FOLDER/root, with this machine's way to the network.
minimal() {
    local suite=$1 root=$2/root kept=$2.tar begun=$SECONDS
    remove "$root"
    if [ -z "$(find "$kept" -mtime -7 2>/dev/null)" ]; then
        say "Making a minimal Debian $suite …"
        debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
            "$suite" "$root" "$(mirror)" "$(script "$suite")" >"$2/debootstrap.log" ||
            fail "debootstrap could not make it: $2/debootstrap.log"
        rm -f "$root"/var/cache/apt/archives/*.deb
        tar -C "$root" --numeric-owner -cf "$kept.new" .
        mv "$kept.new" "$kept"
        say "… in $((SECONDS - begun)) s."
    else
        mkdir "$root"
        tar -C "$root" --numeric-owner -xpf "$kept"
    fi
    # What installers write, and debootstrap does not.
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$(hostname)" >"$root/etc/hosts"
    hostname >"$root/etc/hostname"
    network "$root"
}

# remove ROOT: its files; never what might be mounted in it.
remove() { rm -rf --one-file-system "$1"; }

# mirror: where this machine's apt has Debian from.
mirror() {
    local codename found
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    found=$(apt-get --print-uris update | sed -n "s#^'\([^']*[^'/]\)/*dists/$codename/InRelease'.*#\1#p" | head -n 1)
    [ -n "$found" ] || fail "apt has no source with Debian $codename: this is run on Debian."
    echo "$found"
}

# script SUITE: debootstrap's file for it. A suite that is newer than debootstrap is made as unstable is.
script() {
    local file=/usr/share/debootstrap/scripts/$1
    [ -e "$file" ] || file=/usr/share/debootstrap/scripts/sid
    echo "$file"
}

# network ROOT: take along what this machine's apt and pip need to reach their hosts, and none of their caches.
network() {
    local root=$1 file
    cp --remove-destination -L /etc/resolv.conf "$root/etc/resolv.conf"
    apt-config dump | grep -E '^Acquire::(https?|ftp|Retries|Check-)' >"$root/etc/apt/apt.conf.d/90network" || true
    mkdir -p "$root/usr/local/share/ca-certificates"
    cp -rL /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates" 2>/dev/null || true
    for file in /etc/pip.conf /etc/xdg/pip "${PIP_CERT:-}" "${SSL_CERT_FILE:-}" "${REQUESTS_CA_BUNDLE:-}"; do
        [ -z "$file" ] || [ ! -e "$file" ] || cp -rL --parents "$file" "$root"
    done
}

# --- inside: in the namespaces, as their first process

# inside FOLDER: mount what a machine has mounted, and run both commands.
inside() {
    local folder=$1
    root=$folder/root
    mount --make-rprivate /
    mount --bind "$root" "$root" # a root that is no mount point cannot be unshared again
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts"
    mount -t tmpfs tmpfs "$root/dev/shm"
    # A root folder in a folder has no init: packages start no services.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"

    local failed=0
    run demo.sh "$folder/demo.log" 'cd onshore && ./demo.sh' || failed=1
    nothing_runs demo.sh || failed=1
    run test.sh "$folder/test.log" 'cd onshore && ./test.sh' || failed=1
    return $failed
}

# run NAME LOG COMMAND: run it in the machine, as root logs in there; tell how long it took, and its last lines.
run() {
    local name=$1 log=$2 begun=$SECONDS code=0
    say "$name …"
    enter bash -c "$3" >"$log" 2>&1 </dev/null || code=$?
    tail -n 8 "$log" | sed 's/^/    /'
    if [ $code = 0 ]; then
        say "$name: passed in $((SECONDS - begun)) s; all that it printed is in $log"
    else
        say "$name: FAILED after $((SECONDS - begun)) s (exit code $code); all that it printed is in $log"
        return 1
    fi
}

# enter COMMAND...: run it in the machine, in /root, with an empty environment but for the way to the network.
enter() {
    local name keep=()
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR \
        REQUESTS_CA_BUNDLE PIP_CERT PIP_PROXY PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_TRUSTED_HOST PIP_DEFAULT_TIMEOUT; do
        [ -z "${!name:-}" ] || keep+=("$name=${!name}")
    done
    # The background of a shell ignores Ctrl-C, and would hand that on.
    chroot "$root" /usr/bin/env --default-signal -i --chdir=/root HOME=/root \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${keep[@]}" "$@"
}

# nothing_runs NAME: whether all processes of the machine have ended.
nothing_runs() {
    local left
    left=$(for process in "$root"/proc/[0-9]*; do
        [ "$(readlink "$process/root")" = / ] || tr '\0' ' ' <"$process/cmdline" || true
    done)
    [ -z "$left" ] || { say "$1: FAILED, it left running: $left"; return 1; }
}

if [ "${1:-}" = --inside ]; then
    inside "$2"
else
    main "$@"
fi
