package patch_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/internal/patch"
)

func parse(t testing.TB, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	require.NoError(t, decoder.Decode(&value), text)
	return value
}

func object(t testing.TB, text string) map[string]any {
	t.Helper()
	if text == "" {
		return nil
	}
	return parse(t, text).(map[string]any)
}

func text(t testing.TB, doc any) string {
	t.Helper()
	b, err := json.Marshal(doc)
	require.NoError(t, err)
	return string(b)
}

func operations(t testing.TB, text string) (list []patch.Operation) {
	t.Helper()
	for _, item := range parse(t, text).([]any) {
		fields := item.(map[string]any)
		word := func(name string) string { s, _ := fields[name].(string); return s }
		list = append(list, patch.Operation{
			Op: word("op"), Path: word("path"), From: word("from"), Value: fields["value"],
		})
	}
	return list
}

// TestJSON goes through the examples of appendix A of RFC 6902, and what is beyond them.
func TestJSON(t *testing.T) {
	for _, tt := range []struct{ name, doc, patch, want string }{
		{"A.1 add a member", `{"foo":"bar"}`, `[{"op":"add","path":"/baz","value":"qux"}]`,
			`{"baz":"qux","foo":"bar"}`},
		{"A.2 add an item", `{"foo":["bar","baz"]}`, `[{"op":"add","path":"/foo/1","value":"qux"}]`,
			`{"foo":["bar","qux","baz"]}`},
		{"A.3 remove a member", `{"baz":"qux","foo":"bar"}`, `[{"op":"remove","path":"/baz"}]`, `{"foo":"bar"}`},
		{"A.4 remove an item", `{"foo":["bar","qux","baz"]}`, `[{"op":"remove","path":"/foo/1"}]`,
			`{"foo":["bar","baz"]}`},
		{"A.5 replace", `{"baz":"qux","foo":"bar"}`, `[{"op":"replace","path":"/baz","value":"boo"}]`,
			`{"baz":"boo","foo":"bar"}`},
		{"A.6 move a value", `{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}`,
			`[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]`,
			`{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}`},
		{"A.7 move an item", `{"foo":["all","grass","cows","eat"]}`,
			`[{"op":"move","from":"/foo/1","path":"/foo/3"}]`, `{"foo":["all","cows","eat","grass"]}`},
		{"A.8 test", `{"baz":"qux","foo":["a",2,"c"]}`,
			`[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]`,
			`{"baz":"qux","foo":["a",2,"c"]}`},
		{"A.9 test that fails", `{"baz":"qux"}`, `[{"op":"test","path":"/baz","value":"bar"}]`, ""},
		{"A.10 add an object", `{"foo":"bar"}`, `[{"op":"add","path":"/child","value":{"grandchild":{}}}]`,
			`{"child":{"grandchild":{}},"foo":"bar"}`},
		{"A.11 unknown elements", `{"foo":"bar"}`, `[{"op":"add","path":"/baz","value":"qux","xyz":123}]`,
			`{"baz":"qux","foo":"bar"}`},
		{"A.12 add to what is not there", `{"foo":"bar"}`, `[{"op":"add","path":"/baz/bat","value":"qux"}]`, ""},
		{"A.14 escapes", `{"/":9,"~1":10}`, `[{"op":"test","path":"/~01","value":10}]`, `{"/":9,"~1":10}`},
		{"A.15 text and number", `{"/":9,"~1":10}`, `[{"op":"test","path":"/~01","value":"10"}]`, ""},
		{"A.16 add to the end", `{"foo":["bar"]}`, `[{"op":"add","path":"/foo/-","value":["abc","def"]}]`,
			`{"foo":["bar",["abc","def"]]}`},
		{"copy", `{"a":{"b":1}}`, `[{"op":"copy","from":"/a","path":"/c"}]`, `{"a":{"b":1},"c":{"b":1}}`},
		{"from the end", `{"a":[1,2,3]}`, `[{"op":"replace","path":"/a/-1","value":4}]`, `{"a":[1,2,4]}`},
		{"the whole", `{"a":1}`, `[{"op":"replace","path":"","value":{"b":2}}]`, `{"b":2}`},
		{"replace what is not there", `{"a":1}`, `[{"op":"replace","path":"/b","value":2}]`, ""},
		{"remove what is not there", `{"a":1}`, `[{"op":"remove","path":"/b"}]`, ""},
		{"beyond the end", `{"a":[1]}`, `[{"op":"add","path":"/a/2","value":2}]`, ""},
		{"leading zero", `{"a":[1]}`, `[{"op":"remove","path":"/a/00"}]`, ""},
		{"within a text", `{"a":"b"}`, `[{"op":"add","path":"/a/b","value":2}]`, ""},
		{"no slash", `{"a":"b"}`, `[{"op":"remove","path":"a"}]`, ""},
		{"unknown operation", `{"a":"b"}`, `[{"op":"spam","path":"/a"}]`, ""},
		{"nothing is done halfway", `{"a":1}`,
			`[{"op":"remove","path":"/a"},{"op":"remove","path":"/a"}]`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := parse(t, tt.doc)
			got, err := patch.JSON(doc, operations(t, tt.patch))
			require.Equal(t, text(t, parse(t, tt.doc)), text(t, doc), "the document has changed")
			if tt.want == "" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(tt.want, text(t, got)), "(-want +got)")
		})
	}
}

