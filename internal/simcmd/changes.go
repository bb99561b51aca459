package simcmd

import "strings"

// changes lists every write since it was last asked, the bookkeeping too.
func changes(sh *Shell, args []string) (string, error) {
	if err := nothingAfter("changes", args); err != nil {
		return "", err
	}
	lines := sh.writes
	sh.writes = nil
	if len(lines) == 0 {
		return "", nil
	}
	return strings.Join(lines, "\n") + "\n", nil
}
