package host

// sedRows are those of sed.
const sedRows = `
sed s/a/b/ fruit
sed s/a/b/g fruit
sed s/p/X/2 fruit
sed s/p/X/2g fruit
sed -n s/apple/X/p fruit
sed -n 2p fruit
sed -n 2,3p fruit
sed -n '$p' fruit
sed -n '$p' ends
sed 2d fruit
sed '/^$/d' fruit
sed -n '/Banana/,/^$/p' fruit
sed '2,$d' fruit
sed -n '/a/!p' fruit
sed -e s/a/1/ -e s/p/2/ fruit
sed -E 's/(a)(p+)/\2\1/' fruit
sed 's/\(a\)\(p*\)/\2\1/' fruit
sed 's/a/[&]/g' fruit
sed 's/a/\&/g' fruit
sed 's|a|/|g' fruit
sed 's,a,\,,' fruit
sed y/abc/xyz/ fruit
sed = ends
sed -n = fruit
sed q fruit
sed 2q fruit
sed q5 fruit
sed 3Q fruit
sed -i s/a/b/ fruit
sed -i.bak s/a/b/ fruit
sed -i 2d fruit ends
sed -n '/INFO/{s/INFO/I/;p}' log
sed '/INFO/{s/INFO/I/;s/2026/Y/}' log
sed '1i\top' ends
sed '1i top' ends
sed '$a bottom' ends
sed '2c changed' ends
sed '1,2c changed' ends
sed '/two/a after' ends
sed N ends
sed 'N;s/\n/ /' fruit
sed '$!N;s/\n/ /' fruit
sed 'N;P;D' fruit
sed -n 'h;n;G;p' fruit
sed 'G' ends
sed -n 'x;p' ends
sed '1!G;h;$!d' fruit
sed ':a;s/^\(.\{1,5\}\)$/ \1/;ta' ends
sed ':a;N;$!ba;s/\n/,/g' ends
sed 's/a/b/;t;s/p/q/' fruit
sed -n '1~2p' fruit
sed '0~3d' fruit
sed -n '2,+1p' fruit
sed -n '2,~4p' fruit
sed -n '0,/a/p' fruit
sed -n '/a/I p' twice
sed 's/A/x/I' twice
sed 's/x*/-/g' <<< abxcx\n
sed 's/b*/X/2' <<< abc\n
sed 's/$/!/' ends
sed 's/^/> /' ends
sed 's/a\|p/X/g' fruit
sed -E 's/a|p/X/g' fruit
sed 's/[/]/_/' <<< a/b\n
sed 's/a/\n/' ends fruit
sed 's/\t/TAB/g' tabs
sed 's/.*/\U&/' fruit
sed 's/\(.\)\(.*\)/\u\1\2/' fruit
sed -E 's/(.)(.*)/\1\U\2\E!/' fruit
sed '' fruit
sed p ends
~ sed -n
~ sed --foo
sed 's/a/b' fruit
sed 's/a' fruit
sed 's/a/b/x' fruit
sed 's/a/b/gg' fruit
sed 's/\(a/b/' fruit
sed 's/a/\1/' fruit
sed k fruit
sed '{p' ends
sed 'p}' ends
sed '3,p' ends
sed 1,2 ends
sed bx ends
sed y/abc/de/ ends
sed p extra
sed p nonesuch ends
sed p dir
sed -s -n '$p' fruit ends
sed -n '$p' fruit ends
sed '5!d' fruit
sed 'n;d' fruit
sed -f nonesuch fruit
sed '/a/s//X/' fruit
sed 's/a/b/w' ends
sed -n '/start/,+2p' log
sed '/start/r ends' log
sed -E 's/a{2}/x/' <<< aaa\n
sed -E 's/a{1/x/' ends
sed -E 's/*a/x/' ends
sed 's/*a/x/' <<< *a\n
sed '1d;$d' ends
sed -e 1d -e 1p ends
sed '# comment' ends
sed 's/o/0/ # c' ends
sed --expression=1d ends
sed -n -e '/one/p' -e '/two/=' ends
`
