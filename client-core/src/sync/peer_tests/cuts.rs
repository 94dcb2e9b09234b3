//! A network that is cut after any byte, on the way there or back: at most one piece goes twice.
//!
//! What a peer does after a cut cannot depend on the byte at which it came, since nobody tells it: each
//! piece is cut once, what follows is run to the end, and then the sum is checked for every byte.
//! That the other side really takes nothing of a part is tried for every length.

use super::*;

/// A backlog of several pieces.
fn backlog() -> Vec<Vec<u8>> {
    (0..40_u8).map(|n| vec![n; 15_000]).collect()
}

/// A round saved without a network: one piece of many envelopes.
fn round() -> Vec<Vec<u8>> {
    (0..30_u8).map(|n| vec![n; 200]).collect()
}

fn holding(backlog: &[Vec<u8>]) -> Peer {
    let mut peer = peer();
    for envelope in backlog {
        peer.hold(envelope.clone(), Standing::Waiting);
    }
    peer
}

/// The next piece, once every pause is over.
fn piece(peer: &mut Peer, now: &mut i64) -> Option<(SyncRequest, Vec<u8>)> {
    *now += 600_000;
    let request = request(peer, *now)?;
    let body = encode_request(&request);
    assert!(body.len() <= REQUEST_CAP_BYTES, "a piece of {}", body.len());
    Some((request, body))
}

/// Sends all that waits over a network that holds; bytes that left.
fn rest(mut peer: Peer, mut now: i64) -> usize {
    let mut sent = 0;
    while let Some((request, body)) = piece(&mut peer, &mut now) {
        sent += body.len();
        serve(&mut peer, &request, now, 1);
    }
    sent
}

/// What a peer does with a cut.
type Recovery = fn(Peer, &[Vec<u8>]) -> Peer;

fn goes_on(peer: Peer, _: &[Vec<u8>]) -> Peer {
    peer
}

/// A fault on purpose: everything is offered again from the beginning.
fn starts_over(_: Peer, backlog: &[Vec<u8>]) -> Peer {
    holding(backlog)
}

/// Cuts the backlog's exchange once after each byte, in both directions: how many cuts were weighed,
/// and the most bytes that left beyond those of a network that holds.
fn cut_everywhere(backlog: &[Vec<u8>], recovery: Recovery) -> (usize, usize) {
    let ideal = rest(holding(backlog), NOW);
    let (mut cuts, mut most) = (0, 0);
    let (mut peer, mut now, mut before) = (holding(backlog), NOW, 0);
    while let Some((request, body)) = piece(&mut peer, &mut now) {
        // There: the server takes nothing of a part.
        let mut hurt = peer.clone();
        hurt.unreachable(now);
        let after = rest(recovery(hurt, backlog), now);
        for sent in 0..body.len() {
            most = most.max((before + sent + after).saturating_sub(ideal));
        }
        // Back: the server took all of it, and the peer cannot know.
        before += body.len();
        let receipts = request.envelopes.iter();
        let receipts = receipts
            .map(|bytes| receipt(bytes, &server_key()))
            .collect();
        let answer = encode_answer(&answer(receipts, 1));
        let mut hurt = peer.clone();
        hurt.unreachable(now);
        let waits: Vec<_> = hurt.waiting().collect();
        most = most.max((before + rest(recovery(hurt, backlog), now)).saturating_sub(ideal));
        let mut torn = None;
        for heard in 0..answer.len() {
            // A platform that hands on what it heard of an answer, instead of saying it was cut.
            let mut hurt = peer.clone();
            let digest = hurt.answered(now, 200, &answer[..heard]);
            assert_eq!(digest.problem, Some(SyncProblem::AnswerUnreadable));
            assert_eq!(digest.receipts, vec![]);
            assert!(hurt.waiting().eq(waits.iter().copied()));
            torn.get_or_insert(hurt);
        }
        let torn = torn.expect("an answer has a byte");
        most = most.max((before + rest(recovery(torn, backlog), now)).saturating_sub(ideal));
        cuts += body.len() + answer.len();
        serve(&mut peer, &request, now, 1);
    }
    (cuts, most)
}

#[test]
fn a_cut_after_any_byte_either_way_costs_one_piece_at_most() {
    let (cuts, most) = cut_everywhere(&backlog(), goes_on);
    println!("cut after each of {cuts} bytes: at most {most} bytes more than without a cut");
    assert!(cuts > 600_000, "{cuts}");
    assert!(most <= REQUEST_CAP_BYTES, "{most} bytes more");
    // Control: one that starts over is seen.
    let (_, most) = cut_everywhere(&backlog(), starts_over);
    assert!(most > REQUEST_CAP_BYTES, "{most} bytes more");
}

#[test]
fn of_a_request_cut_after_any_byte_nothing_is_taken() {
    let body = encode_request(&request(&mut holding(&round()), NOW).unwrap());
    assert!(body.len() > 6_000);
    for end in 0..body.len() {
        assert!(decode_request(&body[..end]).is_err(), "cut after {end}");
    }
    assert!(decode_request(&body).is_ok());
}
