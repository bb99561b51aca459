package cluster_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// family is an owner with two pods, a widget that belongs to it, a widget of the widget, one that has a
// second owner, and things that do not belong to it.
func family(t *testing.T) *cluster.Cluster {
	c := cluster.New(cluster.Config{})
	owner := create(t, c, newWidget("owner"))
	other := create(t, c, newWidget("other"))
	child := create(t, c, newWidget("child", owner))
	create(t, c, newWidget("grandchild", child))
	create(t, c, newWidget("shared", owner, other))
	for _, name := range []string{"bound", "loose"} {
		p := newPod(name)
		p.Labels = map[string]string{"app": "x"}
		p.OwnerReferences = []cluster.OwnerReference{ownedBy(owner, true)}
		if name == "bound" {
			p.NodeName = "a"
		}
		create(t, c, p)
	}
	create(t, c, newPod("stranger"))
	return c
}

func TestGarbageCollection(t *testing.T) {
	for _, row := range []struct {
		name    string
		call    func(c *cluster.Cluster) error
		changes []string
		widgets []string
		reason  string
	}{
		{
			name: "background", call: deleting(kindWidget, "default", "owner"),
			changes: []string{
				"t=0s user delete Widget default/owner",
				"t=0s garbage-collector update Pod default/bound",
				"t=0s garbage-collector delete Pod default/loose",
				"t=0s garbage-collector delete Widget default/child",
				"t=0s garbage-collector update Widget default/shared",
				"t=0s garbage-collector delete Widget default/grandchild",
			},
			widgets: []string{"default/other", "default/shared"},
			reason:  "dependents go after their owner, unless they have another",
		}, {
			name: "orphan",
			call: func(c *cluster.Cluster) error {
				return c.Delete(kindWidget, "default", "owner", cluster.DeleteOptions{Propagation: cluster.Orphan})
			},
			changes: []string{
				"t=0s user update Pod default/bound",
				"t=0s user update Pod default/loose",
				"t=0s user update Widget default/child",
				"t=0s user update Widget default/shared",
				"t=0s user delete Widget default/owner",
			},
			widgets: []string{"default/child", "default/grandchild", "default/other", "default/shared"},
			reason:  "dependents lose their owner and stay",
		}, {
			name: "namespace", call: deleting(cluster.KindNamespace, "", "default"),
			changes: []string{
				"t=0s user delete Namespace default",
				"t=0s garbage-collector update Pod default/bound",
				"t=0s garbage-collector delete Pod default/loose",
				"t=0s garbage-collector delete Pod default/stranger",
				"t=0s garbage-collector delete Widget default/child",
				"t=0s garbage-collector delete Widget default/grandchild",
				"t=0s garbage-collector delete Widget default/other",
				"t=0s garbage-collector delete Widget default/owner",
				"t=0s garbage-collector delete Widget default/shared",
			},
			widgets: []string{},
			reason:  "everything in it goes, whoever owns it",
		}, {
			name: "dependent", call: deleting(kindWidget, "default", "shared"),
			changes: []string{"t=0s user delete Widget default/shared"},
			widgets: []string{"default/child", "default/grandchild", "default/other", "default/owner"},
			reason:  "owners do not depend on what they own",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := family(t)
			changes := history(c)
			require.NoError(t, row.call(c))
			require.NoError(t, c.Settle())
			if diff := cmp.Diff(row.changes, *changes); diff != "" {
				t.Errorf("%s (-want +got):\n%s", row.reason, diff)
			}
			require.Equal(t, row.widgets, keysOf(c, kindWidget), row.reason)
		})
	}
}

// TestOrphansAreFound asks the indexes after an orphaning deletion.
func TestOrphansAreFound(t *testing.T) {
	c := family(t)
	owner := c.Object(kindWidget, "default", "owner").Meta().UID
	opts := cluster.DeleteOptions{Propagation: cluster.Orphan}
	require.NoError(t, c.Delete(kindWidget, "default", "owner", opts))
	require.Empty(t, uids(c.PodsOwnedBy("default", owner)))
	require.Empty(t, uids(c.OwnedBy(owner)))
	require.Len(t, uids(c.PodsOwnedBy("default", 0)), 3)
	require.Empty(t, storedPod(c, "loose").OwnerReferences)
	require.Equal(t, map[string]string{"app": "x"}, storedPod(c, "loose").Labels)
}

// TestNamespaceHoldsTerminatingPods deletes a namespace and leaves the bound pod to its kubelet.
func TestNamespaceHoldsTerminatingPods(t *testing.T) {
	c := family(t)
	require.NoError(t, c.Delete(cluster.KindNamespace, "", "default", cluster.DeleteOptions{}))
	require.NoError(t, c.Settle())
	require.Equal(t, []string{"default/bound"}, keysOf(c, cluster.KindPod))
	require.True(t, storedPod(c, "bound").Terminating())
}

