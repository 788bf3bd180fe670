package host

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// same runs a script in the real sh, in an empty directory, and in a simulated
// host, and compares what both write to stdout and their statuses.
func same(t *testing.T, dir, script string) (got, want string) {
	t.Helper()
	real := exec.CommandContext(t.Context(), "/bin/sh", "-c", script)
	real.Args[0], real.Dir = "sh", dir
	real.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + dir, "LC_ALL=C", "PWD=" + dir}
	var stdout bytes.Buffer
	real.Stdout = &stdout
	status := 0
	var exit *exec.ExitError
	if err := real.Run(); errors.As(err, &exit) {
		status = exit.ExitCode()
		if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
			status = 128 + int(ws.Signal())
		}
	} else if err != nil {
		t.Skipf("no /bin/sh to compare with: %v", err)
	}
	want = outcome(stdout.String(), status)

	m := one(t, Config{Home: dir})
	p := m.Start(Command{Line: script, Env: []string{"PATH=/usr/bin:/bin", "LC_ALL=C"}})
	m.Fleet().Advance(time.Hour)
	if !p.Ended() {
		return "no end within an hour", want
	}
	out, stderr := p.Output()
	got = outcome(string(out), p.Status())
	if got != want && len(stderr) > 0 {
		got += "stderr: " + string(stderr)
	}
	return got, want
}

func outcome(stdout string, status int) string {
	return stdout + "status " + string('0'+rune(status/100)) + string('0'+rune(status/10%10)) + string('0'+rune(status%10)) + "\n"
}

