#!/usr/bin/env bash
# The README's commands on a machine that has nothing: --help tells.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    cat <<'END'
Usage: scripts/fresh.sh SUITE [--stock | --systemd]

Makes a minimal Debian (SUITE: bookworm, trixie, forky, …), puts a clone of this checkout's HEAD into it, and runs
./demo.sh and ./test.sh there as root, in an empty environment, as the README says. Prints how long each took and its
last lines; the exit code is 0 when all passed.

  scripts/fresh.sh bookworm && scripts/fresh.sh trixie     before anything is called done

  --stock     Instead: "Into your PBX" of the README, typed as it stands, with the suite's own Asterisk (forky has 22):
              from `onshore init` to calls, books, and `onshore uninstall`; then all files are as they were.
  --systemd   The same, in a machine that systemd has booted; and the daemon is frozen, restarted, and the machine
              booted again.

Needs root, and Debian's debootstrap (apt install debootstrap). Packages come from the mirror of this machine's apt;
only its proxies and certificates are taken along, no cache. The minimal system is kept in .cache/fresh/SUITE.tar for a
week, the logs in .cache/fresh/SUITE/. Each run starts from the minimal system. When it ends, or is ended, nothing of it
is mounted and nothing runs: it is in a mount and a process namespace of its own. After a failure the machine's files
stay in .cache/fresh/SUITE/root, to be looked at; the next run removes them.
END
}

say() { printf '%s\n' "$*"; }
fail() { printf 'fresh.sh: %s\n' "$*" >&2; exit 1; }

main() {
    local suite='' what=commands word
    for word in "$@"; do
        case $word in
            --help | -h) usage; exit ;;
            --stock) what=stock ;;
            --systemd) what=systemd ;;
            -*) fail "there is no option $word: scripts/fresh.sh --help" ;;
            *) [ -z "$suite" ] || fail "one suite, please: scripts/fresh.sh --help"; suite=$word ;;
        esac
    done
    [ -n "$suite" ] || fail "which Debian? For example: scripts/fresh.sh trixie"
    [ "$(id -u)" = 0 ] || fail "a minimal Debian is made as root: run it with sudo, or in a container."
    command -v debootstrap >/dev/null || fail "debootstrap is missing. As root: apt install debootstrap"

    folder=$PWD/.cache/fresh/$suite
    mkdir -p "$folder"
    exec 9>"$folder/lock"
    flock -n 9 || fail "another run has $folder."
    rm -f "$folder"/*.log

    # All of it, debootstrap too, is killed with this shell: the kernel ends a process namespace, and its mounts with it.
    setpriv --pdeathsig KILL unshare --mount --mount-proc --pid --kill-child=KILL \
        "$0" --inside "$what" "$suite" "$folder" </dev/null 9>&- &
    inside=$!
    trap 'kill -KILL "$inside" 2>/dev/null || true; forget_group' EXIT
    trap 'exit 130' INT TERM HUP
    wait "$inside" || fail "not all passed. The machine's files stay in $folder/root, the logs in $folder."
    remove "$folder/root"
}

# inside WHAT SUITE FOLDER: as the first process of the namespaces, make the machine, and do WHAT in it.
inside() {
    folder=$3
    root=$folder/root
    ran=0
    into=(chroot "$root")
    minimal "$2" "$folder"
    say "A clone of $(git rev-parse --short HEAD) goes into a minimal Debian $2."
    [ -z "$(git status --porcelain)" ] || say "This tree has changes that are not committed: they are not in it."
    git clone -q . "$root/root/onshore"

    mount --bind "$root" "$root" # a root that is no mount point cannot be unshared again
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts"
    mount -t tmpfs tmpfs "$root/dev/shm"
    # A root folder in a folder has no init: packages start no services.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    "$1"
}

# --- the machine's files

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

# --- what is done in it

# The README's two commands.
commands() {
    local failed=0
    run demo.sh ./demo.sh || failed=1
    nothing_runs demo.sh || failed=1
    run test.sh ./test.sh || failed=1
    return "$failed"
}

# The README's "Into your PBX", where no systemd runs.
stock() {
    step prepare && step install || return
    steps call files uninstall
}

# The same where systemd has booted the machine.
systemd() {
    run prepare "scripts/fresh/pbx.sh prepare && apt-get -q install systemd-sysv dbus" || return
    rm "$root/usr/sbin/policy-rc.d"
    boot || return
    step install || return
    local failed=0
    steps call watchdog call || failed=1
    say "Booting it again …"
    enter systemctl reboot
    { wait "$machine" || true; } 2>/dev/null # the kernel ends it with a signal
    boot || return
    steps call files uninstall || failed=1
    return "$failed"
}

# steps NAME...: do these, each of which can be done though another failed; whether all passed.
steps() {
    local name failed=0
    for name in "$@"; do step "$name" || failed=1; done
    return "$failed"
}

step() { run "$1" "scripts/fresh/pbx.sh $1"; }

# boot: start the machine's systemd, as the first process of namespaces of its own, with no network but itself.
boot() {
    local begun=$SECONDS group
    group=$(cgroup)
    mkdir -p "$group"
    (
        echo $BASHPID >"$group/cgroup.procs"
        exec unshare --mount --pid --uts --ipc --net --cgroup --kill-child=KILL "$0" --boot "$root"
    ) </dev/null >>"$folder/console.log" 2>&1 &
    machine=$!
    until init=$(cat "/proc/$machine/task/$machine/children") && [ "$(cat "/proc/${init% }/comm")" = systemd ]; do
        [ $((SECONDS - begun)) -lt 20 ] && [ -e /proc/$machine ] || { say "systemd does not start: $folder/console.log"; return 1; }
        sleep 0.2
    done 2>/dev/null
    into=(nsenter --target "${init% }" --all --root --wd)
    until enter systemctl is-system-running --wait >"$folder/systemd.log" 2>&1; do
        grep -q degraded "$folder/systemd.log" && { say "units that failed:"; enter systemctl --failed; break; }
        [ $((SECONDS - begun)) -lt 60 ] || { say "systemd does not come up: $folder/systemd.log"; return 1; }
        sleep 0.5
    done
    say "booted in $((SECONDS - begun)) s: $(enter systemctl --version | head -n 1), $(cat "$folder/systemd.log")"
}

# cgroup: the control group of the machine that is booted. A systemd has all of its own in it.
cgroup() {
    local tree
    tree=$(findmnt -rno TARGET -t cgroup2 | head -n 1)
    [ -n "$tree" ] || fail "no tree of control groups (cgroup2) is mounted here, and systemd needs one."
    echo "$tree/onshore-fresh-${folder##*/}"
}

