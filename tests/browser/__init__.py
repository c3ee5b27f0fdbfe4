"""The app as a person meets it: real processes, a real browser, a thumb."""
