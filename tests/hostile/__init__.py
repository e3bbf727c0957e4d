"""Files that mean harm, lie or are broken, made when they are needed and gone after."""
