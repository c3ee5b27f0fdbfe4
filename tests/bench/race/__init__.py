"""Callboard beside what others sync with: the same receipts, side by side in one run."""
