"""Generated tests: run, judged, repaired."""
