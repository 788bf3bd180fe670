package rhino

// This file is the one place of defaults: every word, duration and choice of
// the simulator with what it rests on; defaults_texts.go holds those of the
// texts. What is marked Chosen or Memory stands in for what nobody has seen,
// and is meant to be set.

var conventionSettings = []textSetting[Conventions]{
	{"node_dir", func(v *Conventions) *string { return &v.NodeDir }, "node-{id}", Documented, ""},
	{"start", func(v *Conventions) *string { return &v.Start }, "start-rhino.sh", Documented, ""},
	{"stop", func(v *Conventions) *string { return &v.Stop }, "stop-rhino.sh", Inferred, "named in the documentation; that it is in the node's directory is inferred"},
	{"make_primary", func(v *Conventions) *string { return &v.MakePrimary }, "make-primary.sh", Documented, ""},
	{"halt_file", func(v *Conventions) *string { return &v.HaltFile }, "work/halt_file", Documented, ""},
	{"pid_file", func(v *Conventions) *string { return &v.PIDFile }, "work/rhino.pid", Documented, ""},
	{"log", func(v *Conventions) *string { return &v.Log }, "work/log/rhino.log", Documented, ""},
	{"console_log", func(v *Conventions) *string { return &v.ConsoleLog }, "work/log/console.log", Documented, "in newer versions"},
	{"primary_marker", func(v *Conventions) *string { return &v.PrimaryMarker }, "work/primary_component", Chosen, "the name is not known"},
	{"console", func(v *Conventions) *string { return &v.Console }, "client/bin/rhino-console", Documented, ""},
	{"rhino_sh", func(v *Conventions) *string { return &v.RhinoSh }, "rhino.sh", Documented, ""},
	{"slee_sh", func(v *Conventions) *string { return &v.SleeSh }, "slee.sh", Documented, ""},
	{"create_node", func(v *Conventions) *string { return &v.CreateNode }, "create-node.sh", Documented, ""},
	{"rhino_env", func(v *Conventions) *string { return &v.RhinoEnv }, "rhino.env", Documented, ""},
	{"stop_node", func(v *Conventions) *string { return &v.StopNode }, "--node", Memory, ""},
	{"stop_cluster", func(v *Conventions) *string { return &v.StopCluster }, "--cluster", Memory, ""},
	{"stop_kill", func(v *Conventions) *string { return &v.StopKillFlag }, "--kill", Memory, ""},
	{"start_slee", func(v *Conventions) *string { return &v.StartSLEE }, "-k -l -s", Code, "RHINO_START_ARGUMENTS of a public image"},
	{"start_quorum", func(v *Conventions) *string { return &v.StartQuorum }, "-k -l -q", Inferred, "-s cannot be used with -q"},
	{"java", func(v *Conventions) *string { return &v.Java }, "jdk/bin/java", Chosen, "in Config.Home, so that clusters on one host stay apart"},
	{"ready_line", func(v *Conventions) *string { return &v.ReadyLine }, "has joined the primary component and started fully", Documented, "the words of the troubleshooting guide; the line itself is not known"},
}

var timingSettings = []timingSetting{
	{"launch", func(t *Timings) *Span { return &t.Launch }, seconds(2, 4), Chosen, ""},
	{"configure", func(t *Timings) *Span { return &t.Configure }, seconds(3, 6), Chosen, ""},
	{"check", func(t *Timings) *Span { return &t.Check }, seconds(0.5, 1), Chosen, ""},
	{"join", func(t *Timings) *Span { return &t.Join }, seconds(2, 5), Chosen, ""},
	{"load", func(t *Timings) *Span { return &t.Load }, seconds(10, 20), Chosen, ""},
	{"copy", func(t *Timings) *Span { return &t.Copy }, seconds(5, 10), Chosen, ""},
	{"machine_mlets", func(t *Timings) *Span { return &t.MachineMlets }, seconds(2, 4), Chosen, ""},
	{"node_mlets", func(t *Timings) *Span { return &t.NodeMlets }, seconds(3, 6), Chosen, ""},
	{"ready", func(t *Timings) *Span { return &t.Ready }, seconds(1, 2), Chosen, ""},
	{"slee_start", func(t *Timings) *Span { return &t.SLEEStart }, seconds(5, 15), Chosen, ""},
	{"slee_stop", func(t *Timings) *Span { return &t.SLEEStop }, seconds(1, 3), Chosen, ""},
	{"shut_down", func(t *Timings) *Span { return &t.ShutDown }, seconds(3, 8), Chosen, ""},
	{"shut_down_limit", func(t *Timings) *Span { return &t.ShutDownLimit }, seconds(60, 60), Chosen, "that there is one is documented: status 4"},
	{"failure_detect", func(t *Timings) *Span { return &t.FailureDetect }, seconds(5, 5), Chosen, ""},
	{"auto_restart", func(t *Timings) *Span { return &t.AutoRestart }, seconds(30, 30), Documented, ""},
	{"convergence", func(t *Timings) *Span { return &t.Convergence }, seconds(300, 300), Chosen, "that there is one is documented: the alarm"},
	{"recheck", func(t *Timings) *Span { return &t.Recheck }, seconds(60, 60), Chosen, "'retried periodically'"},
	{"boot_lock", func(t *Timings) *Span { return &t.BootLock }, None, Chosen, "'may time out when many components are deployed'; off unless asked for"},
	{"database_try", func(t *Timings) *Span { return &t.DatabaseTry }, seconds(10, 10), Chosen, ""},
	{"console", func(t *Timings) *Span { return &t.Console }, seconds(2, 4), Chosen, "a JVM that starts"},
	{"console_command", func(t *Timings) *Span { return &t.ConsoleCommand }, seconds(0.1, 0.5), Chosen, ""},
	{"console_poll", func(t *Timings) *Span { return &t.ConsolePoll }, seconds(1, 1), Chosen, ""},
}

var behaviourSettings = []behaviourSetting{
	{"second_primary", func(b *Behaviour) *string { return &b.SecondPrimary }, []string{"split", "join"}, Chosen, "the dangerous one"},
	{"reform", func(b *Behaviour) *string { return &b.Reform }, []string{"majority", "any"}, Inferred, "'majority missing' is a reason to wait for the primary component"},
	{"keep_delete", func(b *Behaviour) *string { return &b.KeepDelete }, []string{"no", "yes"}, Chosen, "documented of -p, -s and -x; -q stays, of -d and -c nothing is said"},
	{"database_gone", func(b *Behaviour) *string { return &b.DatabaseGone }, []string{"exit", "wait"}, Documented, "'Rhino will not start'; how it does not is chosen"},
	{"kill_halts", func(b *Behaviour) *string { return &b.KillHalts }, []string{"yes", "no"}, Inferred, "'shut down with management commands'"},
	{"stop_kill", func(b *Behaviour) *string { return &b.StopKill }, []string{"KILL", "TERM"}, Chosen, ""},
	{"stop_drains", func(b *Behaviour) *string { return &b.StopDrains }, []string{"no", "yes"}, Chosen, ""},
	{"remote_console", func(b *Behaviour) *string { return &b.RemoteConsole }, []string{"refused", "allowed"}, Documented, "only clients on the same host by default"},
	{"halt_while_paused", func(b *Behaviour) *string { return &b.HaltWhilePaused }, []string{"stops", "ignored"}, Chosen, ""},
	{"desired_flags", func(b *Behaviour) *string { return &b.DesiredFlags }, []string{"persist", "once"}, Inferred, "a restart drops them 'to avoid changing the cluster state'"},
}
