// Package simtest checks what must hold in every simulation, so that your own property tests can check it
// too.
//
// [Watch] attaches a [Checker] to a simulation; it looks at every change as it is made, and Err says what
// was wrong. [Quiet] is for a cluster that has nothing left to do, and [Converged] for one in which every
// rollout should have come to its end:
//
//	sim := daemonsim.New(daemonsim.Config{Seed: 7})
//	checker := simtest.Watch(sim)
//	// ... nodes, manifests, rollouts ...
//	if err := errors.Join(checker.Err(), simtest.Quiet(sim)); err != nil {
//		t.Fatal(err)
//	}
//
// What Watch checks after every change, by name:
//
//   - [Versions]: the chain of versions has no gap, time does not run backwards, names are unique.
//   - [Counters]: the numbers of a status fit together.
//   - [Creation]: the controller creates pods only on nodes that should run one, made from the current
//     template, and never a second one outside of a surge.
//   - [Deletion]: the controller deletes no pod without a reason: the one to keep of several stays, and
//     so does a pod of the current revision on a node that fits.
//   - [Budget]: a rolling update takes no available pod away when more nodes would be without one than
//     maxUnavailable allows, and puts no more pods beside available ones than maxSurge allows.
//   - [MissingNode]: a pod does not outlive its node for longer than the collector of pods waits, and is not
//     collected for the lack of a node that exists.
//   - [Life]: a pod stays on its node, in its terminal phase and on the far side of its restarts; it gets ready only
//     while it runs, a kubelet that does not answer does nothing for it, and it is evicted from no node whose taints
//     it tolerates for ever.
//   - [Frozen]: nothing that was ever stored changes afterwards.
//
// A controller that lags is judged by what it sees: it creates pods where they should have been, and never a
// second one beside a pod that it has seen or created. Only what it has seen counts when it has been started anew
// since, or when the creation of a pod has only seemed to fail. Deletion and Budget are left out then.
//
// What Quiet checks are functions of their own: [Placed], [Scheduled], [Evicted], [Counted], [History], [Claimed]
// and [Collected]. Converged adds [RolledOut].
//
// # Guarantees
//
//   - The checks share no code with the controllers where it counts: which nodes fit, what a status
//     says and what a budget allows is worked out again from the objects, slowly.
//   - Checking does not change the simulation. Quiet and Converged work on a fork.
//   - An error lists every violation, each with the check, the virtual time and the object. It is a
//     join of [Violation] values.
package simtest
