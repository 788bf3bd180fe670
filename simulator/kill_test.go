package simulator

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"runbook/effect"
)

// A fault that names an effect is met by that effect's requests alone, and what
// took effect is counted, whoever saw the answer.
func TestFaultOfAnEffect(t *testing.T) {
	t.Parallel()
	w := world(t, `systems = [simulate.exaoperation("demo", state = "running")]
schedule = [fault.lost_after(effect = "4.1:2", nth = 2)]`)
	call := func(id effect.ID) effect.Request {
		return effect.Request{
			ID: id, Kind: effect.KindXMLRPC, Class: effect.Change, Target: w.Systems()[0].URL + "/db_exa_db1",
			Operation: "stopDatabase", Peer: &effect.Peer{User: "admin", Secret: effect.Secret{Env: "X"}},
		}
	}
	err := w.Main(context.Background(), func(ctx context.Context) error {
		var got []string
		for _, id := range []effect.ID{{Number: 2}, {Branch: "4.1", Number: 2}, {Branch: "4.1", Number: 2}, {Branch: "4.1", Number: 2}} {
			res, err := w.Perform(ctx, call(id))
			if err != nil {
				return err
			}
			got = append(got, res.Describe())
		}
		for i, want := range []string{"None", "error: fault", "error: unreachable", "error: fault"} {
			if !strings.HasPrefix(got[i], want) {
				t.Errorf("call %d: got %s, want %s", i, got[i], want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := w.Struck("4.1:2"); n != 1 {
		t.Errorf("Struck = %d, want 1", n)
	}
	if first, second := w.Took(call(effect.ID{Number: 2})), w.Took(call(effect.ID{Branch: "4.1", Number: 2})); first != 1 || second != 0 {
		t.Errorf("Took = %d and %d, want 1 and 0", first, second)
	}
}

func TestKills(t *testing.T) {
	t.Parallel()
	w := world(t, `systems = [simulate.exaoperation("demo")]
faults = [fault.killed(at = "3m")]
schedule = [fault.killed(effect = "7", resumed_after = "1m"), fault.killed("8", "recorded")]`)
	want := []Kill{{At: 3 * time.Minute, When: KillRequested}, {ID: "7", When: KillRequested, After: time.Minute}, {ID: "8", When: KillRecorded}}
	if diff := cmp.Diff(want, w.Kills()); diff != "" {
		t.Errorf("Kills (-want +got):\n%s", diff)
	}
	for _, wrong := range []string{`fault.killed()`, `fault.killed("7", at = "1m")`, `fault.killed("7", "sometime")`} {
		if _, err := LoadScenario("x", []byte("faults = ["+wrong+"]")); err == nil {
			t.Errorf("%s: got no error", wrong)
		}
	}
}
