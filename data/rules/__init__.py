"""What the agreements and the clock say: pure functions over plain values, stdlib only."""
