package manifest_test

import (
	"fmt"
	"os"

	"github.com/daemonsim/daemonsim/manifest"
)

func ExampleParse() {
	set, err := manifest.Parse(manifest.Options{Namespace: "monitoring"}, manifest.File{
		Name: "agent.yaml",
		Data: []byte(`apiVersion: v1
kind: ConfigMap
metadata:
  name: agent-config
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
spec:
  selector:
    matchLabels:
      app: agent
  template:
    metadata:
      labels:
        app: agent
    spec:
      containers:
      - name: agent
        image: example.com/agent:1
`)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, item := range set.Items {
		line := item.Source.Line("spec.template.spec.containers[0].image")
		fmt.Printf("%s %s, image on line %d\n", item.Object.Kind(), item.Object.Meta().Key(), line)
	}
	for _, other := range set.NotSimulated {
		fmt.Printf("line %d: %s %s is not simulated\n", other.Line, other.Kind, other.Name)
	}
	// Output:
	// DaemonSet monitoring/agent, image on line 21
	// line 1: ConfigMap agent-config is not simulated
}

// Every mistake is reported at once, those of form and those of substance.
func ExampleParse_mistakes() {
	_, err := manifest.Parse(manifest.Options{}, manifest.File{
		Name: "agent.yaml",
		Data: []byte(`apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
spec:
  minReadySeconds: "5"
  selector:
    matchLabels:
      app: agent
  template:
    metadata:
      labels:
        app: agnet
    spec:
      containers:
      - name: agent
        imagee: example.com/agent:1
`)})
	fmt.Println(err)
	// Output:
	// agent.yaml:6: spec.minReadySeconds: expected integer, got string "5"; remove the quotes
	// agent.yaml:12: spec.template.metadata.labels: Invalid value: {"app":"agnet"}: `selector` does not match template `labels`
	// agent.yaml:16: spec.template.spec.containers[0].image: Required value
	// agent.yaml:17: spec.template.spec.containers[0].imagee: unknown field; did you mean "image"?
}

func ExampleYAML() {
	set, err := manifest.Parse(manifest.Options{}, manifest.File{
		Name: "class.yaml",
		Data: []byte(`{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, value: 1000,
metadata: {name: agents, annotations: {text: "two\nlines"}}}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	os.Stdout.Write(manifest.YAML(set.Objects()[0], manifest.Options{}))
	// Output:
	// apiVersion: scheduling.k8s.io/v1
	// kind: PriorityClass
	// metadata:
	//   annotations:
	//     text: |-
	//       two
	//       lines
	//   name: agents
	// value: 1000
}
