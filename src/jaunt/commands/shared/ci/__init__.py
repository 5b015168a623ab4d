"""What commands do for CI: shards, reports, annotations."""
