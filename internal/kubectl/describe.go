package kubectl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// describe prints objects in detail.
func describe(c *call) error {
	list, err := c.targets(c.args)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return worded("You must specify the type of resource to describe. " + useAPIResources)
	}
	objects, missing := c.find(list)
	if missing != nil && len(objects) == 0 && len(c.args) == 2 && len(list) == 1 {
		return c.describeByPrefix(list[0], missing)
	}
	if len(objects) == 0 && missing == nil {
		c.warn("%s", c.noResources(c.opts.allNamespaces || list[0].res.scope == cluster.ClusterScoped))
	}
	for i, obj := range objects {
		if i > 0 {
			c.out.WriteString("\n\n")
		}
		c.out.WriteString(c.description(obj))
	}
	return missing
}

// describeByPrefix describes all objects whose names begin with one that is not there.
func (c *call) describeByPrefix(t target, missing error) error {
	objects, err := c.list(t.res)
	if err != nil {
		return err
	}
	for _, obj := range objects {
		if strings.HasPrefix(obj.Meta().Name, t.name) {
			c.out.WriteString(c.description(obj) + "\n")
			missing = nil
		}
	}
	return missing
}

func (c *call) description(obj cluster.Object) string {
	d := &describer{call: c}
	c.resourceOf(obj.Kind()).describe(d, obj)
	return aligned(d.text.String())
}

// aligned lines up the cells of a description.
func aligned(text string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	_, _ = w.Write([]byte(text)) // a builder takes everything
	_ = w.Flush()
	return b.String()
}

// describer writes the description of one object. Cells end in tabs and are lined up at the end.
type describer struct {
	*call
	text strings.Builder
}

// line writes a line, indented by two columns for every level.
func (d *describer) line(level int, format string, args ...any) {
	d.text.WriteString(strings.Repeat("  ", level))
	fmt.Fprintf(&d.text, format, args...)
	d.text.WriteByte('\n')
}

// list writes a title and texts below each other; title carries its own indentation.
func (d *describer) list(title string, texts []string) {
	if len(texts) == 0 {
		texts = []string{none}
	}
	for i, text := range texts {
		if i > 0 {
			title = ""
		} else {
			title += ":"
		}
		d.line(0, "%s\t%s", title, text)
	}
}

// pairs writes a map, one entry on a line, as labels are.
func (d *describer) pairs(title string, m map[string]string) {
	var texts []string
	for _, key := range sortedKeys(m) {
		texts = append(texts, key+"="+m[key])
	}
	d.list(title, texts)
}

// maxAnnotation is the length from which an annotation gets lines of its own.
const maxAnnotation = 140

// annotations writes annotations, the long ones below their keys.
func (d *describer) annotations(title string, m map[string]string) {
	var texts []string
	for _, key := range sortedKeys(m) {
		if key == "kubectl.kubernetes.io/last-applied-configuration" {
			continue
		}
		value := strings.TrimSuffix(m[key], "\n")
		if len(key)+len(value)+2 <= maxAnnotation && !strings.Contains(value, "\n") {
			texts = append(texts, key+": "+value)
			continue
		}
		texts = append(texts, key+":")
		for part := range strings.SplitSeq(value, "\n") {
			if len(part) > maxAnnotation-2 {
				part = strings.ToValidUTF8(part[:maxAnnotation-2], "") + "..."
			}
			texts = append(texts, "  "+part)
		}
	}
	d.list(title, texts)
}

// stamp is a point in time as descriptions show it.
func (d *describer) stamp(t time.Duration) string {
	return d.sim.Epoch().Add(t).UTC().Format(time.RFC1123Z)
}

// events writes the Events about an object.
func (d *describer) events(about cluster.Object) {
	if !d.opts.showEvents {
		return
	}
	list := slices.Collect(d.sim.Events(about.Meta().UID))
	if len(list) == 0 {
		d.line(0, "Events:\t%s", none)
		return
	}
	slices.SortStableFunc(list, func(a, b *cluster.Event) int { return cmp.Compare(a.Last, b.Last) })
	d.line(0, "Events:")
	d.line(1, "Type\tReason\tAge\tFrom\tMessage")
	d.line(1, "----\t------\t----\t----\t-------")
	v := view{d.sim}
	for _, e := range list {
		when := v.since(e.Last)
		if e.Count > 1 {
			when = fmt.Sprintf("%s (x%d over %s)", when, e.Count, v.since(e.First))
		}
		d.line(1, "%s\t%s\t%s\t%s\t%s", e.Type, e.Reason, when, e.Source, strings.TrimSpace(e.Message))
	}
}
