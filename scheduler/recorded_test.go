package scheduler_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
)

// recordedPod and recordedNode are the parts of a manifest that filters look at.
type recordedPod struct {
	Metadata cluster.TemplateMeta
	Spec     cluster.PodSpec
	Status   struct{ Phase cluster.PodPhase }
}

type recordedNode struct {
	Metadata cluster.TemplateMeta
	Spec     cluster.NodeSpec
	Status   struct{ Allocatable cluster.ResourceList }
}

type recordedCase struct {
	Pod          recordedPod
	Nodes        []recordedNode
	ExistingPods []recordedPod
}

// recordedVerdict is what one plugin says when it is asked alone. ByPreFilter marks a node that it had
// ruled out before it was asked: then it gives no reason of its own (S-141).
type recordedVerdict struct {
	Plugin, Code string
	Reasons      []string
	ByPreFilter  bool
}

type recordedAnswer struct {
	Nodes []struct {
		Node string
		Each []recordedVerdict
	}
}

func (p *recordedPod) pod() *cluster.Pod {
	return &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: p.Metadata.Name, Namespace: p.Metadata.Namespace},
		Template:   cluster.NewTemplate(cluster.PodTemplateSpec{ObjectMeta: p.Metadata, Spec: p.Spec}),
		NodeName:   p.Spec.NodeName,
		Status:     cluster.PodStatus{Phase: p.Status.Phase},
	}
}

// infos are the nodes of a case by name, with the pods on them that count.
func (c *recordedCase) infos() map[string]*scheduler.NodeInfo {
	infos := make(map[string]*scheduler.NodeInfo)
	for _, n := range c.Nodes {
		infos[n.Metadata.Name] = &scheduler.NodeInfo{Node: &cluster.Node{
			ObjectMeta: cluster.ObjectMeta{Name: n.Metadata.Name, Labels: n.Metadata.Labels},
			Spec:       n.Spec,
			Status:     cluster.NodeStatus{Allocatable: n.Status.Allocatable},
		}}
	}
	for _, p := range c.ExistingPods {
		if pod, info := p.pod(), infos[p.Spec.NodeName]; info != nil && !pod.Terminal() {
			info.Pods = append(info.Pods, pod)
		}
	}
	return infos
}

// TestRecordedFilters compares each filter, asked alone about each node, with Kubernetes' own.
func TestRecordedFilters(t *testing.T) {
	cases, verdicts, agreed := 0, 0, 0
	recorded(t, "filter", func(id string, in, answer []byte) {
		var c recordedCase
		var want recordedAnswer
		require.NoError(t, json.Unmarshal(in, &c), id)
		require.NoError(t, json.Unmarshal(answer, &want), id)
		cases++
		pod, infos := c.Pod.pod(), c.infos()
		for _, node := range want.Nodes {
			for _, filter := range scheduler.DefaultFilters() {
				verdicts++
				code, reasons := filter.Filter(pod, infos[node.Node])
				want := alone(node.Each, filter.Name())
				got := recordedVerdict{filter.Name(), code.String(), reasons, want.ByPreFilter}
				if want.ByPreFilter {
					got.Reasons = nil
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s, node %s (-want +got):\n%s", id, node.Node, diff)
					continue
				}
				agreed++
			}
		}
	})
	t.Logf("%d cases: %d of %d verdicts agree", cases, agreed, verdicts)
}

// alone finds the verdict of a plugin; those that let the pod pass are not listed.
func alone(each []recordedVerdict, plugin string) recordedVerdict {
	for _, v := range each {
		if v.Plugin == plugin {
			return v
		}
	}
	return recordedVerdict{Plugin: plugin, Code: scheduler.Success.String()}
}

// recorded calls f with each recorded case of a kind and the answer of Kubernetes' own code. The test is
// skipped where there are no recordings.
func recorded(t *testing.T, kind string, f func(id string, in, answer []byte)) {
	t.Helper()
	dir := os.Getenv("DAEMONSIM_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(dir, "cases", kind+".jsonl.gz"))
	if err != nil {
		t.Skipf("recorded cases are not here, set DAEMONSIM_SHARED: %v", err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var line struct {
			ID           string
			Case, Answer json.RawMessage
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &line))
		f(line.ID, line.Case, line.Answer)
	}
	require.NoError(t, lines.Err())
}
