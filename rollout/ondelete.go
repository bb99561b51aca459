package rollout

// OnDelete replaces nothing on its own: a new pod comes when somebody deletes the old one.
type OnDelete struct{}

var _ Waiter = OnDelete{}

// Name is "OnDelete".
func (OnDelete) Name() string { return "OnDelete" }

// Plan is always empty.
func (OnDelete) Plan(State) Plan { return Plan{} }

// Waits says of every node with an old pod that somebody has to delete it.
func (OnDelete) Waits(s State, plan Plan) []Wait {
	var list []Wait
	for _, run := range [2]bool{true, false} {
		for _, sit := range [2]Situation{OldAvailable, OldUnavailable} {
			list = append(list, heldBack(s, plan, sit, run, ReasonByHand, nil)...)
		}
	}
	return list
}
