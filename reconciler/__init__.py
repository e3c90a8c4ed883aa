"""The reconciler: a pure core (diff, plan, safety, budget) and the shell that runs it."""
