use super::*;
use proptest::prelude::*;

const NONCE: [u8; 24] = [5; 24];

fn key() -> Secret {
    Secret::new([7; 32])
}

fn written(pieces: &[Vec<u8>]) -> (Vec<u8>, Vec<usize>) {
    let mut log = SealedLog::new("round-1", key());
    let mut file = Vec::new();
    let mut ends = Vec::new();
    for piece in pieces {
        file.extend(log.append(piece, &NONCE));
        ends.push(file.len());
    }
    (file, ends)
}

fn opened(file: &[u8]) -> OpenedLog {
    SealedLog::open("round-1", key(), file).unwrap()
}

#[test]
fn a_pin_opens_its_vault_and_no_other_does() {
    let device = Secret::new([1; 32]);
    let mut vault = Vault::create("193755", &device, PinCost::FLOOR, &[2; 48]).unwrap();
    vault.put_key("round-1", key());
    let file = vault.to_file(&[3; 72]);
    let open = |file: &[u8], pin: &str, device: &Secret| Vault::open(file, pin, device);
    let again = open(&file, "193755", &device).unwrap();
    assert_eq!(again.key("round-1"), Some(&key()));
    let refused = |file: &[u8], pin: &str, device: &Secret| open(file, pin, device).unwrap_err();
    assert_eq!(refused(&file, "193756", &device), OpenError::WrongPin);
    assert_eq!(
        refused(&file, "193755", &Secret::new([9; 32])),
        OpenError::WrongPin
    );
    assert_eq!(refused(&file[..20], "193755", &device), OpenError::Damaged);
    let mut newer = file.clone();
    newer[3] = 4;
    assert_eq!(refused(&newer, "193755", &device), OpenError::Newer);
    let mut dear = file.clone();
    dear[7] = 0xff;
    assert_eq!(refused(&dear, "193755", &device), OpenError::Damaged);
    let mut ring = file;
    *ring.last_mut().unwrap() ^= 1;
    assert_eq!(refused(&ring, "193755", &device), OpenError::Damaged);
}

#[test]
fn a_destroyed_key_is_not_in_the_new_file() {
    let device = Secret::new([1; 32]);
    let mut vault = Vault::create("193755", &device, PinCost::FLOOR, &[2; 48]).unwrap();
    vault.put_key("round-1", key());
    vault.put_key("round-2", Secret::new([8; 32]));
    vault.destroy_key("round-1", Secret::new([4; 32]));
    let again = Vault::open(&vault.to_file(&[3; 72]), "193755", &device).unwrap();
    assert_eq!(again.names().collect::<Vec<_>>(), ["round-2"]);
}

#[test]
fn a_pin_is_six_digits_not_all_the_same() {
    for (pin, expected) in [
        ("193755", true),
        ("111112", true),
        ("111111", false),
        ("12345", false),
        ("1234567", false),
        ("12345a", false),
    ] {
        assert_eq!(pin_is_well_formed(pin), expected, "{pin}");
    }
    let cost = PinCost {
        memory_kib: 1,
        passes: 99,
    };
    assert_eq!(cost.clamped().memory_kib, PinCost::FLOOR.memory_kib);
    assert_eq!(cost.clamped().passes, PinCost::CEILING.passes);
}

#[test]
fn wrong_pins_wait_longer_and_longer_and_the_tenth_is_the_last() {
    let mut tries = Tries::default();
    let mut waits = Vec::new();
    for _ in 0..10 {
        tries = tries.with_one_more(1_000);
        waits.push(tries.next_try_at(1_000).map(|at| (at - 1_000) / 60_000));
    }
    let expected = [
        None,
        None,
        None,
        None,
        Some(1),
        Some(5),
        Some(15),
        Some(60),
        Some(60),
    ];
    assert_eq!(waits[..9], expected);
    assert!(tries.exhausted());
    assert_eq!(
        Tries {
            wrong: 5,
            last_at: 9_000_000
        }
        .next_try_at(0),
        Some(60_000)
    );
}

#[test]
fn a_log_moved_to_another_name_says_nothing() {
    let (file, _) = written(&[b"one".to_vec()]);
    let other = SealedLog::open("round-2", key(), &file).unwrap();
    assert!(other.pieces.is_empty());
    assert_eq!(other.repair.damaged, 1);
}

