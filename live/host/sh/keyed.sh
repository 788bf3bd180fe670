# Runs a program under a key, or finds what it did. d: the key's directory; r:
# the runner; u: the program; n: the size of its input, if it has one; k: bytes
# kept of each output; a: what is asked for: run, again or end.
say() { printf '%s %s\n' "$m" "$*"; printf '%s\n' "$m" >&2; };

# h says what was seen of the key: nothing, that it was begun here, or a state.
# A directory that is no more, after that, was removed, as when a run is tidied
# up: what waits there must not take it for a key under which nothing began.

# look: sets x to the state of the key.
look() {
	x=none;
	if [ -f "$d/status" ]; then x=done; return 0; fi;
	if [ -f "$d/pid" ]; then
		x=running;
		if same "$(cat "$d/pid")"; then return 0; fi;
		x=lost;
		if [ -d "$d/ended" ]; then x=ended; fi;
		if [ -f "$d/status" ]; then x=done; fi;
		return 0;
	fi;
	if [ -d "$d/go" ]; then
		x=claimed;
		if [ -d "$d/ended" ]; then x=never; fi;
	fi;
	return 0;
};

# discard: puts the key's directory aside, at once and as a whole. A runner that
# has not said who it is finds nothing to say it in, and does not begin.
discard() { rm -rf "$d.old"; h=; mv "$d" "$d.old" 2>/dev/null; };

# forbid: sees to it that nothing begins any more, if nothing has.
forbid() {
	o=$(mkdir -p "$d" 2>&1) || { say refused "$o"; exit 0; };
	if mkdir "$d/go" 2>/dev/null; then mkdir "$d/ended" 2>/dev/null; fi;
};

# begin: starts a runner, and waits for it.
begin() {
	o=$(mkdir -p "$d" 2>&1) || { say refused "$o"; exit 0; };
	o=$({ printf '%4096s' x >"$d/reserve"; } 2>&1) || { say refused "$o"; exit 0; };
	f=/dev/null;
	if [ -n "$n" ]; then
		f=$d/in.$$;
		cat >"$f" 2>/dev/null;
		if [ "$(wc -c <"$f")" -ne "$n" ]; then rm -f "$f"; say refused "$f: no space for the input"; exit 0; fi;
	fi;
	detach sh -c "$r" runbook "$d" "$u" "$f" </dev/null >/dev/null 2>&1;
	wait "$!";
};

printf '%s\n' "$m begun";
umask 077;
case $d in /*) ;; *) d=$HOME/$d;; esac;
h=; t=0;
while :; do
	look;
	if [ "$x" != none ]; then h=seen;
	elif [ "$h" = seen ]; then x=gone; break;
	elif [ "$h" = begun ]; then
		if [ -d "$d" ]; then say refused "$d: nothing can be started"; exit 0; fi;
		x=gone; break;
	fi;
	case $a.$x in
	*.done|*.ended|run.never|end.never) break;;
	end.none) forbid;;
	*.none) begin; h=begun;;
	*.claimed)
		t=$((t+1));
		if [ "$t" -lt 20 ]; then pause;
		else
			t=0;
			if ! discard; then x=gone; break; fi;
			if [ -f "$d.old/pid" ]; then mv "$d.old" "$d"; fi;
		fi;;
	run.running|again.running) pause;;
	end.running)
		mkdir "$d/ended" 2>/dev/null;
		o=$(cat "$d/pid");
		if ! finish "${o%% *}"; then say left; exit 0; fi;;
	again.lost|again.never) if ! discard; then x=gone; break; fi; a=run;;
	*.lost) break;;
	esac;
done;
if [ "$x" = "done" ]; then
	say "done" "$(cat "$d/status")" "$(wc -c <"$d/out")" "$(wc -c <"$d/err")";
	tail -c "$k" "$d/out";
	tail -c "$k" "$d/err" >&2;
else
	say "$x";
fi;
