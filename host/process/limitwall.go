package process

// The walls that are made of limits.

func (c Capabilities) memoryWall(l Limits) Wall {
	w := Wall{Name: "memory", Level: None}
	switch {
	case l.MemoryBytes == 0:
		w.Reason = "no limit is set"
	case c.CgroupMemory > 0 && l.Guest:
		w.Level, w.Reason = Enforced, "the guest's memory grows to its limit and no further; a control group bounds its process"
	case c.CgroupMemory > 0:
		w.Level, w.Reason = Enforced, "a control group bounds all of its processes together"
	case c.System != "linux":
		w.Reason = "this system has no limit that holds"
	case l.Guest:
		w.Level, w.Reason = Enforced, "the guest's memory grows to its limit and no further; RLIMIT_DATA bounds its one process"
	default:
		w.Level, w.Reason = Partial, "RLIMIT_DATA bounds the private memory of each process, and a watchdog ends it when all of them together are over the limit: "+
			c.because("cgroupMemory", "no control group holds them")
	}
	return w
}

func (c Capabilities) cpuWall(l Limits) Wall {
	w := Wall{Name: "cpu", Level: None}
	switch {
	case l.CPUPercent == 0:
		w.Reason = "no limit is set"
	case c.CgroupCPU > 0:
		w.Level, w.Reason = Enforced, "a control group gives all of its processes together their share and no more"
	case c.System == "linux":
		w.Level, w.Reason = Partial, "a watchdog halts it for moments while it is over its share: "+c.because("cgroupCPU", "no control group holds it")
	default:
		w.Reason = "this system has no limit that holds"
	}
	return w
}

func (c Capabilities) diskWall(l Limits) Wall {
	w := Wall{Name: "disk", Level: None}
	switch {
	case l.DataBytes == 0:
		w.Reason = "no limit is set"
	case l.Guest:
		w.Level, w.Reason = Enforced, "what the guest writes is counted before it is written; what is over the limit fails"
	case c.System == "linux":
		w.Level, w.Reason = Partial, "a watchdog measures its files, those without a name as long as it has them open, and ends it when they are over the limit; no single file grows larger"
	default:
		w.Reason = "this system has no limit that holds"
	}
	return w
}

func (c Capabilities) descriptorsWall(l Limits) Wall {
	w := Wall{Name: "descriptors", Level: None}
	switch {
	case l.OpenFiles == 0:
		w.Reason = "no limit is set"
	case c.System == "linux":
		w.Level, w.Reason = Enforced, "RLIMIT_NOFILE bounds the open files of each process"
	default:
		w.Reason = "this system has no limit that holds"
	}
	return w
}

// outputWall is the one that needs nothing of the machine.
func (c Capabilities) outputWall(l Limits) Wall {
	if l.LogBytesPerSecond == 0 {
		return Wall{Name: "output", Level: None, Reason: "no limit is set"}
	}
	return Wall{Name: "output", Level: Enforced, Reason: "the host reads no faster than it can drop, and keeps what the limit lets through"}
}
