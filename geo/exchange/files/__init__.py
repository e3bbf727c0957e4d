"""Files that people bring and take. GDAL, through pyogrio, has its only door here.

What a file is read or written with is large, so nothing is loaded by the package itself.
"""
