// Package replicas is a controller of one's own: a ReplicaSet, which keeps a fixed number of pods wherever there is
// room for them. It is written with nothing but the public API, to be read before one writes another, and it is
// what lessons put beside a DaemonSet. (A Deployment is a ReplicaSet for each of its templates.)
//
// [Config] plugs it into a simulation:
//
//	sim := daemonsim.New(replicas.Config(daemonsim.Config{Seed: 1}))
//
// # How it is made
//
//   - [ReplicaSet] is the object. It says how it is copied, given its defaults and judged, and so passes the same
//     door as every other object. [ReplicaSet.Scale] makes it one that disruption budgets can ask for a number of
//     pods. The JSON tags are its manifest, and [Definition] tells manifests and kubectl of it.
//   - [Plan] is the decision: a function from values to a value, which can be tested without a cluster.
//   - [Controller] is the actor. Observe only notes which ReplicaSet a change concerns and puts it on the agenda,
//     once; Run reads what there is now, asks Plan, and carries that out. It keeps nothing but which ReplicaSets are
//     on the agenda and how often they failed, and Fork copies that.
//
// # Differences from Kubernetes
//
//   - Pods without a controller are not adopted, and pods whose labels have been edited are not released.
//   - There is no minReadySeconds: a pod that is ready is available. Of the ranks by which surplus pods are chosen
//     there is no deletion cost, and times are compared as they are.
//   - Whatever has failed is tried again after 5 ms, and each time after twice that.
//   - The controller counts its pods in the cluster itself and not in what it has been told of, so that it needs no
//     expectations when it lags.
package replicas
