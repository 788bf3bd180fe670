package main

import "context"

func (a *App) live(ctx context.Context, j *job, o *execOptions) error { return nil }
