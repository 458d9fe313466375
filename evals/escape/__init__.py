"""How much gets past the validator: correct records corrupted on purpose, and what it let through.

An *escape* is a wrong record that validation leaves without an error; a *false alarm* a letter
changed harmlessly that it does not leave so. Every operator makes one kind of corruption.
"""
