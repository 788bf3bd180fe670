# Starts a daemon. l: its log; u: its program; s: tenths of a second that it
# must stay alive.
n=0;
if [ -f "$l" ]; then n=$(wc -c <"$l"); fi;
if ! printf '' >>"$l"; then printf 'log\n'; exit 0; fi;
detach sh -c "$u" </dev/null >>"$l" 2>&1;
p=$!;
t=0;
while [ "$t" -lt "$s" ] && living "$p"; do z=0; pause; t=$((t+1)); done;
if [ "$s" -eq 0 ] || living "$p"; then printf 'pid %s\n' "$p"; exit 0; fi;
wait "$p";
printf 'ended %s\n' "$?";
tail -c "+$((n+1))" "$l" | tail -n 1;
