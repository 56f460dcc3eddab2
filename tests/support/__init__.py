"""What tests share; no test file is imported for its base class."""
