"""The way to Chorus Pro: the session with PISTE, its errors, one client mix-in for each API, and what they answer.

The API's French names stay in this folder.
"""
