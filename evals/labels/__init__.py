"""Labels of published letters: case number, item number and label, no word of the letter."""
