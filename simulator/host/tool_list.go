package host

// smallTools are the usual small tools by name, found in /usr/bin. What is not
// here is not on a simulated host; what an option table does not have, a tool
// refuses.
func smallTools() map[string]Program {
	all := map[string]Program{}
	for _, table := range []map[string]tool{textTools(), fileTools(), processTools(), machineTools()} {
		for name, t := range table {
			all[name] = t.program
		}
	}
	return all
}

// textTools read, change and write text.
func textTools() map[string]tool {
	sums := optionTable{short: "bctw", long: "binary=b check=c text=t warn=w quiet=quiet status=status"}
	return map[string]tool{
		"cat":       {options: optionTable{short: "AbeEnstTuv", long: "number-nonblank=b number=n squeeze-blank=s show-nonprinting=v show-ends=E show-tabs=T show-all=A"}, run: runCat},
		"tac":       {run: runTac},
		"head":      {options: optionTable{short: "n:c:qv", long: "lines=n: bytes=c: quiet=q silent=q verbose=v", number: "n"}, run: runHead},
		"tail":      {options: tailOptions, run: runTail},
		"wc":        {options: optionTable{short: "lwcmL", long: "lines=l words=w bytes=c chars=m max-line-length=L"}, run: runWc},
		"tee":       {options: optionTable{short: "ai", long: "append=a ignore-interrupts=i"}, run: runTee},
		"grep":      {options: grepOptions, run: runGrep, hint: grepHint},
		"egrep":     {options: grepOptions, run: runGrep, hint: grepHint},
		"fgrep":     {options: grepOptions, run: runGrep, hint: grepHint},
		"sed":       {options: sedOptions, run: runSed, hint: sedHint},
		"sort":      {options: sortOptions, run: runSort},
		"uniq":      {options: uniqOptions, run: runUniq},
		"cut":       {options: cutOptions, run: runCut},
		"tr":        {options: trOptions, run: runTr},
		"seq":       {run: runSeqArgs, raw: true},
		"yes":       {run: runYes},
		"md5sum":    {options: sums, run: runSum},
		"sha1sum":   {options: sums, run: runSum},
		"sha256sum": {options: sums, run: runSum},
		"sha512sum": {options: sums, run: runSum},
		"cksum":     {run: runCksum},
		"base64":    {options: optionTable{short: "dw:i", long: "decode=d wrap=w: ignore-garbage=i"}, run: runBase64},
		"od":        {options: odOptions, run: runOd},
	}
}

// fileTools tell of files, and move and change them.
func fileTools() map[string]tool {
	return map[string]tool{
		"ls":       {options: lsOptions, run: runLs},
		"stat":     {options: optionTable{short: "c:Lft", long: "format=c: printf=printf: dereference=L terse=t file-system=f"}, run: runStat},
		"find":     {run: runFind, raw: true},
		"mkdir":    {options: optionTable{short: "pm:v", long: "parents=p mode=m: verbose=v"}, run: runMkdir},
		"rmdir":    {options: optionTable{short: "pv", long: "parents=p verbose=v ignore-fail-on-non-empty=ignore"}, run: runRmdir},
		"rm":       {options: optionTable{short: "rRfdviI", long: "recursive=r force=f dir=d verbose=v one-file-system=one preserve-root=preserve"}, run: runRm},
		"mv":       {options: optionTable{short: "fnvt:T", long: "force=f no-clobber=n verbose=v target-directory=t: no-target-directory=T"}, run: runMv},
		"cp":       {options: optionTable{short: "arRpdfnuvLPt:T", long: "archive=a recursive=r force=f no-clobber=n update=u verbose=v dereference=L no-dereference=P target-directory=t: no-target-directory=T"}, run: runCp},
		"ln":       {options: optionTable{short: "sfnvt:T", long: "symbolic=s force=f no-dereference=n verbose=v target-directory=t: no-target-directory=T"}, run: runLn},
		"touch":    {options: optionTable{short: "acmr:d:t:", long: "no-create=c reference=r: date=d:"}, run: runTouch},
		"chmod":    {run: runChmod, raw: true},
		"chown":    {options: optionTable{short: "Rfvh", long: "recursive=R silent=f quiet=f verbose=v no-dereference=h reference=reference:"}, run: runChown},
		"chgrp":    {options: optionTable{short: "Rfvh", long: "recursive=R silent=f quiet=f verbose=v no-dereference=h reference=reference:"}, run: runChown},
		"basename": {options: optionTable{short: "as:z", long: "multiple=a suffix=s: zero=z", strict: true}, run: runBasename},
		"dirname":  {options: optionTable{short: "z", long: "zero=z"}, run: runDirname},
		"readlink": {options: optionTable{short: "femnqsvz", long: "canonicalize=f canonicalize-existing=e canonicalize-missing=m no-newline=n quiet=q silent=q verbose=v zero=z"}, run: runReadlink},
		"realpath": {options: optionTable{short: "emsqz", long: "canonicalize-existing=e canonicalize-missing=m no-symlinks=s strip=s quiet=q zero=z"}, run: runRealpath},
		"mktemp":   {options: optionTable{short: "dqup:t", long: "directory=d quiet=q dry-run=u tmpdir=p? suffix=suffix:"}, run: runMktemp},
		"df":       {options: optionTable{short: "hHkPTma", long: "human-readable=h si=H portability=P print-type=T all=a"}, run: runDf},
		"du":       {options: optionTable{short: "shkmbacd:x", long: "summarize=s human-readable=h bytes=b all=a total=c max-depth=d: one-file-system=x"}, run: runDu},
	}
}

