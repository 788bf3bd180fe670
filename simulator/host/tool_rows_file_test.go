package host

// fileRows are those of files.
const fileRows = `
ls
ls -a
ls -A
ls -1
ls -d dir
ls -d .
ls dir
ls dir void
ls fruit dir
ls -r
ls -t dir/a.txt fruit ends
ls -tr dir/a.txt fruit ends
ls -S dir
ls -R dir
ls -F
ls -p
ls nonesuch
ls nonesuch fruit
ls --foo
ls -l --time-style=full-iso fruit script.sh
ls -l --time-style=long-iso fruit
ls -l --time-style=+%s fruit
ls -l --time-style=full-iso empty log
ls -o --time-style=long-iso fruit
ls -lh --time-style=long-iso fruit
ls -d link broken
ls broken
ls void
ls fruit/
ls -l fruit/x
stat -c %s fruit
stat -c '%n %s %Y' fruit ends
stat -c %F fruit empty dir link
stat -c %F -L link
stat -c '%a %A' fruit script.sh dir
stat -c %U fruit
stat --format=%s fruit
stat --printf '%s\n' fruit
stat -c '%y' fruit
stat -c '%5s|%-5s|' fruit
stat nonesuch
stat
stat -c %N fruit
stat -c %% fruit
stat -c %f fruit dir
mkdir new
mkdir dir
mkdir -p a/b/c
mkdir a/b
mkdir -p dir
mkdir -p fruit
mkdir -m 700 new
mkdir -pm 750 new
mkdir -v new
mkdir fruit/x
mkdir
mkdir -m zz new
rmdir void
rmdir dir
rmdir nonesuch
rmdir fruit
rmdir -p dir/sub
rmdir
rm fruit
rm -f fruit nonesuch
rm nonesuch
rm dir
rm -r dir
rm -rf dir nonesuch
rm -d void
rm -d dir
rm -v fruit
rm
rm -f
rm link
rm -r .
rm --recursive dir
rm -Z
mv fruit fresh
mv fruit dir
mv fruit ends
mv nonesuch x
mv fruit ends dir
mv fruit nonesuch/x
mv dir void
mv dir fruit
mv fruit
mv
mv -v fruit x
mv fruit fruit
mv -n fruit ends
mv dir dir/sub
mv -t dir fruit ends
mv fruit ends table
mv link new
mv -T dir void
cp fruit new
cp fruit dir
cp fruit ends
cp dir new
cp -r dir new
cp -r dir void
cp -a dir new
cp nonesuch x
cp fruit ends void
cp fruit ends new
cp fruit
cp
cp -v fruit new
cp -n fruit ends
cp fruit fruit
cp link new
cp -P link new
cp -p script.sh new
cp script.sh new
cp fruit nonesuch/x
cp dir void
cp -f fruit ends
cp -t void fruit
cp -r dir fruit
cp fruit new/
ln -s fruit new
ln -s fruit ends
ln -sf fruit ends
ln -s fruit void
ln -sfn dir new
ln -sv fruit new
ln
touch new
touch -c new
touch dir
touch
touch void/none/x
touch -d @0 fruit
touch -r fruit new
touch -t 202001020304 fruit
touch -d 'nonsense date' fruit
chmod 600 fruit
chmod u+x fruit
chmod go-r fruit
chmod a=r fruit
chmod u=rw,go= fruit
chmod +x fruit
chmod -x script.sh
chmod 755 nonesuch
chmod -R 700 dir
chmod zz fruit
chmod
chmod 644
chmod u=rwX,g=u fruit dir
chmod 0640 fruit
basename /a/b/c
basename /a/b/c.txt .txt
basename a/
basename /
basename ''
basename -a x/y z/w
basename -s .c a.c b/d.c
basename
basename a b c
basename .txt .txt
dirname /a/b/c
dirname a
dirname /
dirname a/b/ c//d
dirname /a
dirname
dirname //a//b//
readlink link
readlink -f link
readlink -f fruit
readlink -f dir/up
readlink -f nonesuch
readlink -f nonesuch/x
readlink -e nonesuch
readlink -m nonesuch/x/../y
readlink fruit
readlink -n link
readlink
readlink -v fruit
realpath fruit
realpath dir/../link
realpath nonesuch
realpath nonesuch/x
realpath -m a/b/../c
realpath -e nonesuch
realpath -q nonesuch/x
realpath -s link
realpath .
realpath
seq 3
seq 2 4
seq 1 2 7
seq 5 1
seq 3 -1 1
seq -w 8 11
seq -s , 3
seq 0.5 0.5 2
seq
seq x
seq 1 2 3 4
seq 1 0 3
seq -2 2
seq --foo
find dir
find dir -type f
find dir -type d
find dir -type l
find dir -name '*.txt'
find dir -iname 'A.*'
find dir -maxdepth 1
find dir -mindepth 1 -maxdepth 1 -type f
find dir -name a.txt -o -name c
find dir '(' -name a.txt -o -name c ')' -print
find dir ! -name '*.txt' -type f
find dir -not -type d
find dir -name a.txt -print -name b
find dir -print0
find dir -depth
find dir -type f -delete
find dir -delete
find void -delete
find dir -name sub -prune -o -print
find dir -empty
find . -empty -type f
find dir -path 'dir/s*'
find dir -exec echo got {} ';'
find dir -type f -exec echo {} +
find dir -type f -exec false ';' -print
find dir -name a.txt -exec grep -H foo {} ';'
find dir -exec
find dir -name
find dir -foo
find nonesuch
find nonesuch dir -maxdepth 0
find dir -type x
find dir -maxdepth x
find dir -newer fruit -type f
find . -newer script.sh -type f
find dir -size +0 -type f
find . -maxdepth 1 -size -1 -type f
find dir -perm 644
find . -maxdepth 1 -perm -u+x -type f
find dir -quit
find dir -name a.txt -quit
find dir -name '[ab].*'
find dir -name '[!a].*'
find dir -mtime x
find . -maxdepth 1 -name '.h*'
find dir/a.txt
find dir/ -maxdepth 1
find dir -true -a -false
find dir x
find dir -exec nonesuchcommand {} ';'
find dir -type f,l
find dir -maxdepth 0 -print -print
`
