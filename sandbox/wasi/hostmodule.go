package wasi

import (
	"context"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// HostModule is the name that guests import the host's own functions from. It only grows.
const HostModule = "appzone_v1"

// hostCalls are the functions of HostModule, with the number of their parameters. Each parameter and the result is an i32.
func (s *System) hostCalls() map[string]hostCall {
	return map[string]hostCall{
		"dial":            {3, s.dial},
		"dial_status":     {1, s.dialStatus},
		"verify_identity": {5, s.verifyIdentity},
	}
}

type hostCall struct {
	parameters int
	call       call
}

// instantiateHost offers HostModule to modules of r.
func (s *System) instantiateHost(ctx context.Context, r wazero.Runtime) error {
	builder := r.NewHostModuleBuilder(HostModule)
	for name, h := range s.hostCalls() {
		parameters := make([]api.ValueType, h.parameters)
		for i := range parameters {
			parameters[i] = api.ValueTypeI32
		}
		own := h.call
		builder = builder.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(_ context.Context, m api.Module, args []uint64) {
			args[0] = uint64(own(m.Memory(), args))
		}), parameters, []api.ValueType{api.ValueTypeI32}).WithName(name).Export(name)
	}
	_, err := builder.Instantiate(ctx)
	return err
}
