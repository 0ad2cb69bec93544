package process

import (
	"errors"
	"path/filepath"
	"strings"

	"appzone/host/fault"
)

// prepare makes the overlay ready for a start.
func (p *Process) prepare() error {
	v := p.spec.Jail.Overlay
	if v == nil {
		return nil
	}
	p.merged = !p.machine.plan(p.spec.Jail, p.spec.Limits).Overlay
	if err := v.prepare(!p.merged, p.spec.named(v.Target)); err != nil {
		if f := (*fault.Error)(nil); errors.As(err, &f) {
			return err
		}
		return fault.Wrap(err, fault.Internal, "overlay_failed", "the writable copy of the code folder could not be made")
	}
	if p.merged { // the link to its node_modules leads there
		p.spec.Jail.ReadOnly = append(p.spec.Jail.ReadOnly[:len(p.spec.Jail.ReadOnly):len(p.spec.Jail.ReadOnly)], v.Lower)
		p.spec.Jail.ReadWrite = append(p.spec.Jail.ReadWrite[:len(p.spec.Jail.ReadWrite):len(p.spec.Jail.ReadWrite)], v.Target)
	}
	return nil
}

// named are the files below dir that the command line names: the program's own code.
func (s *Spec) named(dir string) (names []string) {
	for _, arg := range s.Args {
		if inside(arg, dir) {
			names = append(names, filepath.ToSlash(filepath.Clean(arg[len(dir)+1:])))
		}
	}
	return names
}

// settle brings home what the child changed in a copy.
func (p *Process) settle() {
	if !p.merged {
		return
	}
	p.still.Lock()
	defer p.still.Unlock()
	if err := p.spec.Jail.Overlay.collectBack(); err != nil {
		p.output.note("[what was written beside the code could not be kept: " + strings.ReplaceAll(err.Error(), "\n", " ") + "]")
	}
}