// TestMerge goes through the examples of appendix A of RFC 7386.
func TestMerge(t *testing.T) {
	for _, tt := range [][3]string{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"b"}`, `["c"]`, `["c"]`},
		{`{"a":"foo"}`, `null`, `null`},
		{`{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
	} {
		doc := parse(t, tt[0])
		require.Equal(t, tt[2], text(t, patch.Merge(doc, parse(t, tt[1]))), "%s and %s", tt[0], tt[1])
		require.Equal(t, tt[0], text(t, doc), "the document has changed")
	}
}

// spec is a DaemonSet that has a pod spec.
func spec(inner string) string { return `{"spec":{"template":{"spec":{` + inner + `}}}}` }

func TestStrategic(t *testing.T) {
	for _, tt := range []struct{ reason, doc, patch, want, err string }{
		{"containers merge by name", spec(`"containers":[{"name":"a","image":"x"},{"name":"b","image":"y"}]`),
			spec(`"containers":[{"name":"b","image":"z"}]`),
			spec(`"containers":[{"image":"x","name":"a"},{"image":"z","name":"b"}]`), ""},
		{"a new container comes first", spec(`"containers":[{"name":"a"}]`), spec(`"containers":[{"name":"b"}]`),
			spec(`"containers":[{"name":"b"},{"name":"a"}]`), ""},
		{"the patch orders what it names", spec(`"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]`),
			spec(`"containers":[{"name":"c"},{"name":"a"}]`),
			spec(`"containers":[{"name":"b"},{"name":"c"},{"name":"a"}]`), ""},
		{"env within a container", spec(`"containers":[{"name":"a","env":[{"name":"X","value":"1"}]}]`),
			spec(`"containers":[{"name":"a","env":[{"name":"X","value":"2"}]}]`),
			spec(`"containers":[{"env":[{"name":"X","value":"2"}],"name":"a"}]`), ""},
		{"ports merge by number", spec(`"containers":[{"name":"a","ports":[{"containerPort":80}]}]`),
			spec(`"containers":[{"name":"a","ports":[{"containerPort":80,"name":"web"}]}]`),
			spec(`"containers":[{"name":"a","ports":[{"containerPort":80,"name":"web"}]}]`), ""},
		{"tolerations are replaced", spec(`"tolerations":[{"key":"a"}]`), spec(`"tolerations":[{"key":"b"}]`),
			spec(`"tolerations":[{"key":"b"}]`), ""},
		{"selectors merge, null removes", spec(`"nodeSelector":{"a":"1","b":"2"}`),
			spec(`"nodeSelector":{"a":null,"c":"3"}`), spec(`"nodeSelector":{"b":"2","c":"3"}`), ""},
		{"null of what is not there", spec(`"hostNetwork":true`), spec(`"nodeName":null,"affinity":{"x":null}`),
			spec(`"affinity":{},"hostNetwork":true`), ""},
		{"delete an item", spec(`"containers":[{"name":"a"},{"name":"b"}]`),
			spec(`"containers":[{"$patch":"delete","name":"a"}]`), spec(`"containers":[{"name":"b"}]`), ""},
		{"replace a list", spec(`"containers":[{"name":"a"},{"name":"b"}]`),
			spec(`"containers":[{"$patch":"replace"},{"name":"c"}]`), spec(`"containers":[{"name":"c"}]`), ""},
		{"replace an object", spec(`"containers":[],"hostNetwork":true`),
			`{"spec":{"template":{"$patch":"replace","spec":{"hostPID":true}}}}`, spec(`"hostPID":true`), ""},
		{"delete an object", `{"spec":{"updateStrategy":{"type":"OnDelete"}}}`,
			`{"spec":{"updateStrategy":{"$patch":"delete"}}}`, `{"spec":{"updateStrategy":{}}}`, ""},
		{"retain keys", spec(`"volumes":[{"name":"v","hostPath":{"path":"/"}}]`),
			spec(`"volumes":[{"name":"v","emptyDir":{},"$retainKeys":["name","emptyDir"]}]`),
			spec(`"volumes":[{"emptyDir":{},"name":"v"}]`), ""},
		{"without retain keys both stay", spec(`"volumes":[{"name":"v","hostPath":{"path":"/"}}]`),
			spec(`"volumes":[{"name":"v","emptyDir":{}}]`),
			spec(`"volumes":[{"emptyDir":{},"hostPath":{"path":"/"},"name":"v"}]`), ""},
		{"element order", spec(`"containers":[{"name":"a"},{"name":"b"}]`),
			spec(`"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]`),
			spec(`"containers":[{"name":"b"},{"name":"a"}]`), ""},
		{"values merge", `{"metadata":{"finalizers":["a","b"]}}`, `{"metadata":{"finalizers":["c","a"]}}`,
			`{"metadata":{"finalizers":["c","a","b"]}}`, ""},
		{"values go", `{"metadata":{"finalizers":["a","b"]}}`,
			`{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}`, `{"metadata":{"finalizers":["b"]}}`, ""},
		{"directives do not stay in what is new", `{}`, spec(`"volumes":[{"name":"v","$retainKeys":["name"]}]`),
			spec(`"volumes":[{"name":"v"}]`), ""},
		{"an item without its key", spec(`"containers":[{"name":"a"}]`), spec(`"containers":[{"image":"x"}]`), "",
			"map: map[image:x] does not contain declared merge key: name"},
		{"an item that is no object", spec(`"containers":[{"name":"a"}]`), spec(`"containers":["a"]`), "",
			"expected a map[string]interface {}, but received a string"},
		{"unknown directive", spec(`"a":{}`), spec(`"a":{"$patch":"spam"}`), "",
			"unknown patch type: spam in map: map[$patch:spam]"},
		{"keys that are not retained", spec(`"volumes":[{"name":"v"}]`),
			spec(`"volumes":[{"name":"v","x":1,"$retainKeys":["name"]}]`), "", "invalid patch format of retainKeys"},
		{"an order that is no list", spec(`"containers":[]`), spec(`"$setElementOrder/containers":1`), "",
			"invalid patch format of setElementOrder list"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			doc, change := object(t, tt.doc), object(t, tt.patch)
			got, err := patch.Strategic(doc, change, patch.SchemaOf("DaemonSet"))
			require.Equal(t, text(t, parse(t, tt.doc)), text(t, doc), "the document has changed")
			require.Equal(t, text(t, parse(t, tt.patch)), text(t, change), "the patch has changed")
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(tt.want, text(t, got)), "(-want +got)")
		})
	}
}

