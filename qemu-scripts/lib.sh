# shellcheck shell=bash disable=SC2034
# What the scripts of this folder share. Sourced, never run.

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# The tools' words and decimal points, of which some are read again.
export LC_ALL=C.UTF-8

cache=${VIREO_CACHE:-${XDG_CACHE_HOME:-${HOME:?set HOME or VIREO_CACHE}/.cache}/vireo}

# The launcher; the variable lets a test put another target behind the same scripts.
vireo=${VIREO:-$(dirname "$scripts")/vireo}

# The guest's kernel: bzImage, lib/modules/, and vmlinux when the kernel boots by PVH.
kernel=$cache/kernel

# What every guest's kernel is told, however it boots.
command_line="console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on"

# say TEXT...: one line about what happens, on stderr, so that stdout stays the guest's.
say() {
  printf '%s\n' "$*" >&2
}

# die TEXT...: one line about what is wrong, after the script's name.
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# usage: prints the comment at the top of the running script, without the marks.
usage() {
  sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"
}

# value OPTION [VALUE]: VALUE, or a sentence when OPTION came last.
value() {
  [[ $# -ge 2 ]] || die "$1 needs a value (see --help)"
  printf '%s' "$2"
}

# need_setup: ends the script when QEMU or the guest's kernel is missing.
need_setup() {
  "$scripts/setup" --check || exit 1
}

# libraries FILE...: the shared libraries that programs and libraries need, one a line. ldd fails on a
# static program, which needs none.
libraries() {
  ldd "$@" 2>/dev/null |
    awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\/.*[^:]$/ { print $1 }' | sort -u
}

# alive PID: whether that process still runs; one that has ended and waits for its parent does not.
alive() {
  local status
  { read -r status <"/proc/$1/stat"; } 2>/dev/null && [[ ${status##*) } != [ZX]* ]]
}

# end PID: asks a process, or the group that it leads, to end (SIGTERM) and waits until it has; after
# 10 s it is killed, and the status is 1.
end() {
  local deadline=$((SECONDS + 10))
  kill -- "-$1" 2>/dev/null || kill "$1" 2>/dev/null || true
  while alive "$1"; do
    if ((SECONDS > deadline)); then
      kill -KILL "$1" 2>/dev/null || true
      return 1
    fi
    sleep 0.05
  done
}

# begin NAME: a scratch directory, $work. It goes when the script ends, however that ends, and with it
# the files in aside; what was started, and the processes in started, last first, go before it. After
# a failure the end of each log is shown.
begin() {
  work=$(mktemp -d -t "vireo-$1.XXXXXX")
  guest='' console=1 started=() aside=()
  trap 'finish $?' EXIT
  trap 'exit 141' PIPE
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# finish STATUS: what the traps above lead to.
finish() {
  local log i
  # From here on nothing stops the cleaning up, not even that nobody reads what is said.
  trap '' INT TERM HUP PIPE
  set +e
  [[ -z $guest ]] || { kill "$guest" && wait "$guest"; } 2>/dev/null
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do
    end "${started[i]}"
  done
  stop_target
  if [[ ! $1 =~ ^(0|130|141|143)$ ]]; then
    for log in "$work"/*.log; do
      [[ ! -s $log ]] || say "--- the end of ${log##*/}:"$'\n'"$(tail -n 30 "$log")"
    done
  fi
  rm -rf "$work" "${aside[@]}"
}

# start_target [ARGUMENT]...: a target with its sockets and its log in the scratch directory. The
# file with its process id exists from its first moment, so that finish finds a half-started one.
start_target() {
  "$scripts/target" start --rpc "$work/rpc.sock" --sockets "$work" --log "$work/target.log" \
    --pid "$work/target.pid" -- "$@" >/dev/null
}

stop_target() {
  [[ -s $work/target.pid ]] || return 0
  local pid
  pid=$(<"$work/target.pid")
  rm "$work/target.pid"
  "$scripts/target" stop "$pid"
}

# rpc METHOD [--NAME VALUE]...: one call to that target.
rpc() {
  "$vireo" rpc -s "$work/rpc.sock" "$@"
}

# run_guest OPTION...: qemu-scripts/qemu with its output to descriptor $console, ended early when the
# target ends, for a guest whose disks are gone waits for ever.
run_guest() {
  local status=0
  "$scripts/qemu" "$@" </dev/null >&"$console" &
  guest=$!
  while alive "$guest"; do
    if ! alive "$(<"$work/target.pid")"; then
      say "the target ended while the guest ran"
      kill "$guest"
      break
    fi
    sleep 0.1
  done
  wait "$guest" || status=$?
  guest=''
  return "$status"
}
