package kubectl

import (
	"fmt"
	"io"
	"strings"
	"text/template"
	"text/template/parse"
)

// allowance is what a template may still do: rounds of its loops and calls of its templates, calls within one
// another, and bytes that it puts together or prints. Templates are programs: a range over a large number, a
// template that calls itself or a text that is doubled again and again would otherwise not come to an end.
type allowance struct {
	steps, calls int
	bytes        int64
	// most is what there was at the beginning.
	most *allowance
}

// fullAllowance is enough for every object of a large cluster.
func fullAllowance() allowance { return allowance{steps: 250_000, calls: 1000, bytes: 32 << 20} }

// begin makes an allowance full again.
func (a *allowance) begin(most allowance) {
	*a = most
	a.most = &most
}

// exhaustedError says that a template has been stopped.
type exhaustedError struct{ what string }

func (e *exhaustedError) Error() string { return "the template was stopped: " + e.what }

// The functions that count what a template does. They are put into it once it is read, so that no template
// can call them itself.
const (
	loopStep  = "loop_step"
	enterStep = "enter_step"
	leaveStep = "leave_step"
)

// loop counts a round of a loop, or a call.
func (a *allowance) loop() (string, error) {
	if a.steps--; a.steps < 0 {
		return "", &exhaustedError{fmt.Sprintf("its loops go round more than %d times", a.most.steps)}
	}
	return "", nil
}

// enter counts the call of a template.
func (a *allowance) enter() (string, error) {
	if a.calls--; a.calls < 0 {
		return "", &exhaustedError{fmt.Sprintf("more than %d calls within one another", a.most.calls)}
	}
	return a.loop()
}

func (a *allowance) leave() string {
	a.calls++
	return ""
}

// spend takes bytes away.
func (a *allowance) spend(bytes int64) error {
	if a.bytes -= bytes; a.bytes < 0 {
		return &exhaustedError{fmt.Sprintf("it makes more than %d MiB of text", a.most.bytes>>20)}
	}
	return nil
}

// growth is how many times longer than its arguments what a function makes of them may be.
const growth = 6

// look is the share of what a function looks at that it pays for, beside what it makes.
const look = 8

// make makes a text, unless it might be longer than what is left. It is paid for by its length, and by the size
// of what it is made of.
func (a *allowance) make(atMost, size int64, text func() string) (string, error) {
	if atMost > a.bytes {
		return "", a.spend(a.bytes + 1)
	}
	made := text()
	return made, a.spend(int64(len(made)) + size/look)
}

// bounded is a function that pays for its result.
func bounded(a *allowance, f func(...any) string) func(...any) (string, error) {
	return func(args ...any) (string, error) {
		size := sizeOf(args, a.bytes)
		return a.make(growth*size, size, func() string { return f(args...) })
	}
}

// printf is fmt.Sprintf: every verb may print the longest of the arguments, as wide as any number in the format
// says.
func (a *allowance) printf(format string, args ...any) (string, error) {
	size := sizeOf(args, a.bytes)
	atMost, verbs := int64(len(format)), int64(strings.Count(format, "%"))
	if each := growth*size + widest(format); verbs > 0 && each > a.bytes/verbs {
		atMost = a.bytes + 1
	} else {
		atMost += verbs * each
	}
	return a.make(atMost, size, func() string { return fmt.Sprintf(format, args...) })
}

// maxWidth is the largest width that package fmt obeys.
const maxWidth = 1_000_000

// widest is the largest width or precision that a format may ask for.
func widest(format string) int64 {
	if strings.Contains(format, "*") {
		return maxWidth
	}
	var most, n int64
	for _, r := range format {
		if r < '0' || r > '9' {
			n = 0
			continue
		}
		n = min(10*n+int64(r-'0'), maxWidth)
		most = max(most, n)
	}
	return most
}

// sizeOf is about how long a value is as text. It does not look further once that is more than most.
func sizeOf(value any, most int64) int64 {
	const number = 24
	size := int64(number)
	switch v := value.(type) {
	case string:
		return number + int64(len(v))
	case []any:
		for i := 0; i < len(v) && size <= most; i++ {
			size += sizeOf(v[i], most-size)
		}
	case map[string]any:
		for _, key := range sortedKeys(v) {
			if size > most {
				break
			}
			size += int64(len(key)) + sizeOf(v[key], most-size)
		}
	}
	return size
}

// boundedWriter pays for what is printed.
type boundedWriter struct {
	io.Writer
	left *allowance
}

func (w *boundedWriter) Write(text []byte) (int, error) {
	if err := w.left.spend(int64(len(text))); err != nil {
		return 0, err
	}
	return w.Writer.Write(text)
}

// countSteps makes every loop below a node count its rounds.
func countSteps(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.RangeNode:
			countSteps(n.List)
			countSteps(n.ElseList)
			n.List.Nodes = append([]parse.Node{stepNode(loopStep)}, n.List.Nodes...)
		case *parse.IfNode:
			countSteps(n.List)
			countSteps(n.ElseList)
		case *parse.WithNode:
			countSteps(n.List)
			countSteps(n.ElseList)
		}
	}
}

// stepNode is the call of one of the functions that count.
func stepNode(name string) parse.Node {
	none := func() string { return "" }
	t := template.Must(template.New("").Funcs(template.FuncMap{name: none}).Parse("{{" + name + "}}"))
	return t.Root.Nodes[0]
}
