package kubectl

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
)

// print prints the objects that a get has found in the format that it asks for.
func (c *call) print(f *format, list []target, objects []cluster.Object) error {
	switch {
	case f.name == "" || f.name == "wide":
		c.printTables(list, objects)
		return nil
	case len(objects) == 0 && c.opts.ignoreNotFound:
		return nil
	case f.columns != nil:
		w := newTable(&c.out)
		for _, row := range c.customRows(f.columns, objects, !c.opts.noHeaders) {
			writeRow(w, row)
		}
		return w.Flush()
	case f.name == "name":
		for _, obj := range objects {
			c.printf("%s\n", title(obj))
		}
		return nil
	case !single(list):
		return f.write(c.valuesOf(objects))
	case len(objects) == 1:
		return f.write(c.values(objects[0]))
	}
	return nil
}

// single reports whether a command line asks for one object, which is then not put into a List.
func single(list []target) bool { return len(list) == 1 && list[0].name != "" }

func decodeJSON(text []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		panic(fmt.Sprintf("kubectl: an object is not JSON: %v", err))
	}
	return value
}
