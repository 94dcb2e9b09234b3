//! What may enter a document, on server and tablet alike.

pub(crate) mod inflate;
