"""What Alembic runs: our migrations, on the connection and in the transaction of ``schema.migrate``."""

from alembic import context

from reconciler.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    # SQLite alters a table by copying it; written this way a migration does the same on both engines.
    render_as_batch=True,
)
context.run_migrations()
