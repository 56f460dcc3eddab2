"""A local Chorus Pro and PISTE over real HTTP, for tests, demonstrations and training.

An independent reading of the public reference: it shares no code with the add-on, so that a
misreading of one side does not pass unseen on the other.
"""
