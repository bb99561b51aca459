package cluster

func (c *Container) setDefaults() {
	setDefault(&c.ImagePullPolicy, defaultPullPolicy(c.Image))
	setDefault(&c.TerminationMessagePath, "/dev/termination-log")
	setDefault(&c.TerminationMessagePolicy, TerminationMessageReadFile)
	for i := range c.Ports {
		setDefault(&c.Ports[i].Protocol, ProtocolTCP)
	}
	for i := range c.Env {
		c.Env[i].setDefaults()
	}
	c.Resources.Limits.roundUp()
	c.Resources.Requests.roundUp()
	for _, p := range [...]*Probe{c.LivenessProbe, c.ReadinessProbe, c.StartupProbe} {
		p.setDefaults()
	}
	if l := c.Lifecycle; l != nil {
		l.PostStart.setDefaults()
		l.PreStop.setDefaults()
	}
}

func (v *EnvVar) setDefaults() {
	if v.ValueFrom == nil {
		return
	}
	if f := v.ValueFrom.FieldRef; f != nil {
		setDefault(&f.APIVersion, "v1")
	}
	if f := v.ValueFrom.FileKeyRef; f != nil {
		setDefaultPointer(&f.Optional, false)
	}
}

func (p *Probe) setDefaults() {
	if p == nil {
		return
	}
	setDefault(&p.TimeoutSeconds, 1)
	setDefault(&p.PeriodSeconds, 10)
	setDefault(&p.SuccessThreshold, 1)
	setDefault(&p.FailureThreshold, 3)
	p.HTTPGet.setDefaults()
	if p.GRPC != nil {
		setDefaultPointer(&p.GRPC.Service, "")
	}
}

func (a *HTTPGetAction) setDefaults() {
	if a != nil {
		setDefault(&a.Path, "/")
		setDefault(&a.Scheme, URISchemeHTTP)
	}
}

func (h *LifecycleHandler) setDefaults() {
	if h != nil {
		h.HTTPGet.setDefaults()
	}
}
