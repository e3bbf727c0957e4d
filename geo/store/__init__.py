"""Where layers, features and statuses are kept. Knows tables and SQL, no file format of the outside."""
