"""Alembic migrations: every change of the schema, for both engines, expand first and contract later."""
