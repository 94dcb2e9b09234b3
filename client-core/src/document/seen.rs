//! What the gate asks a document: which entries there are, and what an author could see.

use super::hash::ChangeHash;
use super::replica::Document;
use automerge::{ObjId, ReadDoc};

impl Document {
    /// The entry an automerge operation made, and its key.
    pub(crate) fn entry_made_by(&self, counter: u64, actor: &[u8]) -> Option<(String, ObjId)> {
        let id = ObjId::Id(counter, automerge::ActorId::from(actor), 0);
        let parent = self.doc.parents(&id).ok()?.next()?;
        let key = match parent.prop {
            automerge::Prop::Map(key) if parent.obj == self.objects => key,
            _ => return None,
        };
        let (_, entry) = self.doc.get(&self.objects, key.as_str()).ok()??;
        (entry == id).then_some((key, entry))
    }

    /// The operation that makes the root map: the first of the first change.
    pub(crate) fn is_objects(&self, counter: u64, actor: &[u8]) -> bool {
        matches!(&self.objects, ObjId::Id(c, a, _) if *c == counter && a.to_bytes() == actor)
    }

    /// Whether an entry exists under a key.
    pub(crate) fn holds(&self, key: &str) -> bool {
        matches!(self.doc.get(&self.objects, key), Ok(Some(_)))
    }

    /// Whether an entry stood for a replica with these heads.
    pub(crate) fn held_at(&self, key: &str, entry: &ObjId, heads: &[ChangeHash]) -> bool {
        let heads: Vec<automerge::ChangeHash> = heads.iter().map(|head| (*head).into()).collect();
        let found = self.doc.get_at(&self.objects, key, &heads);
        matches!(found, Ok(Some((_, id))) if id == *entry)
    }

    /// The operations whose values a replica with these heads saw in a field; without heads, with
    /// all that is here.
    pub(crate) fn seen(
        &self,
        entry: &ObjId,
        field: &str,
        heads: Option<&[ChangeHash]>,
    ) -> Vec<(u64, Vec<u8>)> {
        let all = match heads {
            None => self.doc.get_all(entry, field),
            Some(heads) => {
                let heads: Vec<automerge::ChangeHash> =
                    heads.iter().map(|head| (*head).into()).collect();
                self.doc.get_all_at(entry, field, &heads)
            }
        };
        all.unwrap_or_default()
            .into_iter()
            .filter_map(|(_, id)| match id {
                ObjId::Id(counter, actor, _) => Some((counter, actor.to_bytes().to_vec())),
                ObjId::Root => None,
            })
            .collect()
    }
}
