package simcmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

const imageUsage = "sim image IMAGE with any of --pull DELAY, --cannot-pull or --cannot-pull=ERROR, " +
	"--cannot-pull=false, --start DELAY, --ready-after DELAY, --never-ready or --never-ready=1%, " +
	"--crash-after DELAY, --crash 5%, --hang-after DELAY, --exit-after DELAY, --stop DELAY, --stop-code 143, " +
	"--pre-stop DELAY, --memory 300Mi, --disk 2Gi, --processes 5, --network-agent or --network-agent=false; " +
	"a DELAY is such as 5s, 2s..8s, mean=30s or p50=4s,p99=30s"

// image says how an image behaves from now on. What no flag speaks of stays as it is.
func image(sh *Shell, args []string) (string, error) {
	set := flags()
	for _, name := range delayFlags {
		set.String(name, "", "")
	}
	set.String("crash", "", "")
	set.String("never-ready", "", "")
	set.Lookup("never-ready").NoOptDefVal = "true"
	set.String("cannot-pull", "", "")
	agent := set.Bool("network-agent", false, "")
	code := set.Int32("stop-code", 0, "")
	for _, name := range amountFlags {
		set.String(name, "", "")
	}
	set.Lookup("cannot-pull").NoOptDefVal = "true"
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	switch {
	case len(words) == 2 && strings.HasSuffix(words[1], "%"):
		return "", misuse("the chance %s needs a = before it, as in --never-ready=%[1]s", words[1])
	case len(words) != 1:
		return "", misuse("which image?")
	}
	if set.NFlag() == 0 {
		return "", misuse("how does %s behave?", words[0])
	}
	b := sh.sim.ImageBehaviour(words[0])
	if flag := set.Lookup("cannot-pull"); flag.Changed {
		b.PullError = pullError(words[0], flag.Value.String())
	}
	if set.Changed("network-agent") {
		b.NetworkAgent = *agent
	}
	if set.Changed("stop-code") {
		b.StopCode = *code
	}
	if err := use(set, &b.Usage); err != nil {
		return "", err
	}
	if err := behave(set, &b); err != nil {
		return "", err
	}
	return "", sh.sim.SetImageBehaviour(words[0], b)
}

// delayFlags are the flags that take a delay, in the order of the usage.
var delayFlags = [...]string{
	"pull", "start", "ready-after", "crash-after", "stop", "hang-after", "exit-after", "pre-stop",
}

// amountFlags are the flags that say what a container takes of its node.
var amountFlags = [...]string{"memory", "disk", "processes"}

// use changes what those flags speak of.
func use(set *pflag.FlagSet, u *kubelet.Usage) error {
	for i, amount := range [...]*int64{&u.Memory, &u.Disk, &u.Processes} {
		flag := set.Lookup(amountFlags[i])
		if !flag.Changed {
			continue
		}
		q, err := quantity.Parse(flag.Value.String())
		if err != nil || q.Sign() < 0 {
			return misuse("--%s %s is no amount; one is such as 300Mi", flag.Name, flag.Value)
		}
		*amount = q.Value()
	}
	return nil
}

// behave changes what the flags on the command line speak of.
func behave(set *pflag.FlagSet, b *kubelet.Behaviour) error {
	r := &b.Random
	for i, field := range [...]struct {
		fixed  *time.Duration
		random *kubelet.Distribution
	}{
		{&b.Pull, &r.Pull}, {&b.Start, &r.Start}, {&b.ReadyAfter, &r.ReadyAfter},
		{&b.CrashAfter, &r.CrashAfter}, {&b.Stop, &r.Stop}, {&b.HangAfter, &r.HangAfter},
		{&b.ExitAfter, &r.ExitAfter}, {&b.PreStop, &r.PreStop},
	} {
		flag := set.Lookup(delayFlags[i])
		if !flag.Changed {
			continue
		}
		fixed, random, err := kubelet.ParseDelay(flag.Value.String())
		if err != nil {
			return misuse("--%s: %w", flag.Name, err)
		}
		*field.fixed, *field.random = fixed, random
	}
	if flag := set.Lookup("crash"); flag.Changed {
		if err := chance(flag, &r.Crash); err != nil {
			return err
		}
	}
	flag := set.Lookup("never-ready")
	switch text := flag.Value.String(); {
	case !flag.Changed:
	case text == "true", text == "false":
		b.NeverReady, r.NeverReady = text == "true", 0
	default:
		b.NeverReady = false
		return chance(flag, &r.NeverReady)
	}
	return nil
}

// pullError is the error of an image that cannot be pulled; the words true and false stand for the one of a
// registry that does not have it, and for none.
func pullError(image, text string) string {
	switch text {
	case "true":
		return fmt.Sprintf("failed to resolve reference %q: not found", image)
	case "false":
		return ""
	}
	return text
}

func chance(flag *pflag.Flag, field *kubelet.Chance) error {
	c, err := kubelet.ParseChance(flag.Value.String())
	if err != nil {
		return misuse("--%s: %w", flag.Name, err)
	}
	*field = c
	return nil
}
