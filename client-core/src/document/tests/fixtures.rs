//! Documents of every version ever shipped still open.