#[test]
fn pieces_out_of_order_are_not_taken_and_a_hole_is_told() {
    let pieces: Vec<Vec<u8>> = vec![b"one".to_vec(), b"two".to_vec(), b"three".to_vec()];
    let (file, ends) = written(&pieces);
    let mut hole = file[..ends[0]].to_vec();
    hole.extend_from_slice(&file[ends[1]..]);
    let found = opened(&hole);
    assert_eq!((found.pieces.len(), found.repair.missing), (2, 1));
    hole.extend_from_slice(&file[ends[0]..ends[1]]);
    let found = opened(&hole);
    assert_eq!((found.pieces.len(), found.repair.damaged), (2, 1));
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let mut file = b"MRL\x02".to_vec();
    file.extend(frame(b"something else"));
    let refused = SealedLog::open("round-1", key(), &file).unwrap_err();
    assert_eq!(refused, LogError::Newer);
}

#[test]
fn a_compacted_log_goes_on() {
    let mut log = SealedLog::new("round-1", key());
    for _ in 0..COMPACT_AFTER {
        log.append(b"x", &NONCE);
    }
    assert!(log.wants_compaction());
    let mut file = log.rewrite(b"all", &NONCE);
    file.extend(log.append(b"next", &NONCE));
    assert!(!log.wants_compaction());
    assert_eq!(opened(&file).pieces, [b"all".to_vec(), b"next".to_vec()]);
}

fn some_pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 1..8)
}

proptest! {
    #[test]
    fn a_cut_anywhere_keeps_every_whole_piece(pieces in some_pieces(), cut in any::<prop::sample::Index>()) {
        let (file, ends) = written(&pieces);
        let cut = cut.index(file.len() + 1);
        let whole = ends.iter().filter(|&&end| end <= cut).count();
        let mut found = opened(&file[..cut]);
        prop_assert_eq!(&found.pieces[..], &pieces[..whole]);
        // After the repair the log goes on and everything reads back.
        let mut repaired = file[..cut].to_vec();
        if let Some(length) = found.repair.cut_to {
            repaired.truncate(length as usize);
        }
        repaired.extend(found.log.append(b"after", &NONCE));
        let again = opened(&repaired);
        prop_assert_eq!(again.pieces.len(), whole + 1);
        prop_assert_eq!(again.repair, Repair::default());
    }

    #[test]
    fn a_flipped_byte_costs_at_most_its_own_piece(
        pieces in some_pieces(),
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let (mut file, ends) = written(&pieces);
        let at = at.index(file.len());
        file[at] ^= 1 << bit;
        let hit = ends.iter().position(|&end| at < end).unwrap();
        let found = opened(&file);
        let mut expected = pieces.clone();
        if at >= 4 {
            expected.remove(hit);
        }
        prop_assert_eq!(found.pieces, expected);
        prop_assert!(found.repair.damaged > 0 || found.repair.cut_to.is_some());
    }
}

#[test]
fn a_spare_key_opens_a_vault_behind_a_new_pin_and_needs_share_and_tablet() {
    let device = Secret::new([1; 32]);
    let share = Secret::new([6; 32]);
    let mut vault = Vault::create("193755", &device, PinCost::FLOOR, &[2; 48]).unwrap();
    vault.put_key("round-1", key());
    let plain = vault.to_file(&[3; 72]);
    let spare = spare_key(&share, &device);
    assert!(!Vault::spare_opens(&plain, &spare), "version 1 has none");
    vault.set_spare(spare.clone());
    // The vault key changes when a round is destroyed: the spare key follows.
    vault.put_key("round-2", Secret::new([8; 32]));
    vault.destroy_key("round-2", Secret::new([4; 32]));
    let file = vault.to_file(&[3; 72]);
    let by_pin = Vault::open(&file, "193755", &device).unwrap();
    assert_eq!(by_pin.key("round-1"), Some(&key()));
    // The server alone, the tablet alone, and another tablet with this share open nothing.
    for wrong in [
        share.clone(),
        device.clone(),
        spare_key(&share, &Secret::new([9; 32])),
        spare_key(&Secret::new([9; 32]), &device),
    ] {
        assert!(!Vault::spare_opens(&file, &wrong));
    }
    assert!(Vault::spare_opens(&file, &spare));
    let open = |file: &[u8], spare: &Secret| {
        Vault::open_spare(file, spare, "864213", &device, PinCost::FLOOR, &[5; 48])
    };
    let mut reset = open(&file, &spare).unwrap();
    assert_eq!(reset.key("round-1"), Some(&key()));
    reset.set_spare(spare_key(&Secret::new([7; 32]), &device));
    let again = reset.to_file(&[6; 72]);
    assert!(
        !Vault::spare_opens(&again, &spare),
        "the old share has served"
    );
    let refused = |pin: &str| Vault::open(&again, pin, &device).unwrap_err();
    assert_eq!(refused("193755"), OpenError::WrongPin);
    let opened = Vault::open(&again, "864213", &device).unwrap();
    assert_eq!(opened.key("round-1"), Some(&key()));
    assert_eq!(open(&again, &spare).unwrap_err(), OpenError::WrongPin);
    assert_eq!(open(&file[..110], &spare).unwrap_err(), OpenError::Damaged);
}

