package lesson_test

import (
	"strconv"
	"strings"

	"github.com/daemonsim/daemonsim/internal/lesson"
)

// toyShell knows four commands: "echo WORD...", "cat FILE", "print TEXT" with Go escapes in TEXT
// and no newline added, and "fail WORD...", which exits with 1.
type toyShell map[string]string

func (sh toyShell) WriteFile(name string, data []byte) { sh[name] = string(data) }

func (sh toyShell) Run(argv []string) lesson.Result {
	rest := strings.Join(argv[1:], " ")
	switch argv[0] {
	case "echo":
		return lesson.Result{Output: rest + "\n"}
	case "cat":
		if content, ok := sh[rest]; ok {
			return lesson.Result{Output: content}
		}
		return lesson.Result{Output: "error: no file " + strconv.Quote(rest), Code: 1}
	case "print":
		text, err := strconv.Unquote(`"` + rest + `"`)
		if err != nil {
			return lesson.Result{Output: "error: " + err.Error(), Code: 1}
		}
		return lesson.Result{Output: text}
	case "fail":
		return lesson.Result{Output: "error: " + rest, Code: 1}
	}
	return lesson.Result{Output: "error: unknown command " + strconv.Quote(argv[0]), Code: 127}
}

// listShell answers with a list of outputs, one after the other, whatever it is asked.
type listShell struct{ outputs []string }

func (sh *listShell) WriteFile(string, []byte) {}

func (sh *listShell) Run([]string) lesson.Result {
	out := sh.outputs[0]
	sh.outputs = sh.outputs[1:]
	return lesson.Result{Output: out}
}
