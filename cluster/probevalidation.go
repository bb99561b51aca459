package cluster

import (
	"fmt"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

func validateProbes(c *Container, path *field.Path) field.ErrorList {
	liveness, readiness := path.Child("livenessProbe"), path.Child("readinessProbe")
	startup := path.Child("startupProbe")
	errs := append(validateProbe(c.LivenessProbe, liveness), succeedsOnce(c.LivenessProbe, liveness)...)
	errs = append(errs, validateProbe(c.ReadinessProbe, readiness)...)
	if p := c.ReadinessProbe; p != nil && p.TerminationGracePeriodSeconds != nil {
		errs = append(errs, field.Invalid(readiness.Child("terminationGracePeriodSeconds"),
			*p.TerminationGracePeriodSeconds, "must not be set for readinessProbes"))
	}
	errs = append(errs, validateProbe(c.StartupProbe, startup)...)
	return append(errs, succeedsOnce(c.StartupProbe, startup)...)
}

// succeedsOnce holds for probes that restart the container: one success must be enough.
func succeedsOnce(p *Probe, path *field.Path) field.ErrorList {
	if p == nil || p.SuccessThreshold == 1 {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("successThreshold"), p.SuccessThreshold, "must be 1")}
}

func validateProbe(p *Probe, path *field.Path) field.ErrorList {
	if p == nil {
		return nil
	}
	errs := validateHandler(handler{
		exec: p.Exec, httpGet: p.HTTPGet, tcpSocket: p.TCPSocket, grpc: p.GRPC,
	}, nil, path)
	for _, f := range [...]struct {
		name  string
		value int32
	}{
		{"initialDelaySeconds", p.InitialDelaySeconds}, {"timeoutSeconds", p.TimeoutSeconds},
		{"periodSeconds", p.PeriodSeconds}, {"successThreshold", p.SuccessThreshold},
		{"failureThreshold", p.FailureThreshold},
	} {
		errs = append(errs, notBelowZero(path.Child(f.name), int64(f.value))...)
	}
	if s := p.TerminationGracePeriodSeconds; s != nil && *s <= 0 {
		errs = append(errs, field.Invalid(path.Child("terminationGracePeriodSeconds"), *s,
			"must be greater than 0"))
	}
	return errs
}

func validateLifecycle(l *Lifecycle, s *PodSpec, path *field.Path) field.ErrorList {
	if l == nil {
		return nil
	}
	var errs field.ErrorList
	for _, h := range [...]struct {
		name    string
		handler *LifecycleHandler
	}{{"postStart", l.PostStart}, {"preStop", l.PreStop}} {
		if h.handler != nil {
			errs = append(errs, validateHandler(handler{
				exec: h.handler.Exec, httpGet: h.handler.HTTPGet,
				tcpSocket: h.handler.TCPSocket, sleep: h.handler.Sleep,
			}, s.TerminationGracePeriodSeconds, path.Child(h.name))...)
		}
	}
	return errs
}

// acts reports whether there is more than a signal, which is dropped as long as its feature is off.
func (l *Lifecycle) acts() bool {
	return l != nil && (l.PostStart != nil || l.PreStop != nil || l.StopSignal == nil)
}

// handler is what probes and lifecycle handlers can do.
type handler struct {
	exec      *ExecAction
	httpGet   *HTTPGetAction
	tcpSocket *TCPSocketAction
	grpc      *GRPCAction
	sleep     *SleepAction
}

// validateHandler asks for exactly one action and judges it.
func validateHandler(h handler, grace *int64, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	actions := 0
	for _, a := range [...]struct {
		name     string
		set      bool
		validate func(*field.Path) field.ErrorList
	}{
		{"exec", h.exec != nil, h.exec.validate},
		{"httpGet", h.httpGet != nil, h.httpGet.validate},
		{"tcpSocket", h.tcpSocket != nil, h.tcpSocket.validate},
		{"grpc", h.grpc != nil, h.grpc.validate},
		{"sleep", h.sleep != nil,
			func(at *field.Path) field.ErrorList { return h.sleep.validate(grace, at) }},
	} {
		if !a.set {
			continue
		}
		actions++
		if at := path.Child(a.name); actions == 1 {
			errs = append(errs, a.validate(at)...)
		} else {
			errs = append(errs, field.Forbidden(at, "may not specify more than 1 handler type"))
		}
	}
	if actions == 0 {
		errs = append(errs, field.Required(path, "must specify a handler type"))
	}
	return errs
}

func (a *ExecAction) validate(path *field.Path) field.ErrorList {
	if len(a.Command) > 0 {
		return nil
	}
	return field.ErrorList{field.Required(path.Child("command"), "")}
}

func (a *HTTPGetAction) validate(path *field.Path) field.ErrorList {
	errs := required(path.Child("path"), a.Path)
	errs = append(errs, validatePortOrName(a.Port, path.Child("port"))...)
	if a.Scheme != URISchemeHTTP && a.Scheme != URISchemeHTTPS {
		errs = append(errs, notSupported(path.Child("scheme"), a.Scheme, URISchemeHTTP, URISchemeHTTPS)...)
	}
	for _, h := range a.HTTPHeaders {
		errs = append(errs, invalids(path.Child("httpHeaders"), h.Name, headerErrors(h.Name))...)
	}
	return errs
}

func (a *TCPSocketAction) validate(path *field.Path) field.ErrorList {
	return validatePortOrName(a.Port, path.Child("port"))
}

func (a *GRPCAction) validate(path *field.Path) field.ErrorList {
	return validPort(path.Child("port"), a.Port)
}

func (a *SleepAction) validate(grace *int64, path *field.Path) field.ErrorList {
	if grace == nil || a.Seconds >= 0 && a.Seconds <= *grace {
		return nil
	}
	return field.ErrorList{field.Invalid(path, a.Seconds, fmt.Sprintf(
		"must be non-negative and less than terminationGracePeriodSeconds (%d)", *grace))}
}

func validatePortOrName(port IntOrString, path *field.Path) field.ErrorList {
	if port.IsString {
		return invalids(path, port.Str, affinity.PortNameErrors(port.Str))
	}
	return validPort(path, port.Int)
}
