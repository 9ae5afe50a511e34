"""The database: connections, statements, schema, migrations; media files."""
