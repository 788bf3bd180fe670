# What the programs below have in common. Every command here ends with a
# semicolon, for all of it becomes one line: a login shell that is no sh takes
# no newline in a word.

# living PID: whether it is a process that has not ended.
living() {
	kill -0 "$1" 2>/dev/null || return 1;
	if [ -r "/proc/$1/stat" ]; then
		y=;
		{ read -r y <"/proc/$1/stat"; } 2>/dev/null;
		case ${y##*\) } in Z*|X*|"") return 1;; esac;
	else
		case $(ps -o stat= -p "$1" 2>/dev/null) in Z*) return 1;; esac;
	fi;
	return 0;
};

# identify PID: sets i to what tells this process from a later one of the same
# number, where the system says: number, start, boot.
identify() {
	i=$1;
	if [ -r "/proc/$1/stat" ]; then
		b=; y=;
		{ read -r b </proc/sys/kernel/random/boot_id; } 2>/dev/null;
		{ read -r y <"/proc/$1/stat"; } 2>/dev/null;
		set -- "$1" ${y##*\) };
		i="$1 ${21} $b";
	fi;
};

# same IDENTITY: whether that process lives.
same() {
	living "${1%% *}" || return 1;
	identify "${1%% *}";
	[ "$i" = "$1" ];
};

# pause: a tenth of a second, where sleep can; a second after twenty of them.
z=0;
pause() {
	z=$((z+1));
	if [ "$z" -gt 20 ]; then sleep 1; else sleep 0.1 2>/dev/null || sleep 1; fi;
};

# detach COMMAND...: runs it in a session of its own, in the background.
detach() {
	if command -v setsid >/dev/null 2>&1; then setsid "$@" & else nohup "$@" & fi;
};
