"""Slips read by the office: recognised lines in, a suggestion of vendor, date and total out."""
