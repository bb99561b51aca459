// Package quantity models the resource amounts of Kubernetes: "500m" of a cpu, "1.5Gi" of memory,
// 110 pods. Amounts are exact decimal numbers, never floats.
//
// A [Quantity] is a number together with the way it is written: in binary suffixes (Ki, Mi, ...),
// decimal suffixes (m, k, M, ...) or a decimal exponent (1e3). The way of writing never takes part
// in comparing. Start with [Parse], or [MustParse] for literals:
//
//	allocatable := quantity.MustParse("2")
//	used := quantity.MustParse("1500m").Add(quantity.MustParse("0.25"))
//	free := allocatable.Sub(used)
//	fmt.Println(free, free.MilliValue()) // 250m 250
//
// # Guarantees
//
// A Quantity is immutable and safe to copy; the zero Quantity is 0. Compare with [Quantity.Cmp] or
// [Quantity.Equal], not with ==. Parsing, comparing and adding amounts of up to 18 digits, which
// is every amount met in practice, does not allocate; beyond that the arithmetic is that of big
// integers and still exact. Parsing takes time and memory linear in a text of at most
// [MaxTextLength] bytes and panics on no input.
//
// # Differences from Kubernetes
//
// Arithmetic returns a new Quantity instead of changing its receiver.
//
// Texts longer than [MaxTextLength] and amounts or exponents beyond [MaxExponent] are refused with
// [ErrRange]; Kubernetes accepts them and may then compute for a very long time.
//
// [Quantity.Value] and [Quantity.MilliValue] of an amount that does not fit an int64, or of a
// negative one of more digits than fit, give the number that Kubernetes gives, which is not
// meaningful (often 0 or a wrapped value). Compare with [Quantity.Cmp] before converting amounts of
// doubtful size.
package quantity
