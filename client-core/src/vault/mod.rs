//! Sealed chunks on the tablet.
