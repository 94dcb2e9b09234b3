//! Real layers, where they are at hand (`MARAUDE_GEODATA`): every address finds its commune and
//! its part of the city, and each at most one.

#[test]
fn placeholder() {}
