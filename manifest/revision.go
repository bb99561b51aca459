package manifest

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/daemonsim/daemonsim/rollout"
)

// canonicalData writes the template in a revision's data as the DaemonSet controller does, so that
// it is found again to be the template that it is: the controller compares bytes, and kubectl has
// put the keys into another order. Data that holds anything else is left as it is.
func canonicalData(data json.RawMessage) json.RawMessage {
	template, err := rollout.Decode(data)
	if err != nil {
		return data
	}
	encoded := rollout.Encode(template)
	if !reflect.DeepEqual(pruned(data), pruned(encoded)) {
		return data
	}
	return encoded
}

// pruned reads JSON and leaves out what says nothing.
func pruned(text json.RawMessage) any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return prune(value)
}

func prune(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			if v[key] = prune(child); v[key] == nil {
				delete(v, key)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = prune(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	}
	return value
}
