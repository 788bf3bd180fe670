# tree SIGNAL PID: signals a process and all below it. It goes first: it must not
# take the end of one below for a reason to go on.
tree() {
	l=$(ps -A -o pid= -o ppid= 2>/dev/null | while read -r p q; do if [ "$q" = "$2" ]; then printf '%s\n' "$p"; fi; done);
	kill "-$1" "$2" 2>/dev/null;
	for c in $l; do tree "$1" "$c"; done;
};

# group PID: whether anything of that process group has not ended.
group() {
	if ! kill -0 "-$1" 2>/dev/null; then living "$1"; return; fi;
	o=$(ps -A -o pgid= -o stat= 2>/dev/null);
	if [ -z "$o" ]; then return 0; fi;
	o=$(printf '%s\n' "$o" | while read -r p q; do case $p.$q in "$1".Z*) ;; "$1".*) printf x;; esac; done);
	[ -n "$o" ];
};

# finish PID: ends a process group, politely first; whether nothing is left of it.
finish() {
	kill -TERM "-$1" 2>/dev/null || tree TERM "$1";
	z=0;
	while [ "$z" -lt "$g" ] && group "$1"; do pause; done;
	if group "$1"; then
		kill -KILL "-$1" 2>/dev/null || tree KILL "$1";
		z=0;
		while [ "$z" -lt 20 ] && group "$1"; do pause; done;
	fi;
	! group "$1";
};
