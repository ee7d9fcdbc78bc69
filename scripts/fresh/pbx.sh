#!/usr/bin/env bash
# In a machine of scripts/fresh.sh, in the checkout: the README's "Into your PBX", typed as it stands, with Debian's own
# Asterisk. One step each: prepare, install, call, files, watchdog (with systemd), uninstall.
set -euo pipefail
cd "$(dirname "$0")/../.."

before=/root/before.files
state=/var/lib/onshore

fail() { printf 'pbx.sh: %s\n' "$*" >&2; exit 1; }
booted() { [ -d /run/systemd/system ]; }

# --- the README

section() { sed -n '/^## Into your PBX$/,/^## The site file$/p' README.md; }

# block LANGUAGE: the first block of code in that language.
block() { section | sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/!p}" | sed '/^$/q'; }
rest() { section | sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/!p}" | sed '1,/^$/d'; }

# type LINES: run each, as an admin types it.
type_all() {
    local line
    while IFS= read -r line <&3; do
        printf '\n# %s\n' "$line"
        case $line in
            editor\ *) edit "${line#editor }" ;;
            'onshore try '*) at_a_terminal "$line" ;;
            *) eval "$line" ;;
        esac
        # Where no systemd starts the daemon, the README says how.
        case $line in
            'onshore install') booted || start_daemon ;;
        esac
    done 3<<<"$1"
}

# edit FILE: what an admin does with the site; the queues' names are already those.
edit() { sed -i 's/^# company = .*/company   = "Acme Bank"/' "$1"; }

# at_a_terminal LINE: run it with a terminal, and press 5 and 1.
at_a_terminal() { (sleep 5; printf 5; sleep 4; printf 1; sleep 10) | script -qec "$1" /dev/null; }

# start_daemon: as the README says, as Asterisk's user.
start_daemon() {
    local line
    line=$(section | tr '\n' ' ' | grep -oE 'Without systemd, start `[^`]+`' | sed 's/.*start `\(.*\)`/\1/')
    printf '\n# %s &\n' "$line"
    setsid runuser -u asterisk -- $line >/var/log/onshore.log 2>&1 </dev/null &
    wait_for 'onshore check --json | grep -q "daemon at"' 20
}

# wait_for COMMAND SECONDS: until it succeeds.
wait_for() {
    local deadline=$((SECONDS + $2))
    until eval "$1" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || fail "not so after $2 s: $1"
        sleep 0.2
    done
}

# --- the steps

# Debian's Asterisk, with two queues and a number, and what of the README needs a network.
prepare() {
    export DEBIAN_FRONTEND=noninteractive
    echo 'APT::Get::Assume-Yes "true";' >/etc/apt/apt.conf.d/91yes
    apt-get -q update
    apt-get -q install asterisk
    cat >>/etc/asterisk/queues.conf <<'END'

[support](!)
setinterfacevar=yes
setqueueentryvar=yes
joinempty=strict
leavewhenempty=strict

[support-manila](support)
member => Local/manila@agents

[support-milwaukee](support)
member => Local/milwaukee@agents
END
    cat >>/etc/asterisk/extensions.conf <<END

[from-outside]
$(block ini)

[agents]
exten => _m!,1,Answer()
 same => n,Wait(3)
 same => n,Hangup()

[callers]
exten => waits,1,Wait(60)
exten => presses-1,1,Wait(5)
 same => n,SendDTMF(1)
 same => n,Wait(60)
END
    type_all "$(section | sed -n 's/.*(Debian: `\(apt install [^`]*\)`).*/\1/p')"
    type_all "$(block sh)"
}

# The rest of the block, once all files are written down.
install() {
    booted || /etc/init.d/asterisk start
    wait_for "asterisk -rx 'core waitfullybooted' | grep -q 'fully booted'" 30
    all_files >$before
    type_all "$(rest sh)"
    ! booted || systemctl is-enabled onshore
}

# Two callers, one of whom presses 1; then what the books say of them.
call() {
    local had number caller
    had=$(rows)
    number=$(block ini | sed -n 's/^exten => \([0-9]*\),.*/\1/p')
    for caller in waits presses-1; do
        asterisk -rx "channel originate Local/$number@from-outside/n extension $caller@callers"
    done
    wait_for "[ \$(rows) = $((had + 2)) ]" 20
    wait_for "asterisk -rx 'core show channels count' | grep -q '^0 active channels'" 90
    wait_for "onshore ledger export --where 'outcome = answered' | wc -l | grep -qx $((had + 3))" 20
    onshore ledger export | tail -n 2
    for caller in 'disclosed_country = PH and answered_country = PH' 'choice = domestic and answered_country = US'; do
        onshore ledger export --where "$caller" | wc -l | grep -qx $((had / 2 + 2)) || fail "not in the books: $caller"
    done
    onshore ledger verify
    onshore report --month "$(date -u +%Y-%m)" --output /root/report.html --output /root/report.csv
    onshore check
}

# rows: how many calls the books have.
rows() { echo $(($(onshore ledger export | wc -l) - 1)); }

# What the commands leave: nothing of root's in the state folder, which is Asterisk's; no file that is named by a dash.
files() {
    local others
    others=$(find $state ! -user asterisk ! -path $state/install.json) # by that one root's uninstall knows what to remove
    [ -z "$others" ] || fail "not Asterisk's: $others"
    [ "$(onshore ledger export --output -)" = "$(onshore ledger export)" ] || fail "a dash is standard output"
    onshore install | grep -x 'Nothing to change.'
}

# A frozen daemon is started again by systemd.
watchdog() {
    local old
    old=$(systemctl show -P MainPID onshore)
    kill -STOP "$old"
    wait_for "[ \$(systemctl show -P MainPID onshore) != $old ] && systemctl is-active --quiet onshore" 30
    journalctl -u onshore -o cat | grep -i watchdog
    systemctl restart onshore
    systemctl is-active onshore
}

# Out again: all files as they were, byte for byte.
uninstall() {
    onshore uninstall
    if booted && systemctl is-active onshore; then fail "the daemon still runs"; fi
    all_files >/root/after.files
    diff $before /root/after.files || fail "these files are not as they were"
    echo "All files are as they were."
}

# all_files: every file that matters, with its type, mode, owner and content. Not what is Onshore's to keep, nor what others
# write while they run.
all_files() {
    local left_out=(/proc /sys /dev /run /tmp /root /var/log /var/spool /var/tmp /var/cache /var/lib/systemd
        '/var/lib/asterisk/astdb*' $state /etc/onshore /opt/onshore) path prune=(-name __pycache__)
    for path in "${left_out[@]}"; do prune+=(-o -path "$path"); done
    find / -xdev \( "${prune[@]}" \) -prune -o -printf '%p %y %m %u %g %l\n' | sort
    find / -xdev \( "${prune[@]}" \) -prune -o -type f -exec sha256sum -b {} + | sort
}

"$1"
