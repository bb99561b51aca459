package kubectl_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/internal/kubectl"
)

// small is a simulation with one node and one pod-less namespace.
func small(t *testing.T) *daemonsim.Sim {
	t.Helper()
	sim := daemonsim.New(daemonsim.Config{Seed: 1})
	require.NoError(t, sim.AddNodes("n1"))
	return sim
}

// TestBadInput runs command lines that must fail, and looks at the first line of the answer.
func TestBadInput(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"", "error: required command not specified"},
		{"frob", `error: unknown command "frob" for "kubectl"`},
		{"rollout", `error: "rollout" needs a subcommand`},
		{"rollout frob ds/x", `error: unknown command "frob ds/x"`},
		{"set resources ds/x", `error: unknown command "resources ds/x"`},
		{"-n", "error: required command not specified"},
		{"get", "You must specify the type of resource to get. "},
		{"get pods --frob", "error: unknown flag: --frob"},
		{"get pods -x", "error: unknown shorthand flag: 'x' in -x"},
		{"get pods -n", "error: flag needs an argument: 'n' in -n"},
		{"get pods -n a/b", `error: "a/b" is not the name of a namespace`},
		{"get foo", `error: the server doesn't have a resource type "foo"`},
		{"get ,", `error: the server doesn't have a resource type ""`},
		{"get ds,foo", `error: the server doesn't have a resource type "foo"`},
		{"get nodes/", "error: arguments in resource/name form must have a single resource and name"},
		{"get nodes/a/b", "error: arguments in resource/name form may not have more than one slash"},
		{"get nodes/n1 pods", "error: there is no need to specify a resource type as a separate argument "},
		{"get node nope", `Error from server (NotFound): nodes "nope" not found`},
		{"get node n1 -l a=b", "error: name cannot be provided when a selector is specified"},
		{"get pods x -A", "error: a resource cannot be retrieved by name across all namespaces"},
		{"get pods -l a=b=c", `error: unable to parse selector "a=b=c": `},
		{"get pods -l !", `error: unable to parse selector "!": `},
		{"get pods --field-selector x", "error: invalid selector: 'x'; can't understand 'x'"},
		{"get pods --field-selector x=y", "Error from server (BadRequest): Unable to find " +
			`"/v1, Resource=pods" that match label selector "", field selector "x=y": ` +
			"field label not supported: x"},
		{"get pods -o foo", `error: unable to match a printer suitable for the output format "foo", `},
		{"get pods -o custom-columns", "error: custom-columns format specified but no custom columns given"},
		{"get pods -o custom-columns=A", "error: unexpected custom-columns spec: A, expected "},
		{"get pods -o jsonpath=", "error: template format specified but no template given"},
		{"get pods -o jsonpath={.a", "error: error parsing jsonpath {.a, unclosed action"},
		{"get pods -o jsonpath={.a[}", "error: error parsing jsonpath {.a[}, unterminated array in "},
		{"get pods -o jsonpath={.a[0,1]}", "error: error parsing jsonpath {.a[0,1]}, invalid array index 0,1"},
		{"get pods -o jsonpath={.a}{end}", "error: error parsing jsonpath {.a}{end}, not in range before "},
		{"get pods -o jsonpath={foo}", "error: error parsing jsonpath {foo}, unrecognized identifier foo"},
		{"get pods --sort-by {}", "error: unexpected path string, expected a 'name1.name2' or "},
		{"get -f gone.yaml", `error: the path "gone.yaml" does not exist`},
		{"describe", "error: You must specify the type of resource to describe. Use "},
		{"describe ds nope", `Error from server (NotFound): daemonsets.apps "nope" not found`},
		{"delete", "error: You must provide one or more resources by argument or filename."},
		{"delete pods", "error: resource(s) were provided, but no name was specified"},
		{"delete node n1 --all", "error: name cannot be provided when a selector is specified"},
		{"delete pods --all -l a", "error: setting 'all' parameter but found a non empty selector. "},
		{"delete pod x --now --grace-period=3", "error: --now and --grace-period cannot be specified together"},
		{"delete pod x --force --grace-period=3",
			"error: --force and --grace-period greater than 0 cannot be specified together"},
		{"delete pod x --cascade=foo", "error: invalid cascade value (foo). Must be "},
		{"delete pod x --grace-period=z", `error: invalid argument "z" for "--grace-period" flag: `},
		{"delete -f x.yaml -f x.yaml", `error: the path "x.yaml" does not exist`},
		{"apply -f x.yaml --dry-run=maybe", `error: Invalid dry-run value (maybe). Must be "none", "server", or "client".`},
		{"label", "error: one or more resources must be specified as <resource> <name> or "},
		{"label node", "error: at least one label update is required"},
		{"label node n1", "error: at least one label update is required"},
		{"label node a=b", "error: resource(s) were provided, but no name was specified"},
		{"label node n1 a=b c", "error: all resources must be specified before label changes: c"},
		{"label node n1 a=b a-", "error: can not both modify and remove a label in the same command"},
		{"label node n1 a=b!c", `error: invalid label value: "a=b!c": `},
		{"label node n1 a^=b", `error: invalid label key: "a^=b": `},
		{"label node n1 =b", "error: at least one label update is required"},
		{"label node n1 a=b -l x", "error: name cannot be provided when a selector is specified"},
		{"annotate node n1 a=b a-", "error: can not both modify and remove the following annotation(s) in the same command: a"},
		{"annotate node n1 a^=b", `The Node "n1" is invalid: metadata.annotations: Invalid value: "a^": `},
		{"taint", "error: one or more resources must be specified as <resource> <name>"},
		{"taint nodes n1", "error: at least one taint update is required"},
		{"taint nodes n1 a=b", `error: invalid taint spec: a=b`},
		{"taint nodes n1 a=b:Foo", `error: invalid taint effect: Foo, unsupported taint effect`},
		{"taint nodes n1 a:NoSchedule a-", "error: can not both modify and remove the same taint: "},
		{"taint nodes a:NoSchedule", "error: at least one resource name must be specified since 'all' "},
		{"taint pods x a:NoSchedule", "error: invalid resource type pods, only node types are supported"},
		{"cordon", "error: USAGE: cordon NODE [flags]"},
		{"cordon n1 -l a", "error: cannot specify both a node name and a --selector option"},
		{"drain", "error: USAGE: drain NODE [flags]"},
		{"drain n1 -l a", "error: cannot specify both a node name and a --selector option"},
		{"drain nope", `Error from server (NotFound): nodes "nope" not found`},
		{"drain n1 --pod-selector=a===b", "error: --pod-selector=<pod_selector> must be a valid label selector"},
		{"drain n1 --timeout=2540400h", "error: --timeout=2540400h0m0s is too long; "},
		{"set image", "error: You must provide one or more resources by argument or filename."},
		{"rollout status ds/nope", `Error from server (NotFound): daemonsets.apps "nope" not found`},
		{"rollout status ds/nope --timeout=-1s", "error: --timeout=-1s is negative; 0 waits for ever"},
		{"rollout status ds/nope --timeout=2540400h", "error: --timeout=2540400h0m0s is too long; "},
		{"rollout undo node/n1", `error: error retrieving rollbacker for "Node", no visitor method exists `},
		{"get pods -w --request-timeout=x", "error: Invalid timeout value. Timeout must be a single integer in "},
		{"get pods -w --request-timeout=900000h", "error: --request-timeout=900000h is too long; "},
		{"get -w", "error: You must provide one or more resources by argument or filename."},
		{"get pods,ds -w", "error: you may only specify a single resource type"},
		{"get all -w", "error: you may only specify a single resource type"},
		{"get pod nope --watch-only", `Error from server (NotFound): pods "nope" not found`},
		{"get pods -o yaml --show-labels", "error: --show-labels option cannot be used with yaml printer"},
		{"get pods -o custom-columns=A:.a -L x",
			"error: --label-columns option cannot be used with custom-columns=A:.a printer"},
		{"get pods -o json=x", `error: unable to match a printer suitable for the output format "json=x", `},
		{"get pods -o go-template=x --template=y",
			`error: unable to match a printer suitable for the output format "go-template=x", `},
		{"label node n1 a=b -o wide", `error: unable to match a printer suitable for the output format "wide", ` +
			"allowed formats are: go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file," +
			"name,template,templatefile,yaml"},
		{"get pods -o custom-columns-file=x", "error: error reading template x, open x: no such file or directory"},
		{"get pods -o go-template", "error: template format specified but no template given"},
		{"get pods -o go-template={{", "error: error parsing template {{, template: output:1: unclosed action"},
		{"get pods -o go-template={{foo}}",
			`error: error parsing template {{foo}}, template: output:1: function "foo" not defined`},
		{"get pods -o go-template={{loop_step}}",
			`error: error parsing template {{loop_step}}, template: output:1: function "loop_step" not defined`},
		{"get pods -o go-template-file=x", "error: error reading --template x, open x: no such file or directory"},
		{"delete pod x -o json", "error: unexpected -o output mode: json. We only support '-o name'"},
		{"cordon n1 -o name", "error: unknown shorthand flag: 'o' in -o"},
		{"rollout restart ds/x --dry-run", "error: unknown flag: --dry-run"},
		{"rollout undo", "error: required resource not specified"},
		{"set image node/n1", "error: at least one image update is required"},
		{"scale node/n1 --replicas=-1",
			"error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"},
		{"taint nodes n1 a:b:NoSchedule", "error: invalid taint spec: a:b:NoSchedule"},
		{"taint nodes n1 a=b:NoSchedule x", "error: all resources must be specified before taint changes: x"},
		{"scale ds/nope", `error: required flag(s) "replicas" not set`},
	} {
		t.Run(tt.args, func(t *testing.T) {
			sim := small(t)
			before := sim.Hash()
			output := run(t, sim, 1, strings.Fields(tt.args)...)
			first, _, _ := strings.Cut(output, "\n")
			require.True(t, strings.HasPrefix(first, tt.want), "got  %s\nwant %s", first, tt.want)
			require.True(t, strings.HasSuffix(output, "\n"), "the answer ends its last line")
			require.Equal(t, before, sim.Hash(), "a command that fails changes nothing")
		})
	}
}

