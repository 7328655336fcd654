//! What cannot be appended, and how much is looked at.
