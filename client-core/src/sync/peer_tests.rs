//! A peer against a small server kept in memory: nothing is lost, nothing is believed unproved.

use super::*;
use crate::model::{CampaignId, DeviceId, DeviceReport, DocumentId};
use ed25519_dalek::{Signer, SigningKey};
use serde_bytes::{ByteArray, ByteBuf};

mod cuts;

const NOW: i64 = 1_769_115_600_000;

fn campaign() -> CampaignId {
    CampaignId::from_random([1; 16])
}

fn server_key() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

fn peer() -> Peer {
    let key = server_key().verifying_key().to_bytes();
    Peer::new(
        campaign(),
        DeviceId::from_random([2; 16]),
        &key,
        None,
        [3; 32],
    )
}

fn receipt(envelope: &[u8], key: &SigningKey) -> Receipt {
    let mut receipt = Receipt {
        envelope: ByteArray::new(envelope::envelope_hash(envelope)),
        document: DocumentId::from_random([4; 16]),
        changes: vec![ByteArray::new([6; 32])],
        quarantined: Vec::new(),
        at: NOW,
        signature: ByteArray::new([0; 64]),
    };
    let signature = key.sign(&receipt.signed_bytes(campaign()));
    receipt.signature = ByteArray::new(signature.to_bytes());
    receipt
}

fn answer(receipts: Vec<Receipt>, epoch: u8) -> SyncAnswer {
    SyncAnswer {
        protocol: PROTOCOL,
        epoch: ByteArray::new([epoch; 16]),
        server_at: NOW + 500,
        receipts,
        refused: Vec::new(),
        documents: Vec::new(),
        rounds: Vec::new(),
        log_end: None,
        wipe_order: None,
        reset_share_kept: false,
        reset_given: None,
        moved: Vec::new(),
    }
}

fn request(peer: &mut Peer, now: i64) -> Option<SyncRequest> {
    peer.request(now, DeviceReport::default(), Vec::new())
}

/// Commits what a request brings and answers.
fn serve(peer: &mut Peer, request: &SyncRequest, now: i64, epoch: u8) -> Digest {
    let receipts = (request.envelopes.iter())
        .map(|bytes| receipt(bytes, &server_key()))
        .collect();
    peer.answered(now, 200, &encode_answer(&answer(receipts, epoch)))
}

#[test]
fn a_backlog_goes_oldest_first_in_pieces_that_fit() {
    let mut peer = peer();
    for number in 0..40_u8 {
        peer.hold(vec![number; 20_000], Standing::Waiting);
    }
    peer.hold(vec![99; 400_000], Standing::Waiting);
    let mut seen = Vec::new();
    while let Some(request) = request(&mut peer, NOW) {
        let size = encode_request(&request).len();
        assert!(size <= REQUEST_CAP_BYTES || request.envelopes.len() == 1);
        assert!(super::decode_request(&encode_request(&request)).is_ok());
        seen.extend(request.envelopes.iter().map(|bytes| bytes[0]));
        let digest = serve(&mut peer, &request, NOW, 1);
        assert_eq!(digest.receipts.len(), request.envelopes.len());
        assert_eq!(digest.problem, None);
    }
    let expected: Vec<u8> = (0..40).chain([99]).collect();
    assert_eq!(seen, expected);
    assert_eq!(peer.waiting().count(), 0);
    assert_eq!(peer.next_try_at(), None);
}

#[test]
fn nothing_is_believed_without_the_pinned_signature() {
    let mut peer = peer();
    let hash = peer.hold(vec![1; 100], Standing::Waiting);
    request(&mut peer, NOW).unwrap();
    assert!(peer.is_busy() && request(&mut peer, NOW).is_none());
    let forged = receipt(&[1; 100], &SigningKey::from_bytes(&[66; 32]));
    let digest = peer.answered(NOW, 200, &encode_answer(&answer(vec![forged], 1)));
    assert_eq!(digest.receipts, vec![]);
    assert_eq!(digest.problem, Some(SyncProblem::ReceiptNotSigned));
    assert_eq!(peer.standing(&hash), Some(&Standing::Waiting));
    assert!(peer.next_try_at().is_some_and(|at| at > NOW));
}

#[test]
fn a_restored_server_is_offered_everything_again() {
    let mut peer = peer();
    for number in 0..3 {
        peer.hold(vec![number; 100], Standing::Waiting);
        let sent = request(&mut peer, NOW).unwrap();
        let digest = serve(&mut peer, &sent, NOW + 1_000, 1);
        assert_eq!(digest.clock_offset_ms, Some(0));
        assert!(!digest.epoch_renewed);
    }
    peer.hold(vec![7; 100], Standing::Waiting);
    let later = NOW + 2_000;
    let sent = request(&mut peer, later).unwrap();
    let digest = serve(&mut peer, &sent, later, 2);
    assert!(digest.epoch_renewed);
    assert_eq!(peer.waiting().count(), 3);
    let again = request(&mut peer, later).unwrap();
    assert_eq!(again.envelopes.len(), 3);
    assert_eq!(again.epoch, Some(ByteArray::new([2; 16])));
}

