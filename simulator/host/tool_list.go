package host

// smallTools are the usual small tools by name, found in /usr/bin.
func smallTools() map[string]Program {
	return map[string]Program{}
}
