package rollout

// Used is for tests alone.
var Used = used