func TestApply(t *testing.T) {
	for _, tt := range []struct{ reason, last, next, doc, want string }{
		{"set", ``, `{"a":1}`, `{"b":2}`, `{"a":1,"b":2}`},
		{"taken away", `{"a":1,"b":2}`, `{"a":1}`, `{"a":1,"b":2,"c":3}`, `{"a":1,"c":3}`},
		{"set by others since", `{"a":1}`, `{"a":1}`, `{"a":5}`, `{"a":1}`},
		{"removed by others since", `{"a":1}`, `{"a":1}`, `{}`, `{"a":1}`},
		{"null", ``, `{"a":null}`, `{"a":1,"b":2}`, `{"b":2}`},
		{"within", `{"m":{"a":1,"b":2}}`, `{"m":{"b":2}}`, `{"m":{"a":1,"b":2,"c":3}}`, `{"m":{"b":2,"c":3}}`},
		{"another form", `{"m":{"a":1}}`, `{"m":[1]}`, `{"m":{"a":1}}`, `{"m":[1]}`},
		{"a list of its own", `{"spec":{"template":{"spec":{"tolerations":[{"key":"a"},{"key":"b"}]}}}}`,
			spec(`"tolerations":[{"key":"b"}]`), spec(`"tolerations":[{"key":"a"},{"key":"c"}]`),
			spec(`"tolerations":[{"key":"b"}]`)},
		{"a container taken away, another's kept", spec(`"containers":[{"name":"a"},{"name":"b"}]`),
			spec(`"containers":[{"name":"a"}]`),
			spec(`"containers":[{"name":"a","image":"x"},{"name":"b"},{"name":"injected"}]`),
			spec(`"containers":[{"image":"x","name":"a"},{"name":"injected"}]`)},
		{"a container added, in the order asked for", spec(`"containers":[{"name":"a"}]`),
			spec(`"containers":[{"name":"b"},{"name":"a"}]`), spec(`"containers":[{"name":"a"}]`),
			spec(`"containers":[{"name":"b"},{"name":"a"}]`)},
		{"a variable taken away", spec(`"containers":[{"name":"a","env":[{"name":"X"},{"name":"Y"}]}]`),
			spec(`"containers":[{"name":"a","env":[{"name":"Y"}]}]`),
			spec(`"containers":[{"name":"a","env":[{"name":"X"},{"name":"Y"},{"name":"Z"}]}]`),
			spec(`"containers":[{"env":[{"name":"Y"},{"name":"Z"}],"name":"a"}]`)},
		{"a volume of another sort", spec(`"volumes":[{"name":"v","hostPath":{"path":"/"}}]`),
			spec(`"volumes":[{"name":"v","emptyDir":{}}]`),
			spec(`"volumes":[{"name":"v","hostPath":{"path":"/","type":""}}]`),
			spec(`"volumes":[{"emptyDir":{},"name":"v"}]`)},
		{"values", `{"metadata":{"finalizers":["a","b"]}}`, `{"metadata":{"finalizers":["b","d"]}}`,
			`{"metadata":{"finalizers":["a","b","c"]}}`, `{"metadata":{"finalizers":["b","d","c"]}}`},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			last, next, doc := object(t, tt.last), object(t, tt.next), object(t, tt.doc)
			got, changed := patch.Apply(last, next, doc, patch.SchemaOf("DaemonSet"))
			require.True(t, changed)
			require.Empty(t, cmp.Diff(tt.want, text(t, got)), "(-want +got)")
			require.Equal(t, text(t, parse(t, tt.doc)), text(t, doc), "the document has changed")
		})
	}
}

