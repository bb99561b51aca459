// Package lesson runs Markdown pages: a lesson is prose, the files it needs and the commands it
// shows, and the answers printed on the page are checked against the answers of a [Shell].
//
// The same page is read by a student ([Play]), held true by a test ([Check]) and brought up to
// date by its author ([Update]). Start with [Parse].
//
// # A page
//
//	# One pod per node
//
//	The agent runs on every node.
//
//	```yaml agent.yaml
//	kind: DaemonSet
//	metadata:
//	  name: agent
//	```
//
//	```console
//	$ kubectl apply -f agent.yaml
//	daemonset.apps/agent created
//	$ kubectl get daemonset agent \
//	    -o name
//	daemonset.apps/agent
//	```
//
// # Grammar
//
// A page is UTF-8 Markdown (CommonMark). Two kinds of fenced code block mean something; all the
// rest is prose, code blocks in other languages included. Fences may be of backquotes or tildes, of
// any length from three, and may stand inside list items and block quotes. Comments (<!-- -->) that
// fill whole lines talk to authors; no reader sees them.
//
//   - A block with the info string "yaml NAME" is a [File]. Its lines are handed to the shell when
//     the page reaches it; a later block of the same name replaces the file from there on. NAME is
//     a slash-separated relative path of letters, digits, '.', '_' and '-'. A "yaml" block without
//     a name is prose: an excerpt to look at.
//   - A block with the info string "console" is a [Console]: commands and their output.
//
// In a console block:
//
//   - A line that starts with "$ " is a command. The first line must be one.
//   - A command line that ends in an odd number of backslashes goes on in the next line, which is
//     written plainly, without any mark before it.
//   - The lines below a command, up to the next command or the end of the block, are its output.
//   - The opening fence, the commands with their continuations and the closing fence line up: the
//     same indentation and quote marks stand left of them. The closing fence must be there.
//
// A command is plain words, split as a POSIX shell splits them. Quotes and backslashes work as they
// do there. Everything that would mean more in a shell is an error that names the construct: pipes,
// redirections, lists, variables, substitutions, assignments, comments, and unquoted globs, braces
// and tildes. So a command of a page means the same when a reader pastes it into a terminal.
//
// # Comparing output
//
// Output is a list of lines. What a command prints equals what the page shows if both have the same
// lines, byte for byte: trailing spaces matter, and so do blank lines, the last ones included. Only
// two things do not count: whether the last line the command prints ends in a newline, and whether
// the page ends its lines with LF or CRLF. No output and one blank line are different.
//
// The exit code of a command is not part of the page, and a command that fails does not end it:
// pages show failures too.
//
// # Guarantees
//
//   - No input panics. Pages, commands and nesting are bounded ([MaxPageSize], [MaxPageLines],
//     [MaxCommandSize], [MaxNesting]). Parse reports every error it finds, in the order of the
//     page, each with its file and line.
//   - Blocks and commands run in the order of the page, one at a time. Equal pages and shells that
//     answer alike give equal bytes.
//   - Update changes output and nothing else. It returns the same bytes for a page that passes
//     Check, and updating twice is updating once. What it returns has been read back and compared;
//     output that a page cannot hold is an error instead.
//
// # Limits
//
// Output that contains a line starting with "$ ", a carriage return, a NUL or bytes that are not
// UTF-8 cannot be shown on a page. Output that contains a closing fence needs a longer fence or one
// of the other kind.
package lesson
