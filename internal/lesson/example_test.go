package lesson_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/daemonsim/daemonsim/internal/lesson"
)

// clock is a shell with one command, "wait DURATION".
type clock struct{}

func (clock) WriteFile(string, []byte) {}

func (clock) Run(argv []string) lesson.Result {
	if len(argv) != 2 || argv[0] != "wait" {
		return lesson.Result{Output: "error: want: wait DURATION", Code: 2}
	}
	return lesson.Result{Output: "t=" + argv[1]}
}

// tilted is a page whose second output is wrong.
var tilted = []byte(`# Time

~~~console
$ wait 5s
t=5s
$ wait 35s
t=30s
~~~
`)

// A page is read once and then run against a shell.
func Example() {
	page, err := lesson.Parse("time.md", tilted)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := lesson.Play(os.Stdout, page, clock{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// # Time
	//
	// $ wait 5s
	// t=5s
	// $ wait 35s
	// t=35s
}

// Check is what a test calls: it names every command that answers differently.
func ExampleCheck() {
	page, err := lesson.Parse("time.md", tilted)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(lesson.Check(page, clock{}).Err())
	// Output:
	// time.md: the output of 1 of 2 commands differs (-want +got); update the page if the new output is right
	// time.md:6: $ wait 35s
	// - t=30s
	// + t=35s
}

// Update is what an author calls when the new output is right.
func ExampleUpdate() {
	page, err := lesson.Parse("time.md", tilted)
	if err != nil {
		fmt.Println(err)
		return
	}
	updated, err := lesson.Update(page, clock{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(updated))
	// Output:
	// # Time
	//
	// ~~~console
	// $ wait 5s
	// t=5s
	// $ wait 35s
	// t=35s
	// ~~~
}

// Parse names the line and the construct that it does not run.
func ExampleParse() {
	src := strings.Join([]string{"~~~console", "$ kubectl get pods | wc -l", "3", "~~~", ""}, "\n")
	_, err := lesson.Parse("count.md", []byte(src))
	fmt.Println(err)
	// Output:
	// count.md:2: cannot run "kubectl get pods | wc -l": "|" joins two commands; a command is plain words, with quotes and backslashes where needed
}
