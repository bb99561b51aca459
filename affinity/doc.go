// Package affinity models how Kubernetes selects things by their labels: label selectors, node
// selectors, and the affinity of pods.
//
// Types such as [LabelSelector] and [NodeSelector] have the shape of the API, JSON included. To
// match, they are compiled first: [Compile], [ParseSelector] and [SelectorFromSet] make a
// [Selector], [CompileNodeSelector] makes a [NodeMatcher], [CompileRequiredNodeAffinity] what a
// pod demands of its node, [CompileInterPodAffinity] what it demands and wishes of the pods near it.
// What is malformed comes to light then, once, and matching is a few lookups.
//
//	selector, err := affinity.ParseSelector("app in (web,api),!canary")
//	if err != nil {
//		return err
//	}
//	fmt.Println(selector.Matches(map[string]string{"app": "api"})) // true
//
// A [NodeMatcher] can also explain itself: [NodeMatcher.Explain] tells for each term the first
// requirement that failed and what the node has instead. [ValidateLabelSelector] and
// [ValidateNodeSelector] judge as the API server does on a write, which is not quite what
// compiling accepts; [KeyErrors] and its neighbours judge single names.
//
// # Guarantees
//
// Everything is a pure function of its arguments. No function changes or keeps an argument;
// compiled forms are immutable. Matching does not fail and does not allocate. Lists of problems
// and texts have a fixed order, that of the fields, maps by key.
//
// # Differences from Kubernetes
//
// Where Kubernetes reports the first malformed entry of a map, in random order, Compile reports
// the first in the order of the keys. The wording of errors of [ParseSelector] is ours.
// Requirements on the same key keep their order in [Selector.String]. A label that is compared by
// Gt or Lt and is no integer does not match, silently; Kubernetes logs it.
package affinity
