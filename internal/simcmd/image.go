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
	"--pre-stop DELAY, --slow 4x, --memory 300Mi, --disk 2Gi, --processes 5, --network-agent or " +
	"--network-agent=false; a DELAY is such as 5s, 2s..8s, mean=30s or p50=4s,p99=30s. " +
	"With " + whereUsage + " it is about some containers alone; --as-usual takes that back. " +
	"There '*' is any IMAGE"

// image says how an image behaves from now on, everywhere or somewhere. What no flag speaks of stays as it is.
func image(sh *Shell, args []string) (string, error) {
	set := flags()
	behaviourFlags(set)
	where := whereFlags(set)
	usual := set.Bool("as-usual", false, "")
	words, err := parse(set, args)
	if err != nil {
		return "", err
	}
	switch {
	case len(words) == 2 && strings.HasSuffix(words[1], "%"):
		return "", misuse("the chance %s needs a = before it, as in --never-ready=%[1]s", words[1])
	case len(words) != 1 || words[0] == "":
		return "", misuse("which image?")
	}
	if *usual {
		return "", where.takeBack(sh, set, words[0])
	}
	change, changed, err := changeOf(set, words[0])
	switch {
	case err != nil:
		return "", err
	case !changed:
		return "", misuse("how does %s behave?", words[0])
	case where.given(set):
		return "", where.except(sh, set, words[0], change)
	case words[0] == anyImage:
		return "", misuse("where does any image behave like that?")
	}
	return "", sh.sim.SetImageBehaviour(words[0], change.To(sh.sim.ImageBehaviour(words[0])))
}

// anyImage stands for every image.
const anyImage = "*"

// delayFlags are the flags that take a delay, amountFlags those that say what a container takes of its node.
var (
	delayFlags = [...]string{
		"pull", "start", "ready-after", "crash-after", "stop", "hang-after", "exit-after", "pre-stop",
	}
	amountFlags = [...]string{"memory", "disk", "processes"}
)

// behaviourFlags adds the flags that say how an image behaves.
func behaviourFlags(set *pflag.FlagSet) {
	for _, name := range delayFlags {
		set.String(name, "", "")
	}
	for _, name := range amountFlags {
		set.String(name, "", "")
	}
	for _, name := range [...]string{"crash", "never-ready", "cannot-pull", "slow"} {
		set.String(name, "", "")
	}
	set.Lookup("never-ready").NoOptDefVal = "true"
	set.Lookup("cannot-pull").NoOptDefVal = "true"
	set.Bool("network-agent", false, "")
	set.Int32("stop-code", 0, "")
}

// changeOf is what the flags on the command line change, and whether they change anything.
func changeOf(set *pflag.FlagSet, image string) (c kubelet.Change, changed bool, err error) {
	set.Visit(func(flag *pflag.Flag) {
		if err != nil || aboutPlaces(flag.Name) {
			return
		}
		changed = true
		err = changeBy(set, flag, image, &c)
	})
	if flag := set.Lookup("crash"); flag.Changed && err == nil {
		err = changeCrash(flag, &c)
	}
	return c, changed, err
}

// changeBy is what one flag changes.
func changeBy(set *pflag.FlagSet, flag *pflag.Flag, image string, c *kubelet.Change) error {
	text := flag.Value.String()
	switch flag.Name {
	case "pull":
		return changeDelay(flag, &c.Pull, &c.Random.Pull)
	case "start":
		return changeDelay(flag, &c.Start, &c.Random.Start)
	case "ready-after":
		return changeDelay(flag, &c.ReadyAfter, &c.Random.ReadyAfter)
	case "crash-after":
		return changeDelay(flag, &c.CrashAfter, &c.Random.CrashAfter)
	case "stop":
		return changeDelay(flag, &c.Stop, &c.Random.Stop)
	case "never-ready":
		return changeNeverReady(flag, c)
	case "cannot-pull":
		c.PullError = new(pullError(image, text))
	case "network-agent":
		c.NetworkAgent = new(text == "true")
	case "slow":
		factor, err := parseFactor(text)
		c.Slow = &factor
		return err
	case "stop-code":
		code, err := set.GetInt32(flag.Name)
		c.StopCode = &code
		return err
	case "hang-after":
		return changeDelay(flag, &c.HangAfter, &c.Random.HangAfter)
	case "exit-after":
		return changeDelay(flag, &c.ExitAfter, &c.Random.ExitAfter)
	case "pre-stop":
		return changeDelay(flag, &c.PreStop, &c.Random.PreStop)
	case "memory":
		return changeAmount(flag, &c.Memory)
	case "disk":
		return changeAmount(flag, &c.Disk)
	case "processes":
		return changeAmount(flag, &c.Processes)
	}
	return nil
}

// changeDelay reads a delay, which is fixed or left to chance.
func changeDelay(flag *pflag.Flag, fixed **time.Duration, random *kubelet.Distribution) error {
	d, drawn, err := kubelet.ParseDelay(flag.Value.String())
	if err != nil {
		return misuse("--%s: %w", flag.Name, err)
	}
	*fixed, *random = &d, drawn
	return nil
}

// changeCrash reads how likely a crash is. What never crashes has no time for it.
func changeCrash(flag *pflag.Flag, c *kubelet.Change) error {
	chance, err := parseChance(flag)
	if err != nil {
		return err
	}
	if c.Random.Crash = chance; chance == 0 {
		c.CrashAfter, c.Random.CrashAfter = new(time.Duration(0)), kubelet.Distribution{}
	}
	return nil
}

// changeNeverReady reads whether a container never becomes ready, or how likely that is.
func changeNeverReady(flag *pflag.Flag, c *kubelet.Change) error {
	text := flag.Value.String()
	if text == "true" || text == "false" {
		c.NeverReady = new(text == "true")
		return nil
	}
	c.NeverReady = new(false)
	chance, err := parseChance(flag)
	c.Random.NeverReady = chance
	return err
}

// changeAmount reads an amount.
func changeAmount(flag *pflag.Flag, amount **int64) error {
	q, err := quantity.Parse(flag.Value.String())
	if err != nil || q.Sign() < 0 {
		return misuse("--%s %s is no amount; one is such as 300Mi", flag.Name, flag.Value)
	}
	*amount = new(q.Value())
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

func parseChance(flag *pflag.Flag) (kubelet.Chance, error) {
	c, err := kubelet.ParseChance(flag.Value.String())
	if err != nil {
		return 0, misuse("--%s: %w", flag.Name, err)
	}
	return c, nil
}
