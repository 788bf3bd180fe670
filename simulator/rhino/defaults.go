package rhino

import "runbook/simulator/model"

// This file is the one place of defaults: every word, duration and choice of
// the simulator with what it rests on; defaults_texts.go holds those of the
// texts. What is marked Chosen or Memory stands in for what nobody has seen,
// and is meant to be set.

var conventionSettings = []model.Row[Conventions, string]{
	{"node_home", func(v *Conventions) *string { return &v.NodeHome }, "{base}/node-{id}", Documented, ""},
	{"start_script", func(v *Conventions) *string { return &v.StartScript }, "{home}/start-rhino.sh", Documented, ""},
	{"stop_script", func(v *Conventions) *string { return &v.StopScript }, "{home}/stop-rhino.sh", Inferred, "named in the documentation; that it is in the node's directory is inferred"},
	{"stop_arguments", func(v *Conventions) *string { return &v.StopArguments }, "--node {id}", Memory, ""},
	{"stop_cluster", func(v *Conventions) *string { return &v.StopCluster }, "--cluster", Memory, ""},
	{"kill_arguments", func(v *Conventions) *string { return &v.KillArguments }, "--kill", Memory, ""},
	{"make_primary_script", func(v *Conventions) *string { return &v.MakePrimaryScript }, "{home}/make-primary.sh", Documented, ""},
	{"control_script", func(v *Conventions) *string { return &v.ControlScript }, "{base}/rhino.sh", Documented, ""},
	{"console", func(v *Conventions) *string { return &v.Console }, "{base}/client/bin/rhino-console", Documented, ""},
	{"slee_script", func(v *Conventions) *string { return &v.SleeScript }, "{base}/slee.sh", Documented, ""},
	{"create_node_script", func(v *Conventions) *string { return &v.CreateNodeScript }, "{base}/create-node.sh", Documented, ""},
	{"halt_file", func(v *Conventions) *string { return &v.HaltFile }, "{home}/work/halt_file", Documented, ""},
	{"pid_file", func(v *Conventions) *string { return &v.PidFile }, "{home}/work/rhino.pid", Documented, ""},
	{"primary_file", func(v *Conventions) *string { return &v.PrimaryFile }, "{home}/work/primary_component", Chosen, "the name is not known"},
	{"log", func(v *Conventions) *string { return &v.Log }, "{home}/work/log/rhino.log", Documented, ""},
	{"start_log", func(v *Conventions) *string { return &v.StartLog }, "{home}/work/log/console.log", Documented, "in newer versions"},
	{"rhino_env", func(v *Conventions) *string { return &v.RhinoEnv }, "{base}/rhino.env", Documented, ""},
	{"start_slee", func(v *Conventions) *string { return &v.StartSLEE }, "-k -l -s", Code, "RHINO_START_ARGUMENTS of a public image"},
	{"start_quorum", func(v *Conventions) *string { return &v.StartQuorum }, "-k -l -q", Inferred, "-s cannot be used with -q"},
	{"java", func(v *Conventions) *string { return &v.Java }, "{base}/jdk/bin/java", Chosen, "below {base}, so that clusters on one host stay apart"},
	{"ready_line", func(v *Conventions) *string { return &v.ReadyLine }, "has joined the primary component and started fully", Documented, "the words of the troubleshooting guide; the line itself is not known"},
	{"process", func(v *Conventions) *string { return &v.Process }, "RhinoBoot.jar", Documented, ""},
	{"process_home", func(v *Conventions) *string { return &v.ProcessHome }, "{home}", Chosen, ""},
	{"alarms_command", func(v *Conventions) *string { return &v.AlarmsCommand }, "listactivealarms", Memory, "the documentation has -listActiveAlarms of an older console"},
	{"no_alarms", func(v *Conventions) *string { return &v.NoAlarms }, "No active alarms", Chosen, ""},
	{"not_connected", func(v *Conventions) *string { return &v.NotConnected }, "Could not connect to Rhino", Documented, ""},
	{"login_failed", func(v *Conventions) *string { return &v.LoginFailed }, "Login failed", Documented, "of the Ant tasks"},
	{"unknown_command", func(v *Conventions) *string { return &v.UnknownCommand }, "Unknown command", Chosen, ""},
}

var timingSettings = []model.Row[Timings, Span]{
	{"launch", func(t *Timings) *Span { return &t.Launch }, model.Seconds(2, 4), Chosen, ""},
	{"configure", func(t *Timings) *Span { return &t.Configure }, model.Seconds(3, 6), Chosen, ""},
	{"check", func(t *Timings) *Span { return &t.Check }, model.Seconds(0.5, 1), Chosen, ""},
	{"join", func(t *Timings) *Span { return &t.Join }, model.Seconds(2, 5), Chosen, ""},
	{"load", func(t *Timings) *Span { return &t.Load }, model.Seconds(10, 20), Chosen, ""},
	{"copy", func(t *Timings) *Span { return &t.Copy }, model.Seconds(5, 10), Chosen, ""},
	{"machine_mlets", func(t *Timings) *Span { return &t.MachineMlets }, model.Seconds(2, 4), Chosen, ""},
	{"node_mlets", func(t *Timings) *Span { return &t.NodeMlets }, model.Seconds(3, 6), Chosen, ""},
	{"ready", func(t *Timings) *Span { return &t.Ready }, model.Seconds(1, 2), Chosen, ""},
	{"slee_start", func(t *Timings) *Span { return &t.SLEEStart }, model.Seconds(5, 15), Chosen, ""},
	{"slee_stop", func(t *Timings) *Span { return &t.SLEEStop }, model.Seconds(1, 3), Chosen, ""},
	{"shut_down", func(t *Timings) *Span { return &t.ShutDown }, model.Seconds(3, 8), Chosen, ""},
	{"shut_down_limit", func(t *Timings) *Span { return &t.ShutDownLimit }, model.Seconds(60, 60), Chosen, "that there is one is documented: status 4"},
	{"failure_detect", func(t *Timings) *Span { return &t.FailureDetect }, model.Seconds(5, 5), Chosen, ""},
	{"auto_restart", func(t *Timings) *Span { return &t.AutoRestart }, model.Seconds(30, 30), Documented, ""},
	{"convergence", func(t *Timings) *Span { return &t.Convergence }, model.Seconds(300, 300), Chosen, "that there is one is documented: the alarm"},
	{"recheck", func(t *Timings) *Span { return &t.Recheck }, model.Seconds(60, 60), Chosen, "'retried periodically'"},
	{"boot_lock", func(t *Timings) *Span { return &t.BootLock }, model.None, Chosen, "'may time out when many components are deployed'; off unless asked for"},
	{"database_try", func(t *Timings) *Span { return &t.DatabaseTry }, model.Seconds(10, 10), Chosen, ""},
	{"console", func(t *Timings) *Span { return &t.Console }, model.Seconds(2, 4), Chosen, "a JVM that starts"},
	{"console_command", func(t *Timings) *Span { return &t.ConsoleCommand }, model.Seconds(0.1, 0.5), Chosen, ""},
	{"console_poll", func(t *Timings) *Span { return &t.ConsolePoll }, model.Seconds(1, 1), Chosen, ""},
}

var behaviourSettings = []model.ChoiceRow[Behaviour]{
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
