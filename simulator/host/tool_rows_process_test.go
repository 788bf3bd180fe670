package host

// processRows are those of processes, sums, and the machine.
const processRows = `
xargs echo <<< a b\nc\n
xargs -n 1 echo <<< a b\nc\n
xargs -n 2 <<< a b c\n
xargs -r echo none <<< 
xargs echo none <<< 
xargs -I {} echo '<{}>' <<< a b\nc\n
xargs -I % echo % %  <<< a\n
xargs -0 echo <<< a\0b c\0
xargs -d , echo <<< a,b
xargs false <<< a\n
xargs nonesuchcommand <<< a\n
xargs -n 1 test -n <<< a b\n
xargs echo <<< 'a b' "c d"\n
xargs echo <<< 'a b\n
xargs -n x echo <<< a\n
xargs --foo
xargs cat <<< fruit\n
xargs -t echo <<< a\n
xargs sh_not_there <<< a\n
env -i
env -i A=1 B=2
env -i A=1 printenv A
env -u V printenv V
env V=2 printenv V
env nonesuchcommand
env --foo
env -i A=1 env
env ./fruit
printenv V
printenv NONE
printenv NONE V
timeout 1 true
timeout 1 false
timeout 0.05 sleep 1
timeout -s KILL 0.05 sleep 1
timeout -k 1 0.05 sleep 1
timeout --preserve-status 0.05 sleep 1
timeout 1 nonesuchcommand
timeout x true
timeout
timeout 1
timeout --foo 1 true
timeout 0 true
timeout -s NOPE 1 true
timeout -v 0.05 sleep 1
timeout 1 ./fruit
nohup true
nohup echo hi
nohup
~ nohup nonesuchcommand
setsid -w true
setsid -w false
setsid
setsid nonesuchcommand
sleep 0
sleep 0.01 0.01
sleep 0.0001m
sleep
sleep x
sleep 1 x y
sleep -1
sleep --foo
true
false
true --foo
sync
date -u -d @0
date -u -d @86399 +%T
date -u -d @1700000000 '+%Y-%m-%d %H:%M:%S %j %a %A %b %B %e %y %s %% %n%t|'
date -u -d @1700000000 -Iseconds
date -u -d @1700000000 -I
date -u -d @1700000000 -Ins
date -u -d @1700000000 -R
date -u -d @1700000000 --rfc-3339=seconds
date -u -d @1700000000 '+%-d %-m %_d %k %l %I %p %P %u %w %V %G %U %W %C %D %F %R %r %c %x %X %z %:z %Z %h %N %3N %q'
date -u -d '2024-02-29 13:14:15' +%s
date -u -d 2024-02-29 +%A
date -u -d '2024-02-29 1 day' +%F
date -u -d '2024-02-29 2 days ago' +%F
date -u -d 'nonsense' +%F
date -u -d 2024-02-29T10:00:00Z +%s
date -u -r fruit +%s
date -u -r nonesuch
date foo
date +%F extra
date --foo
date -u -d @0 +%Q
date -u -d @1.5 +%s.%N
date -u -d @5 +%10s
date -Ifoo
sha256sum fruit
sha256sum fruit nonesuch
sha256sum <<< x
sha256sum -c nonesuch
sha1sum empty
md5sum fruit
md5sum -b fruit
sha1sum -c fruit
sha1sum -c sums
sha512sum ends
cksum fruit
cksum <<< abc
cksum empty nonesuch
base64 fruit
base64 -w 20 fruit
base64 -w 0 fruit
base64 -d <<< aGVsbG8K
base64 -d <<< a!b
base64 nonesuch
base64 -w x fruit
base64 empty
od -c ends
od -An -tx1 ends
od -An -c ends
od fruit
od -x fruit
od -b ends
od -t x1 -A d ends
od -tx1 -c ends
od -A n -t u1 ends
od -N 4 -c fruit
od -j 4 -c ends
od empty
od nonesuch
od -A z ends
od -c <<< aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
id nonesuchuser
id -un
whoami
whoami x
uname
uname -s
uname -o
uname -m
uname -sm
uname x
uname --foo
ps -o pid,ppid,args -p 4194300
ps -o pid,ppid,pgid,sid,stat,etime,etimes,comm,cmd,user -p 4194300
ps -o pid= -p 4194300
ps -o user,uid,tty,time,lstart,args -p 4194300
ps -o pid,cmd=TITLE -p 4194300
ps -o pid=X,args -p 4194300
ps -p 4194300
ps -f -p 4194300
ps -o nonesuch
ps -p x
ps --foo
ps u -p 4194300
ps -C nonesuchcommand
ps -C nonesuchcommand -o pid=
pgrep nonesuchcommand
pgrep -f nonesuchcommandatall1234x5
pgrep
pgrep a b
pgrep -c nonesuchcommand
pkill nonesuchcommand
pkill -0 nonesuchcommand
pkill
mktemp -u -p dir foo
mktemp a.XX
mktemp --foo
df nonesuch
du nonesuch
du --foo
df --foo
flock lock true
flock lock false
flock -n lock echo hi
flock lock -c 'exit 3'
flock
flock lock
logger --foo
`