#[test]
fn a_copy_of_the_disk_with_the_pin_opens_nothing_without_the_platform_s_key() {
    let device = Secret::new([1; 32]);
    let platform = PlatformKey {
        name: "credential".to_owned(),
        secret: Secret::new([7; 32]),
    };
    let mut vault = Vault::create("193755", &device, PinCost::FLOOR, &[2; 48]).unwrap();
    vault.put_key("round-1", key());
    let new_key = Secret::new([4; 32]);
    vault.set_platform(Some(platform.clone()), new_key.clone());
    let without_spare = vault.to_file(&[3; 72]);
    assert_eq!(
        Vault::platform_needed(&without_spare),
        None,
        "it would be lost with the platform's key"
    );
    let spare = spare_key(&Secret::new([6; 32]), &device);
    vault.set_spare(spare.clone());
    let before = vault.to_file(&[3; 72]);
    vault.set_platform(Some(platform.clone()), new_key);
    let file = vault.to_file(&[3; 72]);
    assert_eq!(Vault::platform_needed(&file), Some("credential"));
    let open = |file: &[u8], pin: &str, secret: Option<&Secret>| {
        Vault::open_with(file, pin, &device, secret).map(|vault| vault.key("round-1").cloned())
    };
    let refused = |secret| open(&file, "193755", secret).unwrap_err();
    assert_eq!(refused(None), OpenError::NoPlatformKey);
    assert_eq!(refused(Some(&Secret::new([8; 32]))), OpenError::WrongPin);
    let wrong_pin = open(&file, "864213", Some(&platform.secret));
    assert_eq!(wrong_pin.unwrap_err(), OpenError::WrongPin);
    // A file that says that no key is needed is still wrapped by it.
    let mut forged = file.clone();
    forged[3] = 2;
    forged.drain(28..28 + 2 + "credential".len());
    assert_eq!(
        open(&forged, "193755", None).unwrap_err(),
        OpenError::WrongPin
    );
    let opened = open(&file, "193755", Some(&platform.secret)).unwrap();
    assert_eq!(opened, Some(key()), "control");
    // The file as it was before opens as before; nothing written since is under its key.
    assert_eq!(open(&before, "193755", None).unwrap(), Some(key()));

    // Destroying a round and another share keep the second lock.
    let mut vault = Vault::open_with(&file, "193755", &device, Some(&platform.secret)).unwrap();
    vault.destroy_key("round-1", Secret::new([5; 32]));
    vault.set_spare(spare_key(&Secret::new([9; 32]), &device));
    let file = vault.to_file(&[6; 72]);
    assert_eq!(Vault::platform_needed(&file), Some("credential"));
    assert_eq!(open(&file, "193755", Some(&platform.secret)), Ok(None));
    // Taken away again, the PIN alone opens; and a reset does without the platform's key.
    vault.set_platform(None, Secret::new([10; 32]));
    let plain = vault.to_file(&[6; 72]);
    assert_eq!(Vault::platform_needed(&plain), None);
    assert_eq!(open(&plain, "193755", None), Ok(None));
    let spare = spare_key(&Secret::new([9; 32]), &device);
    let cost = PinCost::FLOOR;
    let reset = Vault::open_spare(&file, &spare, "864213", &device, cost, &[5; 48]).unwrap();
    assert_eq!(Vault::platform_needed(&reset.to_file(&[6; 72])), None);
    for cut in 28..42 {
        assert_eq!(Vault::platform_needed(&file[..cut]), None, "{cut}");
    }
}
