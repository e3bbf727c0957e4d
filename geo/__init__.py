"""Plan Atlas: a development zone's plan as a map that an office can work with."""
