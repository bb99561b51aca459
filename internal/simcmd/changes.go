package simcmd

import "strings"

// changes lists every write since it was last asked, the bookkeeping too.
func changes(sh *Shell, args []string) (string, error) {
	words, err := noFlags(args)
	if err != nil {
		return "", err
	}
	if len(words) > 0 {
		return "", misuse("nothing comes after changes, but %q does", words[0])
	}
	lines := sh.writes
	sh.writes = nil
	if len(lines) == 0 {
		return "", nil
	}
	return strings.Join(lines, "\n") + "\n", nil
}
