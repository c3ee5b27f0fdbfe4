"""The list, detail and edit screens that any kind gets from its declaration."""