// TestForeground deletes an owner that waits for what it owns.
func TestForeground(t *testing.T) {
	foreground := cluster.DeleteOptions{Propagation: cluster.Foreground}
	holding := func(o cluster.Object, controller bool) cluster.OwnerReference {
		ref, yes := ownedBy(o, controller), true
		ref.BlockOwnerDeletion = &yes
		return ref
	}
	setUp := func(t *testing.T) (*cluster.Cluster, *[]string) {
		c := family(t)
		owner := c.Object(kindWidget, "default", "owner")
		child := stored[*widget](c, kindWidget, "default", "child").Clone().(*widget)
		child.OwnerReferences = []cluster.OwnerReference{holding(owner, true)}
		update(t, c, child)
		p := newPodOn("held", "a")
		p.OwnerReferences = []cluster.OwnerReference{holding(owner, true)}
		create(t, c, p)
		grandchild := stored[*widget](c, kindWidget, "default", "grandchild").Clone().(*widget)
		grandchild.OwnerReferences = []cluster.OwnerReference{holding(child, true)}
		update(t, c, grandchild)
		changes := history(c)
		require.NoError(t, c.Delete(kindWidget, "default", "owner", foreground))
		require.NoError(t, c.Settle())
		return c, changes
	}
	terminate := func(t *testing.T, c *cluster.Cluster, name string) {
		none := time.Duration(0)
		require.NoError(t, c.Delete(cluster.KindPod, "default", name, cluster.DeleteOptions{GracePeriod: &none}))
		require.NoError(t, c.Settle())
	}

	t.Run("D-196 the owner goes last", func(t *testing.T) {
		c, changes := setUp(t)
		want := []string{
			"t=0s user update Widget default/owner",
			"t=0s garbage-collector update Pod default/held",
			"t=0s garbage-collector update Pod default/bound",
			"t=0s garbage-collector delete Pod default/loose",
			"t=0s garbage-collector update Widget default/child",
			"t=0s garbage-collector update Widget default/shared",
			"t=0s garbage-collector delete Widget default/grandchild",
			"t=0s garbage-collector update Widget default/child",
			"t=0s garbage-collector delete Widget default/child",
		}
		if diff := cmp.Diff(want, *changes); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		owner := stored[*widget](c, kindWidget, "default", "owner")
		require.True(t, owner.Terminating())
		require.Equal(t, []string{"foregroundDeletion"}, owner.Finalizers)
		terminate(t, c, "held")
		require.Nil(t, c.Object(kindWidget, "default", "owner"), "the other pod does not block")
		require.True(t, storedPod(c, "bound").Terminating())
		require.Equal(t, []string{"default/other", "default/shared"}, keysOf(c, kindWidget))
	})
	t.Run("what comes meanwhile goes, too", func(t *testing.T) {
		c, _ := setUp(t)
		p := newPod("late")
		p.OwnerReferences = []cluster.OwnerReference{holding(c.Object(kindWidget, "default", "owner"), true)}
		create(t, c, p)
		terminate(t, c, "held")
		require.Nil(t, storedPod(c, "late"))
		require.Nil(t, c.Object(kindWidget, "default", "owner"))
	})
	t.Run("a dependent that is let go is not waited for", func(t *testing.T) {
		c, _ := setUp(t)
		update(t, c, edited(storedPod(c, "held"), func(p *cluster.Pod) { p.OwnerReferences = nil }))
		require.NoError(t, c.Settle())
		require.Nil(t, c.Object(kindWidget, "default", "owner"))
	})
	for _, policy := range []cluster.Propagation{cluster.Background, cluster.Orphan, cluster.Foreground} {
		t.Run(fmt.Sprint("the latest policy counts ", policy), func(t *testing.T) {
			c, _ := setUp(t)
			opts := cluster.DeleteOptions{Propagation: policy}
			require.NoError(t, c.Delete(kindWidget, "default", "owner", opts))
			require.Equal(t, policy == cluster.Foreground, c.Object(kindWidget, "default", "owner") != nil)
		})
	}
	t.Run("with nothing to wait for it goes at once", func(t *testing.T) {
		c := family(t)
		require.NoError(t, c.Delete(kindWidget, "default", "owner", foreground))
		require.Nil(t, c.Object(kindWidget, "default", "owner"))
		require.NoError(t, c.Delete(cluster.KindPod, "default", "loose", foreground))
		require.Nil(t, storedPod(c, "loose"))
	})
}