// scripts are compared with the real sh. One is a paragraph: a blank line ends it.
const scripts = `
echo hello; echo a  b   c; echo "a  b"; echo 'x\ty'; echo -n no; echo; echo -e x

x=1; echo $x ${x} "$x" '$x' \$x; x=$x$x; echo $x; y="a b  c"; echo $y; echo "$y"; z=$y; echo "$z"

echo ${u-d} ${u:-d} ${u+s} ${u:+s}; u=; echo ${u-d} ${u:-d} ${u+s} ${u:+s}; u=v; echo ${u-d} ${u:-d} ${u+s} ${u:+s}; echo ${w=as} $w ${w:=no}; echo "${q:-a  b}" ${q:-a  b} ${q:-"a  b"}

x=/usr/local/lib.tar.gz; echo ${x#*/} ${x##*/} ${x%/*} ${x%%/*} ${x%.*} ${x%%.*} ${#x} ${x#nope} ${x%"*"}; p='*'; echo ${x%$p} ${x%"$p"} ${x##"$p"/}

echo $((1+2*3)) $(( (1+2)*3 )) $((7/2)) $((-7/2)) $((-7%3)) $((1<<4)) $((0x1f)) $((010)) $((3>2)) $((3==4)) $((!0)) $((~5)) $((1&&0)) $((1||0)) $((5&3|8^1)) $((1?2:3)); x=5; echo $((x+1)) $(($x*2)) $((x=7)) $x $((x+=2)) $x

set -- a "b c" d; echo $# $1 "$2" $3; for i in "$@"; do echo "[$i]"; done; for i in $@; do echo "[$i]"; done; for i in "$*"; do echo "[$i]"; done; for i; do echo "<$i>"; done; shift; echo $# $1; shift 2; echo $#; for i in "$@"; do echo none; done; echo "x$@y"

set -- a b c; IFS=,; echo "$*"; echo $*; IFS=; echo "$*"; echo $*; unset IFS; echo "$*"; x="$*"; echo "$x"; set -- "x$@y"; echo $# "$1" "$3"

IFS=:; x=a:b::c:; for i in $x; do echo "[$i]"; done; x=:a; for i in $x; do echo "[$i]"; done; IFS=" :"; x="a : b:c  d : : e"; for i in $x; do echo "[$i]"; done; x=" "; for i in $x; do echo "[$i]"; done

x=$(echo a; echo b; echo); echo "[$x]"; echo $(echo "x  y"); echo "$(echo "x  y")"; echo $(false) $?; x=$(exit 3); echo $?; y=$(echo "$(echo nested)"); echo $y; echo ` + "`echo back \\`echo ticks\\``" + `

if true; then echo yes; else echo no; fi; if false; then echo yes; elif true; then echo elif; else echo no; fi; if false; then :; fi; echo $?; if ! false; then echo not; fi

i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done; until [ $i -eq 0 ]; do i=$((i-1)); done; echo $i; while :; do break; done; echo $?; for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done; for i in 1 2; do for j in a b; do [ $j = b ] && continue 2; echo $i$j; done; done; for i in 1 2; do for j in a b; do break 2; done; done; echo $i$j; for i in; do echo never; done; echo $?

case abc in a) echo 1;; a*) echo 2;; *) echo 3;; esac; case x in [a-c]|x) echo set;; esac; case "*" in "*") echo star;; esac; case a in "*") echo no;; esac; case "" in "") echo empty;; esac; case q in a) ;; esac; echo $?; case "a b" in a\ b) echo esc;; esac; case z in [!a-y]) echo neg;; esac; case 5 in [[:digit:]]) echo digit;; esac

f() { echo "f $1 $#"; return 3; }; f a b; echo $?; g() { x=2; local y=3; echo $y; }; x=1; y=1; g; echo $x $y; h() (x=9; echo sub); h; echo $x; r() { [ $1 -eq 0 ] && return; echo $1; r $(($1-1)); }; r 3; echo $?; f() { set -- z; echo $1; }; set -- a; f; echo $1

true && echo and || echo or; false && echo and || echo or; false || false || echo third; true && false; echo $?; ! true; echo $?; ! false && echo bang; { echo grp; false; } || echo failed; (echo sub; exit 4); echo $?

x=1; (x=2; echo $x); echo $x; { x=3; }; echo $x; echo a | read x; echo $x; cd /; (cd /tmp; pwd); pwd

echo out; echo err >&2; echo both 2>&1; (echo e >&2) 2>&1; { echo 1; echo 2 >&2; } 2>/dev/null; echo x >f; cat f; echo y >>f; cat <f; cat f - <f; echo z 1>f; cat f; : >f; cat f; echo n >|f; cat f; >g; cat g; echo $?

cat <<E
text $((1+1)) $(echo sub) \$x "q" 'q' \\ \a
E
cat <<'E'
text $((1+1)) $(echo sub) \$x
E
cat <<-E
	tab
	  mixed $x
	E
cat <<A; cat <<B
a
A
b
B

exec 3>f; echo three >&3; echo more >&3; exec 3>&-; cat f; exec 4<f; read x <&4; echo $x; read x <&4; echo $x; read x <&4; echo $? "[$x]"; exec 4<&-; echo q 2>&1 >/dev/null; exec 5>&1; echo five >&5; (echo to5) >&5; exec 1>f2; echo hidden; exec 1>&5; cat f2

echo a b c | while read x y; do echo "$y|$x"; done; printf 'l1\nl2\nl3' | while read l; do echo "[$l]"; done; printf 'a\\tb\n' | read x; printf 'a\\tb\n' | { read x; echo "$x"; }; printf 'a\\tb\n' | { read -r x; echo "$x"; }; echo ' a  b  ' | { read x; echo "[$x]"; }; echo ' a  b c ' | { read x y; echo "[$x][$y]"; }; echo a:b:c | { IFS=: read x y; echo "[$x][$y]"; }; echo a:b: | { IFS=: read x y; echo "[$x][$y]"; }; printf 'a\\\nb\n' | { read x; echo "$x"; }; echo x | { read a b; echo "[$a][$b]$?"; }

echo 1 | cat | cat; false | true; echo $?; true | false; echo $?; ! true | false; echo $?; (exit 3) | (exit 5); echo $?; echo x | { cat; echo y; } | cat; echo a | (read x; echo $x$x)

printf '%s\n' a b c; printf '%d-%s\n' 1 x 2 y; printf '%5d|%-5d|%05d|%x|%X|%o|%c\n' 42 42 42 255 255 8 hello; printf '%s %s\n' one; printf '%%\n'; printf 'a\tb\nc\\d\101\n'; printf '%b\n' 'x\ty\0101'; printf '%.2s|%5s|%-5s|\n' abc ab ab; printf '%5.1f|%e|%g\n' 3.14159 1000 0.5; printf '%d\n' 0x10 010 "'A"; printf 'no newline'; echo; printf '%*d\n' 5 42; printf '%+d % d\n' 5 5; printf '%s\n'; printf 'x%sx\n' ''; printf '%i %u\n' -3 3

echo 'a\nb'; echo 'a\tb\\c'; echo 'stop\chere'; echo next; echo "a\0101b"; echo 'x\q'

mkdir d; cd d; touch b a c .h; echo *; echo [ab]; echo ?; echo *z; echo "*"; echo \*; cd ..; echo d/*; echo */a; mkdir -p e/f; touch e/f/x; echo */*/x; set -f; echo *; set +f; x='*'; cd d; echo $x "$x"; echo .*h; echo [!a]; echo a[b]; echo d*

set -e; true; false || true; if false; then :; fi; ! true; false && true; echo still; (false; echo no) || echo caught; false; echo never

set -e; f() { false; echo in f; }; f || echo or; f && echo and; if f; then echo if; fi; f; echo never

set -e; x=$(false); echo never

set -e; echo a; (exit 7); echo never

set -e; true | false; echo never

set -e; while false; do :; done; for i in 1; do false || :; done; case a in a) false || true;; esac; { false; } || echo grp; echo end

set -u; x=1; echo $x; echo ${y-unset}; echo $y; echo never

echo ${x?}; echo never

x=; echo ${x:?message}; echo never

readonly r=1; echo $r; r=2; echo never

trap 'echo bye $?' EXIT; echo hi; exit 3

trap 'echo bye' EXIT; false

trap 'echo got' TERM; kill -TERM $$; echo after; trap - TERM; trap '' INT; kill -INT $$; echo ignored; kill -USR1 $$; echo never

trap 'echo x; exit 9' USR1; kill -USR1 $$; echo never

(trap 'echo sub' EXIT; exit 2); echo $?; trap 'echo main' EXIT; (exit 1); echo $?

eval 'x=1; echo $x'; eval "echo" '$x'; y=x; eval echo \$$y; eval; echo $?; eval false; echo $?; eval 'exit 6'

echo 'x=5; echo in $1; return 3; echo no' >lib; . ./lib; echo $? $x; echo 'echo $0 $1 $#' >s.sh; sh s.sh a b; chmod +x s.sh; ./s.sh q; sh -c 'echo $0 $1' n a; sh -c 'exit 5'; echo $?; echo 'echo from stdin $1' | sh -s; . /nonexistent/x; echo never

nosuchcommand; echo $?; ./nosuch; echo $?; echo text >noexec; ./noexec; echo $?; mkdir dd; ./dd; echo $?; command -v echo; command -v sh >/dev/null; echo $?; command -v nosuch; echo $?; command echo x; f() { echo f; }; command -v f; command f 2>/dev/null; echo $?

cd /nonexistent; echo $?; cd /; pwd; cd /usr/bin; cd ..; pwd; cd - ; echo $OLDPWD; cd; pwd >/dev/null; cd /tmp && echo $PWD; cd /usr/./bin/../; pwd

sleep 0 & wait; echo $?; (exit 3) & wait $!; echo $?; false & p=$!; true & wait $p; echo $?; wait 99999; echo $?; { sleep 0.01; echo bg; } & wait; echo done; sh -c 'kill -9 $$'; echo $?; sh -c 'kill -TERM $$'; echo $?; sleep 10 & kill $!; wait $!; echo $?

kill -0 $$; echo $?; kill -0 99999999 2>/dev/null; echo $?; kill -s TERM 99999999 2>/dev/null; echo $?; kill -l 9; kill -l 15; kill -l 143

x=1 y=2 sh -c 'echo $x $y'; echo $x; x=5; x=6 eval 'echo $x'; echo $x; export x; sh -c 'echo $x'; unset x; sh -c 'echo [$x]'; export y=7; sh -c 'echo $y'; a=1 b=$a; echo $b; PATH=/nowhere; ls; echo $?

umask 022; umask; umask 077; umask; set -- -a; echo $1; set -- ; echo $#; set a b; echo $1 $2; set -- a b c; shift 5; echo never

while getopts ab:c o -a -b arg -c x; do echo "$o $OPTARG"; done; echo $OPTIND; set -- -xq val; while getopts x:y o; do echo "$o=$OPTARG"; done; getopts a o -z; echo $o $?

echo ~; echo ~/x; echo "~"; x=~/y; echo $x; echo a~; echo ~root; echo ~nosuchuser

echo a#b; echo a # comment
echo "multi
line"; echo con\
tinued; echo 'single
quote'; # end

test 1 = 1 && echo eq; [ 1 -lt 2 ] && echo lt; [ -z "" ] && echo z; [ -n "" ] || echo n; [ ! x ] || echo not; [ -d / ] && echo d; [ -e /nonexistent ] || echo ne; [ a = b -o c = c ] && echo or; [ a = a -a b = c ] || echo and; [ ]; echo $?; [ x ]; echo $?; [ 1 -eq x ] 2>/dev/null; echo $?; [ "(" = "(" ] && echo paren; [ -f /etc/passwd ]; [ a != b ] && echo ne; [ \( a = a \) ] && echo p

f() { case $1 in 0) return 0;; *) return 1;; esac; }; f 0; echo $?; f 1; echo $?; if f 0; then echo a; fi; while f 1; do :; done; echo $?

x='a;b'; echo $x; x='$(echo no)'; echo $x; x='"q"'; echo $x "$x"; echo "a'b" 'a"b'; echo a\ b; echo "\\" "\$" "\"" "\a"; echo ''; echo "" x; echo $empty x; set -- "" ""; echo $#; set -- $empty; echo $#; set -- "$empty"; echo $#

echo $-; echo $#; echo $0; (echo $#); set -- 1 2 3 4 5 6 7 8 9 10 11; echo $10 ${10} ${11} $#

{ echo a; echo b; } | { read x; read y; echo $y $x; }; for i in 1 2 3; do echo $i; done | while read n; do echo n$n; done; for i in a b; do echo $i; done >f; cat f; while read l; do echo "<$l>"; done <f; if true; then echo in; fi >g; cat g; f() { echo fn; } >h; f; cat h

yes | { read x; echo $x; }; (echo a; echo b >&2) 2>/dev/null | cat; exit 300

exit 256

return 4; echo never

echo $(($(echo 3)+4))

echo $((1/0)); echo never

x=abc; echo $((x)); echo never

if true; then echo unfinished

echo ); echo x

for; do; done

: ${HOME:?}; : "${v:=default}"; echo $v; ${nothing}; echo $?; $(false); echo $?; $(exit 4); echo $?; "" ; echo $?

echo a >d1/x; echo $?; cat </nonexistent; echo $?; { echo b; } >d1/x; echo $?; : </nonexistent; echo never

f() { exec 2>&1; echo e >&2; }; f; g() { trap 'echo T' EXIT; }; g; echo end

x=$(cat <<E
in subst
E
); echo $x; echo "$(cat <<'E'
it's "quoted"
E
)"

echo one two | { read a b; echo $b; } && echo ok; a=1; b=2; a=$b b=$a; echo $a $b; x=1 x=2; echo $x; echo ${x}y$x"z"'w'

alias ll=ls; echo $?; type echo; type nosuch >/dev/null; echo $?; type if; hash; times >/dev/null; ulimit -n >/dev/null; jobs; wait; echo $?

set -x; echo traced; x=1; set +x; set -v; echo v; set -o noglob; echo *; set +o noglob; set -C; echo a >c; echo b >c; echo $?; cat c

for i in a b c; do case $i in b) continue;; esac; echo $i; done; i=0; while true; do i=$((i+1)); if [ $i -gt 5 ]; then break; fi; done; echo $i; f() { while :; do return 7; done; }; f; echo $?; for x in 1 2; do f() { echo in $x; }; f; done

echo "${x:-"nested quotes"}" "${x:+"$x"}" "${y:-'s'}" ${y:-'s  t'} "${y:-$(echo c  d)}" ${y:-$(echo c  d)} "${y:-\}}" ${y:-a\ \ b} "${y:-\$}"

a=x; b=$a$a; c="$a $b"; d='$c'; echo $c $d; eval "e=$d"; echo $e; unset a b; echo [$a$b]; n=3; eval "v$n=val"; echo $v3; eval "echo \$v$n"; echo ${#c} ${#}
`

func TestSameAsSh(t *testing.T) {
	t.Parallel()
	for _, script := range strings.Split(strings.Trim(scripts, "\n"), "\n\n") {
		name, _, _ := strings.Cut(script, ";")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, want := same(t, t.TempDir(), script); got != want {
				t.Errorf("%s\ngot  %swant %s", script, got, want)
			}
		})
	}
}
