package rollout

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// KindControllerRevision is the kind of ControllerRevision.
const KindControllerRevision cluster.Kind = "ControllerRevision"

// HashLabel is the label under which a pod and a ControllerRevision say which revision they are of.
const HashLabel = "controller-revision-hash"

// ControllerRevision is one stored template of a workload.
type ControllerRevision struct {
	cluster.ObjectMeta
	// Data is the template as a JSON patch of the workload. It never changes.
	Data json.RawMessage `json:"data"`
	// Revision orders the history: the current template has the highest number.
	Revision int64 `json:"revision"`
}

// Kind is KindControllerRevision.
func (r *ControllerRevision) Kind() cluster.Kind { return KindControllerRevision }

// APIVersion is "apps/v1".
func (r *ControllerRevision) APIVersion() string { return "apps/v1" }

// Scope is cluster.Namespaced.
func (r *ControllerRevision) Scope() cluster.Scope { return cluster.Namespaced }

// Clone returns a deep copy.
func (r *ControllerRevision) Clone() cluster.Object {
	return &ControllerRevision{r.CloneMeta(), slices.Clone(r.Data), r.Revision}
}

// Default changes nothing.
func (r *ControllerRevision) Default() {}

// Validate reports everything that is wrong with the revision.
func (r *ControllerRevision) Validate() field.ErrorList {
	errs := cluster.ValidateMeta(&r.ObjectMeta, cluster.Namespaced, field.NewPath("metadata"))
	errs = append(errs, r.validateNumber()...)
	return append(errs, r.validateData(field.NewPath("data"))...)
}

func (r *ControllerRevision) validateNumber() field.ErrorList {
	if r.Revision >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(field.NewPath("revision"), r.Revision,
		"must be greater than or equal to 0")}
}

func (r *ControllerRevision) validateData(path *field.Path) field.ErrorList {
	if r.Data == nil {
		return field.ErrorList{field.Required(path, "data is mandatory")}
	}
	var value any
	if err := json.Unmarshal(r.Data, &value); err != nil {
		return field.ErrorList{field.Invalid(path, "<value omitted>", "error parsing data: "+err.Error())}
	}
	if value == nil {
		return field.ErrorList{field.Required(path, "data is mandatory")}
	}
	if _, ok := value.(map[string]any); !ok {
		return field.ErrorList{field.Required(path, "data must be a valid JSON object")}
	}
	return nil
}

// PrepareUpdate changes nothing.
func (r *ControllerRevision) PrepareUpdate(cluster.Object) {}

// ValidateUpdate reports everything that is wrong with the revision as the next version of old; the data
// may not change.
func (r *ControllerRevision) ValidateUpdate(old cluster.Object) field.ErrorList {
	was := old.(*ControllerRevision)
	errs := cluster.ValidateMetaUpdate(&r.ObjectMeta, &was.ObjectMeta, field.NewPath("metadata"))
	errs = append(errs, r.validateNumber()...)
	if !slices.Equal(r.Data, was.Data) {
		errs = append(errs, field.Invalid(field.NewPath("data"), string(r.Data), "field is immutable"))
	}
	return errs
}

// Hash is the revision's hash, by its label. It is empty where there is none: a controller gives its name for a
// hash to such a revision before it goes on with it, if the revision is its own.
func (r *ControllerRevision) Hash() string { return r.Labels[HashLabel] }

// Encode returns a template as the data of a revision. Equal templates give equal bytes. No template is
// one that says nothing.
func Encode(t *cluster.PodTemplateSpec) json.RawMessage {
	if t == nil {
		t = new(cluster.PodTemplateSpec)
	}
	data := []byte(`{"spec":{"template":`)
	data = append(data, cluster.JSON(t, zeroTime)...)
	data = data[:len(data)-1]
	if data[len(data)-1] != '{' {
		data = append(data, ',')
	}
	return append(data, `"$patch":"replace"}}}`...)
}

// Decode returns the template that a revision holds.
func Decode(data json.RawMessage) (*cluster.PodTemplateSpec, error) {
	var patch struct {
		Spec struct {
			Template cluster.PodTemplateSpec `json:"template"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(data, &patch); err != nil {
		return nil, fmt.Errorf("revision data: %w", err)
	}
	return &patch.Spec.Template, nil
}