// TestHelp asks for the flags of a verb.
func TestHelp(t *testing.T) {
	output := run(t, small(t), 0, "get", "--help")
	require.Contains(t, output, "Usage:\n  kubectl get (TYPE[,TYPE...] [NAME...] | TYPE/NAME...)\n")
	require.Contains(t, output, "-l, --selector string")
}

// TestFlagsAnywhere puts the same flag in every place.
func TestFlagsAnywhere(t *testing.T) {
	want := run(t, small(t), 0, "get", "nodes", "n1")
	for _, line := range []string{
		"-n default get nodes n1", "get -n default nodes n1", "get nodes -n default n1",
		"get nodes n1 -n default", "get nodes n1 --namespace=default", "--namespace default get nodes n1",
	} {
		same(t, want, run(t, small(t), 0, strings.Fields(line)...))
	}
	sim := small(t)
	run(t, sim, 1, "-n", "x", "rollout", "-n", "y", "status", "ds/a")
}

// FuzzArgs runs any command lines, which must not panic, must say something when they fail, and must say
// the same each time.
func FuzzArgs(f *testing.F) {
	for _, seed := range []string{
		"get ds,pods -o wide -A", "get nodes -o jsonpath={.items[*]..name}", "get ev --sort-by=.count",
		"get pods -o custom-columns=A:.a[1:2],B:{..b[?(@.c<=\"d\")]}", "describe pods", "describe node n1",
		"label node n1 a=b c-", "annotate ds agent a=b", "taint nodes n1 a=b:NoSchedule c:NoExecute-",
		"rollout status ds/agent --timeout=1s", "rollout undo ds/agent --to-revision=-1 --dry-run",
		"rollout history ds/agent --revision=1", "rollout restart ds -l app", "set image ds/agent *=x",
		"apply -f agent.yaml", "create -f agent.yaml,agent.yaml", "delete ds,pods --all --force",
		"delete -f agent.yaml --cascade=orphan", "cordon n1", "uncordon -l a!=b", "drain n1 --ignore-daemonsets", "scale ds/agent --replicas=1", "patch ds agent --type=merge -p {}", "create ns x",
		"get pods -w --request-timeout=5s", "get ds --watch-only -o yaml", "get ev -w -A", "get pods -w -l app=agent -L app",
		"get ds agent -w -o custom-columns=A:.status", "get -f agent.yaml -w -o wide", "delete ds agent --cascade=foreground",
		"get pods -o go-template={{range_.items}}{{.metadata.name}}{{end}}", "get ds -o go-template={{range_9999}}{{.}}{{end}}",
		`get ds agent --template={{define_"a"}}{{template_"a"}}{{end}}{{template_"a"}}`,
		`get ds agent --template={{$a:="x"}}{{range_$i,$e:=.spec}}{{$a=printf_"%9s%v"_$a_$e}}{{html_$a}}{{end}}`,
		`get ds -o go-template={{with_index_.items_0}}{{exists_._"spec"}}{{base64decode_"eA=="}}{{end}}`,
		"get ds -w -o template={{.kind.x}}", "get pods -o jsonpath-as-json={.items[*]}", "apply -f agent.yaml -o yaml",
		"label ds agent a=b -o json", "rollout history ds/agent -o name", "set image ds/agent *=y -o jsonpath={.kind}",
		"create -f agent.yaml --dry-run=client -o yaml", "rollout undo ds/agent -o name", "taint no n1 a:NoSchedule -o yaml",
		"-n x get -- -n", "get nodes/n1 -o yaml", "get pods --field-selector=status.phase!=Running",
	} {
		// A space parts two arguments, and _ stands for a space within one.
		f.Add(strings.NewReplacer(" ", "\n", "_", " ").Replace(seed))
	}
	f.Fuzz(func(t *testing.T, line string) {
		if len(line) > 1000 {
			return
		}
		args := strings.Split(line, "\n")
		sh := populated(t)
		fork := sh.sim.Fork()
		output, code := kubectl.Run(sh.sim, sh.file, args)
		again, codeAgain := kubectl.Run(fork, sh.file, args)
		require.Equal(t, output, again)
		require.Equal(t, code, codeAgain)
		require.True(t, code == 0 || strings.HasSuffix(output, "\n"))
		require.Equal(t, sh.sim.Hash(), fork.Hash())
	})
}

// populated is a shell with nodes and a DaemonSet that is rolled out.
func populated(t *testing.T) *shell {
	t.Helper()
	sh := newShell()
	sh.WriteFile("agent.yaml", []byte(agentManifest))
	require.NoError(t, sh.sim.AddNodes("n1", "n2"))
	run := sh.Run([]string{"kubectl", "apply", "-f", "agent.yaml"})
	require.Equal(t, "daemonset.apps/agent created\n", run.Output)
	require.NoError(t, sh.sim.Settle())
	return sh
}

const agentManifest = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers:
      - {name: main, image: "img:v1", resources: {requests: {cpu: 50m, memory: 64Mi}}}
`
