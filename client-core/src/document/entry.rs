//! What an entry of a document knows of itself.

use super::fields::{FieldReader, Fields, FieldsOut};

/// A value of the model kept as one flat map under a key `kind:id`.
pub(super) trait Entry: Sized {
    /// First part of its key.
    const KIND: &'static str;

    /// Fields whose names start with this are a family of their own (answers).
    const FAMILY: Option<&'static str> = None;

    /// The rest of its key.
    fn id(&self) -> String;

    /// Its fields; what is absent is left out.
    fn write(&self, out: &mut FieldsOut);

    /// From its fields; nothing when what it cannot do without is missing.
    fn read(id: &str, fields: &mut FieldReader<'_>) -> Option<Self>;

    /// Its whole key.
    fn key(&self) -> String {
        format!("{}:{}", Self::KIND, self.id())
    }

    /// Its fields as a map.
    fn fields(&self) -> Fields {
        let mut out = FieldsOut::default();
        self.write(&mut out);
        out.0
    }
}
