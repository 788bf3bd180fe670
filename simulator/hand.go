package simulator

// SwitchOn lets somebody switch on by hand what no call can: the license servers
// of all systems that are off. It reports whether there are any.
func (w *World) SwitchOn() bool {
	w.Advance(0)
	found := false
	for _, s := range w.systems {
		before := s.DescribeAt(w.Elapsed())
		for _, n := range s.LicenseServers() {
			_ = s.at(w.Elapsed()).PowerOn(w.Elapsed(), n) // there is one of that name
		}
		found = found || s.DescribeAt(w.Elapsed()) != before
	}
	return found
}
