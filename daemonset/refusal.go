package daemonset

import (
	"errors"
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// refusal is the text with which an API server refuses a pod, as the controller's events quote it.
func refusal(err error) string {
	var failed *cluster.ObjectError
	if !errors.As(err, &failed) {
		return err.Error()
	}
	name := failed.Key[strings.LastIndexByte(failed.Key, '/')+1:]
	switch {
	case errors.Is(err, cluster.ErrForbidden):
		detail := strings.TrimPrefix(failed.Err.Error(), cluster.ErrForbidden.Error()+": ")
		return fmt.Sprintf("pods %q is forbidden: %s", name, detail)
	case errors.Is(err, cluster.ErrInvalid):
		return fmt.Sprintf("Pod %q is invalid: %v", name, failed.Err)
	case errors.Is(err, cluster.ErrAlreadyExists):
		return fmt.Sprintf("pods %q already exists, the server was not able to generate a unique name for "+
			"the object", name)
	case errors.Is(err, cluster.ErrTimeout), errors.Is(err, cluster.ErrInternal):
		return failed.Err.Error()
	default:
		return err.Error()
	}
}
