package effect

import "context"

// Unrecorded is the layer that stands where no journal does: it turns a change
// whose answer was lost into [InDoubt], carries out resolutions and refusals, and
// keeps nothing.
func Unrecorded(next Performer) Performer {
	return PerformerFunc(func(ctx context.Context, r Request) (Result, error) {
		switch r.Resolution {
		case WasDone:
			return Result{}, nil
		case GiveUp:
			return Fail(r.Cause), nil
		}
		if r.Refused != nil {
			return Fail(r.Refused), nil
		}
		if r.Class == Change {
			r.Key = r.ID.String()
		}
		res, err := next.Perform(ctx, r)
		if err == nil && res.Err != nil && res.Err.Doubt && r.Class == Change && !r.Inner {
			return Result{}, &InDoubt{Request: r, Cause: res.Err}
		}
		return res, err
	})
}
