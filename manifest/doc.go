// Package manifest reads and writes objects as Kubernetes manifests: YAML or JSON, any number of
// documents in a file, lists of objects.
//
// [Parse] takes the text of files and [Load] their names. Both return a [Set]: the objects that a
// simulation knows (Node, Namespace, Pod, PodDisruptionBudget, PriorityClass, DaemonSet,
// ControllerRevision, and what [Options.Definitions] adds), each with its [Source], and a note of every
// object that it does not know, such as a ConfigMap. Or they return an [ErrorList] of all mistakes in all files
// at once, each with its file, line,
// field and value:
//
//	agent.yaml:9: spec.minReadySeconds: expected integer, got string "5"; remove the quotes
//	agent.yaml:14: spec.template.spec.containers[0].imagee: unknown field; did you mean "image"?
//
// The cluster judges objects too, when they are created, against what is in it already.
// [Item.Errors] gives such an error its lines. [Decode] only reads and judges nothing beyond the
// form.
//
// [YAML] and [JSON] write an object as kubectl prints it, [YAMLList] and [JSONList] several:
//
//	set, err := manifest.Load(manifest.Options{}, "agent.yaml")
//	if err != nil {
//		return err
//	}
//	for _, obj := range set.Objects() {
//		os.Stdout.Write(manifest.YAML(obj, manifest.Options{}))
//	}
//
// # Guarantees
//
// No input makes the package panic, and none takes more time than its size accounts for: aliases
// are counted before they are followed, and files, values, documents and nesting have limits (see
// [MaxFileBytes] and those beside it).
//
// A mistake does not hide another. A document with a syntax error does not keep the next from being
// read; mistakes of form and of substance come in one list, ordered by file, line and column. Only
// a finding about a field that could not be read is left out, and what goes beyond [MaxMistakes].
//
// Equal input gives equal objects, equal text and equal errors. What is written reads back as the
// same object, the fields aside that the cluster fills. The caller owns what it gets. The package
// has no state and starts no goroutines.
//
// # Differences from Kubernetes
//
// Unknown fields and keys given twice are errors, as with kubectl --validate=strict; for the fields
// [Options] has a way to relax that.
//
// The status of a Pod or Namespace, the conditions of a DaemonSet, a Namespace's spec, what the API
// server fills in metadata (uid, resourceVersion, generation, creationTimestamp, deletionTimestamp,
// deletionGracePeriodSeconds, managedFields, selfLink), a template's owner references, timeAdded of
// taints and the inventory in a Node's status (volumes, daemon endpoints, features, swap) are
// accepted and not kept: [Item.Dropped] names them, and [Source.Text] reads what they say. The capacity,
// allocatable, conditions, addresses, node info and images of a Node are kept.
//
// Timestamps count from [Options.Epoch]. UIDs in owner references are kept if a simulation wrote
// them; others become one that no object has. The status of a DaemonSet is read, and emptied on creation.
//
// A Pod comes out split as the cluster stores it, with the defaults of a pod already in its
// Template: its node name, and the node that its required node affinity names if it does nothing
// else, are in the Pod itself.
//
// Scalars mean what they mean to kubectl, which follows YAML 1.1: yes and off are booleans, 0640 is
// octal. A tag that is not one of YAML's own is an error where kubectl ignores it. Text must be
// UTF-8. The template in the data of a ControllerRevision is written as the DaemonSet controller
// writes it, whatever order its keys have in the file, so that it counts as the same revision.
package manifest
