package kubectl

import "github.com/daemonsim/daemonsim/cluster"

func budgetColumns() []column {
	type spec = cluster.PodDisruptionBudgetSpec
	share := func(header string, of func(*spec) *cluster.IntOrString) column {
		return narrow(header, func(_ *view, b *cluster.PodDisruptionBudget) string {
			if v := of(&b.Spec); v != nil {
				return v.String()
			}
			return "N/A"
		})
	}
	return []column{
		nameColumn(),
		share("MIN AVAILABLE", func(s *spec) *cluster.IntOrString { return s.MinAvailable }),
		share("MAX UNAVAILABLE", func(s *spec) *cluster.IntOrString { return s.MaxUnavailable }),
		narrow("ALLOWED DISRUPTIONS", func(_ *view, b *cluster.PodDisruptionBudget) string {
			return number(b.Status.DisruptionsAllowed)
		}),
		ageColumn(),
	}
}

func describeBudget(d *describer, obj cluster.Object) {
	b := obj.(*cluster.PodDisruptionBudget)
	d.line(0, "Name:\t%s", b.Name)
	d.line(0, "Namespace:\t%s", b.Namespace)
	switch {
	case b.Spec.MinAvailable != nil:
		d.line(0, "Min available:\t%s", b.Spec.MinAvailable)
	case b.Spec.MaxUnavailable != nil:
		d.line(0, "Max unavailable:\t%s", b.Spec.MaxUnavailable)
	}
	selector := "<unset>"
	if b.Spec.Selector != nil {
		selector = formatSelector(b.Spec.Selector)
	}
	d.line(0, "Selector:\t%s", selector)
	d.line(0, "Status:")
	d.line(2, "Allowed disruptions:\t%d", b.Status.DisruptionsAllowed)
	d.line(2, "Current:\t%d", b.Status.CurrentHealthy)
	d.line(2, "Desired:\t%d", b.Status.DesiredHealthy)
	d.line(2, "Total:\t%d", b.Status.ExpectedPods)
	d.events(b)
}
