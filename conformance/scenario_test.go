package conformance_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// scenario is one recorded trajectory of a real control plane: what was done to a fresh cluster, and what
// was seen after each step.
type scenario struct {
	name string
	// phases are the manifests that the cluster begins with, each applied once the one before has come to
	// rest.
	phases []string
	// first says how long the last phase is waited for, steps what is done after that.
	first waiting
	steps []step
	// seen has one entry more than steps: what the cluster looked like at first, and after each.
	seen []observation
}

// step is one entry of steps.yaml: what is done, and how long it is waited for.
type step struct {
	Name    string      `yaml:"name"`
	Kubectl commandList `yaml:"kubectl"`
	Apply   string      `yaml:"apply"`
	Stop    string      `yaml:"stop"`
	Start   string      `yaml:"start"`
	Sleep   float64     `yaml:"sleep"`
	waiting `yaml:",inline"`
	// Options stands in an entry of its own, about what comes before the first step.
	Options *struct {
		Initial waiting `yaml:"initial"`
	} `yaml:"options"`
}

// waiting says when the state is looked at, in seconds.
type waiting struct {
	// Until is waited for first.
	Until *condition `yaml:"until"`
	// Settle is for how long nothing may change; zero stands for the usual time.
	Settle float64 `yaml:"settle"`
	// Fixed is exactly how long it takes; NoSettle is that there is no wait at all.
	Fixed    float64 `yaml:"fixed"`
	NoSettle bool    `yaml:"nosettle"`
	Timeout  float64 `yaml:"timeout"`
}

// condition is a field of a DaemonSet that comes to a value, a node with a status, or no pods at all.
type condition struct {
	DaemonSet string `yaml:"ds"`
	Field     string `yaml:"field"`
	Equal     *int64 `yaml:"eq"`
	AtLeast   *int64 `yaml:"ge"`
	AtMost    *int64 `yaml:"le"`
	Node      string `yaml:"node"`
	Ready     string `yaml:"ready"`
	NoPods    any    `yaml:"no_pods"`
}

// commandList is one command line or several.
type commandList []string

func (l *commandList) UnmarshalYAML(node *yaml.Node) error {
	var one string
	if node.Kind == yaml.ScalarNode {
		err := node.Decode(&one)
		*l = commandList{one}
		return err
	}
	return node.Decode((*[]string)(l))
}

// observation is one after-K.json with its trace.
type observation struct {
	Commands   []command                        `json:"commands"`
	Nodes      map[string]nodeState             `json:"nodes"`
	DaemonPods map[string][]podState            `json:"ds_pods_by_node"`
	OtherPods  []podState                       `json:"other_pods"`
	DaemonSets map[string]setState              `json:"daemonsets"`
	Revisions  map[string][]revisionState       `json:"controllerrevisions"`
	Events     []eventState                     `json:"events"`
	Kubectl    map[string]struct{ Text string } `json:"kubectl"`
	trace      []incident
}

type command struct {
	Args   []string `json:"args"`
	Code   int      `json:"rc"`
	Stdout string   `json:"stdout"`
	Stderr string   `json:"stderr"`
}

// files is what a scenario is read from: its files by name.
type files map[string][]byte

// readScenario reads a recording; the error names the file and what is wrong with it.
func readScenario(name string, in files) (*scenario, error) {
	s := &scenario{name: name}
	for _, file := range []string{"objects.yaml", "steps.yaml"} {
		if in[file] == nil {
			return nil, fmt.Errorf("%s: %w", file, fs.ErrNotExist)
		}
	}
	if err := s.readSteps(in["steps.yaml"]); err != nil {
		return nil, fmt.Errorf("steps.yaml: %w", err)
	}
	var err error
	if s.phases, err = splitPhases(string(in["objects.yaml"])); err != nil {
		return nil, fmt.Errorf("objects.yaml: %w", err)
	}
	for k := range len(s.steps) + 1 {
		var seen observation
		if err := readJSON(in, fmt.Sprintf("after-%d.json", k), &seen); err != nil {
			return nil, err
		}
		if err := readJSON(in, fmt.Sprintf("trace-%d.json", k), &seen.trace); err != nil {
			return nil, err
		}
		s.seen = append(s.seen, seen)
	}
	return s, nil
}

func readJSON(in files, name string, into any) error {
	if in[name] == nil {
		return fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	if err := json.Unmarshal(in[name], into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// readSteps reads steps strictly: a key that is not known would otherwise be a step that is not taken.
func (s *scenario) readSteps(text []byte) error {
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	var list []step
	if err := decoder.Decode(&list); err != nil {
		return err
	}
	for _, entry := range list {
		if entry.Options != nil {
			s.first = entry.Options.Initial
			continue
		}
		s.steps = append(s.steps, entry)
	}
	return nil
}

// phaseOf says in which phase of the beginning an object of a kind is applied.
func phaseOf(kind string) int {
	switch kind {
	case "Namespace", "PriorityClass", "ResourceQuota", "Node":
		return 0
	case "DaemonSet":
		return 2
	}
	return 1
}

// splitPhases sorts the documents of objects.yaml by the phases in which they were applied.
func splitPhases(text string) ([]string, error) {
	var phases [3][]string
	for doc := range strings.SplitSeq(text, "\n---\n") {
		var head struct{ Kind string }
		if err := yaml.Unmarshal([]byte(doc), &head); err != nil {
			return nil, err
		}
		if head.Kind != "" {
			p := phaseOf(head.Kind)
			phases[p] = append(phases[p], doc)
		}
	}
	var list []string
	for _, docs := range phases {
		if len(docs) > 0 {
			list = append(list, strings.Join(docs, "\n---\n"))
		}
	}
	return list, nil
}

// readFolders reads every folder below a directory that holds a scenario, in the order of their names.
func readFolders(dir fs.FS) (names []string, found map[string]files, err error) {
	steps, err := fs.Glob(dir, "*/steps.yaml")
	if err != nil {
		return nil, nil, err
	}
	found = make(map[string]files)
	for _, file := range steps {
		name := path.Dir(file)
		entries, err := fs.ReadDir(dir, name)
		if err != nil {
			return nil, nil, err
		}
		in := make(files)
		for _, e := range entries {
			if e.IsDir() {
				continue
			}
			if in[e.Name()], err = fs.ReadFile(dir, path.Join(name, e.Name())); err != nil {
				return nil, nil, err
			}
		}
		names, found[name] = append(names, name), in
	}
	slices.Sort(names)
	return names, found, nil
}