// processTools decide, wait, and deal with other processes.
func processTools() map[string]tool {
	return map[string]tool{
		"test":  {run: runTest, raw: true},
		"[":     {run: runBracket, raw: true},
		"true":  {run: func(*call) int { return 0 }, raw: true},
		"false": {run: func(*call) int { return 1 }, raw: true},

		"ps":        {run: runPs, raw: true},
		"pgrep":     {run: runPgrep, raw: true},
		"pkill":     {run: runPgrep, raw: true},
		"sleep":     {run: runSleep},
		"nohup":     {options: nohupOptions, run: runNohup},
		"setsid":    {options: setsidOptions, run: runSetsid},
		"timeout":   {options: timeoutOptions, run: runTimeout},
		"env":       {options: envOptions, run: runEnv},
		"printenv":  {options: optionTable{short: "0", long: "null=0"}, run: runPrintenv},
		"sudo":      {options: sudoOptions, run: runSudo},
		"xargs":     {options: xargsOptions, run: runXargs},
		"flock":     {options: flockOptions, run: runFlock},
		"systemctl": {options: systemctlOptions, run: runSystemctl},
	}
}

// machineTools tell of the machine, its user, and other machines.
func machineTools() map[string]tool {
	return map[string]tool{
		"date":     {options: dateOptions, run: runDate},
		"uptime":   {options: optionTable{short: "ps", long: "pretty=p since=s"}, run: runUptime},
		"id":       {options: optionTable{short: "ugGnr", long: "user=u group=g groups=G name=n real=r"}, run: runID},
		"whoami":   {run: runWhoami},
		"hostname": {options: optionTable{short: "fsdiI", long: "fqdn=f long=f short=s domain=d ip-address=i all-ip-addresses=I", bad: 255}, run: runHostname},
		"uname":    {options: optionTable{short: "asnrvmo", long: "all=a kernel-name=s nodename=n kernel-release=r kernel-version=v machine=m operating-system=o"}, run: runUname},
		"free":     {options: optionTable{short: "bkmgh", long: "bytes=b kibi=k mebi=m gibi=g human=h"}, run: runFree},
		"sync":     {run: func(*call) int { return 0 }},
		"which":    {options: optionTable{}, run: runWhich},
		"logger":   {options: optionTable{short: "t:sp:i", long: "tag=t: stderr=s priority=p: id=i?"}, run: runLogger},
		"ping":     {options: optionTable{short: "c:W:i:qn4", bad: 2}, run: runPing},
		"getent":   {options: optionTable{}, run: runGetent},
	}
}
