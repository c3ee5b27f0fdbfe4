"""Whole shows in one process under one seed: real copies, bad networks, disks and clocks."""
