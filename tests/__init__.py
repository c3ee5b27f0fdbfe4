"""What Callboard promises, as sentences that can be false."""
