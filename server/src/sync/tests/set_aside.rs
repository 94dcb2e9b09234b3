//! A tablet names a change that ended its core: the coordination finds it, and nobody else's.

use super::TEAM;
use crate::fixtures::{Tablet, World};
use maraude_core::document::document_id;
use maraude_core::model::TeamId;
use maraude_core::sync::SetAside;
use serde_bytes::ByteArray;

#[test]
fn a_change_that_ends_a_tablet_is_told_once_with_its_bytes() {
    let world = World::new();
    let name = world.round(TEAM);
    let mut author = world.tablet(Some(TEAM));
    let closure = author.closure(1);
    let envelope = author.save(&world, name, |w| w.put_closure(&closure));
    world.sync(&author, author.request(&world, &[&envelope]));
    let document = document_id(&name);
    let log = world.engine().log().clone();
    let stored = log.changes(document).unwrap().remove(0).change;
    let tell = |tablet: &Tablet, change: [u8; 32]| {
        let mut request = tablet.request(&world, &[]);
        request.set_aside = vec![SetAside {
            document,
            change: ByteArray::new(change),
        }];
        world.sync(tablet, request);
    };
    let teammate = world.tablet(Some(TEAM));
    let stranger = world.tablet(Some(TeamId::from_random([9; 16])));
    // Control: of what is not there, or not for it, nothing is kept.
    tell(&teammate, [7; 32]);
    tell(&stranger, stored.hash);
    assert!(log.quarantine(0, 10).unwrap().is_empty());

    tell(&teammate, stored.hash);
    tell(&teammate, stored.hash);
    let mut kept = log.quarantine(0, 10).unwrap();
    assert_eq!(kept.len(), 1);
    let kept = kept.remove(0);
    assert_eq!(kept.item.code, "change-panics-on-tablet");
    assert_eq!(kept.item.carrier, teammate.device.device.id);
    assert_eq!(kept.item.bytes, stored.bytes);
    // It is known when somebody tries it again, and so dealt with.
    let retried = world.engine().retry_quarantine(None, false).unwrap();
    assert_eq!((retried.taken, retried.left), (1, 0));
    assert_eq!(log.changes(document).unwrap().len(), 1);
}
