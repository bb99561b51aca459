// Package podsecurity judges pods by the Pod Security Standards and keeps those out of a namespace that its
// labels forbid.
//
// [Evaluate] holds a pod against a [Level] of the standards, as a [Version] of Kubernetes had them, and returns
// every [Violation]. [PolicyOf] reads from a namespace's labels what it enforces, audits and warns of.
// [Admission] puts both in front of a cluster: pods that violate the enforced level are refused, and whoever
// writes a workload is warned, but never refused, since only its pods are judged.
//
// # Differences from Kubernetes
//
//   - Audit annotations are not kept: there is no audit log. [Judge] returns them.
//   - All pods of a namespace are looked at when its labels change, and not just 3,000 of them within a second.
//   - A user is the actor that writes, by its name.
package podsecurity
