"""The full-screen live monitor: one small widget per pane, drawn from snapshots."""
