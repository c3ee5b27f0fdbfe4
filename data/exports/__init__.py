"""Receipts for the books of others: their columns, their ledgers."""
