"""What a file that nobody has described shows of itself: layout, notation, roles of columns, kind of rows."""
