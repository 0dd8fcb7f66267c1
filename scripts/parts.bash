# SPDX-License-Identifier: Apache-2.0
#
# Runs the parts of a long job, for scripts/check and scripts/deep: each part with its own log and time limit; a part
# that fails fails the job, and the later ones run all the same. Source it, call `part` for each, end with `report`.

parts_began=$SECONDS
parts_failed=0
parts_lines=()
parts_logs=${OBSERVER_LOGS:-.build/logs}
# Seconds for all parts together; a part gets no more than what is left.
parts_limit=${parts_limit:-2580}
mkdir -p "$parts_logs"

# part NAME LIMIT_SECONDS COMMAND...: the log is NAME with dashes for blanks.
part() {
    local name=$1 limit=$2 log line began=$SECONDS code left
    log="$parts_logs/${1// /-}.log"
    shift 2
    left=$((parts_limit - (SECONDS - parts_began)))
    ((limit = limit < left ? limit : left))
    if ((limit <= 0)); then
        parts_lines+=("FAIL  $name: no time was left for it")
        parts_failed=1
        return 1
    fi
    echo "---- $name"
    # `timeout` runs programs only; a function goes through a shell that knows it.
    if [[ $(type -t "$1") == function ]]; then
        # shellcheck disable=SC2163
        export -f "$1"
        set -- bash -c '"$@"' part "$@"
    fi
    timeout --kill-after=15 "$limit" "$@" >"$log" 2>&1 </dev/null
    code=$?
    # What the runners say of themselves: the test run's summary, the build's last word, our own.
    line=$(grep -aoE 'Test run with .*|Build complete!.*|Build of product .* complete!.*|summary: .*' "$log" | tail -n 1)
    if ((code == 0)); then
        parts_lines+=("ok    $name: $((SECONDS - began)) s  $line")
        echo "      ok after $((SECONDS - began)) s  $line"
        return 0
    fi
    parts_failed=1
    ((code == 124 || code == 137)) && line="stopped after its $limit s  $line"
    parts_lines+=("FAIL  $name: exit $code after $((SECONDS - began)) s  $line")
    echo "      FAILED with exit $code after $((SECONDS - began)) s  $line"
    # The failed expectations first, since the end of the log may be far from them.
    grep -aE '^✘|error:|recorded an issue' "$log" | cut -c1-600 | head -n 40
    echo "      the end of $log:"
    tail -n 40 "$log" | cut -c1-400
    return 1
}

report() {
    echo "---- in all $((SECONDS - parts_began)) s"
    printf '%s\n' "${parts_lines[@]}"
    return "$parts_failed"
}
