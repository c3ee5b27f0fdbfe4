"""Screens tuned by hand for the jobs that are done all day."""
