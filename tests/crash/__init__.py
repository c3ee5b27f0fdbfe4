"""Crash tests of the store: kills, power cuts, full disks, two processes.

Zero acknowledged commits lost, zero half commits seen.
"""
