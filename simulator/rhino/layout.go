package rhino

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"runbook/simulator/host"
)

// rhinoConfig stands for the configuration whose variables start-rhino.sh
// substitutes. The real one is longer.
const rhinoConfig = "<rhino-config>\n  <node id=\"@NODE_ID@\" home=\"@RHINO_HOME@\" work=\"@RHINO_WORK_DIR@\"/>\n" +
	"  <management port=\"@RMI_MBEAN_REGISTRY_PORT@\"/>\n  <database host=\"@MANAGEMENT_DATABASE_HOST@\" name=\"@MANAGEMENT_DATABASE_NAME@\"/>\n</rhino-config>\n"

// layOutMachine lays out what the nodes of a machine share.
func (c *Cluster) layOutMachine(m *host.Machine) {
	v := &c.Conventions
	for _, dir := range []string{c.Home, path.Join(c.Home, "client"), path.Join(c.Home, "client/etc"), path.Join(c.Home, "lib")} {
		c.makeDir(m, dir)
	}
	c.lay(m, path.Join(c.Home, "lib", v.Process), "")
	c.lay(m, path.Join(c.Home, "client/etc/client.properties"), c.clientProperties(m))
	c.lay(m, c.shared(v.RhinoEnv), "# Read by rhino.sh. Delay between the starts of nodes, in seconds.\nRHINO_START_INTERVAL=30\n")
	for name, program := range map[string]host.Program{
		v.Console: c.console, v.ControlScript: c.rhinoSh, v.SleeScript: c.sleeSh, v.CreateNodeScript: c.createNode,
	} {
		m.Install(c.shared(name), program)
	}
}

// clientProperties are what a console on the machine connects to: the
// event-router nodes there.
func (c *Cluster) clientProperties(m *host.Machine) string {
	port, list := 1199, ""
	for i, n := range c.on(m) {
		if i == 0 {
			port = n.spec.Port
		}
		if !n.spec.Quorum {
			list += ",localhost:" + strconv.Itoa(n.spec.Port)
		}
	}
	comment := "# "
	if strings.Count(list, ",") > 1 {
		comment = ""
	}
	if list == "" { // only quorum nodes here: the others, if they let it in
		comment = ""
		for _, n := range c.nodes {
			if !n.spec.Quorum {
				list += "," + n.spec.Host + ":" + strconv.Itoa(n.spec.Port)
			}
		}
	}
	if list == "" {
		comment, list = "# ", ",hosta:1199,hostb:1199"
	}
	return fmt.Sprintf("rhino.remote.host=localhost\nrhino.remote.port=%d\nrhino.remote.username=%s\nrhino.remote.password=%s\n%srhino.remote.serverlist=%s\nrhino.snapshot.baseport=22000\n",
		port, c.Username, c.Password, comment, list[1:])
}

// layOutNode lays out a node's directory.
func (c *Cluster) layOutNode(n *node) {
	v, m := &c.Conventions, n.machine
	for _, dir := range append([]string{c.Home, n.spec.Dir, n.path("config"), n.path("work")}, n.dirs()...) {
		c.makeDir(m, dir)
	}
	c.lay(m, n.path("config/config_variables"), n.variables())
	c.lay(m, n.path("config/rhino-config.xml"), rhinoConfig)
	for _, p := range []struct {
		name    string
		program host.Program
	}{
		{v.StartScript, n.start},
		{v.StopScript, n.stop},
		{v.MakePrimaryScript, n.makePrimary},
		{"dumpthreads.sh", n.dumpThreads},
		{"consolelog.sh", n.consoleLog},
	} {
		m.Install(n.path(p.name), p.program)
	}
}

// dirs are the directories that a node writes in while it runs.
func (n *node) dirs() []string {
	v := &n.c.Conventions
	all := []string{n.path("work/log")}
	for _, name := range []string{v.HaltFile, v.PidFile, v.PrimaryFile, v.Log, v.StartLog} {
		if dir := path.Dir(n.path(name)); !slices.Contains(all, dir) && dir != n.path("work") {
			all = append(all, dir)
		}
	}
	return all
}

// variables is the node's config_variables, after a public example [code].
func (n *node) variables() string {
	offset := n.spec.Port - 1199
	return fmt.Sprintf(`#This is parsed as a properties file AND as a shell script.
RHINO_HOME=%[1]s
RHINO_BASE=%[2]s
RHINO_WORK_DIR=%[1]s/work
JAVA_HOME=%[2]s/jdk
JVM_ARCH=64
MANAGEMENT_DATABASE_NAME=rhino
MANAGEMENT_DATABASE_HOST=localhost
MANAGEMENT_DATABASE_PORT=5432
MANAGEMENT_DATABASE_USER=rhino
MANAGEMENT_DATABASE_PASSWORD=password
SESSION_OWNERSHIP_FACILITY_ENABLED=False
REPLICATED_STORAGE_RESOURCE=DomainedMemoryDatabase
RMI_MBEAN_REGISTRY_PORT=%[4]d
JMX_SERVICE_PORT=%[5]d
RHINO_SSL_PORT=%[6]d
SNAPSHOT_BASEPORT=%[7]d
HEAP_SIZE=3072m
LOCALIPS="*"
RHINO_WATCHDOG_STUCK_INTERVAL=45000
RHINO_WATCHDOG_THREADS_THRESHOLD=50
SAVANNA_COMMS_MODE=MULTICAST
SAVANNA_CLUSTER_ID=100
SAVANNA_CLUSTER_ADDR=224.0.50.1
NODE_ID=%[3]s
`, n.spec.Dir, n.c.Home, n.name, n.spec.Port, 1202+offset, 1203+offset, 22000+offset)
}

// readVariables are the variables that the node's configuration says now.
func (n *node) readVariables() map[string]string {
	data, err := n.machine.Files().ReadFile(n.path("config/config_variables"))
	if err != nil {
		return nil
	}
	return properties(string(data))
}

// properties reads lines of NAME=VALUE.
func properties(text string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if ok && !strings.HasPrefix(name, "#") {
			all[strings.TrimSpace(strings.TrimPrefix(name, "export "))] = strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return all
}

// writeConfiguration is what a node writes about itself when it starts.
func (n *node) writeConfiguration() {
	n.write("work/log/config.log", n.variables())
	_ = n.files().AppendFile(n.path("work/log/audit.log"), []byte(n.c.fleet.Date().Format(stamp)+put(n.c.Texts.LicenseAudit, "id", n.name)+"\n"))
}

// lay writes a file that belongs to the machine's user.
func (c *Cluster) lay(m *host.Machine, name, text string) {
	_ = m.Files().WriteFile(name, []byte(text))
	_ = m.Files().Chown(name, false)
}

func (c *Cluster) makeDir(m *host.Machine, name string) {
	_ = m.Files().MkdirAll(name, 0o755)
	_ = m.Files().Chown(name, false)
}

// An appender is a file that what is written goes to the end of.
type appender struct {
	files *host.Files
	name  string
}

// Write is io.Writer's.
func (a appender) Write(b []byte) (int, error) {
	made := !a.files.Exists(a.name)
	if err := a.files.AppendFile(a.name, b); err != nil {
		return 0, err
	}
	if made {
		_ = a.files.Chown(a.name, false) // it is Rhino's user's, whoever writes it first
	}
	return len(b), nil
}
