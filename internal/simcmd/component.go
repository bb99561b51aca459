package simcmd

const (
	stopUsage  = "sim stop COMPONENT, as in sim stop kube-scheduler"
	startUsage = "sim start COMPONENT, as in sim start kube-scheduler"
)

// stop ends a component of the control plane.
func stop(sh *Shell, args []string) (string, error) {
	name, err := component(args)
	if err != nil {
		return "", err
	}
	return "", sh.sim.Stop(name)
}

// start begins a stopped component anew.
func start(sh *Shell, args []string) (string, error) {
	name, err := component(args)
	if err != nil {
		return "", err
	}
	return "", sh.sim.Start(name)
}

func component(args []string) (string, error) {
	words, err := noFlags(args)
	if err == nil && len(words) != 1 {
		return "", misuse("which component?")
	}
	if err != nil {
		return "", err
	}
	return words[0], nil
}