#[test]
fn failures_wait_and_only_a_purged_campaign_stops() {
    let check = |code: u16, body: &str, expected: SyncProblem, least_ms: i64| {
        let mut peer = peer();
        let hash = peer.hold(vec![1; 100], Standing::Waiting);
        request(&mut peer, NOW).unwrap();
        let digest = peer.answered(NOW, code, body.as_bytes());
        assert_eq!(digest.problem, Some(expected), "{code}");
        assert_eq!(peer.standing(&hash), Some(&Standing::Waiting));
        let gone = expected == SyncProblem::CampaignGone;
        assert_eq!(peer.is_gone(), gone);
        match peer.next_try_at() {
            None => assert!(gone),
            Some(at) => {
                assert!((NOW + least_ms..=NOW + least_ms + 2_000).contains(&at));
                assert!(request(&mut peer, at - 1).is_none());
                assert!(request(&mut peer, at).is_some());
            }
        }
    };
    check(401, "", SyncProblem::SessionExpired, 1_000);
    check(403, "", SyncProblem::Forbidden, 1_000);
    check(410, "{}", SyncProblem::RequestRejected, 1_000);
    let unsigned = r#"{"code":"campaign-gone"}"#;
    check(410, unsigned, SyncProblem::RequestRejected, 1_000);
    let gone = |reason, key: &SigningKey| {
        let device = DeviceId::from_random([2; 16]);
        let order = WipeOrder::sign(reason, campaign(), device, NOW, key);
        serde_json::json!({ "code": "campaign-gone", "wipe_order": order }).to_string()
    };
    let forged = gone(WipeReason::Purged, &SigningKey::from_bytes(&[66; 32]));
    check(410, &forged, SyncProblem::RequestRejected, 1_000);
    let signed = gone(WipeReason::Purged, &server_key());
    check(410, &signed, SyncProblem::CampaignGone, 0);
    check(
        503,
        r#"{"retry_after_s":30}"#,
        SyncProblem::ServerBusy,
        31_000,
    );
    check(
        507,
        r#"{"retry_after_s":5}"#,
        SyncProblem::ServerFull,
        6_000,
    );
    check(503, "", SyncProblem::ServerBusy, 6_000);
    check(507, "", SyncProblem::ServerFull, 61_000);
    check(500, "<html>", SyncProblem::ServerFailed, 1_000);
    check(200, "nonsense", SyncProblem::AnswerUnreadable, 1_000);

    let mut peer = peer();
    peer.hold(vec![1; 100], Standing::Waiting);
    request(&mut peer, NOW).unwrap();
    assert_eq!(
        peer.unreachable(NOW).problem,
        Some(SyncProblem::Unreachable)
    );
    assert!(request(&mut peer, NOW).is_none());
    peer.hurry();
    assert!(request(&mut peer, NOW).is_some());
}

#[test]
fn a_quarantined_envelope_is_not_sent_again_and_blocks_nothing() {
    let mut peer = peer();
    let bad = peer.hold(vec![1; 100], Standing::Waiting);
    let kept = peer.hold(vec![2; 100], Standing::Waiting);
    let good = peer.hold(vec![3; 100], Standing::Waiting);
    request(&mut peer, NOW).unwrap();
    let mut answer = answer(vec![receipt(&[3; 100], &server_key())], 1);
    for (hash, quarantined) in [(bad, true), (kept, false)] {
        answer.refused.push(RefusedEnvelope {
            envelope: ByteArray::new(hash),
            code: "foreign-actor".into(),
            quarantined,
            successor: None,
        });
    }
    let digest = peer.answered(NOW, 200, &encode_answer(&answer));
    assert_eq!(digest.refused.len(), 2);
    assert_eq!(peer.waiting().collect::<Vec<_>>(), [kept]);
    assert!(matches!(
        peer.standing(&good),
        Some(Standing::Acknowledged(_))
    ));
    peer.forget(&[bad, good]);
    assert_eq!(peer.standing(&good), None);
    assert_eq!(request(&mut peer, NOW).unwrap().envelopes.len(), 1);
}

