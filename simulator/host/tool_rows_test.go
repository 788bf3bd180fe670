package host

import (
	"strings"
	"testing"
)

// rows are the command lines that must do here what they do on a real host.
const rows = `
cat fruit
cat fruit nonesuch ends
cat -n fruit
cat -b fruit
cat -s <<< a\n\n\n\nb\n
cat -A tabs
cat -E ends
cat -T tabs
cat -v binary
cat -vet tabs
cat -n fruit ends fruit
cat dir
cat - ends <<< in\n
cat --number ends
cat --num ends
cat --show-e ends
cat --foo
cat -Z
cat empty
cat --show
cat -n --number=3
cat link
cat broken
cat fruit/x
cat 'with space'
cat ''
tac fruit
tac ends
tac nonesuch
tac empty
tac fruit ends
head fruit
head -n 2 fruit
head -n2 fruit
head -2 fruit
head -n -2 fruit
head -n -0 fruit
head -n 0 fruit
head -c 7 fruit
head -c -7 fruit
head -n 1 fruit ends
head -q -n 1 fruit ends
head -v -n 1 fruit
head -n 1 nonesuch fruit
head -n x fruit
head -c x fruit
head -n
head --lines=1 fruit
head --lines
head --bytes=1K fruit
head -n 1 dir fruit
head -n 1 - fruit <<< stdin\nmore\n
head -n 1 ends empty
head -n +2 fruit
head -n 2k fruit
head -n 2x fruit
head -n 1 -v -q fruit
tail fruit
tail -n 2 fruit
tail -2 fruit
tail -n +3 fruit
tail -n +0 fruit
tail -n 0 fruit
tail -n -2 fruit
tail -c 5 fruit
tail -c +5 fruit
tail -n 1 fruit ends
tail -q -n 1 fruit ends
tail -v -n 1 fruit
tail -n 1 nonesuch fruit
tail -n x fruit
tail -c x fruit
tail -n 2 ends
tail -n +2 ends
tail dir
tail -n 1 <<< a\nb
tail --lines=+2 ends
tail --foo
tail -n +100 fruit
tail -c +100 fruit
tail empty
wc fruit
wc -l fruit
wc -l fruit ends
wc -w fruit
wc -c fruit
wc -lw fruit ends nonesuch
wc <<< a b\nc\n
wc -l <<< a b\nc\n
wc -c -l <<< a b\nc\n
wc -l - <<< a\n
wc empty
wc -L tabs
wc nonesuch
wc dir
wc -l ends
wc -m fruit
wc fruit table log
tee out <<< hello\n
tee -a fruit <<< more\n
tee dir <<< x\n
tee new other <<< x\ny\n
tee void/none/x <<< x\n
grep apple fruit
grep -c a fruit
grep -i APPLE fruit
grep -v a fruit
grep -n a fruit
grep -l foo dir/a.txt dir/b.log fruit
grep -L foo dir/a.txt dir/b.log fruit
grep -q apple fruit
grep -q nothing fruit
grep -q apple fruit nonesuch
grep -q nothing fruit nonesuch
grep -s x nonesuch
grep x nonesuch
grep x nonesuch fruit
grep -o foo words
grep -ow foo words
grep -w foo words
grep -w 'foo[a-z]*' words
grep -ow 'foo[_a-z]*' words
grep -x fig fruit
grep -x fi fruit
grep -xv fig fruit
grep -e apple -e fig fruit
grep -f table table
grep -f empty fruit
grep -F 'x*y (z)' log
grep -F a.b.c log
grep 'x\*y' log
grep -E 'INFO|WARN' log
grep 'INFO\|WARN' log
grep -E '(INFO|WARN) (start|disk)' log
grep -E '^2026-01-0[12]' log
grep -E '[0-9]{4}-[0-9]{2}-02' log
grep '[0-9]\{4\}-01-02' log
grep -E 'full$' log
grep '^$' fruit
grep -c '^$' fruit
grep -m 1 INFO log
grep -m1 -c INFO log
grep -m 0 INFO log
grep -A 1 WARN log
grep -B 1 WARN log
grep -C 1 WARN log
grep -1 WARN log
grep -n -A1 INFO log
grep -A1 -B1 -n start log
grep -A 1 -e start -e x.y log
grep -B1 -e start -e x.y log
grep -h foo dir/a.txt dir/b.log
grep -H apple fruit
grep foo dir/a.txt dir/b.log
~ grep -r foo dir/a.txt
grep -rh deep dir
grep -rl deep dir
grep -r deep dir
grep foo dir
grep -r zzz dir
grep -c foo dir/a.txt dir/b.log
grep -b a fruit
grep -ob a fruit
grep -on a fruit
grep a <<< abc\n
grep -H a <<< abc\n
grep -c a - <<< abc\n
grep -n a - fruit <<< abc\n
grep --label=in -H a <<< abc\n
grep abc binary
grep -a abc binary
grep -c abc binary
grep -q abc binary
grep text binary
grep -v zzz binary
grep '' fruit
grep -e '' empty
grep 'a\+p' fruit
grep 'ap\?p' fruit
grep -E 'ap?p+' fruit
grep -E 'a{1' log
grep -E '{1}' log
grep -E '*a' fruit
grep '*y' log
grep 'a**' fruit
grep -E 'a**' fruit
grep '\(app\)le' fruit
grep '^\(a\|B\)' fruit
grep -E '^(a|B)' fruit
grep '\<fo' words
grep 'od\>' words
grep '\bfoo\b' words
grep '\Bfoo' words
grep '\wood' words
grep -o '\W' words
grep '[[:upper:]]' fruit
grep -o '[[:digit:]]*' log
grep -o '[^[:space:]]*' words
grep '[]]' log
grep '[^]a]' twice
grep -E '[a-]' words
grep '[z-a]' fruit
grep '[[:nope:]]' fruit
grep '[:space:]' fruit
grep -E '(' fruit
grep -E ')' log
grep '\(' fruit
grep '\)' fruit
grep 'a\{1' fruit
grep 'a\{2,1\}' fruit
grep -E 'a{2,1}' fruit
grep 'a\' fruit
grep -E '()' fruit
grep -E 'a|' fruit
grep -E '|a' ends
grep -E '(|a)p' fruit
grep -E 'a+?' fruit
grep '[' fruit
grep 'a[' fruit
grep -E '[[:alpha:]' fruit
grep --foo x
grep -k
grep
grep -A x a fruit
grep -m x a fruit
grep -E a^b fruit
grep 'a^b' fruit
grep 'a$b' fruit
grep -E 'a$b' fruit
grep -E '^*' ends
grep '^*' ends
grep -i '[A-C]' fruit
grep -v -c a fruit
grep -vn a fruit
grep -lv a fruit ends
grep -c x empty
grep -L x empty
grep -e a -f empty fruit
grep --include=*.txt -r foo dir
grep --exclude=*.txt -rl foo dir
grep -r --include=*.log -l foo dir
grep --color=never a fruit
grep -o 'a*' fruit
grep -o '' fruit
grep -cv '^#' log
grep -F -x fig fruit
grep -F -w foo words
grep -F -i BAN fruit
grep -F '' empty
grep -o -i a fruit
grep 'x\ny' fruit
grep '\.' log
grep -e
egrep -c 'a|b' fruit
test -f fruit
test -d dir
test -e nonesuch
test -s empty
test -s fruit
test -L link
test -h fruit
test -r fruit
test -x script.sh
test -x fruit
test -z ''
test -n ''
test -n x
test x
test ''
test
test a = a
test a == a
test a != a
test a = b -o c = c
test a = a -a c = d
test ! a = b
test ! -f fruit
test '(' a = a ')'
test '(' a = b ')' -o x
test 1 -eq 1
test 1 -eq 01
test 2 -gt 10
test -1 -lt 0
test 3 -le 3
test 3 -ge 4
test 1 -ne 2
test x -eq 1
test 1 -eq ''
test 1 -eq 1x
test ' 1 ' -eq 1
test fruit -nt empty
test empty -ot fruit
test fruit -nt nonesuch
test nonesuch -nt fruit
test nonesuch -ot fruit
test link -ef fruit
test -f
test -f -a -d
test a b
test a b c
test ! ''
test ! x
test ! ! x
test '!' '!'
test -n = -n
test -t 0
test a -a b
test '' -o b
test '(' x ')'
test '(' x
test -f fruit -a -d dir
test -f fruit -a ! -d fruit
test a = a -o
test -e broken
test -L broken
test -c /dev/null
test -b /dev/null
test -p fruit
test 5 -gt 3 -a 2 -lt 1 -o x = x
test -Z x
[ a = a ]
[ a = a
[ ]
[ -f fruit ]
[ 1 -eq x ]
[ ! -e nonesuch ]
sort fruit
sort -r fruit
sort numbers
sort -n numbers
sort -rn numbers
sort -u twice
sort -nu numbers
sort -f twice
sort -fu twice
sort -t : -k 2 table
sort -t : -k 2n table
sort -t: -k2,2n -k1,1r table
sort -t: -k3,3 -k2,2n table
sort -k 2 log
sort -k2,2 log
sort -k 2.2,2.3 log
sort -s -t: -k2,2 table
sort -b words
sort -c fruit
sort -c ends
sort -cu twice
sort nonesuch
sort dir
sort -o out fruit
sort -t xx fruit
sort -k 0 fruit
sort -k x fruit
sort -k 1.0 fruit
sort -t '' fruit
sort fruit ends
sort <<< b\na
sort -h <<< 1K\n10\n2M\n900\n
sort -V <<< a10\na9\na1.2\na1.10\n
sort --foo
sort -d <<< a-b\nab\na_a\n
sort --key=2 --field-separator=: table
sort -k 2x table
sort -n -k1 numbers
sort -rs -k2,2 -t: table
uniq twice
uniq -c twice
uniq -d twice
uniq -u twice
uniq -i twice
uniq -ci twice
uniq nonesuch
uniq -f 1 log
uniq -s 8 log
uniq -w 9 log
uniq -c -w 10 log
uniq twice out
uniq a b c
uniq -f x twice
uniq <<< a\na
cut -d : -f 1 table
cut -d: -f2- table
cut -d: -f-2 table
cut -d: -f1,3 table
cut -d: -f3,1 table
cut -f 1 tabs
cut -s -f 2 tabs
cut -c 1-3 fruit
cut -c2 fruit
cut -b 2- fruit
cut -c 1,3,5- fruit
cut -d: -f 9 table
cut -d ' ' -f 2 log
cut -f 1
cut
cut -f 0 table
cut -f 2-1 table
cut -f a table
cut -c x table
cut -f 1 -c 1 table
cut -d xx -f 1 table
cut -d : table
cut -c 1 -d : table
cut -s -c 1 table
cut -f - table
cut -f 1 nonesuch
cut --complement -d: -f2 table
cut --output-delimiter=, -d: -f1,2 table
cut --output-delimiter=, -c1-2,4-5 fruit
cut -d: -f1 ends
cut -f1 <<< a\tb
tr a-z A-Z <<< hello World\n
tr -d aeiou <<< hello World\n
tr -s l <<< hello\n
tr -s a-z <<< aabbcc dd\n
tr -cd 0-9 <<< a1b2c3\n
tr -c a-z _ <<< a1 b\n
tr '[:upper:]' '[:lower:]' <<< ABC\n
tr -d '[:space:]' <<< a b c\n
tr ' ' '\n' <<< a b c
tr '\n' ' ' <<< a\nb\n
tr abc x <<< aabbccd\n
tr -t abc x <<< aabbccd\n
tr -ds a b <<< aabbcc\n
tr a
tr
tr a b c
tr -d a b
tr z-a x
tr '[:nope:]' x
tr 'a\-z' 123 <<< a-z\n
tr '\141' b <<< aaa\n
tr 'a-c' '[x*]' <<< abcd\n
tr abc '' <<< abc\n
`

func TestToolsAsReal(t *testing.T) {
	t.Parallel()
	for line := range strings.Lines(rows + sedRows + fileRows + processRows) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			continue
		}
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			compareWithReal(t, line)
		})
	}
}