# forget_group: remove the control groups, once what ran in them has ended.
forget_group() {
    local group _
    group=$(cgroup 2>/dev/null) || return 0
    for _ in {1..50}; do
        [ -d "$group" ] || return 0
        find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
    done
}

# become_init ROOT: the last that is done outside of the machine that boots.
become_init() {
    local root=$1
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys" # by this it knows that other machinery looks after devices
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    mount -t tmpfs tmpfs "$root/run"
    rm -f "$root/dev/console"
    exec chroot "$root" /usr/bin/env --default-signal -i container=fresh /sbin/init
}

# run NAME COMMAND: run it in the checkout, as root logs in there; tell how long it took, and its last lines.
run() {
    local name=$1 log=$folder/$((++ran))-$1.log begun=$SECONDS code=0
    say "$name …"
    enter bash -c "cd onshore && $2" >"$log" 2>&1 </dev/null || code=$?
    tail -n 8 "$log" | sed 's/^/    /'
    if [ "$code" = 0 ]; then
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
    "${into[@]}" /usr/bin/env --default-signal -i --chdir=/root HOME=/root \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${keep[@]}" "$@"
}

# nothing_runs NAME: whether all processes of the machine have ended.
nothing_runs() {
    local left
    left=$(for process in /proc/[0-9]*; do
        [ "$(readlink "$process/root")" = / ] || tr '\0' ' ' <"$process/cmdline" || true
    done)
    [ -z "$left" ] || { say "$1: FAILED, it left running: $left"; return 1; }
}

case ${1:-} in
    --inside) inside "$2" "$3" "$4" ;;
    --boot) become_init "$2" ;;
    *) main "$@" ;;
esac
exit # so that whoever changes this file changes no run that is under way