#[test]
fn requests_shrink_on_a_network_that_does_not_hold_and_grow_again() {
    let mut peer = peer();
    for number in 0..200_u8 {
        peer.hold(vec![number; 4_000], Standing::Waiting);
    }
    let mut now = NOW;
    let mut sizes = Vec::new();
    for answered in [false, false, false, false, false, true, true, true, true] {
        now += 600_000;
        let request = request(&mut peer, now).unwrap();
        sizes.push(encode_request(&request).len());
        if answered {
            serve(&mut peer, &request, now, 1);
        } else {
            peer.unreachable(now);
        }
    }
    assert!(
        sizes[..5].is_sorted_by(|one, next| one >= next),
        "{sizes:?}"
    );
    assert!(sizes[4] <= 32 * 1024, "{sizes:?}");
    assert!(sizes[8] > 2 * sizes[5], "{sizes:?}");
}

mod frozen {
    //! Version 1 of the protocol as it shipped: these copies are never altered.

    use super::*;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize)]
    struct OldRequest {
        protocol: u16,
        campaign: CampaignId,
        device: DeviceId,
        sent_at: i64,
        epoch: Option<ByteArray<16>>,
        device_report: DeviceReport,
        envelopes: Vec<ByteBuf>,
        follow: Vec<Follow>,
    }

    #[derive(Deserialize)]
    struct OldAnswer {
        epoch: ByteArray<16>,
        receipts: Vec<OldReceipt>,
        refused: Vec<OldRefused>,
    }

    #[derive(Deserialize)]
    struct OldReceipt {
        envelope: ByteArray<32>,
    }

    #[derive(Deserialize)]
    struct OldRefused {
        code: String,
        quarantined: bool,
    }

    #[test]
    fn a_client_of_the_first_version_uploads_and_reads_the_answer() {
        let old = OldRequest {
            protocol: 1,
            campaign: campaign(),
            device: DeviceId::from_random([2; 16]),
            sent_at: NOW,
            epoch: None,
            device_report: DeviceReport::default(),
            envelopes: vec![ByteBuf::from(vec![1; 100])],
            follow: Vec::new(),
        };
        let mut body = Vec::new();
        ciborium::into_writer(&old, &mut body).unwrap();
        let read = super::super::decode_request(&body).unwrap();
        assert_eq!((read.envelopes.len(), read.log_end), (1, None));
        let mut told = answer(vec![receipt(&[1; 100], &server_key())], 1);
        told.log_end = Some(ByteBuf::from(vec![5; 120]));
        told.refused.push(RefusedEnvelope {
            envelope: ByteArray::new([3; 32]),
            code: "document-gone".into(),
            quarantined: true,
            successor: Some(crate::document::DocumentName::Plan {
                campaign: campaign(),
            }),
        });
        let bytes = encode_answer(&told);
        let old: OldAnswer = ciborium::from_reader(bytes.as_slice()).unwrap();
        assert_eq!(old.epoch.into_array(), [1; 16]);
        assert_eq!(old.receipts[0].envelope, told.receipts[0].envelope);
        assert_eq!(
            (old.refused[0].code.as_str(), old.refused[0].quarantined),
            ("document-gone", true)
        );
    }
}

/// Newer work that leaves although older envelopes, which fill a request, are refused each time.
fn newer_work_leaves(told_apart: bool) -> bool {
    let mut peer = peer();
    let old: Vec<EnvelopeHash> = (0..30_u8)
        .map(|number| peer.hold(vec![number; 20_000], Standing::Waiting))
        .collect();
    let newer = peer.hold(vec![200; 500], Standing::Waiting);
    let mut now = NOW;
    for _ in 0..12 {
        now += 3_600_000;
        let Some(sent) = request(&mut peer, now) else {
            break;
        };
        let mut told = answer(Vec::new(), 1);
        for bytes in &sent.envelopes {
            if bytes[0] == 200 {
                told.receipts.push(receipt(bytes, &server_key()));
            } else {
                told.refused.push(RefusedEnvelope {
                    envelope: ByteArray::new(envelope::envelope_hash(bytes)),
                    code: "quarantine-full".into(),
                    quarantined: false,
                    successor: None,
                });
            }
        }
        peer.answered(now, 200, &encode_answer(&told));
        if !told_apart {
            let waiting: Vec<EnvelopeHash> = peer.waiting().collect();
            peer.forget(&waiting);
            for number in 0..30_u8 {
                peer.hold(vec![number; 20_000], Standing::Waiting);
            }
            peer.hold(vec![200; 500], Standing::Waiting);
        }
    }
    assert!(
        old.iter()
            .all(|hash| peer.standing(hash) == Some(&Standing::Waiting))
    );
    peer.standing(&newer) != Some(&Standing::Waiting)
}

#[test]
fn what_was_refused_never_keeps_newer_work_from_leaving() {
    assert!(newer_work_leaves(true));
    // Negative control: tried oldest first whatever was said of it, it never leaves.
    assert!(!newer_work_leaves(false));
}
