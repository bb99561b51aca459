package simcmd

// reset begins anew with an empty cluster. Files stay.
func reset(sh *Shell, args []string) (string, error) {
	if err := nothingAfter("reset", args); err != nil {
		return "", err
	}
	sh.begin()
	return "", nil
}
