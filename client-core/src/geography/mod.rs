//! Distances and containment in metres.