// TestApplyTwice has nothing to do the second time, whatever others have filled in.
func TestApplyTwice(t *testing.T) {
	wish := object(t, spec(`"containers":[{"name":"a","image":"x"}],"nodeSelector":{"a":"b"}`))
	filled := object(t, spec(`"containers":[{"name":"a","image":"x","imagePullPolicy":"Always"}],`+
		`"nodeSelector":{"a":"b","c":"d"},"restartPolicy":"Always"`))
	_, changed := patch.Apply(wish, wish, filled, patch.SchemaOf("DaemonSet"))
	require.False(t, changed)
	more := object(t, spec(`"containers":[{"name":"a","image":"x"},{"name":"b"}],"nodeSelector":{"a":"b"}`))
	_, changed = patch.Apply(wish, wish, more, patch.SchemaOf("DaemonSet"))
	require.True(t, changed, "the order of a list is asked for again when others have added to it")
}

func TestEqualNumbers(t *testing.T) {
	require.True(t, patch.Equal(parse(t, `[1,{"a":2.0}]`), parse(t, `[1.0,{"a":2}]`)))
	require.False(t, patch.Equal(parse(t, `[1]`), parse(t, `["1"]`)))
	require.False(t, patch.Equal(parse(t, `{"a":null}`), parse(t, `{}`)))
}
