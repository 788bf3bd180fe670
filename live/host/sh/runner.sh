# The runner of a key: $1 its directory, $2 the program, $3 what that reads.
# Whoever makes the directory go is the one, and nothing begins before its
# identity is there to be found.
identify "$$";
if printf '' >>"$1/out" && printf '' >>"$1/err" && printf '%s\n' "$i" >"$1/pid.$$" && mkdir "$1/go" 2>/dev/null && mv "$1/pid.$$" "$1/pid"; then :;
else rm -f "$1/pid.$$"; exit 0; fi;
sync "$1/pid" "$1" 2>/dev/null;
(exec sh -c "$2" <"$3" >>"$1/out" 2>>"$1/err");
e=$?;
if [ "$3" != /dev/null ]; then rm -f "$3"; fi;
t=0;
until printf '%s\n' "$e" 2>/dev/null >"$1/status.tmp" && mv "$1/status.tmp" "$1/status"; do
	rm -f "$1/reserve";
	t=$((t+1));
	if [ "$t" -gt 30 ] || { [ "$t" -gt 2 ] && ! [ -d "$1" ]; }; then exit 0; fi;
	if [ "$t" -gt 1 ]; then sleep 1; fi;
done;
