"""What things are: layers, fields, queries, places, statuses, units. No files, no network, no Flask."""
