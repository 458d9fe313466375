"""The language model's proposals: pointers into the letter, asked for over any endpoint."""
