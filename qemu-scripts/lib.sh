# shellcheck shell=bash disable=SC2034
# What the scripts of this folder share. Sourced, never run.

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
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

# alive PID: whether that process still runs; one that has ended and waits for its parent does not.
alive() {
  local status
  status=$(cat "/proc/$1/stat" 2>/dev/null) && [[ ${status##*) } != [ZX]* ]]
}

# begin NAME: a scratch directory ($work) and a target with its log in it. Both go when the script
# ends, however it ends, and a failure shows the end of the logs. $jobs holds what else to kill.
begin() {
  local status
  work=$(mktemp -d -t "vireo-$1.XXXXXX")
  target='' jobs=()
  trap 'finish $?' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# finish STATUS: what the trap above does.
finish() {
  local log
  trap '' INT TERM HUP
  [[ ${#jobs[@]} -eq 0 ]] || kill "${jobs[@]}" 2>/dev/null || true
  [[ -z $target ]] || "$scripts/target" stop "$target" || true
  if [[ $1 != 0 && $1 != 130 && $1 != 143 ]]; then
    for log in "$work"/*.log; do
      [[ ! -s $log ]] || say "--- the end of ${log##*/}" "$(printf '\n' && tail -n 30 "$log")"
    done
  fi
  rm -rf "$work"
}

# rpc METHOD [--NAME VALUE]...: one call to the target.
rpc() {
  "$vireo" rpc -s "$work/rpc.sock" "$@"
}

# guest OPTION...: qemu-scripts/qemu, so that a signal does not wait for the guest's end.
guest() {
  local status=0
  "$scripts/qemu" "$@" </dev/null &
  jobs=("$!")
  wait "$!" || status=$?
  jobs=()
  return "$status"
}
