"""Expressions as Python: `translate` asks the templates of rows; `accesses` has loads and stores, `aggregates`
structures, arrays and tables, `special` what else is more than a template.
"""
