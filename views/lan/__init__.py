"""The office's second door: one trusted address for the show's life, on the set's own Wi-Fi."""
